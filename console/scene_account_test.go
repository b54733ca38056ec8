package console_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// hostileName is a name as long as one can be, with what pages have to escape.
const hostileName = `<script>alert("1")</script> 'שלום' & Wolfeschlegelsteinhausenbe`

// withAccounts gives acme accounts in every state and kind, and everything that an account's
// pages show.
func (s *site) withAccounts() (a accountScene) {
	s.second() // to which an account can be moved
	owner, ctx := s.As(s.acme.Owner), s.Context()
	must := func(err error) {
		s.Helper()
		require.NoError(s, err)
	}
	create := func(name string) tenancy.AccountID {
		made, err := owner.CreateAccount(ctx, s.acme.Organization, tenancy.NewAccount{Name: name})
		must(err)
		return made.ID
	}
	a.hostile, a.suspended, a.closed = create(hostileName), create("Suspended"), create("Closed")
	sub, err := owner.CreateSubaccount(ctx, a.suspended, tenancy.NewSubaccount{Name: "Below suspended"})
	must(err)
	_, err = owner.SuspendAccount(ctx, a.suspended)
	must(err)
	_, err = owner.CloseAccount(ctx, a.closed)
	must(err)
	_, err = s.Staff.SetHIPAAEntitlement(ctx, s.acme.Organization, tenancy.HIPAAEntitlement{
		On: true, Reference: "baa-1", Executed: s.Clock.Now()})
	must(err)
	below, err := owner.CreateSubaccount(ctx, a.hostile, tenancy.NewSubaccount{Name: "Below"})
	must(err)
	_, err = owner.EnableHIPAA(ctx, a.hostile)
	must(err)
	a.below, a.belowSuspended = below.ID, sub.ID
	until := s.Clock.Now().Add(48 * time.Hour)
	_, err = owner.AssignRoles(ctx, a.hostile, s.acme.Member, tenancy.Assignment{Roles: tenancy.Roles(tenancy.AccountAdministrator), Until: &until})
	must(err)
	lasts := 24 * time.Hour
	for i, in := range []tenancy.NewAccountInvitation{
		{Email: "invited@elsewhere.example", Roles: tenancy.Roles(tenancy.Developer, tenancy.Support), For: &lasts},
		{Email: "another@elsewhere.example", Roles: tenancy.Roles(tenancy.AccountAdministrator)},
	} {
		sent, err := owner.InviteToAccount(ctx, s.acme.Account, in)
		must(err)
		a.invited[i] = sent.Invitation.ID
	}
	a.other = s.Found("outsider")
	asked, err := owner.AddAccount(ctx, s.acme.Organization, a.other.Account.ID)
	must(err)
	a.asked = asked.ID
	independent := s.Found("agency")
	a.independent, a.agency = independent.Account.ID, independent.User.ID
	sent, err := s.As(independent.User.ID).InviteToAccount(ctx, a.independent,
		tenancy.NewAccountInvitation{Email: "member@acme.example", Roles: tenancy.Roles(tenancy.AccountAdministrator)})
	must(err)
	_, err = s.As(s.acme.Member).AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret})
	must(err)
	return a
}

// accountScene is what withAccounts has made.
type accountScene struct {
	hostile, suspended, closed tenancy.AccountID // main accounts of acme
	below, belowSuspended      tenancy.AccountID // subaccounts
	invited                    [2]tenancy.InvitationID
	other                      tenancy.SignedUp // with an account that acme asks for
	asked                      tenancy.InvitationID
	independent                tenancy.AccountID // the member's role on it is Administrator
	agency                     tenancy.UserID    // its owner
}

// withGroups gives acme groups: one with members and roles on accounts, one that is empty.
func (s *site) withGroups() (full, empty tenancy.GroupID) {
	owner, ctx := s.As(s.acme.Owner), s.Context()
	create := func(name string) tenancy.GroupID {
		made, err := owner.CreateGroup(ctx, s.acme.Organization, tenancy.NewGroup{Name: name, ExternalID: name})
		require.NoError(s, err)
		return made.ID
	}
	full, empty = create(hostileName), create("Empty")
	_, err := owner.AddToGroup(ctx, full, []tenancy.UserID{s.acme.Member, s.acme.Administrator, s.acme.Owner})
	require.NoError(s, err)
	_, err = owner.AssignGroupRoles(ctx, full, s.acme.Account, tenancy.Roles(tenancy.BillingManager, tenancy.Support))
	require.NoError(s, err)
	return full, empty
}
