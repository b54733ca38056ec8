package main

import (
	"context"
	"fmt"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/bench/internal/stores"
)

// world is a directory in which one organization has many members: all of them have a
// role on one of its accounts. Some users who are no members have one too, and some
// members have one on accounts that are not its own.
type world struct {
	store  tenancy.Store
	dir    *tenancy.Directory
	host   *tenancy.Platform
	staff  *tenancy.Platform
	names  *stores.Names
	size   int
	next   int // names what is made
	org    tenancy.OrganizationID
	main   tenancy.AccountID // the owner's
	owner  tenancy.UserID
	admin  tenancy.UserID
	domain tenancy.DomainID

	connection tenancy.ConnectionID
	accounts   []tenancy.AccountID
	members    []tenancy.UserID
}

const (
	manyAccounts = 50
	manyGuests   = 60 // independent users, and independent accounts: more than a page
	block        = 500
	domainName   = "acme.example.com"
)

// build makes a world.
func build(ctx context.Context, kind string, size int) (*world, func(), error) {
	store, err := stores.Open(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	w := &world{store: store.Store, size: size, names: &stores.Names{}}
	w.dir, err = tenancy.New(store.Store, &tenancy.Options{
		Limits:            &tenancy.Limits{Members: 10 * size, Accounts: 10 * size, Subaccounts: 10 * size, Domains: 1000},
		InvitationsPerDay: -1,
		Resolver:          w.names,
	})
	if err != nil {
		return nil, nil, err
	}
	w.host, w.staff = w.dir.System(), w.dir.Operator("staff")
	for _, step := range []func(context.Context) error{w.found, w.fill, w.assign, w.others} {
		if err := step(ctx); err != nil {
			return nil, nil, err
		}
	}
	if store.Settle != nil {
		if err := store.Settle(ctx); err != nil {
			return nil, nil, err
		}
	}
	return w, store.Close, nil
}

// found signs up the Owner, and proves the organization's domain.
func (w *world) found(ctx context.Context) error {
	up, err := w.signUp(ctx, w.colleague(), tenancy.Secret{})
	if err != nil {
		return err
	}
	w.org, w.owner, w.main = up.Organization.ID, up.User.ID, up.Account.ID
	s := w.dir.As(w.owner)
	domain, err := s.AddDomain(ctx, w.org, domainName)
	if err != nil {
		return err
	}
	w.domain = domain.ID
	w.names.Publish(domain.RecordName, domain.RecordValue)
	if _, err := s.VerifyDomain(ctx, domain.ID); err != nil {
		return err
	}
	if _, err := s.SetSignUpPolicy(ctx, w.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}); err != nil {
		return err
	}
	connection, err := s.AddConnection(ctx, w.org, "Login")
	if err != nil {
		return err
	}
	w.connection = connection.ID
	if _, err := w.host.MarkConnectionTested(ctx, connection.ID); err != nil {
		return err
	}
	if _, err := w.host.VerifyPhone(ctx, w.main, "+15005550006"); err != nil {
		return err
	}
	if _, err := w.staff.SetImportEntitlement(ctx, w.org, tenancy.ImportEntitlement{On: true, Reference: "t-1"}); err != nil {
		return err
	}
	_, err = w.staff.SetHIPAAEntitlement(ctx, w.org,
		tenancy.HIPAAEntitlement{On: true, Reference: "baa-1", Executed: w.executed()})
	return err
}

// fill signs up the members: whoever has an address on the domain joins.
func (w *world) fill(ctx context.Context) error {
	for len(w.members) < w.size {
		n := min(block, w.size-len(w.members))
		var joined []tenancy.UserID
		err := w.host.Atomically(ctx, func(ctx context.Context, p *tenancy.Platform) error {
			joined = joined[:0]
			for i := range n {
				up, err := p.SignUp(ctx, tenancy.NewSignUp{
					Email: tenancy.Proven(fmt.Sprintf("member%d@%s", len(w.members)+i, domainName)),
					Name:  fmt.Sprintf("Member Number%d", len(w.members)+i),
				})
				if err != nil {
					return err
				}
				joined = append(joined, up.User.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		w.members = append(w.members, joined...)
	}
	w.admin = w.members[0]
	_, err := w.dir.As(w.owner).SetOrganizationRole(ctx, w.org, w.admin, tenancy.Administrator)
	return err
}

// assign creates accounts, and gives each member a role on one.
func (w *world) assign(ctx context.Context) error {
	s := w.dir.As(w.owner)
	for range manyAccounts {
		a, err := s.CreateAccount(ctx, w.org, tenancy.NewAccount{Name: w.name("Account")})
		if err != nil {
			return err
		}
		w.accounts = append(w.accounts, a.ID)
	}
	for members := range slicesOf(w.members, block) {
		err := s.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			for i, m := range members {
				account := w.accounts[i%manyAccounts]
				if _, err := s.AssignRoles(ctx, account, m, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// others gives users who are no members roles on the organization's accounts, and
// members roles on accounts of others.
func (w *world) others(ctx context.Context) error {
	for i := range manyGuests {
		if _, err := w.guest(ctx); err != nil {
			return err
		}
		up, err := w.signUp(ctx, w.address(), tenancy.Secret{})
		if err != nil {
			return err
		}
		other := w.dir.As(up.User.ID)
		sent, err := other.InviteToAccount(ctx, up.Account.ID, tenancy.NewAccountInvitation{
			Email: fmt.Sprintf("member%d@%s", i+1, domainName), Roles: tenancy.Roles(tenancy.Support)})
		if err != nil {
			return err
		}
		if _, err := w.dir.As(w.members[i+1]).AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret}); err != nil {
			return err
		}
		if _, err := w.dir.As(w.owner).InviteUser(ctx, w.org, tenancy.NewInvitation{Email: w.address()}); err != nil {
			return err
		}
	}
	return nil
}
