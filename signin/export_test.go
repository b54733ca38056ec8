package signin

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// Before calls fn before each statement that writes, in transactions too. An error of fn is
// that of the statement.
func (p *People) Before(fn func(statement string) error) {
	around := func(in rows) rows {
		exec := in.exec
		in.exec = func(ctx context.Context, statement string, args ...any) error {
			if err := fn(statement); err != nil {
				return err
			}
			return exec(ctx, statement, args...)
		}
		return in
	}
	p.rows = around(p.rows)
	run := p.transact.run
	p.transact.run = func(ctx context.Context, do func(context.Context, rows, tenancy.Store) error) error {
		return run(ctx, func(ctx context.Context, in rows, joined tenancy.Store) error {
			return do(ctx, around(in), joined)
		})
	}
}
