package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

func accessCases() []testCase {
	return []testCase{
		{"Access/each field", trial.accessFields},
		{"Access/all combinations", trial.accessCombinations},
	}
}

// accessOne asks about one account.
func accessOne(ctx context.Context, tx interface {
	Access(context.Context, tenancy.UserID, []tenancy.AccountID, tenancy.KeyID, []tenancy.AccessRow) error
}, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
	rows := []tenancy.AccessRow{*row}
	err := tx.Access(ctx, user, []tenancy.AccountID{account}, key, rows)
	*row = rows[0]
	return err
}

// access reads a row.
func (c trial) access(
	user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID,
) (row tenancy.AccessRow) {
	c.Helper()
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		return accessOne(ctx, tx, user, account, key, &row)
	})
	if alone, is := c.store.(tenancy.AccessReader); is {
		var same tenancy.AccessRow
		require.NoError(c, accessOne(c.Context(), alone, user, account, key, &same))
		require.Equal(c, plain(row), plain(same))
	}
	return plain(row)
}

// plain returns a row whose empty lists are nil, so that equal rows are deeply equal.
func plain(row tenancy.AccessRow) tenancy.AccessRow {
	row.Groups, row.ParentGroups = unlessEmpty(row.Groups), unlessEmpty(row.ParentGroups)
	return row
}

func unlessEmpty(groups []tenancy.GroupAccess) []tenancy.GroupAccess {
	if len(groups) == 0 {
		return nil
	}
	return groups
}

// sameAccess reports whether two rows say the same.
func sameAccess(a, b tenancy.AccessRow) bool { return reflect.DeepEqual(plain(a), plain(b)) }

// accessFields starts with an active user without a role and an unmanaged account that
// is not suspended, and adds to that.
func (c trial) accessFields() {
	user, account, parent, org := userID(1), accountID(1), accountID(2), orgID(1)
	u := tenancy.UserRecord{ID: user}
	a := tenancy.AccountRecord{ID: account, Owner: userID(9)}
	managed, sub := a, a
	managed.Organization = org
	sub.Parent = parent
	p := tenancy.AccountRecord{ID: parent, Owner: userID(9)}
	support, developer := tenancy.Roles(tenancy.Support, "auditor"), tenancy.Roles(tenancy.Developer)
	grouped, subGrouped, p2 := a, sub, p
	grouped.Groups, subGrouped.Groups, p2.Groups = 4, 1, 1
	inGroup := func(n int) []tenancy.Record {
		return []tenancy.Record{tenancy.GroupMemberRecord{Group: id(n), User: user},
			tenancy.GroupRolesRecord{Account: account, Group: id(n), Roles: support}}
	}
	row := tenancy.AccessRow{UserFound: true, UserActive: true, AccountFound: true}
	with := func(change func(*tenancy.AccessRow)) tenancy.AccessRow {
		changed := row
		change(&changed)
		return changed
	}
	subRow := with(func(r *tenancy.AccessRow) { r.Parent = parent })
	managedRow := with(func(r *tenancy.AccessRow) { r.Organization = org })

	for _, is := range []struct {
		name    string
		records []tenancy.Record
		want    tenancy.AccessRow
	}{
		{"neither is there", nil, tenancy.AccessRow{}},
		{"no user", []tenancy.Record{a}, with(func(r *tenancy.AccessRow) {
			r.UserFound, r.UserActive = false, false
		})},
		{"no account", []tenancy.Record{u}, tenancy.AccessRow{UserFound: true, UserActive: true}},
		{"roles alone", []tenancy.Record{tenancy.GrantRecord{Account: account, User: user, Roles: support}},
			tenancy.AccessRow{Roles: support}},
		{"others alone", []tenancy.Record{tenancy.UserRecord{ID: userID(2)},
			tenancy.AccountRecord{ID: accountID(3)}}, tenancy.AccessRow{}},
		{"both", []tenancy.Record{u, a}, row},
		{"user inactive by their organization",
			[]tenancy.Record{tenancy.UserRecord{ID: user, InactiveOrganization: true}, a},
			with(func(r *tenancy.AccessRow) { r.UserActive = false })},
		{"user inactive by an Operator", []tenancy.Record{tenancy.UserRecord{ID: user, InactiveOperator: true}, a},
			with(func(r *tenancy.AccessRow) { r.UserActive = false })},
		{"user inactive by a directory", []tenancy.Record{tenancy.UserRecord{ID: user, InactiveDirectory: true}, a},
			with(func(r *tenancy.AccessRow) { r.UserActive = false })},
		{"user whom nobody has claimed", []tenancy.Record{tenancy.UserRecord{ID: user, Unclaimed: true}, a},
			with(func(r *tenancy.AccessRow) { r.UserActive = false })},
		{"user deleted", []tenancy.Record{tenancy.UserRecord{ID: user, Deleted: true}, a},
			with(func(r *tenancy.AccessRow) { r.UserActive = false })},
		{"account suspended by the customer", []tenancy.Record{u,
			tenancy.AccountRecord{ID: account, SuspendedCustomer: true}},
			with(func(r *tenancy.AccessRow) { r.Suspended = true })},
		{"account suspended by the platform", []tenancy.Record{u,
			tenancy.AccountRecord{ID: account, SuspendedPlatform: true}},
			with(func(r *tenancy.AccessRow) { r.Suspended = true })},
		{"account closed", []tenancy.Record{u, tenancy.AccountRecord{ID: account, Closed: 3}},
			with(func(r *tenancy.AccessRow) { r.Closed = true })},
		{"grant on the account", []tenancy.Record{u, a,
			tenancy.GrantRecord{Account: account, User: user, Roles: support}},
			with(func(r *tenancy.AccessRow) { r.Roles = support })},
		{"temporary roles that have ended, which a store returns like others", []tenancy.Record{u, a,
			tenancy.GrantRecord{Account: account, User: user, Temporary: support, Until: 1}},
			with(func(r *tenancy.AccessRow) { r.Temporary, r.Until = support, 1 })},
		{"temporary roles and others", []tenancy.Record{u, a,
			tenancy.GrantRecord{Account: account, User: user, Roles: developer, Temporary: support, Until: 1 << 62}},
			with(func(r *tenancy.AccessRow) { r.Roles, r.Temporary, r.Until = developer, support, 1<<62 })},
		{"subaccount, temporary roles on the parent", []tenancy.Record{u, sub, p,
			tenancy.GrantRecord{Account: parent, User: user, Temporary: developer, Until: 5}},
			with(func(r *tenancy.AccessRow) {
				r.Parent, r.ParentTemporary, r.ParentUntil = parent, developer, 5
			})},
		{"grants of others and on others", []tenancy.Record{u, a,
			tenancy.GrantRecord{Account: account, User: userID(2), Roles: support},
			tenancy.GrantRecord{Account: parent, User: user, Roles: support}}, row},
		{"subaccount", []tenancy.Record{u, sub, p}, subRow},
		{"subaccount with a suspension of its own",
			[]tenancy.Record{u, tenancy.AccountRecord{ID: account, Parent: parent, SuspendedCustomer: true}, p},
			with(func(r *tenancy.AccessRow) { r.Parent, r.Suspended = parent, true })},
		{"subaccount, parent suspended by the customer",
			[]tenancy.Record{u, sub, tenancy.AccountRecord{ID: parent, SuspendedCustomer: true}},
			with(func(r *tenancy.AccessRow) { r.Parent, r.Suspended = parent, true })},
		{"subaccount, parent suspended by the platform",
			[]tenancy.Record{u, sub, tenancy.AccountRecord{ID: parent, SuspendedPlatform: true}},
			with(func(r *tenancy.AccessRow) { r.Parent, r.Suspended = parent, true })},
		{"subaccount, parent closed", []tenancy.Record{u, sub, tenancy.AccountRecord{ID: parent, Closed: 3}},
			subRow},
		{"subaccount, grants on it and on the parent",
			[]tenancy.Record{u, sub, p, tenancy.GrantRecord{Account: account, User: user, Roles: support},
				tenancy.GrantRecord{Account: parent, User: user, Roles: developer}},
			with(func(r *tenancy.AccessRow) { r.Parent, r.Roles, r.ParentRoles = parent, support, developer })},
		{"subaccount, a grant on the parent alone",
			[]tenancy.Record{u, sub, p, tenancy.GrantRecord{Account: parent, User: user, Roles: developer}},
			with(func(r *tenancy.AccessRow) { r.Parent, r.ParentRoles = parent, developer })},
		{"parent asked about, a grant on the subaccount",
			[]tenancy.Record{u, a, tenancy.AccountRecord{ID: parent, Parent: account},
				tenancy.GrantRecord{Account: parent, User: user, Roles: developer}}, row},
		{"managed", []tenancy.Record{u, managed}, managedRow},
		{"managed by a suspended organization (ORG-15)", []tenancy.Record{u, managed,
			tenancy.OrganizationRecord{ID: org, Suspended: true}},
			with(func(r *tenancy.AccessRow) { r.Organization, r.OrganizationSuspended = org, true })},
		{"managed, another organization suspended", []tenancy.Record{u, managed,
			tenancy.OrganizationRecord{ID: org}, tenancy.OrganizationRecord{ID: orgID(2), Suspended: true}},
			managedRow},
		{"unmanaged, an organization suspended", []tenancy.Record{u, a,
			tenancy.OrganizationRecord{ID: org, Suspended: true}}, row},
		{"subaccount in a suspended organization", []tenancy.Record{u, p,
			tenancy.AccountRecord{ID: account, Parent: parent, Organization: org},
			tenancy.OrganizationRecord{ID: org, Suspended: true}},
			with(func(r *tenancy.AccessRow) {
				r.Parent, r.Organization, r.OrganizationSuspended = parent, org, true
			})},
		{"member of the managing organization",
			[]tenancy.Record{u, managed, tenancy.MembershipRecord{Organization: org, User: user,
				Role: tenancy.Administrator}},
			with(func(r *tenancy.AccessRow) {
				r.Organization, r.Member, r.Role = org, true, tenancy.Administrator
			})},
		{"Standard User of the managing organization",
			[]tenancy.Record{u, managed, tenancy.MembershipRecord{Organization: org, User: user}},
			with(func(r *tenancy.AccessRow) { r.Organization, r.Member = org, true })},
		{"Owner of another organization", []tenancy.Record{u, managed,
			tenancy.MembershipRecord{Organization: orgID(2), User: user, Role: tenancy.Owner},
			tenancy.MembershipRecord{Organization: org, User: userID(2), Role: tenancy.Owner}}, managedRow},
		{"a group with roles", append(inGroup(1), u, grouped),
			with(func(r *tenancy.AccessRow) { r.Groups = []tenancy.GroupAccess{{Group: id(1), Roles: support}} })},
		{"several groups, by their IDs", slices.Concat(inGroup(0), inGroup(1), inGroup(2), inGroup(3),
			[]tenancy.Record{u, grouped}), with(func(r *tenancy.AccessRow) {
			for _, n := range []int{0, 2, 1, 3} {
				r.Groups = append(r.Groups, tenancy.GroupAccess{Group: id(n), Roles: support})
			}
		})},
		{"a group of others, and one with roles elsewhere", []tenancy.Record{u, grouped,
			tenancy.GroupMemberRecord{Group: id(1), User: userID(2)},
			tenancy.GroupRolesRecord{Account: account, Group: id(1), Roles: support},
			tenancy.GroupMemberRecord{Group: id(2), User: user},
			tenancy.GroupRolesRecord{Account: accountID(3), Group: id(2), Roles: support}}, row},
		{"an account that says no group has roles on it", append(inGroup(1), u, a), row},
		{"groups, and no account", append(inGroup(1), u), tenancy.AccessRow{UserFound: true, UserActive: true}},
		{"a group with roles on the parent", []tenancy.Record{u, sub,
			tenancy.AccountRecord{ID: parent, Owner: userID(9), Groups: 1},
			tenancy.GroupMemberRecord{Group: id(1), User: user},
			tenancy.GroupRolesRecord{Account: parent, Group: id(1), Roles: developer}},
			with(func(r *tenancy.AccessRow) {
				r.Parent, r.ParentGroups = parent, []tenancy.GroupAccess{{Group: id(1), Roles: developer}}
			})},
		{"groups and a grant on both", append(inGroup(1), u, p2, subGrouped,
			tenancy.GrantRecord{Account: account, User: user, Roles: developer},
			tenancy.GroupRolesRecord{Account: parent, Group: id(1), Roles: developer}),
			with(func(r *tenancy.AccessRow) {
				r.Parent, r.Roles = parent, developer
				r.Groups = []tenancy.GroupAccess{{Group: id(1), Roles: support}}
				r.ParentGroups = []tenancy.GroupAccess{{Group: id(1), Roles: developer}}
			})},
		{"unmanaged, the user a member somewhere",
			[]tenancy.Record{u, a, tenancy.MembershipRecord{Organization: org, User: user,
				Role: tenancy.Owner}}, row},
		{"a key without an end", []tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: user}},
			with(func(r *tenancy.AccessRow) { r.KeyFound = true })},
		{"a key that expires", []tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: user, Expires: 7}},
			with(func(r *tenancy.AccessRow) { r.KeyFound, r.KeyEnds = true, 7 })},
		{"a key that was revoked",
			[]tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: user, Revoked: 5}}, row},
		{"a key that was revoked before it expires",
			[]tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: user, Expires: 7, Revoked: 5}}, row},
		{"a key that was revoked after it had expired",
			[]tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: user, Expires: 7, Revoked: 9}}, row},
		{"another key of the user's", []tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(2), User: user}}, row},
		{"another user's key", []tenancy.Record{u, a, tenancy.KeyRecord{ID: keyID(1), User: userID(2)}}, row},
		{"a key, and neither user nor account", []tenancy.Record{tenancy.KeyRecord{ID: keyID(1), User: user}},
			tenancy.AccessRow{KeyFound: true}},
	} {
		c.put(is.records...)
		require.Equal(c, is.want, c.access(user, account, keyID(1)), is.name)
		c.update(deleting(is.records...))
		require.Zero(c, c.access(user, account, keyID(1)), "%s: all is deleted", is.name)
	}
	require.Zero(c, c.access(tenancy.UserID{}, tenancy.AccountID{}, tenancy.KeyID{}))
	c.put(append(inGroup(1), u, grouped, managed)...)
	used := tenancy.AccessRow{Closed: true, Roles: support, Member: true, Groups: make([]tenancy.GroupAccess, 3, 9)}
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		return accessOne(ctx, tx, user, accountID(7), tenancy.KeyID{}, &used)
	})
	require.Equal(c, tenancy.AccessRow{UserFound: true, UserActive: true}, plain(used), "what the row held before stays")
}

// accessCombinations asks about users in all states, with and without grants on the
// account and its parent, inside and outside of its organization, and about accounts of
// all kinds.
func (c trial) accessCombinations() {
	m := newModel()
	accounts := []tenancy.AccountRecord{
		{}, {Organization: orgID(1)}, {Organization: orgID(1), SuspendedCustomer: true},
		{Organization: orgID(1), SuspendedPlatform: true}, {Closed: 1},
		{Organization: orgID(1), Parent: accountID(1)}, {Organization: orgID(1), Parent: accountID(2)},
		{Organization: orgID(1), Parent: accountID(3)},
		{Parent: accountID(0)}, {Parent: accountID(4), Closed: 1},
		{Organization: orgID(3)}, {Organization: orgID(3), Parent: accountID(10)},
	}
	users := []tenancy.UserRecord{{}, {InactiveOrganization: true}, {InactiveOperator: true},
		{InactiveOrganization: true, InactiveOperator: true}, {InactiveDirectory: true}, {Unclaimed: true},
		{Deleted: true}}
	records := []tenancy.Record{
		tenancy.OrganizationRecord{ID: orgID(1)}, tenancy.OrganizationRecord{ID: orgID(3), Suspended: true},
	}
	for i := range accounts {
		accounts[i].ID, accounts[i].Owner = accountID(i), userID(1000)
		for g := range 3 {
			if i>>g&1 == 1 {
				accounts[i].Groups++
				records = append(records, tenancy.GroupRolesRecord{Account: accountID(i), Group: id(g),
					Roles: tenancy.Roles(tenancy.Support, tenancy.AccountRole(fmt.Sprintf("of-%d", g)))})
			}
		}
		records = append(records, accounts[i])
	}
	const people = 7 * 4 * 3 // every state with every kind of grant and of membership
	for n := range people {
		u := users[n%7]
		u.ID = userID(n)
		records = append(records, u)
		if n%5 > 0 {
			records = append(records, tenancy.KeyRecord{ID: keyID(n), User: userID(n - n%5/4), Expires: tenancy.Instant(n % 3)})
		}
		for _, a := range accounts {
			if grant := n % 4; grant&1 == 1 && a.Parent.IsZero() || grant&2 == 2 && !a.Parent.IsZero() {
				g := tenancy.GrantRecord{Account: a.ID, User: u.ID,
					Roles: tenancy.Roles(tenancy.Support, tenancy.AccountRole(fmt.Sprintf("on-%x", a.ID[8:])))}
				if n%5 > 1 { // temporary, and perhaps without others
					g.Temporary, g.Until = g.Roles, tenancy.Instant(1+n)
				}
				if n%5 > 3 {
					g.Roles = tenancy.RoleSet{}
				}
				records = append(records, g)
			}
		}
		for g := range 3 { // each has roles on some of the accounts
			if n>>g&1 == 1 {
				records = append(records, tenancy.GroupMemberRecord{Group: id(g), User: u.ID})
			}
		}
		if where := n % 3; where > 0 {
			records = append(records, tenancy.MembershipRecord{Organization: orgID(where), User: u.ID,
				Role: ranks[n%3]})
		}
	}
	c.both(m, putting(records...))
	var wrong []string
	c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
		for n := range people {
			for _, a := range accounts {
				var got, want tenancy.AccessRow
				if err := accessOne(ctx, tx, userID(n), a.ID, keyID(n), &got); err != nil {
					return err
				}
				if _ = accessOne(ctx, m, userID(n), a.ID, keyID(n), &want); !sameAccess(got, want) {
					wrong = append(wrong, fmt.Sprintf("user %d, %+v: got %+v, want %+v", n, a, got, want))
				}
			}
		}
		return nil
	})
	c.alike(wrong)
	c.accessMany(m, accounts)
}

// accessMany asks about all accounts at once, one of them twice, and about none.
func (c trial) accessMany(m *model, accounts []tenancy.AccountRecord) {
	asked := []tenancy.AccountID{accountID(999)}
	for _, a := range accounts {
		asked = append(asked, a.ID)
	}
	asked = append(asked, asked[1])
	ask := func(n int, of func([]tenancy.AccountID, []tenancy.AccessRow) error) {
		want, got := make([]tenancy.AccessRow, len(asked)), make([]tenancy.AccessRow, len(asked))
		for i := range got { // what the rows held before must not stay
			got[i] = tenancy.AccessRow{Closed: true, Member: true, Groups: make([]tenancy.GroupAccess, 1)}
		}
		require.NoError(c, m.Access(c.Context(), userID(n), asked, keyID(n), want))
		require.NoError(c, of(asked, got))
		for i := range want {
			require.True(c, sameAccess(got[i], want[i]), "user %d, account %d: got %+v, want %+v", n, i, got[i], want[i])
		}
		require.NoError(c, of(nil, nil))
	}
	for n := range 12 { // with every kind of membership, and some of the grants
		c.view(func(ctx context.Context, tx tenancy.ReadTx) error {
			ask(n, func(accounts []tenancy.AccountID, rows []tenancy.AccessRow) error {
				return tx.Access(ctx, userID(n), accounts, keyID(n), rows)
			})
			return nil
		})
		if alone, is := c.store.(tenancy.AccessReader); is {
			ask(n, func(accounts []tenancy.AccountID, rows []tenancy.AccessRow) error {
				return alone.Access(c.Context(), userID(n), accounts, keyID(n), rows)
			})
		}
	}
}
