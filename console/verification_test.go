package console_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// forged is a store in which somebody changed an event of a log.
type forged struct {
	tenancy.Store
	number uint64 // of the event
	change func(*tenancy.EventRecord)
}

func (f forged) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	return f.Store.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error { return fn(ctx, forgedTx{tx, f}) })
}

type forgedTx struct {
	tenancy.ReadTx
	f forged
}

func (tx forgedTx) Events(ctx context.Context, stream tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error) {
	records, err := tx.ReadTx.Events(ctx, stream, from, limit)
	tx.forge(records)
	return records, err
}

func (tx forgedTx) FindEvents(ctx context.Context, lookups ...tenancy.EventLookup) ([][]tenancy.EventRecord, error) {
	found, err := tx.ReadTx.FindEvents(ctx, lookups...)
	for _, records := range found {
		tx.forge(records)
	}
	return found, err
}

func (tx forgedTx) forge(records []tenancy.EventRecord) {
	for i := range records {
		if records[i].Sequence == tx.f.number {
			tx.f.change(&records[i])
		}
	}
}

// An event that was changed in the store is found and named, also one that cannot be read any
// more (EVT-6).
func TestForgedEventIsFound(t *testing.T) {
	for name, change := range map[string]func(*tenancy.EventRecord){
		"when":       func(e *tenancy.EventRecord) { e.Time++ },
		"what":       func(e *tenancy.EventRecord) { e.Correlation = "other" },
		"unreadable": func(e *tenancy.EventRecord) { e.Data = "" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, console.Options{})
			path := s.in("log", "verification")
			owner := s.as(s.acme.Owner)
			owner.submit(owner.get(path), path, nil).says("Verified up to event")
			s.store.Store = forged{s.store.Store, 3, change}
			page := owner.submit(owner.get(path), path, nil)
			require.Equal(t, []string{"3This event was changed."}, lines(page))
			page.says("Something does not fit.")
			require.NotContains(t, page.text(), "Verified up to")
			page.wellMade()
		})
	}
}
