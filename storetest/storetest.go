// Package storetest is what holds stores to their contract: Run is the suite that every tenancy.Store passes, and Faulty is a store that fails
// where a test wants it to.
//
// Whoever writes a store needs store.go and record.go of package tenancy, and this suite:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) tenancy.Store { return mystore.New() })
//	}
//
// Where the contract leaves a choice the suite takes either: it looks at what came out, never at how. A store may run a function again or
// make it wait, refuse an entry that is taken at once or at the commit, and run one transaction at a time or many.
//
// What goes without saying in the contract the suite says by its cases: a function that panics, or ends its goroutine, rolls back, and the store
// goes on; a context that is over before a transaction begins ends it with the context's error; a transaction that is used after its function
// has returned gives errors and changes nothing; what one call of Put or Append holds counts in its order. All texts it puts are valid UTF-8
// without zero bytes, actors and streams have at most one of their fields set, and references and roles are of the characters they may have.
package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// Run holds a store to the contract that tenancy.Store states. Every call of open gives an empty store that nothing else uses; what is to be
// closed, open leaves to t.Cleanup. There are no options, and no case is left out.
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
		indexCases(), recordCases(), readCases(), writeCases(), uniqueCases(), transactionCases(), contextCases(), raceCases(), snapshotCases(),
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

// view reads, and must succeed. What fn finds it keeps: whether that is right is asked after it, since a test must not end within a transaction.
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

// ask asks in a View.
func (c trial) ask(lookups ...tenancy.Lookup) (answers []tenancy.Answer) {
	c.Helper()
	c.view(func(ctx context.Context, tx tenancy.ReadTx) (err error) {
		answers, err = tx.Read(ctx, lookups...)
		return err
	})
	require.Len(c, answers, len(lookups))
	return answers
}

// get gives the record of the same identity as the given one; nil: there is none.
func (c trial) get(record tenancy.Record) tenancy.Record {
	c.Helper()
	return c.ask(lookup(record))[0].Record
}

// lookup asks for the record of the same identity as the given one.
func lookup(record tenancy.Record) tenancy.Lookup {
	at := identity(record)
	return tenancy.Lookup{Index: at.Index, Key: at.Key}
}

// holds wants the store to be what the model is.
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
		require.Fail(c, "the store differs from the contract", "%d differences, among them\n%s", len(found), strings.Join(found[:min(len(found), 3)], "\n"))
	}
}

// refusal is an error of a function in a transaction.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// busy wants an error that is CodeBusy.
func (c trial) busy(err error) {
	c.Helper()
	require.ErrorIs(c, err, tenancy.CodeBusy)
}

// persistently runs an Update as a caller does who will not have it lost: again and again while others win.
func (c trial) persistently(fn writing) (err error) {
	for range 1000 {
		if err = c.store.Update(c.Context(), fn); !errors.Is(err, tenancy.CodeBusy) {
			return err
		}
	}
	return err
}
