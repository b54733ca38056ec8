package tenancy_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// exit is an account that can leave its organization unless it is designated.
type exit struct {
	*scene
	founder      tenancy.SignedUp // Owner of the organization
	owner, admin tenancy.UserID   // no admin: the Owner is alone
	org, to      tenancy.OrganizationID
	account, sub tenancy.AccountID
	keepers      []tenancy.UserID // of the account: its Administrator, and its Owner, if they do not manage the organization
	leave        func() error
}

// exits are the ways out. Each says which account leaves, how, and where it goes, if it
// goes to another organization.
var exits = map[string]func(*exit){
	"ORG-4 CreateOrganization": func(x *exit) {
		x.phone(x.account)
		x.leave = func() error {
			return second(x.as(x.owner).CreateOrganization(x.ctx(), tenancy.NewOrganization{Name: "New"}))
		}
	},
	"ORG-6 MoveAccount": func(x *exit) {
		x.to = x.another(x.founder, "Other")
		x.leave = func() error { return second(x.as(x.owner).MoveAccount(x.ctx(), x.account, x.to)) }
	},
	"ORG-10 DeleteOrganization by the Owner":   func(x *exit) { x.leave = x.deleting(x.as(x.owner)) },
	"ORG-10 DeleteOrganization by an Operator": func(x *exit) { x.leave = x.deleting(x.staff.Session) },
	"ORG-10 DeleteOrganization, the Owner's account to another of theirs": func(x *exit) {
		x.to = x.another(x.founder, "Other")
		x.leave = x.deleting(x.as(x.owner))
	},
	"ORG-10 DeleteOrganization, a member's account": func(x *exit) {
		x.members()
		x.leave = x.deleting(x.as(x.owner))
	},
	"ORG-10 DeleteOrganization, an inactive member's account to another of the Owner's": func(x *exit) {
		x.to = x.another(x.founder, "Other")
		_, err := x.as(x.owner).DeactivateUser(x.ctx(), x.members())
		require.NoError(x, err)
		x.keepers = nil
		x.leave = x.deleting(x.as(x.owner))
	},
	"USR-11 RemoveUser with their accounts": func(x *exit) {
		member := x.members()
		x.leave = func() error {
			return x.as(x.owner).RemoveUser(x.ctx(), x.org, member, tenancy.Removal{Release: true})
		}
	},
	"ACC-4 AcceptAccountRequest": func(x *exit) {
		eve := x.found("eve")
		x.to = eve.Organization.ID
		asked := x.asking(eve.User.ID, x.to, x.account)
		x.leave = func() error { return second(x.as(x.owner).AcceptAccountRequest(x.ctx(), asked)) }
	},
	"USR-8 AcceptInvitation, the organization is dissolved": func(x *exit) {
		require.NoError(x, x.as(x.admin).Leave(x.ctx(), x.org))
		x.admin = tenancy.UserID{}
		eve := x.found("eve")
		x.to = eve.Organization.ID
		sent := x.invited(eve, address("ana"))
		x.leave = func() error {
			offer, err := x.as(x.owner).Invitation(x.ctx(), sent.Secret)
			require.NoError(x, err)
			require.Len(x, offer.Terms.Dissolved, 1)
			return second(x.as(x.owner).AcceptInvitation(x.ctx(),
				tenancy.Acceptance{Secret: sent.Secret, Terms: offer.Terms.Token}))
		}
	},
}

// members makes a member the owner of the account.
func (x *exit) members() tenancy.UserID {
	x.Helper()
	ben := x.join(x.founder, "ben", tenancy.StandardUser)
	x.account, x.keepers = x.scene.account(ben, x.org, "Work"), []tenancy.UserID{ben}
	return ben
}

// deleting deletes the organization.
func (x *exit) deleting(by *tenancy.Session) func() error {
	return func() error {
		return by.DeleteOrganization(x.ctx(), x.org, tenancy.OrganizationDeletion{AccountsTo: x.to})
	}
}

func newExit(t *testing.T, way func(*exit)) *exit {
	t.Helper()
	x := &exit{scene: newScene(t)}
	x.founder = x.found("ana")
	x.owner, x.org, x.account = x.founder.User.ID, x.founder.Organization.ID, x.founder.Account.ID
	x.admin = x.join(x.founder, "adam", tenancy.Administrator)
	way(x)
	x.sub = x.subaccount(x.owner, x.account, "Sub")
	x.keepers = append(x.keepers, x.guest(x.owner, x.account, "kim", tenancy.AccountAdministrator))
	x.entitle(x.org)
	return x
}

// disablers returns the actors who may end a designation (HIP-3).
func (x *exit) disablers() map[string]*tenancy.Session {
	all := map[string]*tenancy.Session{"the Owner": x.as(x.owner), "an Administrator": x.as(x.admin),
		"an Operator": x.staff.Session}
	if x.admin.IsZero() {
		delete(all, "an Administrator")
	}
	return all
}

// left requires that the account is gone, and that what is designated is in an
// organization.
func (x *exit) left() {
	x.Helper()
	for _, id := range []tenancy.AccountID{x.account, x.sub} {
		if a := x.accountRecord(id); a.Closed == 0 {
			require.NotEqual(x, x.org, a.Organization)
			require.True(x, x.to.IsZero() || a.Organization == x.to)
			require.True(x, a.Designated == 0 || !a.Organization.IsZero())
		}
	}
	x.sound()
}

func TestDesignatedStays(t *testing.T) {
	forms := map[string]func(*exit) tenancy.AccountID{
		"designated":                   func(x *exit) tenancy.AccountID { return x.account },
		"with a designated subaccount": func(x *exit) tenancy.AccountID { return x.sub },
	}
	for way, open := range exits {
		t.Run("HIP-7 "+way+", undesignated", func(t *testing.T) {
			x := newExit(t, open)
			require.NoError(t, x.leave())
			x.left()
		})
		t.Run("HIP-7 "+way+", designated and closed does not hinder (INV-10)", func(t *testing.T) {
			x := newExit(t, open)
			old := x.scene.account(x.owner, x.org, "Old")
			for _, account := range []tenancy.AccountID{x.sub, old} {
				x.designate(x.owner, account)
				_, err := x.as(x.owner).CloseAccount(t.Context(), account)
				require.NoError(t, err)
			}
			sub := x.accountRecord(x.sub)
			require.NoError(t, x.leave())
			x.left()
			sub.Organization = x.accountRecord(
				old).Organization // it stays in the list of its organization while there is one
			require.Equal(t, sub, x.accountRecord(x.sub))
		})
		for form, what := range forms {
			t.Run("HIP-7 "+way+", "+form, func(t *testing.T) {
				for who := range newExit(t, open).disablers() {
					x := newExit(t, open)
					x.stays(what(x))
					_, err := x.disablers()[who].DisableHIPAA(t.Context(), what(x))
					require.NoError(t, err, who)
					require.NoError(t, x.leave(), who)
					x.left()
				}
			})
			t.Run("HIP-7 "+way+", "+form+", to an entitled organization", func(t *testing.T) {
				x := newExit(t, open)
				if x.to.IsZero() {
					return // there is none
				}
				x.stays(what(x))
				x.entitle(x.to)
				designated := x.accountRecord(what(x)).Designated
				require.NoError(t, x.leave())
				require.Equal(t, designated, x.accountRecord(what(x)).Designated)
				x.left()
			})
		}
	}
}

// stays requires that the account does not leave once something is designated, and that
// only those who manage the organization end the designation.
func (x *exit) stays(designated tenancy.AccountID) {
	x.Helper()
	x.designate(x.owner, designated)
	x.unchanged(func() {
		refused(x, x.leave(), tenancy.CodeHIPAADesignated)
		refused(x, second(x.host.DisableHIPAA(x.ctx(), designated)), tenancy.CodeNotAllowed)
		for _, keeper := range x.keepers {
			refused(x, second(x.as(keeper).DisableHIPAA(x.ctx(), designated)), tenancy.CodeNotAllowed)
		}
	})
}

// TestDesignatedEverywhere does every errand in a tenant whose accounts are designated. An
// errand that succeeds leaves each account that is not closed in its organization, or
// brings it to an entitled one, or by a merge to any. The other errands are refused for
// that reason.
func TestDesignatedEverywhere(t *testing.T) {
	plain := newTenantOver(t, memstore.New())
	for form, tt := range map[string]struct {
		designate func(*tenant)
		refused   []string
	}{
		"accounts of an entitled organization": {func(t *tenant) { t.designate(t.Owner, t.Account); t.designate(t.Owner, t.Work) }, []string{
			"AcceptAccountRequest", "CreateOrganization", "DeleteOrganization", "MoveAccount", "RemoveUser, with their accounts", "SetHIPAAEntitlement"}},
		"subaccounts of an entitled organization": {func(t *tenant) {
			t.designate(t.Owner, t.Sub)
			t.designate(t.Owner, t.subaccount(t.Owner, t.Work, "Sub"))
		}, []string{
			"AcceptAccountRequest", "CreateOrganization", "DeleteOrganization", "MoveAccount", "RemoveUser, with their accounts", "SetHIPAAEntitlement"}},
		"accounts that could come to an organization without": {(*tenant).designatedElsewhere,
			[]string{"AcceptInvitation, dissolving"}},
	} {
		t.Run("HIP-7 MRG-7 "+form, func(t *testing.T) {
			var hindered []string
			designated := plain.apart(t)
			tt.designate(designated)
			for _, e := range errands {
				c := designated
				if e.given != nil {
					c = plain.given(t, e)
					tt.designate(c)
				} else {
					c = c.over(c.copied(), tenancy.Options{})
				}
				if c.stay(e) {
					hindered = append(hindered, e.String())
				}
			}
			slices.Sort(hindered)
			require.Equal(t, tt.refused, hindered)
		})
	}
	t.Run("HIP-7 no other operation says so", func(t *testing.T) {
		ops := map[string]bool{"AcceptInvitation": true, "RemoveUser": true, "SetHIPAAEntitlement": true,
			"CreateOrganization": true, "MoveAccount": true,
			"DeleteOrganization": true, "AcceptAccountRequest": true}
		for op, codes := range tenancy.OperationCodes() {
			require.Equal(t, ops[op], slices.Contains(codes, tenancy.CodeHIPAADesignated), op)
		}
	})
}

// designatedElsewhere ends the entitlement of Org, unless the errand is about an account
// that is designated there, and designates an account in each organization that could
// merge into Org.
func (t *tenant) designatedElsewhere() {
	t.Helper()
	if len(t.designations()) == 0 {
		require.NoError(t, errOf(t.staff.SetHIPAAEntitlement(t.ctx(), t.Org, tenancy.HIPAAEntitlement{})))
	}
	t.entitle(t.Second)
	t.entitle(t.RivalOrg)
	t.designate(t.Owner, t.Branch)
	t.designate(t.Rival, t.Outside)
}

// stay does an errand, and reports whether it was refused because of what is designated.
func (t *tenant) stay(e errand) (refused bool) {
	t.Helper()
	before := t.designations()
	_, err := t.run(e, e.by, t.names)
	for id, was := range before {
		is := t.accountRecord(id)
		if is.Closed != 0 || is.Designated == 0 || is.Organization == was.Organization {
			continue
		}
		from, _ := stored[tenancy.OrganizationRecord](t.scene, tenancy.IndexOrganizations,
			tenancy.Key{ID: was.Organization})
		to, _ := stored[tenancy.OrganizationRecord](t.scene, tenancy.IndexOrganizations,
			tenancy.Key{ID: is.Organization})
		require.True(t, to.HIPAA || from.MergedInto == is.Organization, "%v: %v", e, id)
	}
	require.True(t, err == nil || maps.Equal(before, t.designations()), e)
	return tenancy.CodeOf(err) == tenancy.CodeHIPAADesignated
}

// designations returns the accounts that are designated and not closed.
func (t *tenant) designations() map[tenancy.AccountID]tenancy.AccountRecord {
	t.Helper()
	all := map[tenancy.AccountID]tenancy.AccountRecord{}
	for _, record := range t.everything() {
		if a, is := record.(tenancy.AccountRecord); is && a.Designated != 0 && a.Closed == 0 {
			all[a.ID] = a
		}
	}
	return all
}
