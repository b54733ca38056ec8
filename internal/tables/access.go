package tables

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// AccessQuery returns the query that returns one row with the columns AccessColumns, about
// the user $1, the account $2 and the key $3. idText is how the database writes the ID in a column, %s,
// as a text of hexadecimal digits. The groups of an account are looked for only if there
// are any with roles on it. Without a key there is no $3.
func AccessQuery(idText string, key bool) string {
	groups := func(account string) string {
		return fmt.Sprintf(accessGroups, account, fmt.Sprintf(idText, "r.group_id"))
	}
	columns, asked, join := "NULL, NULL", "", ""
	if key {
		columns, asked, join = "k.expires, k.revoked", ", $3 AS key_id", accessKey
	}
	return fmt.Sprintf(accessQuery, columns, groups("a"), groups("p"), asked) + join
}

// accessGroups returns the groups of the user that have roles on an account, each with its
// roles behind a space, joined by semicolons. No role has one of these in its name.
const accessGroups = `CASE WHEN %[1]s.groups > 0 THEN (SELECT string_agg(%[2]s || ' ' || r.roles, ';')
		FROM tenancy_group_roles AS r
		JOIN tenancy_group_members AS w ON w.group_id = r.group_id AND w.user_id = asked.user_id
		WHERE r.account_id = %[1]s.id) END`

const accessQuery = `SELECT u.inactive_organization, u.inactive_operator, u.inactive_directory, u.unclaimed, u.deleted,
	a.organization_id, a.parent_id, a.closed, a.suspended_customer, a.suspended_platform, p.suspended_customer, p.suspended_platform,
	g.roles, g.temporary, g.until, h.roles, h.temporary, h.until, m.role, %s, o.suspended,
	%s,
	%s
FROM (SELECT $1 AS user_id, $2 AS account_id%s) AS asked
LEFT JOIN tenancy_users AS u ON u.id = asked.user_id
LEFT JOIN tenancy_accounts AS a ON a.id = asked.account_id
LEFT JOIN tenancy_accounts AS p ON p.id = a.parent_id
LEFT JOIN tenancy_grants AS g ON g.account_id = asked.account_id AND g.user_id = asked.user_id
LEFT JOIN tenancy_grants AS h ON h.account_id = a.parent_id AND h.user_id = asked.user_id
LEFT JOIN tenancy_members AS m ON m.organization_id = a.organization_id AND m.user_id = asked.user_id
LEFT JOIN tenancy_organizations AS o ON o.id = a.organization_id`

const accessKey = `
LEFT JOIN tenancy_keys AS k ON k.id = asked.key_id AND k.user_id = asked.user_id`

// AccessColumns are the columns of AccessQuery. A column is NULL if the row that it
// comes from does not exist.
var AccessColumns = []Column{
	{Name: "inactive_organization", Type: Bool}, {Name: "inactive_operator", Type: Bool},
	{Name: "inactive_directory", Type: Bool}, {Name: "unclaimed", Type: Bool}, {Name: "deleted", Type: Bool},
	{Name: "organization_id", Type: ID}, {Name: "parent_id", Type: ID}, {Name: "closed", Type: Int},
	{Name: "suspended_customer", Type: Bool}, {Name: "suspended_platform", Type: Bool},
	{Name: "parent_suspended_customer", Type: Bool}, {Name: "parent_suspended_platform", Type: Bool},
	{Name: "roles", Type: Text}, {Name: "temporary", Type: Text}, {Name: "until", Type: Int},
	{Name: "parent_roles", Type: Text}, {Name: "parent_temporary", Type: Text}, {Name: "parent_until", Type: Int},
	{Name: "role", Type: Text},
	{Name: "expires", Type: Int}, {Name: "revoked", Type: Int},
	{Name: "organization_suspended", Type: Bool},
	{Name: "groups", Type: Text}, {Name: "parent_groups", Type: Text},
}

var errAccess = errors.New("a row that Access reads does not parse")

// Access resets a row and fills it in with the row of AccessQuery. scan is as in Table.Record, except that all
// values but IDs go into pointers to pointers, which are nil for NULL.
func Access(row *tenancy.AccessRow, scan func(into ...any) error) error {
	row.Reset()
	var inactiveOrganization, inactiveOperator, inactiveDirectory, unclaimed, deleted *bool
	var byCustomer, byPlatform, parentByCustomer, parentByPlatform, organizationSuspended *bool
	var organization, parent []byte
	var closed, until, parentUntil, expires, revoked *int64
	var roles, temporary, parentRoles, parentTemporary, role, groups, parentGroups *string
	if err := scan(&inactiveOrganization, &inactiveOperator, &inactiveDirectory, &unclaimed, &deleted, &organization, &parent, &closed,
		&byCustomer, &byPlatform,
		&parentByCustomer, &parentByPlatform, &roles, &temporary, &until,
		&parentRoles, &parentTemporary, &parentUntil, &role, &expires, &revoked, &organizationSuspended,
		&groups, &parentGroups); err != nil {
		return err
	}
	if deleted != nil {
		row.SetUser(tenancy.UserRecord{InactiveOrganization: *inactiveOrganization,
			InactiveOperator: *inactiveOperator, InactiveDirectory: *inactiveDirectory, Unclaimed: *unclaimed,
			Deleted: *deleted})
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
	if organizationSuspended != nil {
		row.SetOrganization(tenancy.OrganizationRecord{Suspended: *organizationSuspended})
	}
	if role != nil {
		row.SetMembership(tenancy.MembershipRecord{Role: tenancy.OrganizationRole(*role)})
	}
	if expires != nil && revoked != nil {
		k := tenancy.KeyRecord{Expires: tenancy.Instant(*expires), Revoked: tenancy.Instant(*revoked)}
		row.SetKey(k.User, k) // the query has found the user's
	}
	sound = parseGroups(&row.Groups, groups) && parseGroups(&row.ParentGroups, parentGroups) && sound
	if !sound {
		row.Reset()
		return errAccess
	}
	return nil
}

// parseGroups reads the groups that accessGroups writes, puts them in their order, and
// reports whether the text has its form. No text is no group.
func parseGroups(to *[]tenancy.GroupAccess, text *string) bool {
	if text == nil {
		return true
	}
	for written := range strings.SplitSeq(*text, ";") {
		id, roles, found := strings.Cut(written, " ")
		raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
		var of tenancy.GroupAccess
		if !found || err != nil || !fill(of.Group[:], raw) || !parseRoles(&of.Roles, &roles) {
			return false
		}
		*to = append(*to, of)
	}
	slices.SortFunc(*to, func(a, b tenancy.GroupAccess) int { return bytes.Compare(a.Group[:], b.Group[:]) })
	return true
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
