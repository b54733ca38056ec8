package tenancy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func TestDeletion(t *testing.T) {
	type customer struct {
		*scene
		ana      tenancy.SignedUp
		ben, std tenancy.UserID
		own      tenancy.Account // of ben
	}
	open := func(t *testing.T) customer {
		s := newScene(t)
		ana := s.found("ana")
		c := customer{
			scene: s,
			ana:   ana,
			ben:   s.join(ana, "ben", tenancy.Administrator),
			std:   s.join(ana, "std", tenancy.StandardUser),
		}
		var err error
		c.own, err = s.dir.As(c.ben).CreateAccount(s.ctx(), ana.Organization.ID, tenancy.NewAccount{Name: "Ben's"})
		require.NoError(t, err)
		return c
	}
	remove := func(t *testing.T, c customer) {
		require.NoError(t,
			c.dir.As(c.ana.User.ID).DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}))
	}
	sound := func(t *testing.T, c customer) {
		for violation, err := range c.dir.Check(c.ctx(), tenancy.CheckOptions{Replay: true}) {
			require.NoError(t, err)
			t.Errorf("%v", violation)
		}
	}
	t.Run("ORG-10 the Owner or an Operator, never an Administrator", func(t *testing.T) {
		c := open(t)
		c.unchanged(func() {
			refused(t,
				c.dir.As(c.ben).DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}),
				tenancy.CodeNotAllowed)
		})
		require.NoError(t, c.staff.DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}))
		refused(t, c.staff.DeleteOrganization(c.ctx(), c.ana.Organization.ID, tenancy.OrganizationDeletion{}),
			tenancy.CodeEnded)
		sound(t, c)
	})
	t.Run(
		"ORG-10 accounts stay with their owners, unmanaged; grants stay; a member made inactive leaves first",
		func(t *testing.T) {
			c := open(t)
			owner := c.dir.As(c.ana.User.ID)
			_, err := owner.AssignRoles(c.ctx(), c.own.ID, c.std, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
			require.NoError(t, err)
			kim := c.join(c.ana, "kim", tenancy.StandardUser)
			kims, err := c.dir.As(kim).CreateAccount(c.ctx(), c.ana.Organization.ID, tenancy.NewAccount{Name: "Kim's"})
			require.NoError(t, err)
			_, err = owner.DeactivateUser(c.ctx(), kim)
			require.NoError(t, err)
			remove(t, c)
			sound(t, c)
			for id, want := range map[tenancy.AccountID]tenancy.UserID{c.ana.Account.ID: c.ana.User.ID, c.own.ID: c.ben, kims.ID: c.ana.User.ID} {
				a, err := c.host.Account(c.ctx(), id)
				require.NoError(t, err)
				require.Zero(t, *a.Organization)
				require.Equal(t, want, a.Owner)
			}
			d, err := c.host.Can(c.ctx(), c.std, tenancy.Build, c.own.ID)
			require.NoError(t, err)
			require.True(t, d.Allowed)
			_, memberships, err := c.host.User(c.ctx(), c.std)
			require.NoError(t, err)
			require.Empty(t, memberships)
		},
	)
	t.Run(
		"ORG-12 restored within 29 days: the Owner with every unmanaged account they own, nobody else",
		func(t *testing.T) {
			c := open(t)
			remove(t, c)
			c.clock.Advance(29*day - time.Microsecond)
			o, err := c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateActive, o.State)
			require.Equal(t, "ana Inc", o.Name.Reveal())
			a, err := c.host.Account(c.ctx(), c.ana.Account.ID)
			require.NoError(t, err)
			require.Equal(t, o.ID, *a.Organization)
			_, memberships, err := c.host.User(c.ctx(), c.ben)
			require.NoError(t, err)
			require.Empty(t, memberships)
			sound(t, c)
		},
	)
	t.Run("ORG-12 too late at 29 days, and for what is not deleted", func(t *testing.T) {
		c := open(t)
		_, err := c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeRestoreWindow)
		remove(t, c)
		c.clock.Advance(29 * day)
		_, err = c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeRestoreWindow)
	})
	t.Run("ORG-12 not for an Owner who is inactive, and by an Operator alone", func(t *testing.T) {
		c := open(t)
		remove(t, c)
		_, err := c.host.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeNotAllowed)
		_, err = c.staff.DeactivateUser(c.ctx(), c.ana.User.ID)
		require.NoError(t, err)
		_, err = c.staff.RestoreOrganization(c.ctx(), c.ana.Organization.ID)
		refused(t, err, tenancy.CodeFormerOwner)
	})
	t.Run("ORG-11 purged from the 29th day on, not read from the 30th on whether purged or not", func(t *testing.T) {
		for _, purge := range []bool{true, false} {
			c := open(t)
			sent, err := c.dir.As(c.ana.User.ID).
				InviteUser(c.ctx(), c.ana.Organization.ID, tenancy.NewInvitation{Email: "marker@marked.example.com"})
			require.NoError(t, err)
			remove(t, c)
			c.clock.Advance(29*day - time.Microsecond)
			done, err := c.host.Purge(c.ctx())
			require.NoError(t, err)
			require.Zero(t, done.Organizations)
			c.clock.Advance(time.Microsecond)
			if purge {
				done, err = c.host.Purge(c.ctx())
				require.NoError(t, err)
				require.Equal(t, 1, done.Organizations)
				for _, record := range c.everything() {
					if i, ok := record.(tenancy.InvitationRecord); ok && i.ID == sent.ID {
						require.Zero(t, i.Personal)
					}
				}
				done, err = c.host.Purge(c.ctx())
				require.NoError(t, err)
				require.Zero(t, done)
				sound(t, c)
			} else {
				c.clock.Advance(day)
			}
			o, err := c.staff.Organization(c.ctx(), c.ana.Organization.ID)
			require.NoError(t, err)
			require.Empty(t, o.Name.Reveal(), "INV-14")
			_, err = c.host.Invitation(c.ctx(), sent.Secret)
			refused(t, err, tenancy.CodeNotFound)
		}
	})
	t.Run("ROLE-2 an Administrator does not delete, change the Owner, or let an account out", func(t *testing.T) {
		c := open(t)
		ben, org := c.dir.As(c.ben), c.ana.Organization.ID
		c.unchanged(func() {
			_, err := ben.TransferOwnership(c.ctx(), org, tenancy.NewOwner{User: c.ben})
			refused(t, err, tenancy.CodeNotAllowed)
			refused(t, errOf(ben.SetOrganizationRole(c.ctx(), org, c.ana.User.ID, tenancy.StandardUser)),
				tenancy.CodeTheOwner)
			refused(t, ben.RemoveUser(c.ctx(), org, c.std, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		})
		require.NoError(t, errOf(ben.SetOrganizationRole(c.ctx(), org, c.std, tenancy.Administrator)))
	})
}

func TestDeletionOfOneOfSeveral(t *testing.T) {
	open := func(t *testing.T, options ...tenancy.Options) (s *scene, ana tenancy.SignedUp, second tenancy.OrganizationID) {
		s = newScene(t, options...)
		ana = s.found("ana")
		return s, ana, s.another(ana, "Second")
	}
	t.Run("ORG-10 the Owner's accounts go to another organization of theirs that is named", func(t *testing.T) {
		s, ana, second := open(t)
		std := s.join(ana, "std", tenancy.StandardUser)
		theirs := s.account(std, ana.Organization.ID, "Std's")
		owner, sub := s.as(ana.User.ID), s.subaccount(ana.User.ID, ana.Account.ID, "Sub")
		s.unchanged(func() {
			refused(t, owner.DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{}),
				tenancy.CodeOwnsOrganization)
		})
		require.NoError(
			t,
			owner.DeleteOrganization(t.Context(), ana.Organization.ID,
				tenancy.OrganizationDeletion{AccountsTo: second}),
		)
		require.Equal(t, second, s.accountRecord(ana.Account.ID).Organization)
		require.Equal(t, second, s.accountRecord(sub).Organization)
		require.Zero(t, s.accountRecord(theirs).Organization)
		require.Equal(t, std, s.accountRecord(theirs).Owner)
		require.Equal(t, map[tenancy.OrganizationID]tenancy.OrganizationRole{second: tenancy.Owner},
			s.ranks(ana.User.ID))
		s.sound()
	})
	t.Run("ORG-10 none is named where they own no account in it", func(t *testing.T) {
		s, ana, second := open(t)
		require.NoError(t, s.as(ana.User.ID).DeleteOrganization(t.Context(), second, tenancy.OrganizationDeletion{}))
		require.Equal(t, ana.Organization.ID, s.accountRecord(ana.Account.ID).Organization)
		s.sound()
	})
	t.Run("ORG-10 what is named must be another active one of theirs", func(t *testing.T) {
		s, ana, second := open(t)
		eve := s.found("eve")
		require.NoError(t, s.staff.DeleteOrganization(t.Context(), second, tenancy.OrganizationDeletion{}))
		s.unchanged(func() {
			for _, to := range []tenancy.OrganizationID{ana.Organization.ID, eve.Organization.ID, second, foreignID[tenancy.OrganizationID]()} {
				refused(
					t,
					s.as(ana.User.ID).
						DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{AccountsTo: to}),
					tenancy.CodeNotFound,
				)
			}
		})
	})
	t.Run("HIP-7 designated accounts go to an entitled organization alone", func(t *testing.T) {
		s, ana, second := open(t)
		s.entitle(ana.Organization.ID)
		s.designate(ana.User.ID, s.subaccount(ana.User.ID, ana.Account.ID, "Sub"))
		to := tenancy.OrganizationDeletion{AccountsTo: second}
		s.unchanged(func() {
			refused(t, s.staff.DeleteOrganization(t.Context(), ana.Organization.ID, to), tenancy.CodeHIPAADesignated)
		})
		s.entitle(second)
		require.NoError(t, s.staff.DeleteOrganization(t.Context(), ana.Organization.ID, to))
		s.sound()
	})
	t.Run("ORG-10 accounts of a member made inactive go where the Owner's do", func(t *testing.T) {
		s, ana, second := open(t)
		kim := s.join(ana, "kim", tenancy.StandardUser)
		work := s.account(kim, ana.Organization.ID, "Work")
		_, err := s.as(ana.User.ID).DeactivateUser(t.Context(), kim)
		require.NoError(t, err)
		require.NoError(
			t,
			s.as(ana.User.ID).
				DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{AccountsTo: second}),
		)
		moved := s.accountRecord(work)
		require.Equal(t, second, moved.Organization)
		require.Equal(t, ana.User.ID, moved.Owner)
		s.sound()
	})
}

func TestDeletionEnds(t *testing.T) {
	s := newScene(t)
	ana, eve := s.found("ana"), s.found("eve")
	org, owner := ana.Organization.ID, s.as(ana.User.ID)
	domain := s.prove(ana.User.ID, org, "corp.example")
	connection := s.enforce(ana.User.ID, org, domain)
	toOrganization := s.invitation(ana.User.ID, org, "ivy@ivy.example.com")
	toAccount, err := owner.InviteToAccount(t.Context(), ana.Account.ID,
		tenancy.NewAccountInvitation{Email: address("gus"), Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	asked := s.asking(ana.User.ID, org, eve.Account.ID)
	request, err := s.host.RequestInvitation(t.Context(), tenancy.Proven("rita@corp.example"))
	require.NoError(t, err)
	require.NoError(t, errOf(s.staff.SetLimits(t.Context(), org, &tenancy.Limits{Members: 7})))
	require.NoError(
		t,
		errOf(
			s.staff.SetImportEntitlement(t.Context(), org, tenancy.ImportEntitlement{On: true, Reference: "ticket-1"})),
	)
	s.entitle(org)
	before, err := owner.Organization(t.Context(), org)
	require.NoError(t, err)
	require.NoError(t, owner.DeleteOrganization(t.Context(), org, tenancy.OrganizationDeletion{}))

	t.Run("ORG-10 organization invitations and account requests are revoked, requests settled", func(t *testing.T) {
		require.Equal(t, tenancy.StateRevoked, s.invitationState(toOrganization))
		require.Equal(t, tenancy.StateRevoked, s.invitationState(asked))
		settled, ok := stored[tenancy.RequestRecord](s, tenancy.IndexRequests, tenancy.Key{ID: request.ID})
		require.True(t, ok)
		require.Equal(t, tenancy.StateSettled, settled.State)
	})
	t.Run("ORG-10 invitations to its accounts live on", func(t *testing.T) {
		joined, err := s.signUp("gus", toAccount.Secret)
		require.NoError(t, err)
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(ana.Account.ID, joined.User.ID))
	})
	t.Run("ORG-10 domains and connections are released", func(t *testing.T) {
		for _, record := range s.everything() {
			switch r := record.(type) {
			case tenancy.DomainRecord:
				require.NotEqual(t, domain, r.ID)
			case tenancy.ConnectionRecord:
				require.NotEqual(t, connection, r.ID)
			}
		}
		s.prove(eve.User.ID, eve.Organization.ID, "corp.example")
	})
	t.Run(
		"ORG-12 settings, entitlements and limits are as they were; domains, connections and invitations don't return",
		func(t *testing.T) {
			restored, err := s.staff.RestoreOrganization(t.Context(), org)
			require.NoError(t, err)
			require.Equal(t, before, restored)
			require.Empty(t, items(t, owner.Domains(t.Context(), org, tenancy.DomainQuery{})))
			require.Empty(t, items(t, owner.Connections(t.Context(), org, tenancy.ConnectionQuery{})))
			require.Equal(t, tenancy.StateRevoked, s.invitationState(toOrganization))
			require.Equal(t, tenancy.StateRevoked, s.invitationState(asked))
			_, err = s.staff.RestoreOrganization(t.Context(), org)
			refused(t, err, tenancy.CodeRestoreWindow)
			s.sound()
		},
	)
}

func TestRestoreOrganizationRefused(t *testing.T) {
	for name, happens := range map[string]func(s *scene, ana tenancy.SignedUp){
		"deleted": func(s *scene, ana tenancy.SignedUp) {
			_, err := s.as(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)
			require.NoError(s, err)
			require.NoError(s, s.staff.DeleteUser(s.ctx(), ana.User.ID, tenancy.UserDeletion{}))
		},
		"inactive": func(s *scene, ana tenancy.SignedUp) {
			_, err := s.staff.DeactivateUser(s.ctx(), ana.User.ID)
			require.NoError(s, err)
		},
		"managed elsewhere": func(s *scene, ana tenancy.SignedUp) {
			_, err := s.as(ana.User.ID).CloseAccount(s.ctx(), ana.Account.ID)
			require.NoError(s, err)
			sent := s.invited(s.found("eve"), address("ana"))
			_, err = s.as(ana.User.ID).AcceptInvitation(s.ctx(), tenancy.Acceptance{Secret: sent.Secret})
			require.NoError(s, err)
		},
	} {
		t.Run("ORG-12 the former Owner is "+name, func(t *testing.T) {
			s := newScene(t)
			ana := s.found("ana")
			require.NoError(t,
				s.staff.DeleteOrganization(t.Context(), ana.Organization.ID, tenancy.OrganizationDeletion{}))
			happens(s, ana)
			s.unchanged(func() {
				_, err := s.staff.RestoreOrganization(t.Context(), ana.Organization.ID)
				refused(t, err, tenancy.CodeFormerOwner)
			})
		})
	}
	t.Run("ORG-12 a former Owner who owns others now gets it back beside them", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("ana")
		second := s.another(ana, "Second")
		require.NoError(t, s.staff.DeleteOrganization(t.Context(), second, tenancy.OrganizationDeletion{}))
		_, err := s.staff.RestoreOrganization(t.Context(), second)
		require.NoError(t, err)
		require.Equal(
			t,
			map[tenancy.OrganizationID]tenancy.OrganizationRole{
				ana.Organization.ID: tenancy.Owner,
				second:              tenancy.Owner,
			},
			s.ranks(ana.User.ID),
		)
		s.sound()
	})
	t.Run("ORG-12 a merge is final", func(t *testing.T) {
		s := newScene(t)
		ana := s.found("mia")
		second := s.another(ana, "Second")
		s.merges(ana.User.ID, ana.Organization.ID, second)
		_, err := s.staff.RestoreOrganization(t.Context(), second)
		refused(t, err, tenancy.CodeMerged)
	})
}

func TestDeleteUser(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin := s.join(ana, "admin", tenancy.Administrator)
	to := func(user tenancy.UserID) tenancy.UserDeletion { return tenancy.UserDeletion{AccountsTo: user} }
	gone := func(user tenancy.UserID) {
		t.Helper()
		record, memberships, err := s.host.User(t.Context(), user)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateDeleted, record.State)
		require.True(t, record.Email.IsZero())
		require.True(t, record.Name.IsZero())
		require.Empty(t, memberships)
		_, _, err = s.as(user).User(t.Context(), user)
		refused(t, err, tenancy.CodeActor)
	}

	t.Run("USR-14 a member by an Administrator: each thing is said in its own stream", func(t *testing.T) {
		bo := s.join(ana, "bo", tenancy.StandardUser)
		account := s.account(bo, org, "bo's")
		s.assign(ana.User.ID, ana.Account.ID, bo, tenancy.Developer)
		sent, err := s.as(bob.User.ID).
			InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("bo"), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		_, err = s.as(bo).AcceptInvitation(t.Context(), tenancy.Acceptance{Secret: sent.Secret})
		require.NoError(t, err)
		own := s.guest(bo, account, "own", tenancy.Support)

		added := s.news(func() { require.NoError(t, s.as(admin).DeleteUser(t.Context(), bo, to(admin))) },
			ofOrganization(org), ofUser(bo), ofOrganization(bob.Organization.ID), ofUser(own))
		require.Equal(
			t,
			[][]string{
				{"AccountTransferred", "RolesRevoked", "RolesAssigned", "RolesRevoked", "MemberLeft"},
				{"MemberLeft", "UserDeleted"},
				{"RolesRevoked"},
				nil,
			},
			added,
		)
		gone(bo)
		require.Equal(t, admin, s.accountRecord(account).Owner)
		for _, id := range []tenancy.AccountID{account, ana.Account.ID, bob.Account.ID} {
			require.Empty(t, s.roles(id, bo))
		}
		require.Equal(t, tenancy.Roles(tenancy.Support), s.roles(account, own))
		_, _, err = s.as(admin).User(t.Context(), bo)
		refused(t, err, tenancy.CodeNotFound)
	})
	t.Run("USR-14 the address is free at once, and its new holder inherits nothing", func(t *testing.T) {
		old := s.guest(ana.User.ID, ana.Account.ID, "cy", tenancy.Developer)
		require.NoError(t, s.as(old).DeleteUser(t.Context(), old, tenancy.UserDeletion{}))
		gone(old)
		cy := s.found("cy")
		require.NotEqual(t, old, cy.User.ID)
		require.Empty(t, s.roles(ana.Account.ID, cy.User.ID))
	})
	t.Run(
		"USR-14 what is personal is gone from invitations in every state, and pending ones are revoked",
		func(t *testing.T) {
			var sent []tenancy.SentInvitation
			invite := func() tenancy.SentInvitation {
				made := s.invited(ana, address("quill"))
				sent = append(sent, made)
				return made
			}
			require.NoError(t, boss.RevokeInvitation(t.Context(), invite().ID))
			require.NoError(t, s.host.DeclineInvitation(t.Context(), tenancy.Declination{Secret: invite().Secret}))
			quill, err := s.signUp("quill", invite().Secret)
			require.NoError(t, err)
			require.NoError(t, boss.RemoveUser(t.Context(), org, quill.User.ID, tenancy.Removal{}))
			expired := s.invited(bob, address("quill"))
			s.clock.Advance(8 * 24 * time.Hour)
			pending := invite()
			toAccount, err := s.as(bob.User.ID).
				InviteToAccount(t.Context(), bob.Account.ID, tenancy.NewAccountInvitation{Email: address("quill"), Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			other := s.invited(ana, address("other"))

			added := s.news(
				func() { require.NoError(t, s.staff.DeleteUser(t.Context(), quill.User.ID, tenancy.UserDeletion{})) },
				ofOrganization(org), ofOrganization(bob.Organization.ID), ofUser(quill.User.ID))
			require.Equal(t,
				[][]string{{"InvitationRevoked"}, {"InvitationRevoked", "InvitationRevoked"}, {"UserDeleted"}}, added)
			for _, i := range append(sent, expired, toAccount) {
				record := s.record(tenancy.IndexInvitations, tenancy.Key{ID: i.ID}).(tenancy.InvitationRecord)
				require.Equal(t, tenancy.InvitationPersonal{}, record.Personal)
				require.NotEqual(t, tenancy.StatePending, record.State)
			}
			require.Equal(t, tenancy.StateRevoked, s.invitationState(pending.ID))
			require.Equal(t, tenancy.StatePending, s.invitationState(other.ID))
			for entry, record := range s.everything() {
				require.NotContains(t, fmt.Sprintf("%+v %+v", entry, record), "quill", "SEC a name or address is left")
			}
			_, err = s.signUp("quill", pending.Secret)
			refused(t, err, tenancy.CodeSecretRefused)
		},
	)
	t.Run("USR-14 a user in no organization deletes themself, unmanaged accounts closed first", func(t *testing.T) {
		fay := s.guest(ana.User.ID, ana.Account.ID, "fay", tenancy.Developer)
		account := s.account(fay, tenancy.OrganizationID{}, "fay's")
		s.unchanged(func() {
			refused(t, s.as(fay).DeleteUser(t.Context(), fay, tenancy.UserDeletion{}), tenancy.CodeOwnsAccounts)
		})
		_, err := s.as(fay).CloseAccount(t.Context(), account)
		require.NoError(t, err)
		added := s.news(func() { require.NoError(t, s.as(fay).DeleteUser(t.Context(), fay, tenancy.UserDeletion{})) },
			ofUser(fay), ofOrganization(org))
		require.Equal(t, [][]string{{"RolesRevoked", "UserDeleted"}, {"RolesRevoked"}}, added)
		gone(fay)
		require.Equal(t, fay, s.accountRecord(account).Owner, "INV-10")
	})
	t.Run("USR-14 an Operator names a user in no organization for unmanaged accounts", func(t *testing.T) {
		gus := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
		hal := s.guest(ana.User.ID, ana.Account.ID, "hal", tenancy.Developer)
		account := s.account(gus, tenancy.OrganizationID{}, "gus's")
		sub, err := s.as(gus).CreateSubaccount(t.Context(), account, tenancy.NewSubaccount{Name: "sub"})
		require.NoError(t, err)
		idle := s.guest(ana.User.ID, ana.Account.ID, "idle", tenancy.Developer)
		_, err = s.staff.DeactivateUser(t.Context(), idle)
		require.NoError(t, err)
		for heir, code := range map[tenancy.UserID]tenancy.Code{{}: tenancy.CodeOwnsAccounts, admin: tenancy.CodeManagedElsewhere,
			bob.User.ID: tenancy.CodeManagedElsewhere, idle: tenancy.CodeInactive, {1}: tenancy.CodeNotFound} {
			s.unchanged(func() { refused(t, s.staff.DeleteUser(t.Context(), gus, to(heir)), code) })
		}
		added := s.news(func() { require.NoError(t, s.staff.DeleteUser(t.Context(), gus, to(hal))) }, ofUser(gus),
			ofUser(hal))
		moved := []string{"AccountTransferred", "AccountTransferred", "RolesRevoked", "RolesAssigned"}
		require.Equal(t, [][]string{append(moved, "UserDeleted"), moved}, added)
		for _, id := range []tenancy.AccountID{account, sub.ID} {
			require.Equal(t, hal, s.accountRecord(id).Owner)
			require.True(t, s.accountRecord(id).Organization.IsZero())
		}
		require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, hal))
	})
	t.Run("USR-14 an Operator deletes a member too, whose accounts pass to another", func(t *testing.T) {
		ivy := s.join(ana, "ivy", tenancy.StandardUser)
		account := s.account(ivy, org, "ivy's")
		require.NoError(t, s.staff.DeleteUser(t.Context(), ivy, to(ana.User.ID)))
		require.Equal(t, ana.User.ID, s.accountRecord(account).Owner)
	})
	t.Run("USR-14 each account of a member to an heir of its own, the others to another", func(t *testing.T) {
		lee, std := s.join(ana, "lee", tenancy.StandardUser), s.join(ana, "heir", tenancy.StandardUser)
		one, two, three := s.account(lee, org, "one"), s.account(lee, org, "two"), s.account(lee, org, "three")
		in := tenancy.UserDeletion{
			Heirs:      []tenancy.Heir{{Account: two, User: std}, {Account: three, User: ana.User.ID}},
			AccountsTo: admin,
		}
		require.NoError(t, s.as(admin).DeleteUser(t.Context(), lee, in))
		gone(lee)
		for account, heir := range map[tenancy.AccountID]tenancy.UserID{one: admin, two: std, three: ana.User.ID} {
			require.Equal(t, heir, s.accountRecord(account).Owner)
			require.Equal(t, org, s.accountRecord(account).Organization)
			require.Equal(t, tenancy.Roles(tenancy.AccountOwner), s.roles(account, heir))
			require.Empty(t, s.roles(account, lee))
		}
	})
	t.Run("USR-14 an Operator names an heir for each unmanaged account", func(t *testing.T) {
		mia := s.guest(ana.User.ID, ana.Account.ID, "mia", tenancy.Developer)
		ned, oli := s.guest(ana.User.ID, ana.Account.ID, "ned", tenancy.Developer), s.guest(ana.User.ID,
			ana.Account.ID, "oli", tenancy.Developer)
		one, two := s.account(mia, tenancy.OrganizationID{}, "one"), s.account(mia, tenancy.OrganizationID{}, "two")
		in := tenancy.UserDeletion{Heirs: []tenancy.Heir{{Account: one, User: ned}}}
		s.unchanged(func() { refused(t, s.staff.DeleteUser(t.Context(), mia, in), tenancy.CodeOwnsAccounts) })
		managed := tenancy.UserDeletion{Heirs: []tenancy.Heir{{Account: one, User: ned}, {Account: two, User: admin}}}
		s.unchanged(func() { refused(t, s.staff.DeleteUser(t.Context(), mia, managed), tenancy.CodeManagedElsewhere) })
		in.Heirs = append(in.Heirs, tenancy.Heir{Account: two, User: oli})
		passed := []string{"AccountTransferred", "RolesRevoked", "RolesAssigned"}
		require.Equal(t, [][]string{passed, passed}, s.news(func() {
			require.NoError(t, s.staff.DeleteUser(t.Context(), mia, in))
		}, ofUser(ned), ofUser(oli)))
		gone(mia)
		for account, heir := range map[tenancy.AccountID]tenancy.UserID{one: ned, two: oli} {
			require.Equal(t, heir, s.accountRecord(account).Owner)
			require.True(t, s.accountRecord(account).Organization.IsZero())
		}
	})
	t.Run("GEN-6 again is refused", func(t *testing.T) {
		jim := s.join(ana, "jim", tenancy.StandardUser)
		require.NoError(t, boss.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}))
		s.unchanged(func() {
			refused(t, boss.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeNotFound)
			refused(t, s.staff.DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeNotFound)
			refused(t, s.as(jim).DeleteUser(t.Context(), jim, tenancy.UserDeletion{}), tenancy.CodeActor)
			_, err := s.staff.DeactivateUser(t.Context(), jim)
			refused(t, err, tenancy.CodeNotFound)
		})
	})
	t.Run("GEN-13 what was made is one operation: all of it, or, in a preview, nothing", func(t *testing.T) {
		kim := s.join(ana, "kim", tenancy.StandardUser)
		s.unchanged(func() {
			events, err := boss.Preview(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
				return s.DeleteUser(ctx, kim, tenancy.UserDeletion{})
			})
			require.NoError(t, err)
			require.Len(t, events, 1)
			require.Equal(t, tenancy.MemberLeft{Organization: org, User: kim}, events[0].Data)
		})
	})
}

func TestDeleteUserRefuses(t *testing.T) {
	s := newScene(t)
	ana, bob := s.found("ana"), s.found("bob")
	org, boss := ana.Organization.ID, s.as(ana.User.ID)
	admin, std := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "std", tenancy.StandardUser)
	guest := s.guest(ana.User.ID, ana.Account.ID, "guest", tenancy.Developer)
	idle := s.join(ana, "idle", tenancy.StandardUser)
	_, err := boss.DeactivateUser(t.Context(), idle)
	require.NoError(t, err)
	owner := s.join(ana, "owner", tenancy.StandardUser)
	owned := s.account(owner, org, "owned")
	to := func(user tenancy.UserID) tenancy.UserDeletion { return tenancy.UserDeletion{AccountsTo: user} }
	heir := func(account tenancy.AccountID, user tenancy.UserID) tenancy.UserDeletion {
		return tenancy.UserDeletion{Heirs: []tenancy.Heir{{Account: account, User: user}}}
	}
	twice := tenancy.UserDeletion{Heirs: []tenancy.Heir{{Account: owned, User: std}, {Account: owned, User: admin}}}
	none := tenancy.UserDeletion{}
	for what, try := range map[string]struct {
		actor *tenancy.Session
		user  tenancy.UserID
		in    tenancy.UserDeletion
		code  tenancy.Code
	}{
		"GEN-14 a zero ID":                                 {boss, tenancy.UserID{}, none, tenancy.CodeID},
		"USR-14 accounts to the one who goes":              {boss, owner, to(owner), tenancy.CodeInput},
		"USR-14 oneself gives no accounts away":            {s.as(guest), guest, to(std), tenancy.CodeInput},
		"GEN-5 nobody":                                     {boss, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 nobody, for an Operator":                    {s.staff.Session, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 nobody, for System":                         {s.host.Session, tenancy.UserID{1}, none, tenancy.CodeNotFound},
		"GEN-5 a stranger":                                 {boss, bob.User.ID, none, tenancy.CodeNotFound},
		"GEN-5 a Standard User sees nobody":                {s.as(std), admin, none, tenancy.CodeNotFound},
		"GEN-5 accounts to nobody":                         {boss, owner, to(tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-5 accounts to a stranger":                     {boss, owner, to(bob.User.ID), tenancy.CodeNotFound},
		"USR-14 a member does not delete themself":         {s.as(std), std, none, tenancy.CodeNotAllowed},
		"GEN-5 an independent user is seen":                {boss, guest, none, tenancy.CodeNotAllowed},
		"GEN-1 System does not":                            {s.host.Session, std, none, tenancy.CodeNotAllowed},
		"ROLE-5 Administrators don't manage themselves":    {s.as(admin), admin, none, tenancy.CodeOneself},
		"USR-14 an Owner is deleted by no Administrator":   {s.as(admin), ana.User.ID, none, tenancy.CodeTheOwner},
		"ROLE-5 whoever is to get their accounts":          {s.as(admin), ana.User.ID, to(tenancy.UserID{1}), tenancy.CodeTheOwner},
		"USR-14 nor by themself":                           {boss, ana.User.ID, none, tenancy.CodeOwnsOrganization},
		"USR-14 nor by an Operator":                        {s.staff.Session, ana.User.ID, none, tenancy.CodeOwnsOrganization},
		"GEN-5 accounts of an Owner to nobody":             {s.staff.Session, ana.User.ID, to(tenancy.UserID{1}), tenancy.CodeNotFound},
		"GEN-14 an account to a zero user":                 {boss, owner, heir(owned, tenancy.UserID{}), tenancy.CodeID},
		"GEN-14 an heir of no account":                     {boss, owner, heir(tenancy.AccountID{}, std), tenancy.CodeID},
		"USR-14 an account to the one who goes":            {boss, owner, heir(owned, owner), tenancy.CodeInput},
		"USR-14 an account to two":                         {boss, owner, twice, tenancy.CodeInput},
		"USR-14 oneself gives no account away":             {s.as(guest), guest, heir(owned, std), tenancy.CodeInput},
		"GEN-5 an account to a stranger":                   {boss, owner, heir(owned, bob.User.ID), tenancy.CodeNotFound},
		"USR-14 an account to no member":                   {boss, owner, heir(owned, guest), tenancy.CodeNotMember},
		"USR-14 an account to an inactive member":          {boss, owner, heir(owned, idle), tenancy.CodeInactive},
		"GEN-5 an account that is not there":               {boss, owner, heir(tenancy.AccountID{1}, std), tenancy.CodeNotFound},
		"USR-14 another member's account":                  {s.staff.Session, owner, heir(ana.Account.ID, std), tenancy.CodeNotFound},
		"USR-14 managed accounts need a new owner":         {boss, owner, none, tenancy.CodeOwnsAccounts},
		"USR-14 for an Operator too":                       {s.staff.Session, owner, none, tenancy.CodeOwnsAccounts},
		"USR-14 who is a member":                           {boss, owner, to(guest), tenancy.CodeNotMember},
		"USR-14 of the same organization":                  {s.staff.Session, owner, to(bob.User.ID), tenancy.CodeNotMember},
		"USR-14 and active":                                {boss, owner, to(idle), tenancy.CodeInactive},
		"USR-14 whoever is named, if nothing is owned too": {boss, std, to(idle), tenancy.CodeInactive},
	} {
		t.Run(what, func(t *testing.T) {
			s.unchanged(func() { refused(t, try.actor.DeleteUser(t.Context(), try.user, try.in), try.code) })
		})
	}
}
