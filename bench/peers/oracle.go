package main

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

// oracle answers questions about a world from the rules alone (GEN-7, ACC-3, ROLE-6,
// ORG-15). It shares nothing with the library or with any engine: what a role permits
// stands here a second time, as the rules say it.
type oracle struct {
	*world
	users    map[tenancy.UserID]int
	accounts map[tenancy.AccountID]int
	roles    map[[2]int][]tenancy.AccountRole    // by account and user
	ranks    map[[2]int]tenancy.OrganizationRole // by organization and user
}

func newOracle(w *world) *oracle {
	o := &oracle{w, map[tenancy.UserID]int{}, map[tenancy.AccountID]int{},
		map[[2]int][]tenancy.AccountRole{}, map[[2]int]tenancy.OrganizationRole{}}
	for i, u := range w.users {
		o.users[u.id] = i
	}
	for i, a := range w.accounts {
		o.accounts[a.id] = i
	}
	for _, g := range w.grants {
		o.roles[[2]int{g.account, g.user}] = g.roles
	}
	for _, m := range w.members {
		o.ranks[[2]int{m.organization, m.user}] = m.role
	}
	return o
}

// ask answers a question.
func (o *oracle) ask(user tenancy.UserID, permission tenancy.Permission, on tenancy.AccountID) tenancy.Why {
	u, there := o.users[user]
	n, known := o.accounts[on]
	if !there || !known {
		return tenancy.WhyUnreachable
	}
	if o.world.users[u].inactive || o.world.users[u].deleted {
		return tenancy.WhyInactive
	}
	a := o.world.accounts[n]
	own := o.roles[[2]int{n, u}]
	var above []tenancy.AccountRole
	suspended := a.suspended
	if a.parent >= 0 {
		above = o.roles[[2]int{a.parent, u}]
		suspended = suspended || o.world.accounts[a.parent].suspended
	}
	rank := o.ranks[[2]int{a.organization, u}]
	manages := rank == tenancy.Owner || rank == tenancy.Administrator
	if len(own) == 0 && len(above) == 0 && !manages {
		return tenancy.WhyUnreachable
	}
	if a.closed {
		return tenancy.WhyClosed
	}
	var why tenancy.Why
	switch {
	case slices.ContainsFunc(own, func(r tenancy.AccountRole) bool { return permits(r, permission) }):
		why = tenancy.WhyGrant
	case slices.ContainsFunc(above, func(r tenancy.AccountRole) bool { return permits(r, permission) }):
		why = tenancy.WhyParentGrant
	case manages && managersMay(permission):
		why = tenancy.WhyOrganizationRole
	default:
		return tenancy.WhyInsufficient
	}
	if o.organizations[a.organization].suspended && !inSuspendedOrganization(permission) {
		return tenancy.WhyOrganizationSuspended
	}
	if suspended && !whileSuspended(permission) {
		return tenancy.WhySuspended
	}
	return why
}

// allows reports whether a reason is one that allows.
func allows(why tenancy.Why) bool {
	return why == tenancy.WhyGrant || why == tenancy.WhyParentGrant || why == tenancy.WhyOrganizationRole
}

// permits reports what a role on an account permits (ROLE-6).
func permits(role tenancy.AccountRole, p tenancy.Permission) bool {
	switch p {
	case tenancy.ManageSettings, tenancy.ManageMembers, tenancy.ManageSubaccounts, tenancy.SuspendAccount:
		return role == tenancy.AccountOwner || role == tenancy.AccountAdministrator
	case tenancy.CloseAccount, tenancy.TransferAccount:
		return role == tenancy.AccountOwner
	case tenancy.Build:
		return role == tenancy.AccountOwner || role == tenancy.AccountAdministrator || role == tenancy.Developer
	case tenancy.Bill:
		return role == tenancy.AccountOwner || role == tenancy.AccountAdministrator || role == tenancy.BillingManager
	}
	return p == tenancy.ReadUsage
}

// managersMay reports what whoever manages the organization may do on its accounts without
// a role there (ROLE-6).
func managersMay(p tenancy.Permission) bool {
	return p != tenancy.Build && p != tenancy.Bill && p != tenancy.ReadUsage
}

// whileSuspended reports what may be done in a suspended account (ROLE-6).
func whileSuspended(p tenancy.Permission) bool {
	return p != tenancy.Build && p != tenancy.ManageSettings && p != tenancy.ManageSubaccounts
}

// inSuspendedOrganization reports what may be done in an account of a suspended
// organization (ORG-15).
func inSuspendedOrganization(p tenancy.Permission) bool {
	return p == tenancy.ReadUsage || p == tenancy.Bill
}
