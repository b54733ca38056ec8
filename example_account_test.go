package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/add4b1c6/tenancy"
)

// A member creates an account in their organization and owns it.
func ExampleSession_CreateAccount() {
	ctx := context.Background()
	dir, _, ben := acmeWithBen(ctx)

	account, err := dir.As(ben.User.ID).CreateAccount(ctx, ben.Organization.ID, tenancy.NewAccount{Name: "Web shop"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Name.Reveal(), account.State, account.Owner == ben.User.ID)
	// Output: Web shop active true
}

// A subaccount has its main account's owner, organization and people.
func ExampleSession_CreateSubaccount() {
	ctx := context.Background()
	dir, ana := acme(ctx)

	staging, err := dir.As(ana.User.ID).CreateSubaccount(ctx, ana.Account.ID, tenancy.NewSubaccount{Name: "Staging"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(staging.Name.Reveal(), *staging.Parent == ana.Account.ID, staging.Owner == ana.User.ID)
	// Output: Staging true true
}

// The customer and the platform suspend an account separately. It is active again when
// neither suspension is in force.
func ExampleSession_SuspendAccount() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	customer, staff := dir.As(ana.User.ID), dir.Operator("support-7")

	if _, err := customer.SuspendAccount(ctx, ana.Account.ID); err != nil {
		log.Fatal(err)
	}
	if _, err := staff.SuspendAccount(ctx, ana.Account.ID); err != nil {
		log.Fatal(err)
	}
	account, err := customer.ReactivateAccount(ctx, ana.Account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.State, account.Suspended.Customer, account.Suspended.Platform)

	if account, err = staff.ReactivateAccount(ctx, ana.Account.ID); err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.State)
	// Output:
	// suspended false true
	// active
}

// Closing is final.
func ExampleSession_CloseAccount() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	s := dir.As(ana.User.ID)

	account, err := s.CloseAccount(ctx, ana.Account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.State)

	_, err = s.ReactivateAccount(ctx, ana.Account.ID)
	fmt.Println(errors.Is(err, tenancy.CodeClosed))
	// Output:
	// closed
	// true
}

// The previous owner of an account keeps Administrator on it.
func ExampleSession_TransferAccount() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	s := dir.As(ana.User.ID)

	account, err := s.TransferAccount(ctx, ana.Account.ID, ben.User.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Owner == ben.User.ID)

	for reach, err := range s.Access(ctx, account.ID, tenancy.ReachQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(reach.Name.Reveal(), reach.Roles)
	}
	// Unordered output:
	// true
	// Ana administrator
	// Ben owner
}

// AssignRoles sets a member's roles on an account, and RevokeRoles takes them.
func ExampleSession_AssignRoles() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	s := dir.As(ana.User.ID)

	grant, err := s.AssignRoles(ctx, ana.Account.ID, ben.User.ID,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer, tenancy.BillingManager)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(grant.Roles)

	if err := s.RevokeRoles(ctx, ana.Account.ID, ben.User.ID); err != nil {
		log.Fatal(err)
	}
	_, err = dir.As(ben.User.ID).Account(ctx, ana.Account.ID)
	fmt.Println(errors.Is(err, tenancy.ErrNotFound))
	// Output:
	// developer,billing_manager
	// true
}

// An Assignment with a time gives roles that end by themselves. The decision says until
// when they allow.
func ExampleAssignment() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	tonight := time.Now().Add(8 * time.Hour).Truncate(time.Microsecond)

	grant, err := dir.As(ana.User.ID).AssignRoles(ctx, ana.Account.ID, ben.User.ID,
		tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer), Until: &tonight})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(grant.Temporary)

	d, err := dir.System().Can(ctx, ben.User.ID, tenancy.Build, ana.Account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Allowed, d.Until.Equal(tonight))
	// Output:
	// developer
	// true true
}

// A user gives up their role on an account.
func ExampleSession_Relinquish() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	if _, err := dir.As(ana.User.ID).AssignRoles(ctx, ana.Account.ID, ben.User.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Support)}); err != nil {
		log.Fatal(err)
	}

	fmt.Println(dir.As(ben.User.ID).Relinquish(ctx, ana.Account.ID))
	fmt.Println(errors.Is(dir.As(ana.User.ID).Relinquish(ctx, ana.Account.ID), tenancy.CodeOwnerGrant))
	// Output:
	// <nil>
	// true
}

// A page lists an organization's accounts. The cursor of one page is the After of the
// next.
func ExampleSession_Accounts() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	s := dir.As(ana.User.ID)
	for _, name := range []string{"Web shop", "Warehouse"} {
		if _, err := s.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: name}); err != nil {
			log.Fatal(err)
		}
	}

	query := tenancy.AccountQuery{Kind: tenancy.KindManaged}
	for {
		page, next, err := tenancy.Collect(s.Accounts(ctx, ana.Organization.ID, query), 2)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page), "accounts, the first one's owner is", page[0].OwnerName.Reveal())
		if query.After = next; next == "" {
			break
		}
	}
	// Output:
	// 2 accounts, the first one's owner is Ana
	// 1 accounts, the first one's owner is Ana
}

// After signing in, a user sees the accounts that they can switch to.
func ExampleSession_AccountsOf() {
	ctx := context.Background()
	dir, ana, ben := acmeWithBen(ctx)
	if _, err := dir.As(ana.User.ID).AssignRoles(ctx, ana.Account.ID, ben.User.ID, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}); err != nil {
		log.Fatal(err)
	}

	for reach, err := range dir.As(ben.User.ID).AccountsOf(ctx, ben.User.ID, tenancy.AccountsOfQuery{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(reach.AccountName.Reveal(), reach.State, reach.Roles)
	}
	// Output: My account active developer
}

// The host sets plan, billing and pricing.
func ExamplePlatform_UpgradeAccount() {
	ctx := context.Background()
	dir, ana := acme(ctx)
	host := dir.System()

	account, err := host.UpgradeAccount(ctx, ana.Account.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Plan == tenancy.PlanFull, account.Billing == tenancy.BillingOwn)

	if account, err = host.SetPricing(ctx, ana.Account.ID, "volume-2026"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Private.Pricing.Reveal())

	if account, err = host.InvoiceAccount(ctx, ana.Account.ID); err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Billing)
	// Output:
	// true true
	// volume-2026
	// invoiced
}

// The host has verified a phone number. Creating another organization needs one.
func ExamplePlatform_VerifyPhone() {
	ctx := context.Background()
	dir, ana := acme(ctx)

	account, err := dir.System().VerifyPhone(ctx, ana.Account.ID, "+4930123456")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Private.Phone, account.Private.Phone.Reveal())
	// Output: [redacted] +4930123456
}
