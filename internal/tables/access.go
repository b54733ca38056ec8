package tables

import (
	"errors"

	"github.com/add4b1c6/tenancy"
)

// AccessQuery returns one row with the columns AccessColumns, about the user $1, the
// account $2 and the key $3.
const AccessQuery = `SELECT u.inactive_organization, u.inactive_operator, u.deleted,
	a.organization_id, a.parent_id, a.closed, a.suspended_customer, a.suspended_platform, p.suspended_customer, p.suspended_platform,
	g.roles, g.temporary, g.until, h.roles, h.temporary, h.until, m.role, k.expires, k.revoked
FROM (SELECT $1 AS user_id, $2 AS account_id, $3 AS key_id) AS asked
LEFT JOIN tenancy_users AS u ON u.id = asked.user_id
LEFT JOIN tenancy_accounts AS a ON a.id = asked.account_id
LEFT JOIN tenancy_accounts AS p ON p.id = a.parent_id
LEFT JOIN tenancy_grants AS g ON g.account_id = asked.account_id AND g.user_id = asked.user_id
LEFT JOIN tenancy_grants AS h ON h.account_id = a.parent_id AND h.user_id = asked.user_id
LEFT JOIN tenancy_members AS m ON m.organization_id = a.organization_id AND m.user_id = asked.user_id
LEFT JOIN tenancy_keys AS k ON k.id = asked.key_id AND k.user_id = asked.user_id`

// AccessColumns are the columns of AccessQuery. A column is NULL if the row that it
// comes from does not exist.
var AccessColumns = []Column{
	{Name: "inactive_organization", Type: Bool}, {Name: "inactive_operator", Type: Bool},
	{Name: "deleted", Type: Bool},
	{Name: "organization_id", Type: ID}, {Name: "parent_id", Type: ID}, {Name: "closed", Type: Int},
	{Name: "suspended_customer", Type: Bool}, {Name: "suspended_platform", Type: Bool},
	{Name: "parent_suspended_customer", Type: Bool}, {Name: "parent_suspended_platform", Type: Bool},
	{Name: "roles", Type: Text}, {Name: "temporary", Type: Text}, {Name: "until", Type: Int},
	{Name: "parent_roles", Type: Text}, {Name: "parent_temporary", Type: Text}, {Name: "parent_until", Type: Int},
	{Name: "role", Type: Text},
	{Name: "expires", Type: Int}, {Name: "revoked", Type: Int},
}

var errAccess = errors.New("a row that Access reads does not parse")

// Access reads the row of AccessQuery. scan is as in Table.Record, except that all
// values but IDs go into pointers to pointers, which are nil for NULL.
func Access(scan func(into ...any) error) (row tenancy.AccessRow, err error) {
	var inactiveOrganization, inactiveOperator, deleted, byCustomer, byPlatform, parentByCustomer, parentByPlatform *bool
	var organization, parent []byte
	var closed, until, parentUntil, expires, revoked *int64
	var roles, temporary, parentRoles, parentTemporary, role *string
	if err := scan(&inactiveOrganization, &inactiveOperator, &deleted, &organization, &parent, &closed,
		&byCustomer, &byPlatform,
		&parentByCustomer, &parentByPlatform, &roles, &temporary, &until,
		&parentRoles, &parentTemporary, &parentUntil, &role, &expires, &revoked); err != nil {
		return row, err
	}
	if deleted != nil {
		row.SetUser(tenancy.UserRecord{InactiveOrganization: *inactiveOrganization,
			InactiveOperator: *inactiveOperator, Deleted: *deleted})
	}
	var grant, parentGrant tenancy.GrantRecord
	sound := parseGrant(&grant, roles, temporary, until) &&
		parseGrant(&parentGrant, parentRoles, parentTemporary, parentUntil)
	row.SetGrant(grant)
	row.SetParentGrant(parentGrant)
	if closed != nil {
		a := tenancy.AccountRecord{Closed: tenancy.Instant(*closed), SuspendedCustomer: *byCustomer,
			SuspendedPlatform: *byPlatform}
		sound = sound && fill(a.Organization[:], organization) && fill(a.Parent[:], parent)
		row.SetAccount(a)
	}
	if parentByCustomer != nil {
		row.SetParent(tenancy.AccountRecord{SuspendedCustomer: *parentByCustomer,
			SuspendedPlatform: *parentByPlatform})
	}
	if role != nil {
		row.SetMembership(tenancy.MembershipRecord{Role: tenancy.OrganizationRole(*role)})
	}
	if expires != nil && revoked != nil {
		k := tenancy.KeyRecord{Expires: tenancy.Instant(*expires), Revoked: tenancy.Instant(*revoked)}
		row.SetKey(k.User, k) // the query has found the user's
	}
	if !sound {
		return tenancy.AccessRow{}, errAccess
	}
	return row, nil
}

// parseGrant reads the columns of a grant, and reports whether they can be one's. Without
// the row it is without roles.
func parseGrant(to *tenancy.GrantRecord, roles, temporary *string, until *int64) bool {
	if until != nil {
		to.Until = tenancy.Instant(*until)
	}
	return parseRoles(&to.Roles, roles) && parseRoles(&to.Temporary, temporary)
}

// parseRoles reads the roles of a grant, and reports whether the text is a role set. No
// text is an empty one.
func parseRoles(to *tenancy.RoleSet, text *string) bool {
	return text == nil || to.UnmarshalText([]byte(*text)) == nil && to.String() == *text
}
