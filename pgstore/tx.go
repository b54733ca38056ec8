package pgstore

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/tables"
)

// noLookup is a lookup whose arguments are only counted.
var noLookup tenancy.Lookup

// tx is a tenancy.Tx. It keeps what it has to write until it is asked something or
// commits, and sends it along with that.
type tx struct {
	store   *Store
	begin   string        // what the first batch begins with
	conn    *pgxpool.Conn // nil: the database was asked nothing yet
	joined  sender        // the host's transaction
	places  *places
	kept    pgx.Batch // writes
	written bool      // something was sent that writes
	failed  error     // of a read or write: the transaction cannot commit
	over    bool
}

// group is the rows of one call that one statement writes.
type group struct {
	statement
	rows  [][]any
	taken map[tenancy.Entry]bool // the identities in it: a statement may write each row once
}

func (t *tx) alive(ctx context.Context) error {
	switch {
	case t.over:
		return errOver
	case t.failed != nil:
		return t.failed
	}
	return ctx.Err()
}

// fail records the error of a read or write. On the server, the transaction can only be
// rolled back then.
func (t *tx) fail(err error) error {
	t.failed = cmp.Or(t.failed, discreet(err))
	return t.failed
}

// lost returns a lostError if the transaction lost to another one, and nil otherwise.
func (t *tx) lost() error { return lost(t.failed) }

// rollback ends the transaction if it has not ended.
func (t *tx) rollback() {
	t.over = true
	if t.conn != nil {
		release(t.conn, t.store.end)
		t.conn = nil
	}
}

// commit sends what was kept, and COMMIT.
func (t *tx) commit(ctx context.Context) error {
	if t.failed == nil {
		t.failed = ctx.Err()
	}
	if t.failed != nil {
		return cmp.Or(t.lost(), t.failed)
	}
	if t.conn == nil && t.kept.Len() == 0 {
		return nil
	}
	t.written = t.written || t.kept.Len() > 0
	b, err := t.open(ctx)
	if err != nil {
		return err
	}
	b.Queue(commit)
	results := t.conn.SendBatch(ctx, b)
	for range b.Len() - 1 {
		if _, err = results.Exec(); err != nil {
			break
		}
	}
	definite := refused(err)
	if err == nil {
		_, err = results.Exec()
		definite = notCommitted(err)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	err = discreet(err)
	switch {
	case err == nil:
		return nil
	case definite:
		return cmp.Or(lost(err), err)
	case !t.written, state(err) == "" && !t.conn.Conn().IsClosed():
		return err // nothing was written, or nothing was sent
	}
	return t.store.unknown(err)
}

// open returns what has to be sent first: the beginning of the transaction, and the
// writes that were kept.
func (t *tx) open(ctx context.Context) (*pgx.Batch, error) {
	b := &pgx.Batch{}
	if t.joined == nil && t.conn == nil {
		limit := t.store.options.RetryFor
		if t.places != nil {
			limit = t.places.left()
		}
		conn, err := t.store.acquire(ctx, limit)
		if err != nil {
			return nil, t.fail(err)
		}
		t.conn = conn
		if t.begin == alone {
			return b, nil
		}
		b.Queue(t.begin)
		if t.store.planned.Load() {
			b.Queue(useIndexes)
		}
		if t.begin != beginView {
			b.Queue(setLockTimeout, milliseconds(t.store.lockWait(limit)))
			b.Queue(t.store.check)
		}
	}
	if t.joined != nil && !t.written && t.kept.Len() > 0 {
		b.Queue(savepoint)
	}
	t.written = t.written || t.kept.Len() > 0
	b.QueuedQueries = append(b.QueuedQueries, t.kept.QueuedQueries...)
	t.kept = pgx.Batch{}
	return b, nil
}

// ask sends what was kept and the questions in one round trip. answer reads the results
// of the questions.
func (t *tx) ask(ctx context.Context, questions *pgx.Batch, answer func(pgx.BatchResults) error) error {
	b, err := t.open(ctx)
	if err != nil {
		return err
	}
	before := b.Len()
	b.QueuedQueries = append(b.QueuedQueries, questions.QueuedQueries...)
	results := t.sender().SendBatch(ctx, b)
	for range before {
		if _, err = results.Exec(); err != nil {
			break
		}
	}
	if err == nil {
		err = answer(results)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return t.fail(err)
	}
	return nil
}

func (t *tx) sender() sender {
	if t.joined != nil {
		return t.joined
	}
	return t.conn.Conn()
}

// Read answers lookups in one round trip. It returns an error for an unknown index, for
// an index that is not asked in this way, and for a negative limit.
func (t *tx) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if err := t.alive(ctx); err != nil {
		return nil, err
	}
	questions, err := newQuestions(lookups)
	if err != nil {
		return nil, t.fail(err)
	}
	if t.conn == nil && t.joined == nil {
		err = t.places.await(ctx, lookups)
	} else {
		err = t.places.claim(lookups)
	}
	if err != nil {
		return nil, t.fail(err)
	}
	answers := make([]tenancy.Answer, len(lookups))
	if questions.batch.Len() == 0 {
		return answers, nil
	}
	err = t.ask(ctx, &questions.batch,
		func(results pgx.BatchResults) error { return questions.read(results, answers) })
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// Access reads what Can needs to know, in one round trip and one statement.
func (t *tx) Access(
	ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID,
	rows []tenancy.AccessRow,
) error {
	for i := range rows {
		rows[i].Reset()
	}
	if err := t.alive(ctx); err != nil || len(accounts) == 0 {
		return err
	}
	var b pgx.Batch
	if len(accounts) == 1 {
		if about := []any{uuid([16]byte(user)), uuid([16]byte(accounts[0]))}; key.IsZero() {
			b.Queue(readAccess, about...)
		} else {
			b.Queue(readAccessByKey, append(about, uuid([16]byte(key)))...)
		}
		return t.ask(ctx, &b, func(results pgx.BatchResults) error {
			return wrap(tables.Access(&rows[0], scanning(tables.AccessColumns, results.QueryRow().Scan)))
		})
	}
	asked := make([]pgtype.UUID, len(accounts))
	for i, account := range accounts {
		asked[i] = uuid([16]byte(account))
	}
	b.Queue(readManyAccesses, uuid([16]byte(user)), asked, uuid([16]byte(key)))
	return t.ask(ctx, &b, func(results pgx.BatchResults) error {
		found, err := results.Query()
		if err != nil {
			return wrap(err)
		}
		defer found.Close()
		for i := 0; found.Next(); i++ {
			if err := tables.Access(&rows[i], scanning(tables.AccessColumns, found.Scan)); err != nil {
				return wrap(err)
			}
		}
		found.Close()
		return wrap(found.Err())
	})
}

// Events returns a part of a stream. It returns nothing for a limit that is not
// positive.
func (t *tx) Events(
	ctx context.Context, stream tenancy.Stream, from uint64, limit int,
) ([]tenancy.EventRecord, error) {
	return t.events(ctx, limit, readEvents, uuid(stream.Key()), int64(min(from, maxInt)), int64(limit))
}

// FindEvents answers lookups of events in one round trip. It returns an error for an
// unknown index.
func (t *tx) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	if err := t.alive(ctx); err != nil {
		return nil, err
	}
	answers := make([][]tenancy.EventRecord, len(lookups))
	var b pgx.Batch
	var asked []int
	for i, l := range lookups {
		q, values, err := tables.FindEvents(l)
		if err != nil {
			return nil, t.fail(wrap(err))
		}
		if q == nil {
			continue
		}
		for j, of := range q.Types {
			values[j] = argument(values[j], of)
		}
		b.Queue(findEvents[q], values...)
		asked = append(asked, i)
	}
	if len(asked) == 0 {
		return answers, nil
	}
	err := t.ask(ctx, &b, func(results pgx.BatchResults) (err error) {
		for _, i := range asked {
			if answers[i], err = scanEvents(results); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// Outbox returns the oldest pending events. It returns nothing for a limit that is not
// positive.
func (t *tx) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	return t.events(ctx, limit, readOutbox, uuid(after.Key()), int64(limit))
}

// Now returns the time by the server's clock, in one round trip.
func (t *tx) Now(ctx context.Context) (now tenancy.Instant, err error) {
	if err := t.alive(ctx); err != nil {
		return 0, err
	}
	var b pgx.Batch
	b.Queue(readNow)
	err = t.ask(ctx, &b, func(results pgx.BatchResults) error { return results.QueryRow().Scan(&now) })
	return now, err
}

func (t *tx) events(
	ctx context.Context, limit int, sql string, arguments ...any,
) (events []tenancy.EventRecord, err error) {
	if err := t.alive(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	var b pgx.Batch
	b.Queue(sql, arguments...)
	err = t.ask(ctx, &b, func(results pgx.BatchResults) (err error) {
		events, err = scanEvents(results)
		return err
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// scanEvents reads the events that one statement returns.
func scanEvents(results pgx.BatchResults) (events []tenancy.EventRecord, err error) {
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := tables.Event(scanning(tables.EventColumns, rows.Scan))
		if err != nil {
			return nil, wrap(err)
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// write keeps a write unless the transaction is over or has failed.
func (t *tx) write(ctx context.Context, keep func() error) error {
	if err := t.alive(ctx); err != nil {
		if !t.over {
			t.failed = cmp.Or(t.failed, err)
		}
		return err
	}
	if err := keep(); err != nil {
		return t.fail(wrap(err))
	}
	return nil
}

// Put writes records, those of one kind in one statement. If an entry is another
// record's, the next read or the commit fails.
func (t *tx) Put(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error { return t.keep(records, putting) })
}

// Delete removes records by identity, those of one kind in one statement.
func (t *tx) Delete(ctx context.Context, records ...tenancy.Record) error {
	return t.write(ctx, func() error { return t.keep(records, removing) })
}

// writing is what is done with records: the statement for a table, and the row for a
// record.
type writing struct {
	statement func(change) statement
	row       func(*tables.Table, tenancy.Record) []any
}

var (
	putting  = writing{func(c change) statement { return c.put }, (*tables.Table).Values}
	removing = writing{func(c change) statement { return c.remove }, (*tables.Table).Key}
)

// keep groups the records of one call by kind. A record whose identity is already in
// its group begins another statement, so that what comes later counts.
func (t *tx) keep(records []tenancy.Record, w writing) error {
	groups := map[*tables.Table]*group{}
	var order []*group
	for _, r := range records {
		table, err := tables.Of(r)
		if err != nil {
			return err
		}
		identity := r.Entries(nil)[0]
		g := groups[table]
		if g == nil || g.taken[identity] {
			g = &group{statement: w.statement(changes[table]), taken: map[tenancy.Entry]bool{}}
			groups[table], order = g, append(order, g)
		}
		g.taken[identity] = true
		g.rows = append(g.rows, w.row(table, r))
	}
	for _, g := range order {
		g.keep(&t.kept, g.rows)
	}
	return nil
}

// Append adds events and makes them pending. If a stream already has an event of the
// same number, the next read or the commit fails.
func (t *tx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		events = tables.ByStream(events)
		var rows, pending [][]any
		for _, e := range events {
			values, err := tables.EventValues(e)
			if err != nil {
				return err
			}
			rows, pending = append(rows, values), append(pending, values[:len(eventKey)])
		}
		appendEvents.keep(&t.kept, rows)
		appendSubjects.keep(&t.kept, tables.SubjectRows(events))
		appendOutbox.keep(&t.kept, pending)
		return nil
	})
}

// Ack removes events from the outbox, by stream and number.
func (t *tx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	return t.write(ctx, func() error {
		var rows [][]any
		for _, e := range events {
			rows = append(rows, []any{e.Stream.Key(), int64(min(e.Sequence, maxInt))})
		}
		ackOutbox.keep(&t.kept, rows)
		return nil
	})
}

// MoveAll carries out a merge or a deletion, with statements per table.
func (t *tx) MoveAll(ctx context.Context, m tenancy.Move) error {
	return t.write(ctx, func() error {
		from, into := uuid([16]byte(m.From)), pgUUID(m.Into)
		if !m.Group.IsZero() {
			t.queueEach(endGroup, pgUUID(m.Group))
			return nil
		}
		if m.Into.IsZero() {
			t.queueEach(endServiceAccounts, from)
			t.queueEach(deleteGroups, from)
			t.kept.Queue(freeMembers, from)
			t.kept.Queue(dismissMembers, from)
		} else {
			t.kept.Queue(moveMembers, from, into, int64(m.At))
			t.kept.Queue(dropFormer, from, into)
			t.kept.Queue(yieldFormer, from, into)
			t.kept.Queue(moveFormer, from, into, []byte(m.Into.String()))
		}
		if m.Suspend {
			t.kept.Queue(suspendMoving, from)
		}
		t.kept.Queue(moveAccounts, from, into)
		if m.Into.IsZero() {
			t.queueEach(deleteDerived, from)
			return nil
		}
		t.queueEach(moveGroups, from, into)
		t.queueEach(moveDerived, from, into)
		t.queueEach(deleteJoined, into)
		return nil
	})
}

// queueEach queues statements that take the same arguments.
func (t *tx) queueEach(texts []string, args ...any) {
	for _, text := range texts {
		t.kept.Queue(text, args...)
	}
}
