package signin

import (
	"context"
	"database/sql"

	"github.com/add4b1c6/tenancy"
)

// Transact puts rows of this package and operations of a directory into one transaction. SQL
// and PGX make one of the Transact of a store.
type Transact struct {
	run func(context.Context, func(context.Context, rows, tenancy.Store) error) error
}

// SQL makes a Transact of that of a store on database/sql, such as sqlitestore:
//
//	signin.SQL(store.Transact)
func SQL(
	transact func(context.Context, func(context.Context, *sql.Tx, tenancy.Store) error) error,
) Transact {
	return transactOf(transact, func(tx *sql.Tx) rows { return rowsOf(tx.ExecContext, tx.QueryRowContext) })
}

// PGX makes a Transact of that of a store on pgx, such as pgstore. The type parameters are
// pgx.Tx and the results of its methods, which the compiler finds:
//
//	signin.PGX(store.Transact)
func PGX[
	Tx interface {
		Exec(ctx context.Context, statement string, args ...any) (Result, error)
		QueryRow(ctx context.Context, query string, args ...any) Row
	},
	Result any, Row interface{ Scan(into ...any) error },
](transact func(context.Context, func(context.Context, Tx, tenancy.Store) error) error) Transact {
	return transactOf(transact, func(tx Tx) rows { return rowsOf(tx.Exec, tx.QueryRow) })
}

func transactOf[Tx any](
	transact func(context.Context, func(context.Context, Tx, tenancy.Store) error) error, rowsIn func(Tx) rows,
) Transact {
	return Transact{func(ctx context.Context, fn func(context.Context, rows, tenancy.Store) error) error {
		return transact(ctx, func(ctx context.Context, tx Tx, joined tenancy.Store) error {
			return fn(ctx, rowsIn(tx), joined)
		})
	}}
}

// rows are the tables of this package, in a database or a transaction.
type rows struct {
	exec func(ctx context.Context, statement string, args ...any) error
	row  func(ctx context.Context, query string, args ...any) interface{ Scan(into ...any) error }
}

// rowsOf returns the rows that methods of database/sql or of pgx reach.
func rowsOf[Result any, Row interface{ Scan(into ...any) error }](
	exec func(context.Context, string, ...any) (Result, error), query func(context.Context, string, ...any) Row,
) rows {
	return rows{
		func(ctx context.Context, statement string, args ...any) error {
			_, err := exec(ctx, statement, args...)
			return err
		},
		func(ctx context.Context, text string, args ...any) interface{ Scan(into ...any) error } {
			return query(ctx, text, args...)
		},
	}
}
