package tenancy

import (
	"slices"
	"strings"
)

// OrganizationRole is a member's role in an organization: one of the three below. The zero
// value is not a role: it means none, or the default where an input says so.
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

// OrganizationPermission is something that somebody may do in an organization.
type OrganizationPermission string

// The permissions in an organization (ROLE-1 to 3).
const (
	ViewOrganization   OrganizationPermission = "view_organization"   // its name and one's own role
	CreateAccounts     OrganizationPermission = "create_accounts"     //
	ManageUsers        OrganizationPermission = "manage_users"        // members, invitations, roles up to Administrator
	ManageAccounts     OrganizationPermission = "manage_accounts"     // all its accounts, HIPAA designation
	ManageDomains      OrganizationPermission = "manage_domains"      // and single sign-on
	ManageOrganization OrganizationPermission = "manage_organization" // name, policies, merges
	ReadLog            OrganizationPermission = "read_log"            //
	ReleaseAccounts    OrganizationPermission = "release_accounts"    // let an account out
	TransferOwnership  OrganizationPermission = "transfer_ownership"  //
	DeleteOrganization OrganizationPermission = "delete_organization" //
)

// organizationTable says which role has which permission in an organization: a
// column for each role, x for yes (ROLE-1 to 3, ROLE-8).
var organizationTable = []struct {
	permission OrganizationPermission
	roles      string // StandardUser Administrator Owner
}{
	{ViewOrganization, "x x x"},
	{CreateAccounts, "x x x"},
	{ManageUsers, "- x x"},
	{ManageAccounts, "- x x"},
	{ManageDomains, "- x x"},
	{ManageOrganization, "- x x"},
	{ReadLog, "- x x"},
	{ReleaseAccounts, "- - x"},
	{TransferOwnership, "- - x"},
	{DeleteOrganization, "- - x"},
}

// accountTable says which role has which permission on an account (ROLE-6, ROLE-8).
// It has a column for each account role; one for the managing organization's Owner
// and Administrators, who have no role on the account by that; and one that says
// whether the permission applies in a suspended account.
var accountTable = []struct {
	permission Permission
	roles      string // Owner Administrator Developer BillingManager Support
	manager    bool
	suspended  bool
}{
	{Build, "x x x - -", false, false},
	{Bill, "x x - x -", false, true},
	{ReadUsage, "x x x x x", false, true},
	{ManageSettings, "x x - - -", true, false},
	{ManageMembers, "x x - - -", true, true},
	{ManageSubaccounts, "x x - - -", true, false},
	{SuspendAccount, "x x - - -", true, true},
	{CloseAccount, "x - - - -", true, true},
	{TransferAccount, "x - - - -", true, true},
	{DesignateHIPAA, "- - - - -", true, true},
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

// may reports whether a role has a permission in its organization.
func (r OrganizationRole) may(p OrganizationPermission) bool {
	column := slices.Index(organizationRoles[:], r)
	for _, row := range organizationTable {
		if row.permission == p {
			return column >= 0 && mask(row.roles)>>column&1 == 1
		}
	}
	return false
}

// manages reports whether a role manages the organization's accounts.
func (r OrganizationRole) manages() bool { return r == Owner || r == Administrator }
