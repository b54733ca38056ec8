package tenancy

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Directory is all organizations, accounts and users in one Store. It has no operations itself: As, Operator and System say who acts.
// A Directory is safe for concurrent use and holds no state but its options, so any number of them, in any number of processes, can be over one
// store.
type Directory struct {
	store  Store
	joined bool // the store is the host's own transaction
	options
}

// Options are what a host may choose. Zero fields, and a nil *Options, mean the defaults named.
type Options struct {
	Limits            *Limits          // nil: 100 domains, else none; in a given one zero is no limit (GEN-12)
	InvitationLife    time.Duration    // how long an invitation can be accepted; zero: 7 days (USR-4)
	InvitationsPerDay int              // to one address, per Owner, within 24 hours; zero: 5, negative: no limit (USR-10)
	Product           Reference        // the label of the records that prove domains; "": tenancy. Letters, digits and inner hyphens (DOM-2)
	DomainLive        time.Duration    // how long a verified domain is live after its record was found; zero: 7 days (DOM-4)
	Resolver          Resolver         // where domains' records are looked up; nil: net.DefaultResolver
	MailProviders     []string         // domains nobody may claim; nil: the list the library brings (DOM-1)
	Roles             RoleOptions      // account roles and permissions of the host's (ROLE-7)
	Now               func() time.Time // the clock; nil: time.Now
	Random            io.Reader        // where IDs and secrets come from; nil: crypto/rand
	// OnRefused is told of every refusal, once, after the last attempt, previews included (EVT-1): who, and the *Error. Nil: nobody is.
	// It is called by the goroutine of the operation, after its transaction.
	OnRefused func(context.Context, Actor, error)
}

// options are Options made ready.
type options struct {
	limits        Limits
	life          time.Duration
	perDay        int
	product       Reference
	domainLive    time.Duration
	resolver      Resolver
	mailProviders map[string]struct{}
	table         permissionTable
	now           func() time.Time
	random        io.Reader
	drawing       *sync.Mutex // random's
	onRefused     func(context.Context, Actor, error)
}

// New makes a Directory over a store. It reads nothing. Nil options mean the defaults; a nil store is CodeInput, an option that makes no sense
// CodeOption (ROLE-7).
func New(store Store, o *Options) (*Directory, error) {
	o = cmp.Or(o, &Options{})
	d := &Directory{store: store, options: options{
		limits:     *cmp.Or(o.Limits, &Limits{Domains: 100}),
		life:       cmp.Or(o.InvitationLife, 7*24*time.Hour),
		perDay:     cmp.Or(o.InvitationsPerDay, 5),
		product:    cmp.Or(o.Product, "tenancy"),
		domainLive: cmp.Or(o.DomainLive, 7*24*time.Hour),
		resolver:   net.DefaultResolver,
		now:        time.Now,
		random:     rand.Reader,
		drawing:    new(sync.Mutex), onRefused: o.OnRefused,
	}}
	if o.Now != nil {
		d.options.now = o.Now
	}
	if o.Random != nil {
		d.random = o.Random
	}
	if o.Resolver != nil {
		d.resolver = o.Resolver
	}
	var err error
	d.mailProviders = defaultMailProviders()
	if o.MailProviders != nil {
		if d.mailProviders, err = mailProviders(o.MailProviders); err != nil {
			return nil, &Error{Op: "New", Err: err}
		}
	}
	if d.table, err = tableWith(o.Roles); err == nil && (d.life < 0 || d.domainLive < 0 || d.limits.negative() || !isLabel(d.product)) {
		err = CodeOption
	}
	if store == nil {
		err = CodeInput
	}
	if err != nil {
		return nil, &Error{Op: "New", Err: err}
	}
	return d, nil
}

// isLabel says whether a text can be a label of a domain name.
func isLabel(r Reference) bool {
	return r.valid() && len(r) < 63 && !strings.ContainsAny(string(r), "._/") && r[0] != '-' && r[len(r)-1] != '-'
}

// limitsOf gives those that stand for an organization: its own, or the directory's (GEN-12).
func (d *Directory) limitsOf(o OrganizationRecord) Limits {
	if o.Limited {
		return o.Limits
	}
	return d.limits
}

func (l Limits) negative() bool {
	return min(l.Members, l.Accounts, l.Subaccounts, l.TrialSubaccounts, l.Domains) < 0
}

// As gives the operations of a user whom the host has authenticated. Whether they exist and are active is looked at by every operation: CodeActor
// (GEN-2). A zero ID is CodeActor too, never System.
func (d *Directory) As(user UserID) *Session {
	s := &Session{dir: d, actor: Actor{User: user}}
	if user.IsZero() {
		s.malformed = CodeActor
	}
	return s
}

// Operator gives the operations of one of the host's staff, whom the host has authenticated. An ID that is no Reference is CodeReference, told
// by every operation.
func (d *Directory) Operator(id OperatorID) *Platform {
	s := &Session{dir: d, actor: Actor{Operator: id}}
	if !id.valid() {
		s.malformed = CodeReference
	}
	return &Platform{Session: s}
}

// System gives the operations of the host itself: its sign-up flow, its timers.
func (d *Directory) System() *Platform { return &Platform{Session: &Session{dir: d}} }

// On gives the same directory over a transaction of the host's own, as an SQL store's Transact or WithTx hands it out: what is done there
// commits with the host's rows, or not at all. Operations that work in transactions of their own are refused there (CodeInTransaction).
func (d *Directory) On(store Store) *Directory {
	joined := *d
	joined.store, joined.joined = store, true
	return &joined
}

// Session is what an actor can do. It is a small value over its Directory: make one per request. It is safe for concurrent use, but that of a
// block (Atomically, Preview) is for the block's goroutine alone.
type Session struct {
	dir         *Directory
	actor       Actor
	correlation Reference
	once        OperationID
	block       *block
	malformed   error // how it was made; told by every operation
}

// Platform is what the host's staff (Operator) and the host itself (System) can do: a Session, and what no user may ask for (GEN-1).
type Platform struct{ *Session }

// Once gives a session whose next operation has the given ID, so that it is safe to repeat: if it was done before, it is refused as
// CodeAlreadyDone with what it did (OutcomeOf); another operation of this actor's under the same ID is CodeOperationTaken. Reads go on as ever.
// A refused operation uses no ID up (GEN-13). A zero ID is CodeID, told by the operation; in a block it is CodeInTransaction: the block has one.
func (s *Session) Once(operation OperationID) *Session {
	with := *s
	with.once = operation
	switch {
	case s.malformed != nil:
	case operation.IsZero():
		with.malformed = CodeID
	case s.block != nil:
		with.malformed = CodeInTransaction
	}
	return &with
}

// Correlate gives a session whose events carry a reference of the host's, such as a request's ID; one that is no Reference is CodeReference,
// told by the operation.
func (s *Session) Correlate(reference Reference) *Session {
	with := *s
	with.correlation = reference
	if s.malformed == nil && !reference.valid() {
		with.malformed = CodeReference
	}
	return &with
}

// Once is Session.Once for a Platform.
func (p *Platform) Once(operation OperationID) *Platform { return &Platform{p.Session.Once(operation)} }

// Correlate is Session.Correlate for a Platform.
func (p *Platform) Correlate(reference Reference) *Platform {
	return &Platform{p.Session.Correlate(reference)}
}

// call is one call of an operation: which, on what, and what is wrong with its input.
type call struct {
	row     *operationRow
	subject string
	form    error
}

// maxSteps is how often an operation may read. Two steps are the rule.
const maxSteps = 4

// reads is what an operation's load asks with. Load runs until it asks nothing new; what one run asks travels together.
type reads struct {
	dir   *Directory
	actor Actor
	now   Instant
	known map[Lookup]Answer
	asked []Lookup
	log   logPage
	steps int

	asking map[Lookup]bool // those asked, once they are many
}

// logPage is a part of a stream that a load asks for.
type logPage struct {
	stream Stream
	from   uint64
	limit  int
	read   bool
	events []EventRecord
}

func (r *reads) ask(l Lookup) Answer {
	answer, ok := r.known[l]
	if !ok && !r.asks(l) {
		r.asked = append(r.asked, l)
	}
	return answer
}

// asks says whether a lookup is among those asked, and notes it where they are many: what reads a whole organization asks thousands.
func (r *reads) asks(l Lookup) bool {
	const few = 32
	if len(r.asked) < few {
		return slices.Contains(r.asked, l)
	}
	if r.asking == nil {
		r.asking = map[Lookup]bool{}
		for _, asked := range r.asked {
			r.asking[asked] = true
		}
	}
	already := r.asking[l]
	r.asking[l] = true
	return already
}

// find gives the record at a place; nil: absent, or not yet there.
func find[R Record](r *reads, o one[R]) *R {
	if record, ok := r.ask(Lookup(o)).Record.(R); ok {
		return &record
	}
	return nil
}

// list gives up to limit of the records that come after a place.
func list[R Record](r *reads, m many[R], limit int) []R {
	l := Lookup(m)
	l.Limit = limit
	records := r.ask(l).Records
	typed := make([]R, len(records))
	for i, record := range records {
		typed[i] = record.(R)
	}
	return typed
}

// everything is the limit of a list that is read whole.
const everything = 1<<31 - 1

// all gives all of the records that come after a place.
func all[R Record](r *reads, m many[R]) []R { return list(r, m, everything) }

// count says how many records come after a place.
func count[R Record](r *reads, m many[R]) int {
	l := Lookup(m)
	l.Limit, l.Count = everything, true
	return r.ask(l).Count
}

// stream asks for the head of a stream that the operation may append to.
func (r *reads) stream(s Stream) { find(r, headOf(s)) }

// events gives up to limit events of a stream, from a number on: one page in an operation.
func (r *reads) events(stream Stream, from uint64, limit int) []EventRecord {
	if !r.log.read {
		r.log.stream, r.log.from, r.log.limit = stream, from, limit
	}
	return r.log.events
}

// gather runs load until it asks nothing new.
func (r *reads) gather(ctx context.Context, tx ReadTx, load func()) error {
	for {
		r.asked, r.asking = r.asked[:0], nil
		load()
		log := r.log.limit > 0 && !r.log.read
		if len(r.asked) == 0 && !log {
			return nil
		}
		if r.steps++; r.steps > maxSteps {
			panic("tenancy: an operation reads in more than four steps")
		}
		if log {
			events, err := tx.Events(ctx, r.log.stream, r.log.from, r.log.limit)
			if err != nil {
				return err
			}
			r.log.read, r.log.events = true, events
		}
		if len(r.asked) == 0 {
			continue
		}
		answers, err := tx.Read(ctx, r.asked...)
		if err != nil {
			return err
		}
		for i, answer := range answers {
			r.known[r.asked[i]] = answer
		}
	}
}

// tape gives random bytes and IDs, the same ones again after a rewind: every attempt of a transaction decides on the same input.
type tape struct {
	dir   *Directory
	now   Instant
	drawn [][16]byte
	next  int
	err   error
}

func (t *tape) rewind() { t.next = 0 }

// raw gives 16 random bytes.
func (t *tape) raw() [16]byte {
	if t.next == len(t.drawn) {
		var b [16]byte
		t.dir.drawing.Lock()
		_, err := io.ReadFull(t.dir.random, b[:])
		t.dir.drawing.Unlock()
		if err != nil && t.err == nil {
			t.err = err
		}
		t.drawn = append(t.drawn, b)
	}
	t.next++
	return t.drawn[t.next-1]
}

// id gives a UUID of version 7.
func (t *tape) id() [16]byte {
	b, ms := t.raw(), uint64(t.now)/1000
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return b
}

func (t *tape) secret() [32]byte {
	a, b := t.raw(), t.raw()
	return [32]byte(append(a[:], b[:]...))
}

// attempt is what all attempts of one call have in common.
type attempt struct {
	tape
	operation OperationID // given, or drawn
	nonce     EventID     // to know this call's own operation record again
	wrote     bool        // the last attempt had something to commit
	put       []Record    // what it wrote without an operation record to settle it by
}

func (s *Session) attempt() *attempt {
	a := &attempt{tape: tape{dir: s.dir, now: instantOf(s.dir.now())}}
	a.operation = s.once
	if a.operation.IsZero() {
		a.operation = OperationID(a.id())
	}
	a.nonce = EventID(a.id())
	a.drawn, a.next = nil, 0
	return a
}

// block is a running Atomically or Preview.
type block struct {
	tx      Tx
	attempt *attempt
	part    int // how many operations it has had
	events  int // how many events they appended
	made    []string
	preview *[]Event
	broken  error // of the store: it sticks
	ended   bool
	refused []error
}

// blockKey marks a block's context.
type blockKey struct{}

// enter says whether the session may be used with the context.
func (s *Session) enter(ctx context.Context) error {
	if s.malformed != nil {
		return s.malformed
	}
	marked, _ := ctx.Value(blockKey{}).(*block)
	if s.block != nil && s.block.ended || marked != nil && marked != s.block {
		return CodeInTransaction
	}
	return nil
}

// fail makes the one error of a call that did not succeed, and tells OnRefused of it, or keeps that for the end of the block.
func (s *Session) fail(ctx context.Context, c call, err error) error {
	e := &Error{}
	if given, ok := err.(*Error); ok {
		*e = *given
	} else {
		e.Err = err
	}
	e.Op, e.Subject = c.row.name, c.subject
	if CodeOf(e) == "" {
		return e
	}
	if s.block != nil && !s.block.ended {
		s.block.refused = append(s.block.refused, e)
	} else if s.dir.onRefused != nil {
		s.dir.onRefused(ctx, s.actor, e)
	}
	return e
}

// changes is what a decision has in its hand: who acts, when, and the records it read. What it says it applies at once.
type changes struct {
	dir   *Directory
	actor Actor
	row   *operationRow
	now   Instant
	world *world
	tape  *tape
	said  []saying
	made  []string
}

type saying struct {
	streams []Stream
	data    EventData
}

// say says that something happened, in the streams it concerns, and applies it to the records.
func (c *changes) say(data EventData, streams ...Stream) {
	data.apply(c.world)
	streams = slices.Clone(streams)
	slices.SortFunc(streams, compareStreams)
	c.said = append(c.said, saying{slices.Compact(streams), data})
}

func compareStreams(a, b Stream) int {
	x, y := a.Key(), b.Key()
	return slices.Compare(x[:], y[:])
}

// makes notes the ID of something made, for Outcome.
func (c *changes) makes(id interface{ String() string }) { c.made = append(c.made, id.String()) }

// readActor asks for what every operation looks at first: the actor, and the operation ID if it matters.
func (r *reads) readActor(operation OperationID) (*UserRecord, *OperationRecord) {
	var user *UserRecord
	if r.actor.isUser() {
		user = find(r, userByID(r.actor.User))
	}
	if operation.IsZero() {
		return user, nil
	}
	return user, find(r, operationOf(r.actor, operation))
}

// admit refuses an actor who is not active, and an operation ID that is used up (GEN-2, GEN-13).
func (s *Session) admit(c call, user *UserRecord, done *OperationRecord) error {
	switch {
	case s.actor.isUser() && (user == nil || user.State() != StateActive):
		return CodeActor
	case done == nil || done.Fence:
		return nil
	case done.Name != c.row.name:
		return CodeOperationTaken
	}
	outcome := done.outcome()
	return &Error{Err: CodeAlreadyDone, Operation: done.ID, Outcome: &outcome}
}

// look reads: load what the decision needs, and decide, over one snapshot.
func look[F, R any](ctx context.Context, s *Session, c call, load func(*reads) F, decide func(F, *changes) (R, error)) (R, error) {
	var result, none R
	if err := cmp.Or(s.enter(ctx), c.form); err != nil {
		return none, s.fail(ctx, c, err)
	}
	now := instantOf(s.dir.now())
	read := func(ctx context.Context, tx ReadTx) (stored error, refused error) {
		r := &reads{dir: s.dir, actor: s.actor, now: now, known: map[Lookup]Answer{}}
		var facts F
		var user *UserRecord
		if err := r.gather(ctx, tx, func() { user, _ = r.readActor(OperationID{}); facts = load(r) }); err != nil {
			return err, nil
		}
		if err := s.admit(c, user, nil); err != nil {
			return nil, err
		}
		var err error
		result, err = decide(facts, &changes{dir: s.dir, actor: s.actor, row: c.row, now: now, world: newWorld(r)})
		return nil, err
	}
	var stored, refused error
	if b := s.block; b != nil {
		if stored = cmp.Or(b.broken, ctx.Err()); stored == nil {
			stored, refused = read(ctx, b.tx)
		}
		b.broken = cmp.Or(b.broken, stored)
	} else {
		stored = s.dir.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
			var err error
			err, refused = read(ctx, tx)
			return err
		})
	}
	if err := cmp.Or(stored, refused); err != nil {
		return none, s.fail(ctx, c, err)
	}
	return result, nil
}

// update runs an operation: load, decide, apply, write, in one transaction, or as one part of a block.
func update[F, R any](ctx context.Context, s *Session, c call, load func(*reads) F, decide func(F, *changes) (R, error)) (R, error) {
	var result, none R
	if err := cmp.Or(s.enter(ctx), c.form); err != nil {
		return none, s.fail(ctx, c, err)
	}
	perform := func(ctx context.Context, tx Tx, a *attempt) (stored, refused error) {
		r := &reads{dir: s.dir, actor: s.actor, now: a.now, known: map[Lookup]Answer{}}
		asks := a.operation
		if s.block != nil {
			asks = OperationID{}
		}
		var facts F
		var user *UserRecord
		var done *OperationRecord
		if err := r.gather(ctx, tx, func() { user, done = r.readActor(asks); facts = load(r) }); err != nil {
			return err, nil
		}
		if err := s.admit(c, user, done); err != nil {
			return nil, err
		}
		ch := &changes{dir: s.dir, actor: s.actor, row: c.row, now: a.now, world: newWorld(r), tape: &a.tape}
		var err error
		if result, err = decide(facts, ch); err != nil {
			return nil, err
		}
		return s.write(ctx, tx, a, r, ch), nil
	}
	if b := s.block; b != nil {
		var refused error
		stored := cmp.Or(b.broken, ctx.Err())
		if stored == nil {
			mark := b.attempt.next
			b.part++
			if stored, refused = perform(ctx, b.tx, b.attempt); refused != nil {
				b.part--
				b.attempt.next = mark
			}
		}
		b.broken = cmp.Or(b.broken, stored)
		if err := cmp.Or(stored, refused); err != nil {
			return none, s.fail(ctx, c, err)
		}
		return result, nil
	}
	a := s.attempt()
	var refused error
	err := s.commit(ctx, c, a, func(ctx context.Context, tx Tx) error {
		var stored error
		stored, refused = perform(ctx, tx, a)
		return cmp.Or(stored, refused)
	})
	if err != nil {
		return none, s.fail(ctx, c, err)
	}
	return result, nil
}

// write carries out what a decision said: heads, records, then events.
func (s *Session) write(ctx context.Context, tx Tx, a *attempt, r *reads, c *changes) error {
	changed, deleted := c.world.changed()
	b := s.block
	if len(c.said) == 0 && (b != nil || s.once.IsZero()) {
		if len(changed) == 0 {
			return c.tape.err
		}
		a.put = changed
		return tx.Put(ctx, changed...) // what no event tells of: when a domain's record was last found, addresses purged
	}
	a.wrote = true
	heads, err := r.heads(ctx, tx, c.said)
	if err != nil {
		return err
	}
	events, records := s.events(a, c, heads)
	var first []Record // the heads, sorted: whoever else appends to these streams waits here, and nobody for each other
	for _, stream := range slices.SortedFunc(maps.Keys(heads), compareStreams) {
		first = append(first, *heads[stream])
	}
	if err := tx.Put(ctx, first...); err != nil {
		return err
	}
	if b == nil {
		changed = append(changed, OperationRecord{Actor: s.actor, ID: a.operation, Name: c.row.name, Call: a.nonce, Time: a.now,
			Made: strings.Join(c.made, " "), Events: len(events)})
	} else {
		b.events += len(events)
		b.made = append(b.made, c.made...)
		if b.preview != nil {
			*b.preview = append(*b.preview, events...)
		}
	}
	if len(deleted) > 0 {
		if err := tx.Delete(ctx, deleted...); err != nil {
			return err
		}
	}
	if err := tx.Put(ctx, changed...); err != nil {
		return err
	}
	for _, move := range c.world.moves {
		if err := tx.MoveAll(ctx, move); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, records...); err != nil {
		return err
	}
	return c.tape.err
}

// heads gives the head of every stream that something was said in, reading those that load did not ask for.
func (r *reads) heads(ctx context.Context, tx ReadTx, said []saying) (map[Stream]*HeadRecord, error) {
	heads := map[Stream]*HeadRecord{}
	err := r.gather(ctx, tx, func() {
		for _, what := range said {
			for _, stream := range what.streams {
				if heads[stream] = find(r, headOf(stream)); heads[stream] == nil {
					heads[stream] = &HeadRecord{Stream: stream}
				}
			}
		}
	})
	return heads, err
}

// events makes the events of what was said, as themselves and as they are stored, and moves the heads on.
func (s *Session) events(a *attempt, c *changes, heads map[Stream]*HeadRecord) (events []Event, records []EventRecord) {
	part := 0
	if s.block != nil {
		part = s.block.part
	}
	for step, what := range c.said {
		for _, stream := range what.streams {
			head := heads[stream]
			e := Event{ID: EventID(c.tape.id()), Stream: stream, Sequence: head.Sequence + 1, Time: a.now, Actor: s.actor, Name: c.row.name,
				Operation: a.operation, Part: part, Step: step, Correlation: s.correlation, Data: what.data, Previous: head.Hash}
			record := e.record()
			record.Hash = record.hash()
			e.Hash = record.Hash
			head.Sequence, head.Hash = e.Sequence, e.Hash
			events, records = append(events, e), append(records, record)
		}
	}
	return events, records
}

// commit runs a transaction, and settles it if the store cannot say whether it was committed (GEN-13).
func (s *Session) commit(ctx context.Context, c call, a *attempt, fn func(context.Context, Tx) error) error {
	const tries = 5
	for range tries {
		finished := false
		a.wrote = false
		a.put = nil
		err := s.dir.store.Update(ctx, func(ctx context.Context, tx Tx) error {
			a.rewind()
			err := fn(ctx, tx)
			finished = err == nil
			return err
		})
		if err == nil || !finished || !errors.Is(err, CodeAmbiguous) {
			return err
		}
		if !a.wrote {
			if stands, err := s.stands(ctx, a.put); stands || err != nil {
				return err
			}
			continue // what arrives late says the same
		}
		done, err := s.settle(ctx, a)
		switch {
		case err != nil:
			return &Error{Err: CodeAmbiguous, Operation: a.operation}
		case done != nil && done.Call == a.nonce:
			return nil
		case done != nil:
			return s.admit(c, &UserRecord{}, done)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
	return CodeBusy
}

// settleTime is how long settling may take when the caller's context has ended or gives no less.
const settleTime = 10 * time.Second

// settle finds out whether an operation was done. If not, it writes a fence under its ID, over an old one too, so that a commit still on its way
// can't succeed afterwards: nil then.
func (s *Session) settle(ctx context.Context, a *attempt) (done *OperationRecord, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	fence := s.attempt()
	err = s.dir.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		done = nil
		r := &reads{dir: s.dir, actor: s.actor, known: map[Lookup]Answer{}}
		if err := r.gather(ctx, tx, func() { done = find(r, operationOf(s.actor, a.operation)) }); err != nil {
			return err
		}
		if done != nil && !done.Fence {
			return nil
		}
		done = nil
		return tx.Put(ctx, OperationRecord{Actor: s.actor, ID: a.operation, Call: fence.nonce, Time: fence.now, Fence: true})
	})
	return done, err
}

// stands says whether what an attempt put without an operation record is there.
func (s *Session) stands(ctx context.Context, put []Record) (stands bool, err error) {
	if len(put) == 0 {
		return true, nil
	}
	lookups := make([]Lookup, len(put))
	for i, record := range put {
		at := identity(record)
		lookups[i] = Lookup{Index: at.Index, Key: at.Key}
	}
	err = s.dir.store.View(ctx, func(ctx context.Context, tx ReadTx) error {
		answers, err := tx.Read(ctx, lookups...)
		stands = err == nil && !slices.ContainsFunc(put, func(r Record) bool {
			return !slices.ContainsFunc(answers, func(a Answer) bool { return a.Record == r })
		})
		return err
	})
	return stands, err
}

// Atomically runs several operations as one transaction: all of them commit if fn returns nil, and none if it returns an error, which is
// returned as it came. An operation refused within it has changed nothing, and whether the rest commits is what fn returns (GEN-11).
//
// fn may be run again when others won, so what it captures must be that of its last run. Its operations are those of the session it is given,
// with the context it is given or one made from it; any other session refuses that context, and the block's own refuses everything after its
// end (CodeInTransaction). An error of the store sticks: later calls return it too, and nothing commits. All of it has one operation ID (Once).
// Refused within it, and all of it within a host's transaction: VerifyDomain, RecheckDomains, Purge, Relay, Outcome, Preview, Atomically:
// CodeInTransaction.
//
// Errors: CodeInput (a nil fn), and with Once CodeAlreadyDone, CodeOperationTaken.
func (s *Session) Atomically(ctx context.Context, fn func(context.Context, *Session) error) error {
	return s.atomically(ctx, opAtomically, nil, fn)
}

// Atomically is Session.Atomically for a Platform.
func (p *Platform) Atomically(ctx context.Context, fn func(context.Context, *Platform) error) error {
	if fn == nil {
		return p.Session.Atomically(ctx, nil)
	}
	return p.Session.Atomically(ctx, func(ctx context.Context, s *Session) error { return fn(ctx, &Platform{s}) })
}

// Preview runs operations like Atomically and always rolls back. It gives the events that they would have caused, of the streams that the actor
// may read, without ID, number and hash, since none was given out (GEN-8). Results and refusals within it are those of the real thing; it
// returns fn's error as it came. It uses no operation ID up, even one given by Once.
//
// Errors: CodeInput (a nil fn).
func (s *Session) Preview(ctx context.Context, fn func(context.Context, *Session) error) ([]Event, error) {
	var events []Event
	if err := s.atomically(ctx, opPreview, &events, fn); err != nil && err != errPreviewed {
		return nil, err
	}
	return events, nil
}

// Preview is Session.Preview for a Platform.
func (p *Platform) Preview(ctx context.Context, fn func(context.Context, *Platform) error) ([]Event, error) {
	if fn == nil {
		return p.Session.Preview(ctx, nil)
	}
	return p.Session.Preview(ctx, func(ctx context.Context, s *Session) error { return fn(ctx, &Platform{s}) })
}

// errPreviewed rolls a preview back.
var errPreviewed = errors.New("tenancy: previewed")

// alone refuses an operation that works in transactions of its own within a block or the host's transaction.
func (s *Session) alone(ctx context.Context) error {
	if s.block != nil || s.dir.joined {
		return CodeInTransaction
	}
	return s.enter(ctx)
}

func (s *Session) atomically(ctx context.Context, row *operationRow, preview *[]Event, fn func(context.Context, *Session) error) error {
	c := call{row: row}
	if fn == nil {
		c.form = CodeInput
	}
	if err := cmp.Or(s.alone(ctx), c.form); err != nil {
		return s.fail(ctx, c, err)
	}
	a := s.attempt()
	var b *block
	var own, given error // what went wrong here, and what fn returned
	err := s.commit(ctx, c, a, func(ctx context.Context, tx Tx) error {
		b = &block{tx: tx, attempt: a, preview: preview}
		own = s.begin(ctx, c, b)
		if own != nil {
			return own
		}
		inner := *s
		inner.block, inner.once = b, OperationID{}
		defer func() { b.ended = true }()
		if given = fn(context.WithValue(ctx, blockKey{}, b), &inner); given != nil {
			own = b.broken
			return cmp.Or(own, given)
		}
		if own = b.broken; own == nil {
			own = s.end(ctx, b, row)
		}
		return own
	})
	if b != nil && s.dir.onRefused != nil {
		for _, refused := range b.refused {
			s.dir.onRefused(ctx, s.actor, refused)
		}
	}
	if err == nil || given != nil && own == nil || err == errPreviewed {
		return err
	}
	return s.fail(ctx, c, err)
}

// begin looks at the actor and the operation ID of a block, and starts its previewed events afresh.
func (s *Session) begin(ctx context.Context, c call, b *block) error {
	r := &reads{dir: s.dir, actor: s.actor, now: b.attempt.now, known: map[Lookup]Answer{}}
	asks := b.attempt.operation
	if b.preview != nil {
		*b.preview = nil
	}
	var user *UserRecord
	var done *OperationRecord
	if err := r.gather(ctx, b.tx, func() { user, done = r.readActor(asks) }); err != nil {
		return err
	}
	if b.preview != nil {
		done = nil
	}
	return s.admit(c, user, done)
}

// end writes a block's operation record, or rolls a preview back.
func (s *Session) end(ctx context.Context, b *block, row *operationRow) error {
	if b.preview != nil {
		var err error
		*b.preview, err = s.previewed(ctx, b.tx, *b.preview)
		return cmp.Or(err, errPreviewed)
	}
	if b.events == 0 && s.once.IsZero() {
		return nil
	}
	b.attempt.wrote = true
	return b.tx.Put(ctx, OperationRecord{Actor: s.actor, ID: b.attempt.operation, Name: row.name, Call: b.attempt.nonce,
		Time: b.attempt.now, Made: strings.Join(b.made, " "), Events: b.events})
}

// previewed leaves of the events those of streams that the actor may read, without what was not given out.
func (s *Session) previewed(ctx context.Context, tx ReadTx, events []Event) ([]Event, error) {
	r := &reads{dir: s.dir, actor: s.actor, known: map[Lookup]Answer{}}
	var readable []Event
	err := r.gather(ctx, tx, func() {
		readable = nil
		for _, e := range events {
			if r.mayRead(e.Stream) {
				e.ID, e.Sequence, e.Operation, e.Previous, e.Hash = EventID{}, 0, OperationID{}, [32]byte{}, [32]byte{}
				readable = append(readable, e)
			}
		}
	})
	return readable, err
}

// survivor gives the organization that a merged one's ID stands for where it is read (ORG-13); of any other, itself.
func (r *reads) survivor(org OrganizationID) OrganizationID {
	for range maxSteps {
		o := find(r, organizationByID(org))
		if o == nil || o.State != StateMerged {
			break
		}
		org = o.MergedInto
	}
	return org
}

// shown is the organization that reading an ID shows: to users a merged one's survivor, to Operators and System the merged record itself (ORG-13).
func (r *reads) shown(org OrganizationID) OrganizationID {
	if r.actor.isUser() {
		return r.survivor(org)
	}
	return org
}

// mayRead says whether the actor may read a stream (EVT-4): a merged organization's is its survivor's to read.
func (r *reads) mayRead(stream Stream) bool {
	switch {
	case !r.actor.isUser():
		return true
	case !stream.User.IsZero():
		return stream.User == r.actor.User
	}
	rank := find(r, memberOf(r.survivor(stream.Organization), r.actor.User))
	return rank != nil && rank.Role.may(ReadLog)
}

// Outcome is what an operation did.
type Outcome struct {
	ID      OperationID
	Name    string // the operation's: "InviteUser", or "Atomically" for a block
	Actor   Actor
	Time    time.Time
	Created Created
	Events  int // how many it appended
}

// Created is what an operation, or all of a block, made, in order.
type Created struct {
	Organizations []OrganizationID `json:",omitempty"`
	Accounts      []AccountID      `json:",omitempty"`
	Users         []UserID         `json:",omitempty"`
	Invitations   []InvitationID   `json:",omitempty"`
	Requests      []RequestID      `json:",omitempty"`
	Domains       []DomainID       `json:",omitempty"`
	Connections   []ConnectionID   `json:",omitempty"`
}

func (o OperationRecord) outcome() Outcome {
	out := Outcome{ID: o.ID, Name: o.Name, Actor: o.Actor, Time: o.Time.Time(), Events: o.Events}
	for text := range strings.FieldsSeq(o.Made) {
		c := &out.Created
		_ = parseInto(&c.Organizations, text) || parseInto(&c.Accounts, text) || parseInto(&c.Users, text) || parseInto(&c.Invitations, text) ||
			parseInto(&c.Requests, text) || parseInto(&c.Domains, text) || parseInto(&c.Connections, text)
	}
	return out
}

func parseInto[K idKind](to *[]ID[K], text string) bool {
	var id ID[K]
	if id.UnmarshalText([]byte(text)) != nil {
		return false
	}
	*to = append(*to, id)
	return true
}

// Outcome says what one's own operation with an ID did, after an ErrAmbiguous or a crash. CodeNotFound: it was not done, and what was still on
// its way under this ID cannot come about any more, unless the ID is given again (GEN-13). It is no operation of a block, nor of a host's
// transaction: CodeInTransaction there.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Outcome(ctx context.Context, operation OperationID) (Outcome, error) {
	return s.outcome(ctx, opOutcome, s.actor, operation)
}

// ActorOutcome is Outcome for another actor's operation: System's alone (GEN-13). An Actor with both fields set is CodeInput, one with an Operator
// that is no Reference CodeReference.
//
// Errors: CodeID, CodeInput; CodeNotAllowed, CodeNotFound.
func (p *Platform) ActorOutcome(ctx context.Context, actor Actor, operation OperationID) (Outcome, error) {
	return p.outcome(ctx, opActorOutcome, actor, operation)
}

func (s *Session) outcome(ctx context.Context, name *operationRow, actor Actor, id OperationID) (Outcome, error) {
	c := call{row: name, subject: id.String()}
	switch {
	case id.IsZero():
		c.form = CodeID
	case actor.isUser() && actor.Operator != "":
		c.form = CodeInput
	case actor.isOperator() && !actor.Operator.valid():
		c.form = CodeReference
	}
	if err := cmp.Or(s.alone(ctx), c.form); err != nil {
		return Outcome{}, s.fail(ctx, c, err)
	}
	if _, err := look(ctx, s, c, func(*reads) struct{} { return struct{}{} }, func(_ struct{}, c *changes) (struct{}, error) {
		if s.actor.isUser() && c.row.others != "" {
			return struct{}{}, nil // Outcome: their own
		}
		return struct{}{}, c.platform()
	}); err != nil {
		return Outcome{}, err
	}
	whose := *s
	whose.actor = actor
	done, err := whose.settle(ctx, &attempt{operation: id})
	if err == nil && done == nil {
		err = CodeNotFound
	}
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Outcome{}, s.fail(ctx, c, err)
	}
	return done.outcome(), nil
}
