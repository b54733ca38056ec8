package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver that sqlitestore uses

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/bench/internal/stores"
)

// canQuery reads what a decision needs by one statement, written by hand: $1 is the user
// and $2 the account.
const canQuery = `SELECT u.inactive_organization, u.inactive_operator, u.inactive_directory, u.unclaimed, u.deleted,
	a.closed, a.suspended_customer, a.suspended_platform, a.groups,
	p.suspended_customer, p.suspended_platform, p.groups, o.suspended, g.roles, g.until, h.roles, h.until, m.role
FROM tenancy_users u CROSS JOIN tenancy_accounts a
LEFT JOIN tenancy_accounts p ON p.id = a.parent_id
LEFT JOIN tenancy_organizations o ON o.id = a.organization_id
LEFT JOIN tenancy_grants g ON g.account_id = a.id AND g.user_id = u.id
LEFT JOIN tenancy_grants h ON h.account_id = a.parent_id AND h.user_id = u.id
LEFT JOIN tenancy_members m ON m.organization_id = a.organization_id AND m.user_id = u.id
WHERE u.id = $1 AND a.id = $2`

// canRow is a row of canQuery.
type canRow struct {
	inactive                 [4]bool
	deleted                  bool
	closed                   int64
	suspended                [2]bool
	groups                   int64
	parentSuspended          [2]sql.NullBool
	parentGroups             sql.NullInt64
	frozen                   sql.NullBool
	roles, parentRoles, role sql.NullString
	until, parentUntil       sql.NullInt64
}

func (r *canRow) into() []any {
	return []any{&r.inactive[0], &r.inactive[1], &r.inactive[2], &r.inactive[3], &r.deleted, &r.closed,
		&r.suspended[0], &r.suspended[1], &r.groups, &r.parentSuspended[0], &r.parentSuspended[1], &r.parentGroups,
		&r.frozen, &r.roles, &r.until, &r.parentRoles, &r.parentUntil, &r.role}
}

// maskOfText is the mask of roles that are written in a column.
func maskOfText(text string) (mask uint8) {
	for role := range strings.SplitSeq(text, ",") {
		mask |= roleBits[tenancy.AccountRole(role)]
	}
	return mask
}

var errUnwritten = errors.New("the statement by hand knows no groups and no temporary roles")

// allows decides.
func (r *canRow) allows(p tenancy.Permission) (bool, error) {
	if r.groups > 0 || r.parentGroups.Int64 > 0 || r.until.Int64 != 0 || r.parentUntil.Int64 != 0 {
		return false, errUnwritten
	}
	rule := rules[p]
	suspended := r.suspended[0] || r.suspended[1] || r.parentSuspended[0].Bool || r.parentSuspended[1].Bool
	switch {
	case r.inactive != [4]bool{} || r.deleted || r.closed != 0:
		return false, nil
	case suspended && !rule.suspended || r.frozen.Bool && !rule.organizationSuspended:
		return false, nil
	case (maskOfText(r.roles.String)|maskOfText(r.parentRoles.String))&rule.roles != 0:
		return true, nil
	}
	manages := r.role.String == string(tenancy.Owner) || r.role.String == string(tenancy.Administrator)
	return manages && rule.manager, nil
}

// openSQLite opens a store's file with the settings that the store has, prepared for one
// writer whose transactions begin as such.
func openSQLite(path string) (*sql.DB, error) {
	return sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)"+
		"&_pragma=busy_timeout(5000)&_pragma=cache_size(-16384)&_txlock=immediate")
}

// canByHand is one statement over an open store's database.
func (w *world) canByHand(ctx context.Context, opened *stores.Opened) (engine, error) {
	if opened.Pool != nil {
		return w.canByHandPostgreSQL(opened.Pool), nil
	}
	db, err := openSQLite(opened.Path)
	if err != nil {
		return engine{}, err
	}
	statement, err := db.PrepareContext(ctx, canQuery)
	if err != nil {
		_ = db.Close()
		return engine{}, err
	}
	return engine{name: "one statement by hand", close: func() { _ = db.Close() },
		decide: func(ctx context.Context, n int) (bool, error) {
			q := &w.questions[n]
			var row canRow
			err := statement.QueryRowContext(ctx, q.user[:], q.account[:]).Scan(row.into()...)
			if errors.Is(err, sql.ErrNoRows) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			return row.allows(q.permission)
		}}, nil
}

func (w *world) canByHandPostgreSQL(pool *pgxpool.Pool) engine {
	return engine{name: "one statement by hand", decide: func(ctx context.Context, n int) (bool, error) {
		q := &w.questions[n]
		var row canRow
		err := pool.QueryRow(ctx, canQuery, [16]byte(q.user), [16]byte(q.account)).Scan(row.into()...)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return row.allows(q.permission)
	}}
}
