package tenancy

import (
	"strings"
)

// OrganizationRole is a member's role in an organization: one of the three below, or the
// host's own (Options.OrganizationRoles). The zero value is not a role: it means none, or the
// default where an input says so.
type OrganizationRole string

// The organization roles (ROLE-1 to 3).
const (
	StandardUser  OrganizationRole = "standard_user" // Standard User (Account Creation)
	Administrator OrganizationRole = "administrator" // manages users, accounts, domains and settings
	Owner         OrganizationRole = "owner"         // everything; one at a time
)

// organizationRoles are the built-in roles, in the order of the columns of
// organizationTable.
var organizationRoles = [...]OrganizationRole{StandardUser, Administrator, Owner}

// UnmarshalText reads the name of a role. A text that can be no role's name is CodeRole, the
// empty text among them. It takes a name that no Directory has: each operation looks at that.
func (r *OrganizationRole) UnmarshalText(text []byte) error {
	if !Reference(text).valid() {
		return &Error{Op: "ParseRole", Err: CodeRole}
	}
	*r = OrganizationRole(text)
	return nil
}

// AccountRole is a role on an account: one of the five below, or the host's own
// (Options.Roles).
type AccountRole string

// The built-in account roles (ROLE-6).
const (
	AccountOwner         AccountRole = "owner"
	AccountAdministrator AccountRole = "administrator"
	Developer            AccountRole = "developer"
	BillingManager       AccountRole = "billing_manager"
	Support              AccountRole = "support"
)

var accountRoles = [...]AccountRole{AccountOwner, AccountAdministrator, Developer, BillingManager, Support}

// Permission is something that somebody may do on an account: one of those below,
// or the host's own (Options.Roles).
type Permission string

// The built-in permissions on an account (ROLE-6).
const (
	Build             Permission = "build"              // resources, developer tools, credentials
	Bill              Permission = "bill"               // billing
	ReadUsage         Permission = "read_usage"         // logs and usage
	ManageSettings    Permission = "manage_settings"    //
	ManageMembers     Permission = "manage_members"     //
	ManageSubaccounts Permission = "manage_subaccounts" //
	SuspendAccount    Permission = "suspend_account"    // and reactivate
	CloseAccount      Permission = "close_account"      //
	TransferAccount   Permission = "transfer_account"   // to another owner
	DesignateHIPAA    Permission = "designate_hipaa"    //
)

// OrganizationPermission is something that somebody may do in an organization: one of those
// below, or the host's own (Options.OrganizationRoles).
type OrganizationPermission string

// The permissions in an organization (ROLE-1 to 3, ROLE-9).
const (
	ViewOrganization   OrganizationPermission = "view_organization"   // its name and one's own role
	CreateAccounts     OrganizationPermission = "create_accounts"     //
	ViewUsers          OrganizationPermission = "view_users"          // members, independent users, invitations, requests
	ManageUsers        OrganizationPermission = "manage_users"        // and change them: members and roles below one's own, invitations
	ViewAccounts       OrganizationPermission = "view_accounts"       // all its accounts, without pricing and phone
	ManageAccounts     OrganizationPermission = "manage_accounts"     // all its accounts, HIPAA designation
	ViewDomains        OrganizationPermission = "view_domains"        // and the records to publish
	ManageDomains      OrganizationPermission = "manage_domains"      // and the sign-up policy
	ManageOrganization OrganizationPermission = "manage_organization" // name, invitation policy, imports, merges
	ManageIdentity     OrganizationPermission = "manage_identity"     // single sign-on, service accounts, keys, directories
	ReadLog            OrganizationPermission = "read_log"            //
	ReleaseAccounts    OrganizationPermission = "release_accounts"    // let an account out
	TransferOwnership  OrganizationPermission = "transfer_ownership"  //
	DeleteOrganization OrganizationPermission = "delete_organization" //
)

// organizationTable says which role has which permission in an organization: a column for
// each built-in role, x for yes; whether a role of the host's can be given it; and what it
// includes (ROLE-1 to 3, ROLE-8, ROLE-9); and whether it applies while the organization is
// suspended (ORG-15).
var organizationTable = []struct {
	permission OrganizationPermission
	roles      string // StandardUser Administrator Owner
	host       bool
	includes   OrganizationPermission // "": nothing
	suspended  bool
}{
	{ViewOrganization, "x x x", true, "", true},
	{CreateAccounts, "x x x", true, "", false},
	{ViewUsers, "- x x", true, "", false},
	{ManageUsers, "- x x", true, ViewUsers, false},
	{ViewAccounts, "- x x", true, "", false},
	{ManageAccounts, "- x x", true, ViewAccounts, false},
	{ViewDomains, "- x x", true, "", false},
	{ManageDomains, "- x x", true, ViewDomains, false},
	{ManageOrganization, "- x x", true, "", false},
	{ManageIdentity, "- x x", false, "", false},
	{ReadLog, "- x x", true, "", true},
	{ReleaseAccounts, "- - x", false, "", false},
	{TransferOwnership, "- - x", false, "", true},
	{DeleteOrganization, "- - x", false, "", false},
}

// accountTable says which role has which permission on an account (ROLE-6, ROLE-8).
// It has a column for each account role; one for the managing organization's Owner
// and Administrators, who have no role on the account by that; one that says whether
// the permission applies in a suspended account; and one that says the same for an account
// of a suspended organization (ORG-15).
var accountTable = []struct {
	permission Permission
	roles      string // Owner Administrator Developer BillingManager Support
	manager    bool
	suspended  bool

	organizationSuspended bool
}{
	{Build, "x x x - -", false, false, false},
	{Bill, "x x - x -", false, true, true},
	{ReadUsage, "x x x x x", false, true, true},
	{ManageSettings, "x x - - -", true, false, false},
	{ManageMembers, "x x - - -", true, true, false},
	{ManageSubaccounts, "x x - - -", true, false, false},
	{SuspendAccount, "x x - - -", true, true, false},
	{CloseAccount, "x - - - -", true, true, false},
	{TransferAccount, "x - - - -", true, true, false},
	{DesignateHIPAA, "- - - - -", true, true, false},
}

// mask reads a row of the tables. Bit i stands for the i-th column.
func mask(row string) (m uint8) {
	for i, cell := range strings.Fields(row) {
		if cell == "x" {
			m |= 1 << i
		}
	}
	return m
}

// appliesSuspended reports whether a permission applies while the organization is
// suspended (ORG-15). None of the host's does.
func (p OrganizationPermission) appliesSuspended() bool {
	for _, row := range organizationTable {
		if row.permission == p {
			return row.suspended
		}
	}
	return false
}
