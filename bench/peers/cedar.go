package main

import (
	"context"

	"github.com/cedar-policy/cedar-go"

	"github.com/add4b1c6/tenancy"
)

// cedarPolicies are the rules. An account has a group of users for each role, an
// organization one of those who manage it, and an action is in groups: of what a role
// permits, and of what applies while something is suspended.
const cedarPolicies = `
permit (principal, action in Action::"owner", resource) when { principal in resource.owner };
permit (principal, action in Action::"administrator", resource) when { principal in resource.administrator };
permit (principal, action in Action::"developer", resource) when { principal in resource.developer };
permit (principal, action in Action::"billing_manager", resource) when { principal in resource.billing_manager };
permit (principal, action in Action::"support", resource) when { principal in resource.support };

permit (principal, action in Action::"owner", resource)
when { resource has parent && principal in resource.parent.owner };
permit (principal, action in Action::"administrator", resource)
when { resource has parent && principal in resource.parent.administrator };
permit (principal, action in Action::"developer", resource)
when { resource has parent && principal in resource.parent.developer };
permit (principal, action in Action::"billing_manager", resource)
when { resource has parent && principal in resource.parent.billing_manager };
permit (principal, action in Action::"support", resource)
when { resource has parent && principal in resource.parent.support };

permit (principal, action in Action::"manager", resource) when { principal in resource.organization.managers };

forbid (principal, action, resource) when { !principal.active };
forbid (principal, action, resource) when { resource.closed };
forbid (principal, action, resource)
when { resource.suspended || resource has parent && resource.parent.suspended }
unless { action in Action::"while_suspended" };
forbid (principal, action, resource)
when { resource.organization.suspended }
unless { action in Action::"in_suspended_organization" };
`

func cedarID(kind, id string) cedar.EntityUID {
	return cedar.NewEntityUID(cedar.EntityType(kind), cedar.String(id))
}

func cedarGroup(of string, role tenancy.AccountRole) cedar.EntityUID {
	return cedarID("Group", of+"/"+string(role))
}

// cedarEntities is the world.
func cedarEntities(w *world) cedar.EntityMap {
	all := cedar.EntityMap{}
	for _, p := range permissions {
		var in []cedar.EntityUID
		for role := range roleBits {
			if permits(role, p) {
				in = append(in, cedarID("Action", string(role)))
			}
		}
		for group, is := range map[string]bool{managerRole: managersMay(p), "while_suspended": whileSuspended(p),
			"in_suspended_organization": inSuspendedOrganization(p)} {
			if is {
				in = append(in, cedarID("Action", group))
			}
		}
		id := cedarID("Action", string(p))
		all[id] = cedar.Entity{UID: id, Parents: cedar.NewEntityUIDSet(in...)}
	}
	for _, o := range w.organizations {
		id := cedarID("Organization", o.id.String())
		all[id] = cedar.Entity{UID: id, Attributes: cedar.NewRecord(cedar.RecordMap{
			"managers": cedarID("Group", o.id.String()), "suspended": cedar.Boolean(o.suspended)})}
	}
	for _, a := range w.accounts {
		id := cedarID("Account", a.id.String())
		attributes := cedar.RecordMap{
			"organization": cedarID("Organization", w.organizations[a.organization].id.String()),
			"suspended":    cedar.Boolean(a.suspended), "closed": cedar.Boolean(a.closed)}
		for role := range roleBits {
			attributes[cedar.String(role)] = cedarGroup(a.id.String(), role)
		}
		if a.parent >= 0 {
			attributes["parent"] = cedarID("Account", w.accounts[a.parent].id.String())
		}
		all[id] = cedar.Entity{UID: id, Attributes: cedar.NewRecord(attributes)}
	}
	in := make([][]cedar.EntityUID, len(w.users))
	for _, g := range w.grants {
		for _, role := range g.roles {
			in[g.user] = append(in[g.user], cedarGroup(w.accounts[g.account].id.String(), role))
		}
	}
	for _, m := range w.members {
		if m.role != tenancy.StandardUser {
			in[m.user] = append(in[m.user], cedarID("Group", w.organizations[m.organization].id.String()))
		}
	}
	for i, u := range w.users {
		id := cedarID("User", u.id.String())
		all[id] = cedar.Entity{UID: id, Parents: cedar.NewEntityUIDSet(in[i]...),
			Attributes: cedar.NewRecord(cedar.RecordMap{"active": cedar.Boolean(!u.inactive && !u.deleted)})}
	}
	return all
}

func loadCedar(_ context.Context, w *world) ([]engine, error) {
	policies, err := cedar.NewPolicySetFromBytes("tenancy.cedar", []byte(cedarPolicies))
	if err != nil {
		return nil, err
	}
	entities := cedarEntities(w)
	return []engine{{name: "cedar-go", decide: func(_ context.Context, n int) (bool, error) {
		q := &w.questions[n]
		decision, _ := cedar.Authorize(policies, entities, cedar.Request{
			Principal: cedarID("User", q.userText), Action: cedarID("Action", string(q.permission)),
			Resource: cedarID("Account", q.accountText)})
		return decision == cedar.Allow, nil
	}}}, nil
}
