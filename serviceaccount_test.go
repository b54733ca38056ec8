package tenancy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// robot makes a service account of the cast's organization.
func (c *cast) robot(name string, role tenancy.OrganizationRole) tenancy.UserID {
	c.Helper()
	made, err := c.as(c.owner).CreateServiceAccount(c.ctx(), c.org, tenancy.NewServiceAccount{Name: name, Role: role})
	require.NoError(c, err)
	return made.ID
}

func (c *cast) userRecord(user tenancy.UserID) tenancy.UserRecord {
	c.Helper()
	record, ok := stored[tenancy.UserRecord](c.scene, tenancy.IndexUsers, tenancy.Key{ID: user})
	require.True(c, ok)
	return record
}

func TestServiceAccounts(t *testing.T) {
	t.Parallel()
	t.Run("USR-20 it is a member without an address and without a seat", func(t *testing.T) {
		c := newCast(t)
		before, err := c.as(c.owner).Organization(t.Context(), c.org)
		require.NoError(t, err)
		made, err := c.as(c.admin).CreateServiceAccount(t.Context(), c.org, tenancy.NewServiceAccount{Name: " Deploys "})
		require.NoError(t, err)
		require.True(t, made.ServiceAccount)
		require.Equal(t, "Deploys", made.Name.Reveal())
		require.Zero(t, made.Email)
		require.Equal(t, tenancy.StateActive, made.State)
		_, membership, err := c.as(c.owner).Member(t.Context(), c.org, made.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StandardUser, membership.Role)
		after, err := c.as(c.owner).Organization(t.Context(), c.org)
		require.NoError(t, err)
		require.Equal(t, before.Settings.Seats, after.Settings.Seats)
		require.Equal(t, before.Settings.ServiceAccounts+1, after.Settings.ServiceAccounts)
		seen, _, err := c.as(made.ID).User(t.Context(), made.ID)
		require.NoError(t, err, "the host acts as it")
		require.True(t, seen.ServiceAccount)
		require.Len(t, c.said(organizationStream(c.org), func() { c.robot("Second", "") }), 2)
	})
	t.Run("USR-20 the Owner and Administrators make one, with a role up to Administrator", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		in := tenancy.NewServiceAccount{Name: "New"}
		c.unchanged(func() {
			for by, code := range map[tenancy.UserID]tenancy.Code{
				c.dan: tenancy.CodeNotAllowed, c.other: tenancy.CodeNotFound, c.gil: tenancy.CodeNotFound,
				robot: tenancy.CodeServiceAccount,
			} {
				refused(t, errOf(c.as(by).CreateServiceAccount(t.Context(), c.org, in)), code)
			}
			refused(t, errOf(c.staff.CreateServiceAccount(t.Context(), c.org, in)), tenancy.CodeNotAllowed)
			by := c.as(c.owner)
			for _, wrong := range []tenancy.OrganizationRole{tenancy.Owner, "nonsense"} {
				refused(t, errOf(by.CreateServiceAccount(t.Context(), c.org,
					tenancy.NewServiceAccount{Name: "New", Role: wrong})), tenancy.CodeRole)
			}
			refused(t, errOf(by.CreateServiceAccount(t.Context(), c.org, tenancy.NewServiceAccount{})), tenancy.CodeName)
			refused(t, errOf(by.CreateServiceAccount(t.Context(), tenancy.OrganizationID{}, in)), tenancy.CodeID)
		})
	})
	t.Run("USR-20 Users lists and finds them, and filters by them", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Nightly Build", "")
		of := func(q tenancy.UserQuery) (ids []tenancy.UserID) {
			for _, u := range items(t, c.as(c.admin).Users(t.Context(), c.org, q)) {
				ids = append(ids, u.User.ID)
			}
			return ids
		}
		require.Equal(t, []tenancy.UserID{robot}, of(tenancy.UserQuery{ServiceAccount: new(true)}))
		require.Equal(t, []tenancy.UserID{robot}, of(tenancy.UserQuery{Search: "build night"}))
		require.NotContains(t, of(tenancy.UserQuery{ServiceAccount: new(false)}), robot)
		require.Len(t, of(tenancy.UserQuery{}), len(of(tenancy.UserQuery{ServiceAccount: new(false)}))+1)
		first := items(t, c.as(c.admin).Users(t.Context(), c.org, tenancy.UserQuery{}))[0]
		for _, err := range c.as(c.admin).Users(t.Context(), c.org,
			tenancy.UserQuery{ServiceAccount: new(true), After: first.Cursor()}) {
			refused(t, err, tenancy.CodeCursor)
		}
	})
	t.Run("USR-20 it does what its role may", func(t *testing.T) {
		c := newCast(t)
		robot := c.as(c.robot("Robot", tenancy.Administrator))
		require.NoError(t, errOf(robot.RenameOrganization(t.Context(), c.org, "Renamed")))
		require.NoError(t, errOf(robot.AssignRoles(t.Context(), c.work, c.dan, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})))
		require.NoError(t, errOf(robot.CreateAccount(t.Context(), c.org, tenancy.NewAccount{Name: "New", Owner: c.dan})))
		require.NoError(t, errOf(robot.InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: address("nia")})))
		require.NoError(t, errOf(robot.UpdateUser(t.Context(), c.dan, tenancy.UserUpdate{Name: new("Dan D")})))
		require.NotEmpty(t, items(t, robot.Events(t.Context(), organizationStream(c.org), tenancy.EventQuery{})))
		d, err := robot.CanInOrganization(t.Context(), robotOf(c, t), tenancy.ManageUsers, c.org)
		require.NoError(t, err)
		require.True(t, d.Allowed)
	})
	t.Run("USR-20 what depends on the input is refused with its code, and changes nothing", func(t *testing.T) {
		c := newCast(t)
		id, helper := c.robot("Robot", tenancy.Administrator), c.robot("Helper", "")
		robot := c.as(id)
		sent, err := c.as(c.owner).InviteUser(t.Context(), c.org,
			tenancy.NewInvitation{Email: address("nia"), Role: tenancy.Administrator})
		require.NoError(t, err)
		c.unchanged(func() {
			for what, err := range map[string]error{
				"inviting an Administrator": errOf(robot.InviteUser(t.Context(), c.org,
					tenancy.NewInvitation{Email: address("ned"), Role: tenancy.Administrator})),
				"inviting one again":            errOf(robot.ResendInvitation(t.Context(), sent.ID)),
				"renaming itself":               errOf(robot.UpdateUser(t.Context(), id, tenancy.UserUpdate{Name: new("I")})),
				"renaming another":              errOf(robot.UpdateUser(t.Context(), helper, tenancy.UserUpdate{Name: new("I")})),
				"removing an Administrator":     robot.RemoveUser(t.Context(), c.org, c.admin, tenancy.Removal{}),
				"removing a service account":    robot.RemoveUser(t.Context(), c.org, helper, tenancy.Removal{}),
				"roles for itself":              errOf(robot.AssignRoles(t.Context(), c.work, id, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)})),
				"an account of its own":         errOf(robot.CreateAccount(t.Context(), c.org, tenancy.NewAccount{Name: "I"})),
				"an account of its own, by ID":  errOf(robot.CreateAccount(t.Context(), c.org, tenancy.NewAccount{Name: "I", Owner: id})),
				"an unmanaged account":          errOf(robot.CreateAccount(t.Context(), tenancy.OrganizationID{}, tenancy.NewAccount{Name: "I"})),
				"deleting a person":             robot.DeleteUser(t.Context(), c.dan, tenancy.UserDeletion{}),
				"deactivating a person":         errOf(robot.DeactivateUser(t.Context(), c.dan)),
				"another role for a person":     errOf(robot.SetOrganizationRole(t.Context(), c.org, c.dan, tenancy.Administrator)),
				"another role for itself":       errOf(robot.SetOrganizationRole(t.Context(), c.org, id, tenancy.StandardUser)),
				"a key for itself":              errOf(robot.CreateKey(t.Context(), id, tenancy.NewKey{Name: "I"})),
				"leaving":                       robot.Leave(t.Context(), c.org),
				"founding another organization": errOf(robot.CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "I"})),
			} {
				require.Equal(t, tenancy.CodeServiceAccount, tenancy.CodeOf(err), what)
			}
			refused(t, robot.RemoveUser(t.Context(), c.org, c.owner, tenancy.Removal{}), tenancy.CodeTheOwner)
			refused(t, robot.RemoveUser(t.Context(), c.org, c.other, tenancy.Removal{}), tenancy.CodeNotFound)
		})
		require.NoError(t, robot.RemoveUser(t.Context(), c.org, c.dan, tenancy.Removal{}), "a Standard User")
		require.NoError(t, robot.RevokeInvitation(t.Context(), sent.ID), "what only takes away")
	})
	t.Run("USR-20 ORG-8 ORG-14 USR-11 USR-14 USR-17 ACC-1 ACC-6 only persons count", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		owner, ctx := c.as(c.owner), t.Context()
		c.unchanged(func() {
			for what, err := range map[string]error{
				"TransferOwnership": errOf(owner.TransferOwnership(ctx, c.org, tenancy.NewOwner{User: robot})),
				"ReplaceOwner": errOf(c.staff.ReplaceOwner(ctx, c.org,
					tenancy.OwnerReplacement{User: robot, Reference: "t-1"})),
				"RemoveUser":      owner.RemoveUser(ctx, c.org, c.cleo, tenancy.Removal{AccountsTo: robot}),
				"DeleteUser":      owner.DeleteUser(ctx, c.cleo, tenancy.UserDeletion{AccountsTo: robot}),
				"CreateAccount":   errOf(owner.CreateAccount(ctx, c.org, tenancy.NewAccount{Name: "New", Owner: robot})),
				"TransferAccount": errOf(owner.TransferAccount(ctx, c.work, robot)),
				"ChangeEmail":     errOf(c.host.ChangeEmail(ctx, robot, tenancy.Proven(address("robot")))),
			} {
				require.Equal(t, tenancy.CodeNotPerson, tenancy.CodeOf(err), what)
			}
		})
	})
	t.Run("USR-20 ORG-14 a service account is not another member", func(t *testing.T) {
		c := newCast(t)
		c.robot("Robot", tenancy.Administrator)
		for _, user := range []tenancy.UserID{c.admin, c.dan} {
			require.NoError(t, c.as(c.owner).RemoveUser(t.Context(), c.org, user, tenancy.Removal{}))
		}
		refused(t, errOf(c.staff.ReplaceOwner(t.Context(), c.org,
			tenancy.OwnerReplacement{User: c.dan, Reference: "t-1"})), tenancy.CodeOtherMember)
		require.NoError(t, c.as(c.owner).RemoveUser(t.Context(), c.org, c.cleo, tenancy.Removal{AccountsTo: c.owner}))
		require.NoError(t, errOf(c.staff.ReplaceOwner(t.Context(), c.org,
			tenancy.OwnerReplacement{User: c.dan, Reference: "t-1"})))
	})
	t.Run("USR-20 USR-8 an organization of its Owner and service accounts alone is dissolved", func(t *testing.T) {
		c := newCast(t)
		c.prove(c.owner, c.org, peopleAt)
		eve := c.as(c.other)
		c.prove(c.other, c.eve.Organization.ID, "eve.example.net") // so that it cannot merge
		var robots []tenancy.UserID
		for range 3 {
			made, err := eve.CreateServiceAccount(t.Context(), c.eve.Organization.ID, tenancy.NewServiceAccount{Name: "R"})
			require.NoError(t, err)
			robots = append(robots, made.ID)
			c.assign(c.other, c.eve.Account.ID, made.ID, tenancy.Developer)
			c.subaccount(c.other, c.eve.Account.ID, "Sub")
		}
		key := c.keyOf(c.other, robots[0])
		sent, err := c.as(c.owner).InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: address("eve")})
		require.NoError(t, err)
		offers := items(t, eve.InvitationsTo(t.Context(), c.other, tenancy.OfferQuery{}))
		require.Len(t, offers, 1, "it is read in few enough steps")
		offer, err := eve.Invitation(t.Context(), sent.Secret)
		require.NoError(t, err)
		require.NoError(t, errOf(eve.AcceptInvitation(t.Context(),
			tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})))
		for _, robot := range robots {
			require.Equal(t, tenancy.UserRecord{ID: robot, ServiceAccount: true, Deleted: true,
				Created: c.userRecord(robot).Created}, c.userRecord(robot))
			require.Zero(t, c.roles(c.eve.Account.ID, robot))
		}
		refused(t, errOf(c.host.Authenticate(t.Context(), key.Secret)), tenancy.CodeKey)
	})
	t.Run("USR-20 persons name, promote, deactivate and delete it; RemoveUser deletes it", func(t *testing.T) {
		c := newCast(t)
		for end, call := range map[string]func(tenancy.UserID) error{
			"DeleteUser": func(id tenancy.UserID) error {
				return c.as(c.admin).DeleteUser(t.Context(), id, tenancy.UserDeletion{})
			},
			"DeleteUser by Operators": func(id tenancy.UserID) error { return c.staff.DeleteUser(t.Context(), id, tenancy.UserDeletion{}) },
			"RemoveUser": func(id tenancy.UserID) error {
				return c.as(c.admin).RemoveUser(t.Context(), c.org, id, tenancy.Removal{})
			},
			"RemoveUser with a release": func(id tenancy.UserID) error {
				return c.as(c.owner).RemoveUser(t.Context(), c.org, id, tenancy.Removal{Release: true})
			},
		} {
			id := c.robot("Robot", "")
			c.assign(c.owner, c.work, id, tenancy.Developer)
			key := c.keyOf(c.owner, id)
			renamed, err := c.as(c.admin).UpdateUser(t.Context(), id, tenancy.UserUpdate{Name: new("Other")})
			require.NoError(t, err)
			require.Equal(t, "Other", renamed.Name.Reveal())
			require.NoError(t, errOf(c.as(c.admin).SetOrganizationRole(t.Context(), c.org, id, tenancy.Administrator)))
			require.NoError(t, errOf(c.as(c.admin).DeactivateUser(t.Context(), id)))
			refused(t, errOf(c.as(id).Organization(t.Context(), c.org)), tenancy.CodeActor)
			require.NoError(t, errOf(c.as(c.admin).ReactivateUser(t.Context(), id)))
			require.NoError(t, call(id), end)
			require.Equal(t, tenancy.UserRecord{ID: id, ServiceAccount: true, Deleted: true,
				Created: c.userRecord(id).Created}, c.userRecord(id), end)
			require.Zero(t, c.roles(c.work, id), end)
			_, there := stored[tenancy.KeyRecord](c.scene, tenancy.IndexKeys, tenancy.Key{ID: key.ID})
			require.False(t, there, end)
			_, kept := c.kept(c.org, id)
			require.False(t, kept, "USR-21 nothing is kept of it")
			refused(t, errOf(c.host.Authenticate(t.Context(), key.Secret)), tenancy.CodeKey)
		}
	})
	t.Run("GEN-12 a limit on service accounts, and none of members", func(t *testing.T) {
		c := newCast(t)
		seats := 4 // Ana, Ben, Cleo and Dan
		limits := tenancy.Limits{Members: seats, ServiceAccounts: 1}
		require.NoError(t, errOf(c.staff.SetLimits(t.Context(), c.org, &limits)))
		robot := c.robot("Robot", "")
		in := tenancy.NewServiceAccount{Name: "Second"}
		c.unchanged(func() {
			refused(t, errOf(c.as(c.owner).CreateServiceAccount(t.Context(), c.org, in)), tenancy.CodeServiceAccountLimit)
		})
		require.NoError(t, errOf(c.as(c.owner).DeactivateUser(t.Context(), robot)))
		require.NoError(t, errOf(c.as(c.owner).ReactivateUser(t.Context(), robot)), "it takes no seat")
		require.NoError(t, c.as(c.owner).DeleteUser(t.Context(), robot, tenancy.UserDeletion{}))
		c.robot("Second", "")
		negative := tenancy.Limits{Keys: -1}
		refused(t, errOf(c.staff.SetLimits(t.Context(), c.org, &negative)), tenancy.CodeInput)
	})
	t.Run("USR-20 SSO-2 single sign-on is never required of it", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", "")
		domain := c.prove(c.owner, c.org, "dan."+strings.SplitN(peopleAt, ".", 2)[1])
		connection, err := c.as(c.owner).AddConnection(t.Context(), c.org, "Provider")
		require.NoError(t, err)
		require.NoError(t, errOf(c.host.MarkConnectionTested(t.Context(), connection.ID)))
		require.NoError(t, errOf(c.as(c.owner).EnforceSSO(t.Context(), domain, connection.ID)))
		c.unchanged(func() {
			for _, exempt := range []tenancy.SSOExemption{tenancy.SSOExempt, tenancy.SSONotExempt} {
				refused(t, errOf(c.as(c.admin).SetSSOExemption(t.Context(), c.org, robot, exempt)), tenancy.CodeNotPerson)
			}
		})
		required, err := c.host.SignInRequirement(t.Context(), robot)
		require.NoError(t, err)
		require.Zero(t, required.Connection)
		required, err = c.host.SignInRequirement(t.Context(), c.dan)
		require.NoError(t, err)
		require.Equal(t, connection.ID, required.Connection)
	})
}

// robotOf gives the service account of the cast that is Administrator.
func robotOf(c *cast, t *testing.T) tenancy.UserID {
	t.Helper()
	q := tenancy.UserQuery{ServiceAccount: new(true), Role: new(tenancy.Administrator)}
	return items(t, c.as(c.owner).Users(t.Context(), c.org, q))[0].User.ID
}

func TestServiceAccountsMove(t *testing.T) {
	t.Parallel()
	second := func(c *cast) tenancy.OrganizationID {
		require.NoError(c, errOf(c.host.VerifyPhone(c.ctx(), c.main, "+15005550006")))
		made, err := c.as(c.owner).CreateOrganization(c.ctx(), tenancy.NewOrganization{Name: "Second", AllStay: true})
		require.NoError(c, err)
		return made.ID
	}
	t.Run("USR-20 it loses its roles on an account that leaves its organization, whichever way", func(t *testing.T) {
		for way, leave := range map[string]func(*cast, tenancy.AccountID) error{
			"ORG-6": func(c *cast, a tenancy.AccountID) error {
				return errOf(c.as(c.owner).MoveAccount(c.ctx(), a, second(c)))
			},
			"ORG-4": func(c *cast, a tenancy.AccountID) error {
				require.NoError(c, errOf(c.host.VerifyPhone(c.ctx(), c.main, "+15005550006")))
				return errOf(c.as(c.owner).CreateOrganization(c.ctx(), tenancy.NewOrganization{Name: "Second"}))
			},
			"ORG-10": func(c *cast, a tenancy.AccountID) error {
				return c.as(c.owner).DeleteOrganization(c.ctx(), c.org, tenancy.OrganizationDeletion{AccountsTo: second(c)})
			},
			"USR-11": func(c *cast, a tenancy.AccountID) error {
				require.NoError(c, errOf(c.as(c.owner).TransferAccount(c.ctx(), a, c.dan)))
				return c.as(c.owner).RemoveUser(c.ctx(), c.org, c.dan, tenancy.Removal{Release: true})
			},
			"ACC-4": func(c *cast, a tenancy.AccountID) error {
				asked, err := c.as(c.other).AddAccount(c.ctx(), c.eve.Organization.ID, a)
				require.NoError(c, err)
				return errOf(c.as(c.owner).AcceptAccountRequest(c.ctx(), asked.ID))
			},
		} {
			t.Run(way, func(t *testing.T) {
				c := newCast(t)
				robot := c.robot("Robot", tenancy.Administrator)
				account := c.account(c.owner, c.org, "Leaving")
				sub := c.subaccount(c.owner, account, "Sub")
				c.assign(c.owner, account, robot, tenancy.Developer)
				c.assign(c.owner, sub, robot, tenancy.Support)
				c.assign(c.owner, c.work, robot, tenancy.Support)
				c.assign(c.owner, account, c.cleo, tenancy.Support)
				said := c.said(organizationStream(c.org), func() { require.NoError(t, leave(c, account)) })
				require.Zero(t, c.roles(account, robot))
				require.Zero(t, c.roles(sub, robot))
				require.Contains(t, said, tenancy.RolesRevoked{Account: account, User: robot})
				require.Contains(t, said, tenancy.RolesRevoked{Account: sub, User: robot})
				require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(account, c.cleo), "a person's stay")
				if way != "ORG-10" {
					require.Equal(t, tenancy.Roles(tenancy.Support), c.roles(c.work, robot), "on what stays they stay")
				}
			})
		}
	})
	t.Run("USR-20 ORG-10 it is deleted with its organization, and nothing brings it back", func(t *testing.T) {
		c := newCast(t)
		robot, idle := c.robot("Robot", tenancy.Administrator), c.robot("Idle", "")
		c.assign(c.owner, c.work, robot, tenancy.Support)
		key := c.keyOf(c.owner, robot)
		session, err := c.host.Authenticate(t.Context(), key.Secret)
		require.NoError(t, err)
		require.NoError(t, errOf(c.as(c.owner).DeactivateUser(t.Context(), idle)))
		require.NoError(t, c.as(c.owner).DeleteOrganization(t.Context(), c.org, tenancy.OrganizationDeletion{}))
		for _, id := range []tenancy.UserID{robot, idle} {
			record := c.userRecord(id)
			require.True(t, record.Deleted)
			require.Zero(t, record.Personal)
			refused(t, errOf(c.as(id).Organization(t.Context(), c.org)), tenancy.CodeActor)
		}
		require.Zero(t, c.roles(c.work, robot))
		refused(t, errOf(session.Can(t.Context(), robot, tenancy.ReadUsage, c.work)), tenancy.CodeActor)
		refused(t, errOf(c.host.Authenticate(t.Context(), key.Secret)), tenancy.CodeKey)
		require.NoError(t, errOf(c.staff.RestoreOrganization(t.Context(), c.org)))
		require.True(t, c.userRecord(robot).Deleted)
		require.Empty(t, items(t, c.as(c.owner).Users(t.Context(), c.org, tenancy.UserQuery{ServiceAccount: new(true)})))
	})
	t.Run("USR-20 MRG-4 it becomes Standard User in a merge, and its keys go on", func(t *testing.T) {
		c := newCast(t)
		into := second(c)
		c.prove(c.owner, into, peopleAt)
		robot := c.robot("Robot", tenancy.Administrator)
		c.assign(c.owner, c.work, robot, tenancy.Support)
		key := c.keyOf(c.owner, robot)
		require.NoError(t, errOf(c.as(c.owner).MergeOrganizations(t.Context(), into, c.org)))
		session, err := c.host.Authenticate(t.Context(), key.Secret)
		require.NoError(t, err)
		_, membership, err := c.as(c.owner).Member(t.Context(), into, robot)
		require.NoError(t, err)
		require.Equal(t, tenancy.StandardUser, membership.Role)
		d, err := session.Can(t.Context(), robot, tenancy.ReadUsage, c.work)
		require.NoError(t, err)
		require.True(t, d.Allowed)
		o, err := c.as(c.owner).Organization(t.Context(), into)
		require.NoError(t, err)
		require.Equal(t, 1, o.Settings.ServiceAccounts)
	})
	t.Run("INV-1 INV-2 INV-15 USR-20 USR-22 Check finds what is wrong", func(t *testing.T) {
		for detail, spoil := range map[string]func(*cast, tenancy.UserID, tenancy.KeyID) tenancy.Record{
			"its Owner is no person": func(c *cast, _ tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(c.owner)
				u.ServiceAccount = true
				return u
			},
			"its owner is no person": func(c *cast, _ tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(c.cleo)
				u.ServiceAccount = true
				return u
			},
			"it is a service account, and has an address": func(c *cast, robot tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(robot)
				u.Personal.Email, u.Personal.Address = tenancy.NewPersonal("r@example.com"), tenancy.NewPersonal("r@example.com")
				return u
			},
			"it says another number of keys": func(c *cast, robot tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(robot)
				u.Keys++
				return u
			},
			"it says another number of service accounts": func(c *cast, _ tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				o, _ := stored[tenancy.OrganizationRecord](c.scene, tenancy.IndexOrganizations, tenancy.Key{ID: c.org})
				o.ServiceAccounts++
				return o
			},
			"it has a role on an account that is not its organization's": func(c *cast, robot tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				return tenancy.GrantRecord{Account: c.eve.Account.ID, User: robot, Roles: tenancy.Roles(tenancy.Support)}
			},
			"it is deleted, and its name is still there": func(c *cast, robot tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(robot)
				u.Deleted = true
				return u
			},
			"it is deleted, and has keys": func(c *cast, robot tenancy.UserID, _ tenancy.KeyID) tenancy.Record {
				u := c.userRecord(robot)
				u.Deleted = true
				return u
			},
			"it is of no service account": func(c *cast, _ tenancy.UserID, key tenancy.KeyID) tenancy.Record {
				k, _ := stored[tenancy.KeyRecord](c.scene, tenancy.IndexKeys, tenancy.Key{ID: key})
				k.User = c.dan
				return k
			},
			"the name of a key that has ended is still there": func(c *cast, _ tenancy.UserID, key tenancy.KeyID) tenancy.Record {
				k, _ := stored[tenancy.KeyRecord](c.scene, tenancy.IndexKeys, tenancy.Key{ID: key})
				k.Expires = 1
				return k
			},
		} {
			t.Run(detail, func(t *testing.T) {
				c := newCast(t)
				robot := c.robot("Robot", "")
				key := c.keyOf(c.owner, robot)
				c.tampered = true
				c.put(spoil(c, robot, key.ID))
				var found []string
				for v, err := range c.dir.Check(t.Context(), tenancy.CheckOptions{}) {
					require.NoError(t, err)
					found = append(found, v.Detail)
				}
				require.Contains(t, found, detail)
			})
		}
	})
}

// TestServiceAccountsInGroups crosses USR-20 with groups (GRP-2, GRP-4).
func TestServiceAccountsInGroups(t *testing.T) {
	t.Parallel()
	t.Run("USR-20 GRP-2 it gives itself no roles through a group", func(t *testing.T) {
		c := newCast(t)
		id, helper := c.robot("Robot", tenancy.Administrator), c.robot("Helper", "")
		robot := c.as(id)
		empty, holds := c.group(c.owner, c.org), c.group(c.owner, c.org, id)
		c.groupRoles(c.owner, holds, c.work, tenancy.Support)
		developer := tenancy.Roles(tenancy.Developer)
		c.unchanged(func() {
			refused(t, errOf(robot.AddToGroup(t.Context(), empty, []tenancy.UserID{id})), tenancy.CodeServiceAccount)
			refused(t, errOf(robot.AddToGroup(t.Context(), empty, []tenancy.UserID{c.dan, id})), tenancy.CodeServiceAccount)
			refused(t, errOf(robot.AssignGroupRoles(t.Context(), holds, c.work, developer)), tenancy.CodeServiceAccount)
		})
		require.NoError(t, errOf(robot.AssignGroupRoles(t.Context(), empty, c.work, developer)), "it is not in this one")
		c.unchanged(func() {
			refused(t, errOf(robot.AddToGroup(t.Context(), empty, []tenancy.UserID{id})), tenancy.CodeServiceAccount)
		})
		require.NoError(t, errOf(robot.AddToGroup(t.Context(), empty, []tenancy.UserID{c.dan, helper})))
		require.NoError(t, errOf(robot.RemoveFromGroup(t.Context(), holds, []tenancy.UserID{id})), "what only takes away")
		require.NoError(t, errOf(robot.AssignGroupRoles(t.Context(), holds, c.work, developer)), "it left it")
		c.sound()
	})
	t.Run("USR-20 GRP-4 one who is deleted leaves its groups, which keep their roles", func(t *testing.T) {
		for name, end := range map[string]func(*cast, tenancy.UserID) error{
			"DeleteUser": func(c *cast, id tenancy.UserID) error {
				return c.as(c.owner).DeleteUser(c.ctx(), id, tenancy.UserDeletion{})
			},
			"RemoveUser": func(c *cast, id tenancy.UserID) error {
				return c.as(c.owner).RemoveUser(c.ctx(), c.org, id, tenancy.Removal{})
			},
		} {
			t.Run(name, func(t *testing.T) {
				c := newCast(t)
				id := c.robot("Robot", "")
				group := c.group(c.owner, c.org, id, c.dan)
				c.groupRoles(c.owner, group, c.work, tenancy.Developer)
				session := c.keyed(c.keyOf(c.owner, id).Secret)
				d, err := session.Can(t.Context(), id, tenancy.Build, c.work)
				require.NoError(t, err)
				require.Equal(t, tenancy.WhyGroup, d.Why)
				said := c.said(organizationStream(c.org), func() { require.NoError(t, end(c, id)) })
				require.Contains(t, said, tenancy.UsersRemovedFromGroup{Group: group, Users: []tenancy.UserID{id}})
				refused(t, errOf(session.Can(t.Context(), id, tenancy.Build, c.work)), tenancy.CodeActor)
				d, err = c.host.Can(t.Context(), id, tenancy.Build, c.work)
				require.NoError(t, err)
				require.False(t, d.Allowed)
				d, err = c.host.Can(t.Context(), c.dan, tenancy.Build, c.work)
				require.NoError(t, err)
				require.True(t, d.Allowed, "a person in the group keeps what it gives")
				members := items(t, c.as(c.owner).GroupMembers(t.Context(), group, tenancy.GroupQuery{}))
				require.Len(t, members, 1)
				c.sound()
			})
		}
	})
}

func TestServiceAccountsForATime(t *testing.T) {
	t.Parallel()
	t.Run("USR-20 ACC-11 it has temporary roles as a member has, and gives itself none", func(t *testing.T) {
		c := newCast(t)
		id := c.robot("Robot", tenancy.Administrator)
		robot, until := c.as(id), c.clock.Now().Add(time.Hour)
		c.unchanged(func() {
			refused(t, errOf(robot.AssignRoles(t.Context(), c.work, id,
				tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer), Until: &until})), tenancy.CodeServiceAccount)
		})
		helper := c.robot("Helper", "")
		session := c.keyed(c.keyOf(c.owner, helper).Secret)
		c.assignUntil(id, c.work, helper, until, tenancy.Developer)
		d, err := session.Can(t.Context(), helper, tenancy.Build, c.work)
		require.NoError(t, err)
		require.True(t, d.Allowed)
		c.clock.Advance(time.Hour)
		d, err = session.Can(t.Context(), helper, tenancy.Build, c.work)
		require.NoError(t, err)
		require.False(t, d.Allowed, "at the end")
		c.sound()
	})
	t.Run("USR-20 ACC-11 ORG-6 they end with it, and on an account that leaves", func(t *testing.T) {
		c := newCast(t)
		id := c.robot("Robot", "")
		until := c.clock.Now().Add(time.Hour)
		leaving := c.account(c.owner, c.org, "Leaving")
		for _, account := range []tenancy.AccountID{c.work, leaving} {
			c.assignUntil(c.owner, account, id, until, tenancy.Developer)
		}
		require.NoError(t, errOf(c.host.VerifyPhone(t.Context(), c.main, "+15005550006")))
		second, err := c.as(c.owner).CreateOrganization(t.Context(), tenancy.NewOrganization{Name: "Second", AllStay: true})
		require.NoError(t, err)
		require.NoError(t, errOf(c.as(c.owner).MoveAccount(t.Context(), leaving, second.ID)))
		_, there := c.storedGrant(leaving, id)
		require.False(t, there)
		_, there = c.storedGrant(c.work, id)
		require.True(t, there, "on what stays it stays")
		require.NoError(t, c.as(c.owner).DeleteUser(t.Context(), id, tenancy.UserDeletion{}))
		_, there = c.storedGrant(c.work, id)
		require.False(t, there)
		c.sound()
	})
}

// peopleAt is the domain of Ana's address.
var peopleAt = strings.Split(address("ana"), "@")[1]

// TestServiceAccountsMergeNothing accepts invitations that a service account sent, as the
// Owner of another organization (USR-20).
func TestServiceAccountsMergeNothing(t *testing.T) {
	t.Parallel()
	for name, domain := range map[string]string{
		"USR-20 it merges nothing":    peopleAt,
		"USR-20 it dissolves nothing": "elsewhere.example.net",
	} {
		t.Run(name, func(t *testing.T) {
			c := newCast(t)
			c.prove(c.owner, c.org, domain)
			sent, err := c.as(c.robot("Robot", tenancy.Administrator)).
				InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: address("eve")})
			require.NoError(t, err)
			accept := func(secret tenancy.Secret, refusal tenancy.Code) error {
				offer, err := c.as(c.other).Invitation(t.Context(), secret)
				require.NoError(t, err)
				require.Equal(t, refusal, offer.Refusal)
				return second(c.as(c.other).AcceptInvitation(t.Context(),
					tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token}))
			}
			c.unchanged(func() { refused(t, accept(sent.Secret, tenancy.CodeInviter), tenancy.CodeInviter) })
			again, err := c.as(c.owner).ResendInvitation(t.Context(), sent.ID)
			require.NoError(t, err)
			require.NoError(t, accept(again.Secret, ""))
		})
	}
}

// TestServiceAccountsInPlans asks for the plan of a dissolution, which deletes a service
// account (MRG-11, USR-20).
func TestServiceAccountsInPlans(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.prove(c.owner, c.org, "elsewhere.example.net")
	made, err := c.as(c.other).CreateServiceAccount(t.Context(), c.eve.Organization.ID, tenancy.NewServiceAccount{Name: "R"})
	require.NoError(t, err)
	sent, err := c.as(c.owner).InviteUser(t.Context(), c.org, tenancy.NewInvitation{Email: address("eve")})
	require.NoError(t, err)
	plan, err := c.as(c.other).PreviewMerge(t.Context(), c.org, tenancy.MergeCandidate{Owner: c.other})
	require.NoError(t, err)
	require.Len(t, plan.Dissolved, 1)
	require.Len(t, plan.Users, 1)
	require.Equal(t, c.other, plan.Users[0].User)
	offer, err := c.as(c.other).Invitation(t.Context(), sent.Secret)
	require.NoError(t, err)
	require.NoError(t, errOf(c.as(c.other).AcceptInvitation(t.Context(),
		tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token})))
	require.True(t, c.userRecord(made.ID).Deleted)
}

// TestServiceAccountsListGroups lists the accounts of a group as a service account, which
// may read what its role may (USR-20, GRP-3).
func TestServiceAccountsListGroups(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	made, err := c.as(c.owner).CreateGroup(t.Context(), c.org, tenancy.NewGroup{Name: "G"})
	require.NoError(t, err)
	robot := c.robot("Robot", tenancy.Administrator)
	require.Empty(t, items(t, c.as(robot).GroupAccounts(t.Context(), made.ID, tenancy.GroupQuery{})))
}

// TestServiceAccountsByHostRoles has somebody who manages users by a role of the host's, and
// covers a service account's role, and a service account all the same is not theirs to
// change: only the Owner's and Administrators' (USR-20, ROLE-9).
func TestServiceAccountsByHostRoles(t *testing.T) {
	c := &cast{scene: newScene(t, withRoles(hostRoles))}
	t.Cleanup(c.sound)
	ana := c.found("ana")
	c.org, c.owner = ana.Organization.ID, ana.User.ID
	people, std := c.as(c.join(ana, "pia", "hr")), c.join(ana, "std", tenancy.StandardUser)
	robot, idle := c.robot("Robot", ""), c.robot("Idle", "")
	require.NoError(t, errOf(c.as(c.owner).DeactivateUser(t.Context(), idle)))
	for op, call := range map[string]func(user, inactive tenancy.UserID) error{
		"SetOrganizationRole": func(user, _ tenancy.UserID) error {
			return errOf(people.SetOrganizationRole(t.Context(), c.org, user, "hr"))
		},
		"DeactivateUser": func(user, _ tenancy.UserID) error { return errOf(people.DeactivateUser(t.Context(), user)) },
		"ReactivateUser": func(_, inactive tenancy.UserID) error { return errOf(people.ReactivateUser(t.Context(), inactive)) },
		"RemoveUser": func(user, _ tenancy.UserID) error {
			return people.RemoveUser(t.Context(), c.org, user, tenancy.Removal{})
		},
		"DeleteUser": func(user, _ tenancy.UserID) error {
			return people.DeleteUser(t.Context(), user, tenancy.UserDeletion{})
		},
		"UpdateUser": func(user, _ tenancy.UserID) error {
			return errOf(people.UpdateUser(t.Context(), user, tenancy.UserUpdate{Name: new("Other")}))
		},
	} {
		t.Run("USR-20 ROLE-9 "+op, func(t *testing.T) {
			c.unchanged(func() { refused(t, call(robot, idle), tenancy.CodeNotAllowed) })
			require.NotErrorIs(t, call(std, std), tenancy.CodeNotAllowed, "of a person it is")
		})
	}
}

// TestRevokeKeySteps has whoever knows a key's ID revoke it, in the groups that make the way
// to what they see longest: an operation reads in few steps whoever calls it (USR-22, GEN-14).
func TestRevokeKeySteps(t *testing.T) {
	c := newCast(t)
	robot := c.robot("Robot", "")
	key := c.keyOf(c.owner, robot)
	c.scene.groupRoles(c.owner, c.scene.group(c.owner, c.org, robot), c.work, tenancy.Support)
	c.scene.groupRoles(c.other, c.scene.group(c.other, c.eve.Organization.ID, c.other), c.eve.Account.ID, tenancy.Support)
	c.scene.groupRoles(c.owner, c.scene.group(c.owner, c.org, c.dan), c.main, tenancy.Support)
	c.unchanged(func() {
		for _, by := range []tenancy.UserID{c.other, c.dan, c.manager, c.gil} {
			refused(t, c.as(by).RevokeKey(t.Context(), key.ID), tenancy.CodeNotFound)
		}
	})
	require.NoError(t, c.as(c.admin).RevokeKey(t.Context(), key.ID))
}
