package tenancy

// What tests of package tenancy_test see of the inside: THE tables (ROLE-8).

// AccountTable gives the permissions of the account table.
func AccountTable() (permissions []Permission) {
	for _, row := range accountTable {
		permissions = append(permissions, row.permission)
	}
	return permissions
}

// OrganizationTable gives the permissions of the organization table.
func OrganizationTable() (permissions []OrganizationPermission) {
	for _, row := range organizationTable {
		permissions = append(permissions, row.permission)
	}
	return permissions
}

// HashOf gives the hash that an event should carry.
func HashOf(e Event) [32]byte { return e.hash() }

// OperationRow is a row of the table of operations.
type OperationRow struct {
	Name             string
	Organization     OrganizationPermission
	Account          Permission
	Operator, System bool
	Others           string
}

// OperationsTable gives the table of operations.
func OperationsTable() (rows []OperationRow) {
	for _, row := range operations {
		rows = append(rows, OperationRow{row.name, row.organization, row.account, row.operator, row.system, row.others})
	}
	return rows
}
