// Package storetest tests stores. Run is the suite that every tenancy.Store passes.
// Faulty is a store that fails where a test wants it to fail.
//
// The author of a store needs store.go and record.go of package tenancy, and this
// suite:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) tenancy.Store { return mystore.New() })
//	}
//
// Where the contract leaves a choice, the suite accepts each. It checks the outcome,
// never the way to it. A store may run a function again or make it wait, may refuse an
// entry that is taken at once or at the commit, and may run one transaction at a time
// or many.
//
// The cases also cover what the contract does not say in words:
//
//   - A function that panics, or ends its goroutine, rolls back, and the store goes on.
//   - A transaction whose context is over before it begins ends with the context's
//     error.
//   - A transaction that is used after its function has returned returns errors and
//     changes nothing.
//   - The records of one Put and the events of one Append count in their order.
//
// All texts that the suite stores are valid UTF-8 without zero bytes. The data of
// events is any bytes. Actors and streams have at most one of their fields set.
// References and roles have only characters that they may have.
package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Run checks that a store keeps the contract of tenancy.Store. Every call of open
// returns an empty store that nothing else uses. open closes what it opened in
// t.Cleanup. There are no options, and no case is left out.
func Run(t *testing.T, open func(t *testing.T) tenancy.Store) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) { c.run(trial{t, open(t)}) })
	}
}

// testCase is a case of the suite.
type testCase struct {
	name string
	run  func(trial)
}

func cases() []testCase {
	var all []testCase
	for _, some := range [][]testCase{
		indexCases(), recordCases(), readCases(), writeCases(), uniqueCases(), transactionCases(),
		contextCases(), raceCases(), snapshotCases(),
		eventCases(), accessCases(), moveCases(), sharingCases(),
	} {
		all = append(all, some...)
	}
	return all
}

// trial is a case that runs, with a store of its own.
type trial struct {
	*testing.T
	store tenancy.Store
}

type (
	reading = func(context.Context, tenancy.ReadTx) error
	writing = func(context.Context, tenancy.Tx) error
)

// view reads, and must succeed. fn keeps what it finds, and the caller checks it
// afterwards: a test must not end within a transaction.
func (c trial) view(fn reading) {
	c.Helper()
	require.NoError(c, c.store.View(c.Context(), fn))
}

// update writes, and must succeed.
func (c trial) update(fn writing) {
	c.Helper()
	require.NoError(c, c.store.Update(c.Context(), fn))
}

// both writes to the store and to the model, and must succeed.
func (c trial) both(m *model, fn writing) {
	c.Helper()
	c.update(fn)
	require.NoError(c, fn(c.Context(), m))
}

// put puts records, and must succeed.
func (c trial) put(records ...tenancy.Record) {
	c.Helper()
	c.update(func(ctx context.Context, tx tenancy.Tx) error { return tx.Put(ctx, records...) })
}

// append appends events, and must succeed.
func (c trial) append(events ...tenancy.EventRecord) {
	c.Helper()
	c.update(func(ctx context.Context, tx tenancy.Tx) error { return tx.Append(ctx, events...) })
}

// ask asks lookups in a View.
func (c trial) ask(lookups ...tenancy.Lookup) (answers []tenancy.Answer) {
	c.Helper()
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		answers, err = tx.Read(ctx, lookups...)
		return err
	})
	require.Len(c, answers, len(lookups))
	return answers
}

// get returns the stored record that has the identity of the given one, or nil.
func (c trial) get(record tenancy.Record) tenancy.Record {
	c.Helper()
	return c.ask(lookup(record))[0].Record
}

// lookup returns a lookup of the record that has the identity of the given one.
func lookup(record tenancy.Record) tenancy.Lookup {
	at := identity(record)
	return tenancy.Lookup{Index: at.Index, Key: at.Key}
}

// holds wants the store to hold what the model holds.
func (c trial) holds(m *model) {
	c.Helper()
	var found []string
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		found, err = m.differences(ctx, tx)
		return err
	})
	c.alike(found)
}

// alike wants no differences.
func (c trial) alike(found []string) {
	c.Helper()
	if len(found) > 0 {
		require.Fail(c, "the store differs from the contract", "%d differences, among them\n%s", len(found),
			strings.Join(found[:min(len(found), 3)], "\n"))
	}
}

// refusal is the error of a function in a transaction.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// busy wants an error that is CodeBusy.
func (c trial) busy(err error) {
	c.Helper()
	require.ErrorIs(c, err, tenancy.CodeBusy)
}

// persistently runs an Update again and again while others win.
func (c trial) persistently(fn writing) (err error) {
	for range 1000 {
		if err = c.store.Update(c.Context(), fn); !errors.Is(err, tenancy.CodeBusy) {
			return err
		}
	}
	return err
}
