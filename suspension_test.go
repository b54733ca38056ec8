package tenancy_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// suspendedErrands are calls that go on though others of the same operation are refused,
// beside those of errands.
var suspendedErrands = []errand{
	{op: "UpdateUser", way: "a member themself", by: "Standard", call: func(c call) (any, error) {
		return gives(c.s.UpdateUser(c, c.self, tenancy.UserUpdate{Name: new("Other")}))
	}},
	{op: "RemoveUser", way: "without accounts", by: "Admin", call: func(c call) (any, error) {
		return does(c.s.RemoveUser(c, c.Org, c.Standard, tenancy.Removal{}))
	}},
	{op: "DeleteUser", way: "without accounts", by: "Admin", call: func(c call) (any, error) {
		return does(c.s.DeleteUser(c, c.Standard, tenancy.UserDeletion{}))
	}},
	{op: "DeleteUser", way: "by an Operator", by: "staff", call: func(c call) (any, error) {
		return does(c.s.DeleteUser(c, c.Member, tenancy.UserDeletion{AccountsTo: c.Heir}))
	}},
	{op: "DeleteOrganization", way: "by an Operator", by: "staff", call: func(c call) (any, error) {
		return does(c.s.DeleteOrganization(c, c.Org, tenancy.OrganizationDeletion{AccountsTo: c.Second}))
	}},
	{op: "DeleteOrganization", way: "by an Operator, for one that is suspended too", by: "staff", call: func(c call) (any, error) {
		return does(c.s.DeleteOrganization(c, c.Org, tenancy.OrganizationDeletion{AccountsTo: c.Barred}))
	}},
	{op: "RenameAccount", way: "by an Operator", by: "staff", call: func(c call) (any, error) {
		return gives(c.s.RenameAccount(c, c.Account, "Other"))
	}},
	{op: "ReactivateUser", way: "by an Operator", by: "staff", call: func(c call) (any, error) {
		return gives(c.s.ReactivateUser(c, c.Idle))
	}},
	{op: "RemoveDomain", way: "by an Operator", by: "staff", call: func(c call) (any, error) {
		return does(c.s.RemoveDomain(c, c.Domain))
	}},
	{op: "DisableHIPAA", way: "by an Operator", by: "staff", given: (*tenant).designated, call: func(c call) (any, error) {
		return gives(c.s.DisableHIPAA(c, c.Account))
	}},
	{op: "TransferOwnership", way: "and stays", by: "Owner", given: (*tenant).alone, call: func(c call) (any, error) {
		return gives(c.s.TransferOwnership(c, c.Org, tenancy.NewOwner{User: c.Heir}))
	}},
	{op: "ChangeEmail", way: "where the policy lets people in", by: "host", given: (*tenant).automatic,
		call: func(c call) (any, error) {
			return gives(c.s.ChangeEmail(c, c.Guest, tenancy.Proven("guest2@a-corp.example")))
		}},
	{op: "ChangeEmail", way: "of a member where the policy lets people in", by: "host", given: (*tenant).automatic,
		call: func(c call) (any, error) {
			return gives(c.s.ChangeEmail(c, c.Member, tenancy.Proven("member@a-corp.example")))
		}},
}

// alone leaves the Owner no other organization.
func (t *tenant) alone() {
	t.Helper()
	require.NoError(t, t.staff.DeleteOrganization(t.ctx(), t.Barred, tenancy.OrganizationDeletion{}))
	require.NoError(t, t.as(t.Owner).DeleteOrganization(t.ctx(), t.Second, tenancy.OrganizationDeletion{AccountsTo: t.Org}))
}

// whileSuspended says of errands whether they are refused, where the column of their
// operation does not: it says that some are, or they act on something else, or within.
var whileSuspended = map[string]bool{
	"SignUp":                                       false, // on a domain of nobody's
	"SignUp, with a secret":                        true,
	"SignUp, joining":                              true,
	"SignUp, with an invitation's ID":              true,
	"CreateOrganization":                           false,
	"UpdateUser":                                   true,
	"UpdateUser, themself":                         false,
	"UpdateUser, a service account":                true,
	"RemoveUser, a service account":                false,
	"RemoveUser, by a service account":             false,
	"DeleteUser, a service account":                false,
	"UpdateUser, a member themself":                false,
	"ChangeEmail":                                  false, // to a domain of nobody's
	"ChangeEmail, where the policy lets people in": true,
	"ChangeEmail, of a member where the policy lets people in": false,
	"RemoveUser":                                   true,
	"RemoveUser, each account to an heir":          true,
	"RemoveUser, with their accounts":              true,
	"RemoveUser, without accounts":                 false,
	"DeleteUser":                                   true,
	"DeleteUser, each account to an heir":          true,
	"DeleteUser, themself":                         false,
	"DeleteUser, without accounts":                 false,
	"DeleteUser, by an Operator":                   false,
	"VerifyDomain":                                 true,
	"VerifyDomain, again":                          false,
	"VerifyDomain, that another organization lost": true,
	"CreateAccount, unmanaged":                     false,
	"UpdateProvisioned":                            true,
	"UpdateProvisioned, a hold":                    false,
	"UpdateProvisioned, of a pending one":          true,
	"UpdateProvisionedGroup":                       true,
	"UpdateProvisionedGroup, taking out":           false,
	"UpdateProvisionedGroup, replacing":            true,
	"SignUp, whom a directory keeps":               false,
	"RemoveUser, whom a directory keeps":           false,
	"DeleteUser, whom a directory keeps":           false,
	"Atomically":                                   true,
	"Preview":                                      true,
}

// TestWhileSuspended does every errand in a tenant whose organization is suspended, and
// holds the column of each row to what happens (ORG-15). What is refused changes nothing.
func TestWhileSuspended(t *testing.T) {
	t.Parallel()
	column := map[string]string{}
	for _, row := range tenancy.OperationsTable() {
		column[row.Name] = row.Suspended
	}
	plain := newTenantOver(t, memstore.New())
	refuses, goesOn := map[string]bool{}, map[string]bool{}
	for _, e := range slices.Concat(errands, suspendedErrands) {
		t.Run("ORG-15 "+e.String(), func(t *testing.T) {
			x := plain.apart(t)
			if e.given != nil {
				e.given(x)
			}
			x.suspend(x.Org)
			want, said := whileSuspended[e.String()]
			if !said {
				require.Contains(t, []string{"", "goes on"}, column[e.op], "say which errands are refused")
				want = column[e.op] == "" && e.by != "staff" && e.by != "host"
			}
			if !want {
				_, err := x.run(e, e.by, x.names)
				require.NoError(t, err)
				goesOn[e.op] = true
				require.Empty(t, x.set.Check(tenancy.CheckOptions{}))
				return
			}
			refuses[e.op] = true
			x.unchanged(func() {
				_, err := x.run(e, e.by, x.names)
				refused(t, err, tenancy.CodeOrganizationSuspended)
			})
			require.NoError(t, errOf(x.staff.ReactivateOrganization(x.ctx(), x.Org, "ticket-1")))
			_, err := x.run(e, e.by, x.names)
			require.NoError(t, err, "after reactivation everything is as it was")
		})
	}
	codes := tenancy.OperationCodes()
	for _, row := range tenancy.OperationsTable() {
		lists := slices.Contains(codes[row.Name], tenancy.CodeOrganizationSuspended)
		switch row.Suspended {
		case "":
			require.True(t, refuses[row.Name] && lists, "%s: nothing shows that it refuses", row.Name)
		case "goes on":
			require.True(t, goesOn[row.Name] || strings.Contains("Atomically Preview", row.Name), row.Name)
			require.False(t, lists, row.Name)
		default:
			require.True(t, goesOn[row.Name], row.Name)
			require.Equal(t, lists, refuses[row.Name], row.Name)
		}
	}
}

func TestSuspendOrganization(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	org, ctx := ana.Organization.ID, s.ctx()
	shown := func() tenancy.Organization {
		o, err := s.as(ana.User.ID).Organization(ctx, org)
		require.NoError(t, err)
		return o
	}

	t.Run("ORG-15 an Operator or System suspends and reactivates, with a reference", func(t *testing.T) {
		for _, p := range []*tenancy.Platform{s.staff, s.host} {
			o, err := p.SuspendOrganization(ctx, org, "ticket-1")
			require.NoError(t, err)
			require.True(t, o.Suspended)
			require.Equal(t, tenancy.StateActive, o.State, "a mark apart from the state")
			require.True(t, shown().Suspended)
			o, err = s.staff.ReactivateOrganization(ctx, org, "ticket-2")
			require.NoError(t, err)
			require.False(t, o.Suspended)
			require.False(t, shown().Suspended)
		}
		var said []tenancy.EventData
		for _, e := range items(t, s.staff.Events(ctx, organizationStream(org), tenancy.EventQuery{})) {
			switch e.Data.(type) {
			case tenancy.OrganizationSuspended, tenancy.OrganizationReactivated:
				said = append(said, e.Data)
			}
		}
		suspended := tenancy.OrganizationSuspended{Organization: org, Reference: "ticket-1"}
		reactivated := tenancy.OrganizationReactivated{Organization: org, Reference: "ticket-2"}
		require.Equal(t, []tenancy.EventData{suspended, reactivated, suspended, reactivated}, said)
	})
	t.Run("GEN-6 once is as good as twice", func(t *testing.T) {
		s.unchanged(func() { require.NoError(t, errOf(s.host.ReactivateOrganization(ctx, org, "ticket-3"))) })
		require.NoError(t, errOf(s.host.SuspendOrganization(ctx, org, "ticket-1")))
		s.unchanged(func() { require.NoError(t, errOf(s.staff.SuspendOrganization(ctx, org, "ticket-2"))) })
		require.NoError(t, errOf(s.host.ReactivateOrganization(ctx, org, "ticket-1")))
	})
	t.Run("ORG-15 refusals", func(t *testing.T) {
		ben, eve := s.found("ben"), s.found("eve")
		require.NoError(t, s.as(eve.User.ID).DeleteOrganization(ctx, eve.Organization.ID, tenancy.OrganizationDeletion{}))
		prime, merged := s.merged()
		for _, tt := range []struct {
			as        *tenancy.Platform
			org       tenancy.OrganizationID
			reference tenancy.Reference
			code      tenancy.Code
		}{
			{s.staff, tenancy.OrganizationID{}, "t", tenancy.CodeID},
			{s.staff, org, "", tenancy.CodeReference},
			{s.staff, org, "not one", tenancy.CodeReference},
			{s.staff, tenancy.OrganizationID{1}, "t", tenancy.CodeNotFound},
			{&tenancy.Platform{Session: s.as(ana.User.ID)}, org, "t", tenancy.CodeNotAllowed},
			{&tenancy.Platform{Session: s.as(ben.User.ID)}, org, "t", tenancy.CodeNotFound},
			{s.staff, eve.Organization.ID, "t", tenancy.CodeEnded},
			{s.staff, merged, "t", tenancy.CodeMerged},
		} {
			s.unchanged(func() {
				refused(t, errOf(tt.as.SuspendOrganization(ctx, tt.org, tt.reference)), tt.code)
				refused(t, errOf(tt.as.ReactivateOrganization(ctx, tt.org, tt.reference)), tt.code)
			})
		}
		require.NotZero(t, prime)
	})
}

// merged founds an organization, merges another of its Owner's into it, and returns both.
func (s *scene) merged() (prime, candidate tenancy.OrganizationID) {
	s.Helper()
	x := newTenant(s, "m")
	return x.Org, x.Merged
}

func TestSuspendedOrder(t *testing.T) {
	x := newTenantOver(t, memstore.New())
	x.suspend(x.Org)
	ctx, admin := x.ctx(), x.as(x.Admin)
	t.Run("GEN-5 ORG-15 the right, and whom the input names, come before the state", func(t *testing.T) {
		refused(t, errOf(x.as(x.Standard).RenameOrganization(ctx, x.Org, "Other")), tenancy.CodeNotAllowed)
		refused(t, errOf(x.as(x.Rival).RenameOrganization(ctx, x.Org, "Other")), tenancy.CodeNotFound)
		refused(t, errOf(admin.SetOrganizationRole(ctx, x.Org, x.Admin, tenancy.StandardUser)), tenancy.CodeOneself)
		refused(t, errOf(admin.SetOrganizationRole(ctx, x.Org, x.Owner, tenancy.StandardUser)), tenancy.CodeTheOwner)
		refused(t, errOf(admin.SetOrganizationRole(ctx, x.Org, x.Rival, tenancy.StandardUser)), tenancy.CodeNotFound)
		refused(t, errOf(admin.UpdateUser(ctx, x.Owner, tenancy.UserUpdate{Name: new("Other")})), tenancy.CodeTheOwner)
		refused(t, admin.RemoveUser(ctx, x.Org, x.Member, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		refused(t, errOf(x.as(x.Standard).RenameAccount(ctx, x.Account, "Other")), tenancy.CodeNotAllowed)
		refused(t, errOf(x.as(x.Rival).RenameAccount(ctx, x.Account, "Other")), tenancy.CodeNotFound)
		refused(t, errOf(admin.ResendInvitation(ctx, x.Invited)), tenancy.CodeOrganizationSuspended)
		refused(t, errOf(x.as(x.Rival).ResendInvitation(ctx, x.Invited)), tenancy.CodeNotFound)
	})
	t.Run("GEN-6 ORG-15 setting what is so already is refused too", func(t *testing.T) {
		o, err := admin.Organization(ctx, x.Org)
		require.NoError(t, err)
		refused(t, errOf(admin.RenameOrganization(ctx, x.Org, o.Name.Reveal())), tenancy.CodeOrganizationSuspended)
	})
	t.Run("GEN-11 ORG-15 a refusal within a block leaves the rest of it", func(t *testing.T) {
		require.NoError(t, admin.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			refused(t, errOf(s.RenameOrganization(ctx, x.Org, "Other")), tenancy.CodeOrganizationSuspended)
			return s.RevokeRoles(ctx, x.Account, x.Standard)
		}))
		o, err := admin.Organization(ctx, x.Org)
		require.NoError(t, err)
		require.NotEqual(t, "Other", o.Name.Reveal())
		refused(t, admin.RevokeRoles(ctx, x.Account, x.Standard), tenancy.CodeGroupRole) // no grant is left
	})
}

func TestSuspendedWays(t *testing.T) {
	plain := newTenantOver(t, memstore.New())
	organizationOf := func(x *tenant, account tenancy.AccountID) tenancy.OrganizationID {
		return x.accountRecord(account).Organization
	}
	for _, tt := range []struct {
		way   string
		given func(*tenant)
		call  func(context.Context, *tenant) error
	}{
		{"ORG-6 an account moves to it", func(x *tenant) { x.suspend(x.Second) },
			func(ctx context.Context, x *tenant) error {
				return errOf(x.as(x.Owner).MoveAccount(ctx, x.Account, x.Second))
			}},
		{"MRG-14 it merges", func(x *tenant) { x.suspend(x.Second) }, func(ctx context.Context, x *tenant) error {
			return errOf(x.as(x.Owner).MergeOrganizations(ctx, x.Org, x.Second))
		}},
		{"ORG-10 it gets the accounts of one that ends", func(x *tenant) { x.suspend(x.Second) },
			func(ctx context.Context, x *tenant) error {
				return x.as(x.Owner).DeleteOrganization(ctx, x.Org, tenancy.OrganizationDeletion{AccountsTo: x.Second})
			}},
		{"ACC-4 it asked for the account", func(x *tenant) { x.suspend(x.RivalOrg) },
			func(ctx context.Context, x *tenant) error {
				return errOf(x.as(x.Owner).AcceptAccountRequest(ctx, x.Wanted))
			}},
		{"USR-8 its Owner accepts an invitation", func(x *tenant) { x.agreeing(); x.suspend(x.RivalOrg) },
			func(ctx context.Context, x *tenant) error {
				return errOf(x.as(x.Rival).AcceptInvitation(ctx,
					tenancy.Acceptance{Secret: x.RivalSecret, Terms: x.rivalTerms}))
			}},
		{"USR-8 nor is it dissolved", func(x *tenant) { x.dissolving(); x.suspend(x.RivalOrg) },
			func(ctx context.Context, x *tenant) error {
				return errOf(x.as(x.Rival).AcceptInvitation(ctx,
					tenancy.Acceptance{Secret: x.RivalSecret, Terms: x.rivalTerms}))
			}},
	} {
		t.Run("ORG-15 "+tt.way, func(t *testing.T) {
			x := plain.apart(t)
			tt.given(x)
			x.unchanged(func() { refused(t, tt.call(x.ctx(), x), tenancy.CodeOrganizationSuspended) })
			for _, org := range []tenancy.OrganizationID{x.Second, x.RivalOrg} {
				require.NoError(t, errOf(x.staff.ReactivateOrganization(x.ctx(), org, "ticket-1")))
			}
			require.NoError(t, tt.call(x.ctx(), x))
		})
	}
	t.Run("ORG-4 ORG-15 its accounts stay there", func(t *testing.T) {
		x := plain.apart(t)
		x.suspend(x.Second)
		founded, err := x.as(x.Owner).CreateOrganization(x.ctx(), tenancy.NewOrganization{Name: "Third"})
		require.NoError(t, err)
		require.Equal(t, x.Second, organizationOf(x, x.Branch))
		require.Equal(t, founded.ID, organizationOf(x, x.Account))
	})
	t.Run("MRG-3 ORG-15 to an importing organization its Owner is not eligible, and no more is said", func(t *testing.T) {
		x := plain.apart(t)
		admin := x.as(x.Admin)
		listed := func() (users []tenancy.UserID) {
			for _, u := range items(t, admin.ImportableUsers(x.ctx(), x.Domain, tenancy.ImportableUserQuery{})) {
				users = append(users, u.User)
			}
			return users
		}
		require.Contains(t, listed(), x.Rival)
		require.NoError(t, errOf(admin.PreviewMerge(x.ctx(), x.Org, tenancy.MergeCandidate{Owner: x.Rival})))
		x.suspend(x.RivalOrg)
		require.NotContains(t, listed(), x.Rival)
		refused(t, errOf(admin.PreviewMerge(x.ctx(), x.Org, tenancy.MergeCandidate{Owner: x.Rival})), tenancy.CodeNotFound)
		x.unchanged(func() {
			results, err := admin.ImportUsers(x.ctx(), x.Org, tenancy.UserImport{Emails: []string{x.at("rival"), x.at("nobody")}})
			require.NoError(t, err)
			refused(t, results[0].Err, tenancy.CodeNotEligible)
			require.Equal(t, results[1].Err, results[0].Err, "as of an address that nobody has")
		})
		plan, err := x.staff.PreviewMerge(x.ctx(), x.Org, tenancy.MergeCandidate{Owner: x.Rival})
		require.NoError(t, err)
		require.Contains(t, plan.Unmet, tenancy.Unmet{Organization: x.RivalOrg, Code: tenancy.CodeOrganizationSuspended})
	})
	t.Run("MRG-11 ORG-15 previews say so", func(t *testing.T) {
		x := plain.apart(t)
		x.suspend(x.Org)
		unmet := func(by tenancy.UserID, of tenancy.MergeCandidate) []tenancy.Unmet {
			plan, err := x.as(by).PreviewMerge(x.ctx(), x.Org, of)
			require.NoError(t, err)
			return plan.Unmet
		}
		all := []tenancy.Unmet{{Code: tenancy.CodeOrganizationSuspended}}
		require.Equal(t, all, unmet(x.Rival, tenancy.MergeCandidate{Owner: x.Rival}))
		require.Equal(t, all[0], unmet(x.Admin, tenancy.MergeCandidate{Owner: x.Rival})[0])
		require.Equal(t, all[0], unmet(x.Owner, tenancy.MergeCandidate{Organization: x.Second})[0])
	})
	t.Run("USR-19 ORG-15 lists of invitations say that they wait", func(t *testing.T) {
		x := plain.apart(t)
		x.suspend(x.Org)
		offers := items(t, x.as(x.Standard).InvitationsTo(x.ctx(), x.Standard, tenancy.OfferQuery{}))
		require.Equal(t, tenancy.CodeOrganizationSuspended, offers[0].Refusal, "to an account of its")
		offers = items(t, x.as(x.Rival).InvitationsTo(x.ctx(), x.Rival, tenancy.OfferQuery{}))
		require.Equal(t, tenancy.CodeOrganizationSuspended, offers[0].Refusal)
		offers = items(t, x.host.InvitationsToAddress(x.ctx(), tenancy.Proven(x.at("new")), tenancy.OfferQuery{}))
		require.Equal(t, tenancy.CodeOrganizationSuspended, offers[0].Refusal)
		offer, err := x.as(x.Admin).InvitationByID(x.ctx(), x.Invited)
		require.NoError(t, err)
		require.Equal(t, tenancy.CodeOrganizationSuspended, offer.Refusal)
	})
	t.Run("USR-1 ORG-15 invitation only and closed hold", func(t *testing.T) {
		x := plain.apart(t)
		x.suspend(x.Org)
		signUp := func(name string) (tenancy.SignedUp, error) {
			return x.host.SignUp(x.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(x.at(name)), Name: "New"})
		}
		refused(t, errOf(signUp("zoe")), tenancy.CodeInvitationOnly)
		signed, err := signUp("new") // who is invited
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpMade, signed.Result)
		require.NoError(t, errOf(x.staff.ReactivateOrganization(x.ctx(), x.Org, "ticket-1")))
		require.NoError(t, errOf(x.as(x.Owner).SetSignUpPolicy(x.ctx(), x.Org,
			tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
		x.suspend(x.Org)
		signed, err = signUp("zoe")
		require.NoError(t, err)
		require.Equal(t, tenancy.SignUpFounded, signed.Result)
	})
	t.Run("DOM-3 ORG-15 another organization takes a domain that it lost", func(t *testing.T) {
		x := newTenantOver(t, memstore.New())
		x.lost() // RivalOrg has the domain that Org claims, and its record is gone
		x.suspend(x.RivalOrg)
		require.NoError(t, errOf(x.as(x.Admin).VerifyDomain(x.ctx(), x.Claim)))
	})
}

// TestDeleteSuspended holds what deleting a suspended organization leaves (ORG-15).
func TestDeleteSuspended(t *testing.T) {
	x := newTenantOver(t, memstore.New())
	ctx := x.ctx()
	sub := x.subaccount(x.Member, x.Work, "Sub")
	_, err := x.staff.SuspendAccount(ctx, x.Branch)
	require.NoError(t, err)
	x.suspend(x.Org)
	refused(t, x.as(x.Owner).DeleteOrganization(ctx, x.Org, tenancy.OrganizationDeletion{AccountsTo: x.Second}),
		tenancy.CodeOrganizationSuspended)
	require.NoError(t, x.staff.DeleteOrganization(ctx, x.Org, tenancy.OrganizationDeletion{AccountsTo: x.Second}))
	t.Run("ORG-15 its main accounts are suspended by the platform, wherever they go", func(t *testing.T) {
		for id, want := range map[tenancy.AccountID]struct{ suspended, in bool }{
			x.Account: {true, true}, x.Sub: {false, true}, x.Work: {true, false}, sub: {false, false},
		} {
			a := x.accountRecord(id)
			require.Equal(t, want.suspended, a.SuspendedPlatform, id)
			require.Equal(t, want.in, a.Organization == x.Second, id)
			shown, err := x.staff.Account(ctx, id)
			require.NoError(t, err)
			require.Equal(t, tenancy.StateSuspended, shown.State, "a subaccount follows")
		}
		require.False(t, x.accountRecord(x.Closed).SuspendedPlatform, "INV-10")
		require.Empty(t, x.set.Check(tenancy.CheckOptions{Replay: true}))
	})
	t.Run("ORG-12 ORG-15 restoration keeps the mark", func(t *testing.T) {
		o, err := x.staff.RestoreOrganization(ctx, x.Org)
		require.NoError(t, err)
		require.True(t, o.Suspended)
		refused(t, errOf(x.as(x.Owner).RenameOrganization(ctx, x.Org, "Other")), tenancy.CodeOrganizationSuspended)
		require.NoError(t, errOf(x.staff.ReactivateOrganization(ctx, x.Org, "ticket-2")))
		require.NoError(t, errOf(x.as(x.Owner).RenameOrganization(ctx, x.Org, "Other")))
		require.Empty(t, x.set.Check(tenancy.CheckOptions{Replay: true}))
	})
	t.Run("ORG-10 one that was not suspended leaves its accounts as they were", func(t *testing.T) {
		require.NoError(t, x.as(x.Rival).DeleteOrganization(ctx, x.RivalOrg, tenancy.OrganizationDeletion{}))
		require.False(t, x.accountRecord(x.Outside).SuspendedPlatform)
	})
}

// TestCanSuspended holds the last columns of the tables of permissions (ORG-15, ROLE-8).
func TestCanSuspended(t *testing.T) {
	roles := tenancy.RoleOptions{Permissions: []tenancy.Permission{"paint"}}
	x := newTenant(newSceneOver(t, memstore.New(), tenancy.Options{Roles: roles}), "a")
	ctx := x.ctx()
	x.suspend(x.Org)
	for _, user := range []tenancy.UserID{x.Owner, x.Keeper, x.Standard, x.Guest, x.Admin} {
		decisions, err := x.as(user).Permissions(ctx, user, x.Account)
		require.NoError(t, err)
		for permission, d := range decisions {
			may := permission == tenancy.ReadUsage || permission == tenancy.Bill
			require.True(t, may || !d.Allowed, "ORG-15 %s", permission)
			one, err := x.as(user).Can(ctx, user, permission, x.Account)
			require.NoError(t, err)
			require.Equal(t, d, one, permission)
			many, err := x.as(user).CanMany(ctx, user, permission, []tenancy.AccountID{x.Account, x.Sub})
			require.NoError(t, err)
			require.Equal(t, d, many[0].Decision, permission)
			if user != x.Owner {
				other, err := x.as(x.Owner).Can(ctx, user, permission, x.Account)
				require.NoError(t, err)
				require.Equal(t, d, other, permission)
			}
		}
	}
	t.Run("ORG-15 GEN-7 the decision says so", func(t *testing.T) {
		for permission, allowed := range map[tenancy.Permission]bool{
			tenancy.ReadUsage: true, tenancy.Bill: true, tenancy.Build: false, tenancy.ManageMembers: false,
			tenancy.SuspendAccount: false, tenancy.CloseAccount: false, "paint": false,
		} {
			d, err := x.as(x.Owner).Can(ctx, x.Owner, permission, x.Sub)
			require.NoError(t, err)
			require.Equal(t, allowed, d.Allowed, permission)
			if !allowed {
				require.Equal(t, tenancy.WhyOrganizationSuspended, d.Why, permission)
				require.Equal(t, tenancy.CodeOrganizationSuspended, tenancy.CodeOf(d.Err()))
			}
		}
		d, err := x.host.Can(ctx, x.Rival, tenancy.Build, x.Outside)
		require.NoError(t, err)
		require.True(t, d.Allowed, "of another organization nothing changes")
		d, err = x.host.Can(ctx, x.Rival, tenancy.Build, x.Account)
		require.NoError(t, err)
		require.Equal(t, tenancy.WhyUnreachable, d.Why, "whoever does not reach it is told no more")
	})
	t.Run("ORG-15 in the organization", func(t *testing.T) {
		allowed := map[tenancy.OrganizationPermission]string{
			tenancy.ViewOrganization: "standard administrator owner", tenancy.ReadLog: "administrator owner",
			tenancy.TransferOwnership: "owner",
		}
		for permission := range organizationCells {
			if permission == "" {
				continue
			}
			for role, user := range map[string]tenancy.UserID{"standard": x.Standard, "administrator": x.Admin, "owner": x.Owner} {
				d, err := x.as(user).CanInOrganization(ctx, user, permission, x.Org)
				require.NoError(t, err)
				want := strings.Contains(allowed[permission], role)
				require.Equal(t, want, d.Allowed, "%s %s", role, permission)
				if !want && strings.Contains(organizationCells[permission], role) {
					require.Equal(t, tenancy.WhyOrganizationSuspended, d.Why)
				}
			}
		}
	})
	t.Run("ORG-15 after reactivation", func(t *testing.T) {
		require.NoError(t, errOf(x.staff.ReactivateOrganization(ctx, x.Org, "ticket-2")))
		d, err := x.as(x.Owner).Can(ctx, x.Owner, tenancy.Build, x.Account)
		require.NoError(t, err)
		require.True(t, d.Allowed)
	})
}

// TestSuspensionTellsNoStrangerToADomain signs up with the secret of another organization,
// where the sign-up policy allows none but its own (USR-1, ORG-15).
func TestSuspensionTellsNoStrangerToADomain(t *testing.T) {
	x := newTenantOver(t, memstore.New()) // the domain takes those alone who are invited
	sent := x.invite(x.Rival, x.RivalOrg, x.at("zoe"), "")
	in := tenancy.NewSignUp{Email: tenancy.Proven(x.at("zoe")), Name: "Zoe", Secret: sent.Secret}
	refused(t, errOf(x.host.SignUp(x.ctx(), in)), tenancy.CodeSecretRefused)
	x.suspend(x.RivalOrg)
	refused(t, errOf(x.host.SignUp(x.ctx(), in)), tenancy.CodeSecretRefused)
}
