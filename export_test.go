package tenancy

import "crypto/sha256"

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

func (e Event) encoding() []byte        { return e.record().encoding() }
func (e Event) hash() [sha256.Size]byte { return e.record().hash() }

// RecordOf returns an event as it is stored, with the hash that it should carry.
func RecordOf(e Event) EventRecord {
	r := e.record()
	r.Hash = r.hash()
	return r
}

// EventOf decodes a stored event.
func EventOf(r EventRecord) (Event, error) { return r.event() }

// EncodeData encodes an event's data.
func EncodeData(data EventData) []byte { return encodeData(data) }

// DecodeData decodes the data of an event of the named type.
func DecodeData(eventType string, encoded []byte) (EventData, error) {
	return decodeData(eventType, string(encoded))
}

// OperationRow is a row of the table of operations.
type OperationRow struct {
	Name, On         string
	Organization     OrganizationPermission
	Besides          OrganizationPermission
	Account          Permission
	Operator, System bool
	Others           string
	Service          bool
	Directory        bool
	Suspended        string // "": refused
}

// OperationsTable gives the table of operations.
func OperationsTable() (rows []OperationRow) {
	for _, row := range operations {
		rows = append(rows,
			OperationRow{row.name, row.on, row.organization, row.besides, row.account, row.operator, row.system, row.others,
				row.service, row.directory, string(row.suspended)})
	}
	return rows
}

// Subjects returns the text forms of the IDs in an event's data.
func Subjects(e Event) (ids []string) {
	for id := range idsOf(e.Data) {
		ids = append(ids, id.Interface().(interface{ String() string }).String())
	}
	return ids
}

// HashOf returns the hash that a stored event should carry.
func HashOf(r EventRecord) Hash { return r.hash() }

// KeySecretOf gives the text of the secret that has the given random bits.
func KeySecretOf(product Reference, random [32]byte) string {
	d := &Directory{options: options{product: product}}
	return d.keySecret(random).Reveal()
}
