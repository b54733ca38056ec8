package console

import (
	"strings"

	"github.com/add4b1c6/tenancy"
)

// roleRoutes serves the page that explains the roles. It is linked where roles are given.
func (c *console) roleRoutes() {
	c.getIn("/roles", tenancy.ViewOrganization, roles)
}

// right is something that people may do, and who may: a column for each role, x for yes. A
// test holds that the library decides so.
type right struct {
	words string
	roles string
}

// organizationRights are what the Owner, Administrators and Standard Users may do in an
// organization, by the permission.
var organizationRights = []struct {
	permission tenancy.OrganizationPermission
	right
}{
	{tenancy.ViewOrganization, right{"See the organization and one's own role in it", "x x x"}},
	{tenancy.CreateAccounts, right{"Create accounts", "x x x"}},
	{tenancy.ViewUsers, right{"See the users, the invitations and who asked to join", "x x -"}},
	{tenancy.ManageUsers, right{"Invite, change, deactivate and remove users, and keep groups", "x x -"}},
	{tenancy.ViewAccounts, right{"See all accounts", "x x -"}},
	{tenancy.ManageAccounts, right{"Manage all accounts, and which of them are for health data (HIPAA)", "x x -"}},
	{tenancy.ViewDomains, right{"See the domains and the records that prove them", "x x -"}},
	{tenancy.ManageDomains, right{"Add, verify and remove domains, and set the sign-up policy", "x x -"}},
	{tenancy.ManageOrganization, right{"Change the organization's name and invitation policy, import users, and merge", "x x -"}},
	{tenancy.ManageIdentity, right{"Manage single sign-on, service accounts, their keys, and directories", "x x -"}},
	{tenancy.ReadLog, right{"Read the log", "x x -"}},
	{tenancy.ReleaseAccounts, right{"Let an account leave the organization", "x - -"}},
	{tenancy.TransferOwnership, right{"Make somebody else the Owner", "x - -"}},
	{tenancy.DeleteOrganization, right{"Delete the organization", "x - -"}},
}

// accountRights are what the roles on an account permit, in the order of accountRoleOrder,
// and last what the organization's Owner and Administrators may do without a role on it.
var accountRights = []struct {
	permission tenancy.Permission
	right
}{
	{tenancy.Build, right{"Work with resources, developer tools and credentials", "x x x - - -"}},
	{tenancy.ReadUsage, right{"Read logs and usage", "x x x x x -"}},
	{tenancy.Bill, right{"See and change billing", "x x - x - -"}},
	{tenancy.ManageSettings, right{"Change the account's settings", "x x - - - x"}},
	{tenancy.ManageMembers, right{"Give and take roles on the account", "x x - - - x"}},
	{tenancy.ManageSubaccounts, right{"Create and change subaccounts", "x x - - - x"}},
	{tenancy.SuspendAccount, right{"Suspend and reactivate the account", "x x - - - x"}},
	{tenancy.CloseAccount, right{"Close the account", "x - - - - x"}},
	{tenancy.TransferAccount, right{"Give the account to another owner", "x - - - - x"}},
	{tenancy.DesignateHIPAA, right{"Say whether the account is for health data (HIPAA)", "- - - - - x"}},
}

// organizationRoleOrder and accountRoleOrder are the columns of the two tables.
var (
	organizationRoleOrder = []tenancy.OrganizationRole{tenancy.Owner, tenancy.Administrator, tenancy.StandardUser}
	accountRoleOrder      = []tenancy.AccountRole{
		tenancy.AccountOwner, tenancy.AccountAdministrator, tenancy.Developer, tenancy.BillingManager, tenancy.Support,
	}
)

// rolesPage is what the page about the roles shows.
type rolesPage struct {
	Organization, Account     rightsTable
	OwnRoles, OwnAccountRoles []string // the host's, by their names
}

// rightsTable is a table of what roles permit.
type rightsTable struct {
	Roles  []string
	Rights []rightRow
}

type rightRow struct {
	Label string
	Cells []rightCell // by role
}

// rightCell says whether a role permits something.
type rightCell struct {
	Role string
	May  bool
}

// add adds the row of a right.
func (t *rightsTable) add(v *visit, r right) {
	row := rightRow{Label: v.t(r.words)}
	for i, cell := range strings.Fields(r.roles) {
		row.Cells = append(row.Cells, rightCell{t.Roles[i], cell == "x"})
	}
	t.Rights = append(t.Rights, row)
}

// roles explains what each role permits.
func roles(v *visit) (*page, error) {
	var data rolesPage
	for _, role := range organizationRoleOrder {
		data.Organization.Roles = append(data.Organization.Roles, v.locale.role(role))
	}
	for _, r := range organizationRights {
		data.Organization.add(v, r.right)
	}
	for _, role := range accountRoleOrder {
		data.Account.Roles = append(data.Account.Roles, v.locale.role(role))
	}
	data.Account.Roles = append(data.Account.Roles, v.t("Manager"))
	for _, r := range accountRights {
		data.Account.add(v, r.right)
	}
	for _, role := range v.o.Roles {
		data.OwnRoles = append(data.OwnRoles, v.locale.role(role))
	}
	for _, role := range v.o.AccountRoles {
		data.OwnAccountRoles = append(data.OwnAccountRoles, v.locale.role(role))
	}
	return &page{template: "roles", title: v.t("Roles"), at: "users", data: data}, nil
}
