package main

import (
	"context"
	"errors"

	casbin2 "github.com/casbin/casbin/v2"
	model2 "github.com/casbin/casbin/v2/model"
	casbin3 "github.com/casbin/casbin/v3"
	model3 "github.com/casbin/casbin/v3/model"

	"github.com/add4b1c6/tenancy"
)

// casbinModel is roles in domains: an account is a domain. The accounts are in classes by
// what applies there (active, suspended, …), and a policy says that a role permits an act
// in a class. Whoever is inactive has no role. Casbin has no idea of a domain in a domain
// that is as fast, so the roles on a main account are given on its subaccounts too, and
// managing the organization is a role on each of its accounts.
const casbinModel = `
[request_definition]
r = sub, dom, act

[policy_definition]
p = role, class, act

[role_definition]
g = _, _, _
g2 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && g2(r.dom, p.class) && g(r.sub, p.role, r.dom)
`

// casbinEnforcer is what both versions have.
type casbinEnforcer interface {
	Enforce(values ...any) (bool, error)
	AddPolicies(rules [][]string) (bool, error)
	AddGroupingPolicies(rules [][]string) (bool, error)
	AddNamedGroupingPolicies(kind string, rules [][]string) (bool, error)
}

// The classes of accounts.
const (
	classActive    = "active"
	classSuspended = "suspended"
	classFrozen    = "organization_suspended"
	classBoth      = "both_suspended"
	managerRole    = "manager"
)

// classOf returns an account's class, or "" if nothing is permitted there.
func (w *world) classOf(a account) string {
	suspended := a.suspended || a.parent >= 0 && w.accounts[a.parent].suspended
	frozen := w.organizations[a.organization].suspended
	switch {
	case a.closed:
		return ""
	case suspended && frozen:
		return classBoth
	case suspended:
		return classSuspended
	case frozen:
		return classFrozen
	}
	return classActive
}

// applies reports whether a permission applies in a class.
func applies(p tenancy.Permission, class string) bool {
	switch class {
	case classSuspended:
		return whileSuspended(p)
	case classFrozen:
		return inSuspendedOrganization(p)
	case classBoth:
		return whileSuspended(p) && inSuspendedOrganization(p)
	}
	return true
}

// fillCasbin gives an enforcer the world.
func fillCasbin(e casbinEnforcer, w *world) error {
	var policies, roles, classes [][]string
	for _, class := range []string{classActive, classSuspended, classFrozen, classBoth} {
		for _, p := range permissions {
			if !applies(p, class) {
				continue
			}
			for role := range roleBits {
				if permits(role, p) {
					policies = append(policies, []string{string(role), class, string(p)})
				}
			}
			if managersMay(p) {
				policies = append(policies, []string{managerRole, class, string(p)})
			}
		}
	}
	// Who has which roles in which account.
	subaccounts := map[int][]int{}
	inOrganization := map[int][]int{}
	for i, a := range w.accounts {
		if class := w.classOf(a); class != "" {
			classes = append(classes, []string{a.id.String(), class})
		}
		if a.parent >= 0 {
			subaccounts[a.parent] = append(subaccounts[a.parent], i)
		}
		inOrganization[a.organization] = append(inOrganization[a.organization], i)
	}
	given := map[[3]string]bool{}
	give := func(u int, role string, a int) {
		line := [3]string{w.users[u].id.String(), role, w.accounts[a].id.String()}
		if !w.users[u].inactive && !given[line] {
			given[line] = true
			roles = append(roles, line[:])
		}
	}
	for _, g := range w.grants {
		for _, role := range g.roles {
			for _, a := range append([]int{g.account}, subaccounts[g.account]...) {
				give(g.user, string(role), a)
			}
		}
	}
	for _, m := range w.members {
		if m.role != tenancy.StandardUser {
			for _, a := range inOrganization[m.organization] {
				give(m.user, managerRole, a)
			}
		}
	}
	if err := added(e.AddPolicies(policies)); err != nil {
		return err
	}
	if err := added(e.AddGroupingPolicies(roles)); err != nil {
		return err
	}
	return added(e.AddNamedGroupingPolicies("g2", classes))
}

var errNotAdded = errors.New("casbin did not add the policies")

// added is the error of adding policies: casbin adds none if it has one of them.
func added(all bool, err error) error {
	if err == nil && !all {
		return errNotAdded
	}
	return err
}

// casbinEngine asks an enforcer.
func casbinEngine(name, note string, w *world, e interface {
	Enforce(values ...any) (bool, error)
}) engine {
	return engine{name: name, note: note, decide: func(_ context.Context, n int) (bool, error) {
		q := &w.questions[n]
		return e.Enforce(q.userText, q.accountText, string(q.permission))
	}}
}

const cachedNote = "every question had been asked before, so each answer comes from the cache"

// newCasbin makes an enforcer with a model of its own.
func newCasbin[M, E any](parse func(string) (M, error), enforcer func(...any) (E, error)) (E, error) {
	m, err := parse(casbinModel)
	if err != nil {
		var none E
		return none, err
	}
	return enforcer(m)
}

// loadCasbin2 loads version 2. The enforcer with a cache asks the one without.
func loadCasbin2(_ context.Context, w *world) ([]engine, error) {
	e, err := newCasbin(model2.NewModelFromString, casbin2.NewEnforcer)
	if err != nil {
		return nil, err
	}
	if err := fillCasbin(e, w); err != nil {
		return nil, err
	}
	cached, err := newCasbin(model2.NewModelFromString, casbin2.NewCachedEnforcer)
	if err != nil {
		return nil, err
	}
	cached.Enforcer = e // so that the world is in memory once
	return []engine{
		casbinEngine("casbin v2", "", w, e),
		casbinEngine("casbin v2, CachedEnforcer", cachedNote, w, cached),
	}, nil
}

// loadCasbin3 loads version 3. The enforcers with a cache ask the one without.
func loadCasbin3(_ context.Context, w *world) ([]engine, error) {
	e, err := newCasbin(model3.NewModelFromString, casbin3.NewEnforcer)
	if err != nil {
		return nil, err
	}
	if err := fillCasbin(e, w); err != nil {
		return nil, err
	}
	cached, err := newCasbin(model3.NewModelFromString, casbin3.NewCachedEnforcer)
	if err != nil {
		return nil, err
	}
	cached.Enforcer = e
	synced, err := newCasbin(model3.NewModelFromString, casbin3.NewSyncedCachedEnforcer)
	if err != nil {
		return nil, err
	}
	synced.Enforcer = e
	return []engine{
		casbinEngine("casbin v3", "", w, e),
		casbinEngine("casbin v3, CachedEnforcer", cachedNote, w, cached),
		casbinEngine("casbin v3, SyncedCachedEnforcer", cachedNote, w, synced),
	}, nil
}
