package scene

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// History lets some companies live for a while, so that every kind of record and most
// events are there: the same in every run. It returns a user who owns an organization.
func (s *Scene) History() tenancy.SignedUp {
	s.tb.Helper()
	ctx, done := s.tb.Context(), func(err error) { s.tb.Helper(); require.NoError(s.tb, err) }
	ana, dee := s.FoundAt("Ana", "ana@acme.example.com"), s.Found("Dee")
	org, owner := ana.Organization.ID, s.As(ana.User.ID)
	ben := s.Join(ana.User.ID, org, "Ben", Address("ben"), tenancy.Administrator)
	cy := s.Join(ben, org, "Cy", Address("cy"), tenancy.StandardUser)
	eve := s.Join(ben, org, "Eve", Address("eve"), tenancy.StandardUser)
	s.Guest(ana.User.ID, ana.Account.ID, "Gil", tenancy.Support)
	_, err := owner.AssignRoles(ctx, ana.Account.ID, cy, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)})
	done(err)

	domain := s.Prove(ana.User.ID, org, "acme.example.com")
	s.Directory(ana.User.ID, org, "acme.example.com")
	_, err = owner.AddDomain(ctx, org, "unproven.example.com")
	done(err)
	connection, err := owner.AddConnection(ctx, org, "Company login")
	done(err)
	_, err = s.Host.MarkConnectionTested(ctx, connection.ID)
	done(err)
	_, err = owner.EnforceSSO(ctx, domain.ID, connection.ID)
	done(err)
	_, err = s.Host.RequestInvitation(ctx, tenancy.Proven("kim@acme.example.com"))
	done(err)
	_, err = s.Host.VerifyPhone(ctx, ana.Account.ID, "+15005550006")
	done(err)
	_, err = s.Host.UpgradeAccount(ctx, ana.Account.ID)
	done(err)
	_, err = owner.CreateSubaccount(ctx, ana.Account.ID, tenancy.NewSubaccount{Name: "Subaccount"})
	done(err)
	second, err := owner.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	done(err)
	_, err = s.Staff.SetLimits(ctx, second.ID, &tenancy.Limits{Members: 9, Domains: 3})
	done(err)
	_, err = s.Staff.SetHIPAAEntitlement(ctx, org,
		tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: Start.AddDate(-1, 0, 0)})
	done(err)
	_, err = owner.EnableHIPAA(ctx, ana.Account.ID)
	done(err)
	_, err = owner.AddAccount(ctx, org, dee.Account.ID)
	done(err)

	_, err = owner.InviteUser(ctx, org, tenancy.NewInvitation{Email: Address("ida")})
	done(err)
	_, err = owner.InviteToAccount(ctx, ana.Account.ID,
		tenancy.NewAccountInvitation{Email: Address("jo"), Roles: tenancy.Roles(tenancy.BillingManager)})
	done(err)
	left := s.Join(ben, org, "Lou", Address("lou"), tenancy.StandardUser)
	done(owner.RemoveUser(ctx, org, left, tenancy.Removal{}))
	s.Clock.Advance(time.Hour)
	_, err = owner.DeactivateUser(ctx, eve)
	done(err)
	moe := s.Found("Moe")
	done(s.As(moe.User.ID).DeleteOrganization(ctx, moe.Organization.ID, tenancy.OrganizationDeletion{}))
	_, err = owner.MergeOrganizations(ctx, org, second.ID)
	done(err)
	return ana
}
