package main

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/add4b1c6/tenancy"
)

// opaPolicy is the rules, over data that is looked up by key alone.
const opaPolicy = `
package tenancy

default allow := false

allow if {
	data.active[input.user]
	account := data.accounts[input.account]
	not account.closed
	not stopped(account)
	permitted(account)
}

stopped(account) if {
	account.suspended
	not data.permissions[input.permission].suspended
}

stopped(account) if {
	account.frozen
	not data.permissions[input.permission].frozen
}

permitted(account) if {
	some role in data.grants[input.account][input.user]
	data.permissions[input.permission].roles[role]
}

permitted(account) if {
	some role in data.grants[account.parent][input.user]
	data.permissions[input.permission].roles[role]
}

permitted(account) if {
	data.permissions[input.permission].manager
	data.managers[account.organization][input.user]
}
`

// opaData is the world.
func opaData(w *world) map[string]any {
	active, accounts, grants := map[string]any{}, map[string]any{}, map[string]any{}
	managers, rules := map[string]any{}, map[string]any{}
	for _, p := range permissions {
		roles := map[string]any{}
		for role := range roleBits {
			if permits(role, p) {
				roles[string(role)] = true
			}
		}
		rules[string(p)] = map[string]any{"roles": roles, "manager": managersMay(p), "suspended": whileSuspended(p),
			"frozen": inSuspendedOrganization(p)}
	}
	for _, u := range w.users {
		active[u.id.String()] = !u.inactive && !u.deleted
	}
	for _, a := range w.accounts {
		org := w.organizations[a.organization]
		made := map[string]any{"organization": org.id.String(), "closed": a.closed, "frozen": org.suspended,
			"suspended": a.suspended}
		if a.parent >= 0 {
			parent := w.accounts[a.parent]
			made["parent"], made["suspended"] = parent.id.String(), a.suspended || parent.suspended
		}
		accounts[a.id.String()], grants[a.id.String()] = made, map[string]any{}
	}
	for _, g := range w.grants {
		var roles []any
		for _, r := range g.roles {
			roles = append(roles, string(r))
		}
		grants[w.accounts[g.account].id.String()].(map[string]any)[w.users[g.user].id.String()] = roles
	}
	for _, m := range w.members {
		if m.role != tenancy.StandardUser {
			org := w.organizations[m.organization].id.String()
			if managers[org] == nil {
				managers[org] = map[string]any{}
			}
			managers[org].(map[string]any)[w.users[m.user].id.String()] = true
		}
	}
	return map[string]any{"active": active, "accounts": accounts, "grants": grants, "managers": managers,
		"permissions": rules}
}

// loadOPA prepares the query, over a store that hands out the values that evaluation
// needs.
func loadOPA(ctx context.Context, w *world) ([]engine, error) {
	store := inmem.NewFromObjectWithOpts(opaData(w), inmem.OptRoundTripOnWrite(false),
		inmem.OptReturnASTValuesOnRead(true))
	query, err := rego.New(rego.Query("data.tenancy.allow"), rego.Module("tenancy.rego", opaPolicy),
		rego.Store(store)).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	userKey, permissionKey, accountKey := ast.StringTerm("user"), ast.StringTerm("permission"), ast.StringTerm("account")
	return []engine{{name: "OPA, prepared query", decide: func(ctx context.Context, n int) (bool, error) {
		q := &w.questions[n]
		input := ast.NewObject(
			[2]*ast.Term{userKey, ast.StringTerm(q.userText)},
			[2]*ast.Term{permissionKey, ast.StringTerm(string(q.permission))},
			[2]*ast.Term{accountKey, ast.StringTerm(q.accountText)})
		results, err := query.Eval(ctx, rego.EvalParsedInput(input))
		return results.Allowed(), err
	}}}, nil
}
