package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/add4b1c6/tenancy"
)

// Access reads what Can needs to know, in one statement.
func (t *tx) Access(ctx context.Context, user tenancy.UserID, account tenancy.AccountID) (row tenancy.AccessRow, err error) {
	if err := t.open(ctx); err != nil {
		return row, err
	}
	err = t.ask(ctx, selectAccess, []any{[16]byte(user), [16]byte(account)}, func(rows *sql.Rows) error {
		return scanAccess(rows, &row)
	})
	return row, err
}

// accessRow is a row of selectAccess: what is not there is NULL.
type accessRow struct {
	user            [3]sql.NullBool // inactive by the organization, by an Operator; deleted
	id              []byte
	organization    []byte
	parent          []byte
	suspended       [2]sql.NullBool // by the customer, by the platform
	closed          sql.NullInt64
	roles           sql.NullString
	parentSuspended [2]sql.NullBool
	parentRoles     sql.NullString
	role            sql.NullInt64
}

var errAccess = errors.New("sqlitestore: a row that Access reads does not parse")

func scanAccess(rows *sql.Rows, row *tenancy.AccessRow) error {
	var r accessRow
	if err := rows.Scan(&r.user[0], &r.user[1], &r.user[2], &r.id, &r.organization, &r.parent, &r.suspended[0], &r.suspended[1], &r.closed, &r.roles,
		&r.parentSuspended[0], &r.parentSuspended[1], &r.parentRoles, &r.role); err != nil {
		return wrap(err)
	}
	if r.user[0].Valid {
		row.SetUser(tenancy.UserRecord{InactiveOrganization: r.user[0].Bool, InactiveOperator: r.user[1].Bool, Deleted: r.user[2].Bool})
	}
	if r.id == nil {
		return nil
	}
	a := tenancy.AccountRecord{SuspendedCustomer: r.suspended[0].Bool, SuspendedPlatform: r.suspended[1].Bool, Closed: tenancy.Instant(r.closed.Int64)}
	copy(a.Organization[:], r.organization)
	copy(a.Parent[:], r.parent)
	row.SetAccount(a)
	if r.parentSuspended[0].Valid {
		row.SetParent(tenancy.AccountRecord{SuspendedCustomer: r.parentSuspended[0].Bool, SuspendedPlatform: r.parentSuspended[1].Bool})
	}
	if r.role.Valid {
		m := tenancy.MembershipRecord{Role: tenancy.OrganizationRole(r.role.Int64)}
		if int64(m.Role) != r.role.Int64 {
			return errAccess
		}
		row.SetMembership(m)
	}
	if !rolesOf(r.roles, &row.Roles) || !rolesOf(r.parentRoles, &row.ParentRoles) {
		return errAccess
	}
	return nil
}

// rolesOf reads the roles of a grant, and says whether they are some.
func rolesOf(text sql.NullString, roles *tenancy.RoleSet) bool {
	return !text.Valid || roles.UnmarshalText([]byte(text.String)) == nil && roles.String() == text.String
}
