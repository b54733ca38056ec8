package main

import (
	"context"
	"sync/atomic"

	"github.com/add4b1c6/tenancy"
)

// floorData is the least that a decision could be: plain maps, behind an atomic pointer,
// with everything that does not change folded into masks.
type floorData struct {
	users    map[tenancy.UserID]bool // whether the user is active
	accounts map[tenancy.AccountID]floorAccount
	grants   map[floorGrant]uint8 // masks of roles
	managers map[floorManager]struct{}
}

type floorAccount struct {
	organization  tenancy.OrganizationID
	parent        tenancy.AccountID
	suspended     bool // with its main account's
	closed        bool
	organizations bool // its organization is suspended
}

type floorGrant struct {
	account tenancy.AccountID
	user    tenancy.UserID
}

type floorManager struct {
	organization tenancy.OrganizationID
	user         tenancy.UserID
}

// rule says which roles have a permission, as a mask, and where it applies.
type rule struct {
	roles                            uint8
	manager                          bool
	suspended, organizationSuspended bool
}

const (
	ownerBit uint8 = 1 << iota
	administratorBit
	developerBit
	billingBit
	supportBit
)

var roleBits = map[tenancy.AccountRole]uint8{
	tenancy.AccountOwner: ownerBit, tenancy.AccountAdministrator: administratorBit, tenancy.Developer: developerBit,
	tenancy.BillingManager: billingBit, tenancy.Support: supportBit,
}

var rules = func() map[tenancy.Permission]rule {
	all := map[tenancy.Permission]rule{}
	for _, p := range permissions {
		r := rule{manager: managersMay(p), suspended: whileSuspended(p), organizationSuspended: inSuspendedOrganization(p)}
		for role, bit := range roleBits {
			if permits(role, p) {
				r.roles |= bit
			}
		}
		all[p] = r
	}
	return all
}()

func maskOf(roles []tenancy.AccountRole) (mask uint8) {
	for _, r := range roles {
		mask |= roleBits[r]
	}
	return mask
}

func newFloor(w *world) *floorData {
	f := &floorData{map[tenancy.UserID]bool{}, map[tenancy.AccountID]floorAccount{}, map[floorGrant]uint8{},
		map[floorManager]struct{}{}}
	for _, u := range w.users {
		f.users[u.id] = !u.inactive && !u.deleted
	}
	for _, a := range w.accounts {
		org := w.organizations[a.organization]
		made := floorAccount{organization: org.id, suspended: a.suspended, closed: a.closed, organizations: org.suspended}
		if a.parent >= 0 {
			parent := w.accounts[a.parent]
			made.parent, made.suspended = parent.id, a.suspended || parent.suspended
		}
		f.accounts[a.id] = made
	}
	for _, g := range w.grants {
		f.grants[floorGrant{w.accounts[g.account].id, w.users[g.user].id}] = maskOf(g.roles)
	}
	for _, m := range w.members {
		if m.role != tenancy.StandardUser {
			f.managers[floorManager{w.organizations[m.organization].id, w.users[m.user].id}] = struct{}{}
		}
	}
	return f
}

func (f *floorData) can(user tenancy.UserID, permission tenancy.Permission, on tenancy.AccountID) bool {
	a, there := f.accounts[on]
	if !there || !f.users[user] || a.closed {
		return false
	}
	r := rules[permission]
	if a.suspended && !r.suspended || a.organizations && !r.organizationSuspended {
		return false
	}
	if f.grants[floorGrant{on, user}]&r.roles != 0 {
		return true
	}
	if !a.parent.IsZero() && f.grants[floorGrant{a.parent, user}]&r.roles != 0 {
		return true
	}
	if !r.manager {
		return false
	}
	_, manages := f.managers[floorManager{a.organization, user}]
	return manages
}

// loadFloor is what all others are compared with.
func loadFloor(_ context.Context, w *world) ([]engine, error) {
	var p atomic.Pointer[floorData]
	p.Store(newFloor(w))
	return []engine{{name: "plain maps", decide: func(_ context.Context, n int) (bool, error) {
		q := &w.questions[n]
		return p.Load().can(q.user, q.permission, q.account), nil
	}}}, nil
}
