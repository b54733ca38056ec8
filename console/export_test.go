package console

import "github.com/add4b1c6/tenancy"

// OrganizationRights are the permissions of the page about the roles, by row.
func OrganizationRights() (rows []tenancy.OrganizationPermission) {
	for _, r := range organizationRights {
		rows = append(rows, r.permission)
	}
	return rows
}

// AccountRights are those on an account.
func AccountRights() (rows []tenancy.Permission) {
	for _, r := range accountRights {
		rows = append(rows, r.permission)
	}
	return rows
}
