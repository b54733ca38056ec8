package pgstore

import (
	"database/sql"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/add4b1c6/tenancy"
)

// anID is any kind of ID.
type anID interface {
	comparable
	~[16]byte
}

// RegisterIDs tells a connection's map of types that the library's IDs are uuids, and
// slices of them arrays of uuids (GEN-20). A host needs it only for its own queries in
// pgx.QueryExecModeExec and pgx.QueryExecModeSimpleProtocol, which PgBouncer may call
// for: there the driver does not ask the server what type a parameter has, and would
// send an ID as a bytea. In all other modes IDs work without it. A pool calls it in
// AfterConnect, with conn.TypeMap(). With database/sql it is the option
// stdlib.OptionAfterConnect. The store's own queries do not need it.
func RegisterIDs(m *pgtype.Map) {
	registerID[tenancy.OrganizationID](m)
	registerID[tenancy.AccountID](m)
	registerID[tenancy.UserID](m)
	registerID[tenancy.DomainID](m)
	registerID[tenancy.InvitationID](m)
	registerID[tenancy.RequestID](m)
	registerID[tenancy.ConnectionID](m)
	registerID[tenancy.KeyID](m)
	registerID[tenancy.GroupID](m)
	registerID[tenancy.DirectoryID](m)
	registerID[tenancy.ProvisionedID](m)
	registerID[tenancy.EventID](m)
	registerID[tenancy.OperationID](m)
}

// registerID registers a kind of ID, a pointer to one, one that may be null, and a slice.
func registerID[I anID](m *pgtype.Map) {
	var id I
	m.RegisterDefaultPgType(id, "uuid")
	m.RegisterDefaultPgType(&id, "uuid")
	m.RegisterDefaultPgType(sql.Null[I]{}, "uuid")
	m.RegisterDefaultPgType([]I{}, "_uuid")
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapID[I]}, m.TryWrapEncodePlanFuncs...)
}

// wrapID has the driver write an ID as a uuid. By itself it would write the bytes that
// ID.Value returns, which are no uuid where parameters are written as text.
func wrapID[I anID](value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	id, ok := uuidOf[I](value)
	return &idPlan[I]{}, id, ok
}

// uuidOf returns the uuid of an ID, of the one a pointer points to, or of one that may be null. The zero ID is NULL.
func uuidOf[I anID](value any) (pgtype.UUID, bool) {
	var none I
	switch id := value.(type) {
	case I:
		return pgtype.UUID{Bytes: id, Valid: id != none}, true
	case *I: // which is not nil: the driver writes NULL for nil pointers
		return uuidOf[I](*id)
	case sql.Null[I]:
		return pgtype.UUID{Bytes: id.V, Valid: id.Valid && id.V != none}, true
	}
	return pgtype.UUID{}, false
}

// idPlan encodes an ID as its uuid is encoded.
type idPlan[I anID] struct{ next pgtype.EncodePlan }

func (p *idPlan[I]) SetNext(next pgtype.EncodePlan) { p.next = next }

func (p *idPlan[I]) Encode(value any, to []byte) ([]byte, error) {
	id, _ := uuidOf[I](value)
	return p.next.Encode(id, to)
}
