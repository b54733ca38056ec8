package tenancy

import (
	"context"
	"errors"
)

// This file runs every operation, and is to be read once: look runs those that only
// read, update and change those that write. An operation hands them what is
// its own, in the shape that all of them have:
//
//   - its call: the row of the table, the subject, and what is wrong with the form
//     of its input;
//   - load, which asks for the facts that the decision needs and decides nothing;
//   - decide, which is pure: facts in, events or a refusal out.
//
// reads.go is what load asks with, changes.go what decide says events with,
// commit.go how a transaction ends, and block.go runs several operations as one.

// call is one call of an operation: its row of the table, the ID it acts on, and
// what is wrong with the form of its input.
type call struct {
	row     *operationRow
	subject string
	form    error
}

// look runs an operation that only reads, over one snapshot.
func look[F, R any](
	ctx context.Context, s *Session, c call, load func(*reads) F, decide func(F, *changes) (R, error),
) (R, error) {
	o := operation[F, R]{session: s, call: c, load: load, decide: decide}
	return o.run(ctx, o.look)
}

// update runs an operation that writes: load, decide, apply and write are one
// transaction, or one part of a block's.
func update[F, R any](
	ctx context.Context, s *Session, c call, load func(*reads) F, decide func(F, *changes) (R, error),
) (R, error) {
	o := operation[F, R]{session: s, call: c, load: load, decide: decide}
	return o.run(ctx, o.update)
}

// change is update for an operation that returns no more than an error.
func change[F any](
	ctx context.Context, s *Session, c call, load func(*reads) F, decide func(F, *changes) error,
) error {
	_, err := update(ctx, s, c, load, func(f F, c *changes) (struct{}, error) {
		return struct{}{}, decide(f, c)
	})
	return err
}

// nothing is the load of an operation whose decision needs no facts.
func nothing(*reads) struct{} { return struct{}{} }

// operation is an operation under way.
type operation[F, R any] struct {
	session *Session
	call    call
	load    func(*reads) F
	decide  func(F, *changes) (R, error)
	result  R // of the last attempt
}

// refusal marks an error as a decision's. It has changed nothing, and what it is a
// part of can go on; any other error is the store's, and ends its transaction.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// run runs the operation, and tells the observer of it (GEN-17).
func (o *operation[F, R]) run(ctx context.Context, transact func(context.Context) error) (R, error) {
	return observe(ctx, o.session, o.call.row.name, func(ctx context.Context, s *Session) (R, error) {
		o.session = s
		return o.check(ctx, transact)
	})
}

// check checks the session and the form of the input, and then runs the operation.
func (o *operation[F, R]) check(ctx context.Context, transact func(context.Context) error) (R, error) {
	err := o.session.enter(ctx)
	if err == nil {
		err = o.call.form
	}
	if err == nil {
		err = transact(ctx)
	}
	if err != nil {
		var none R
		return none, o.session.fail(ctx, o.call, err)
	}
	return o.result, nil
}

// look decides within a View, or within the block's transaction.
func (o *operation[F, R]) look(ctx context.Context) error {
	read := func(ctx context.Context, tx ReadTx) error {
		r := o.session.reads(o.session.now())
		_, err := o.attempt(ctx, tx, r, OperationID{}, nil)
		return err
	}
	if b := o.session.block; b != nil {
		return b.use(ctx, func() error { return read(ctx, b.tx) })
	}
	return o.session.dir.store.View(ctx, read)
}

// now returns the time for a read: in a block the block's, which its writes have too.
func (s *Session) now() Instant {
	if b := s.block; b != nil {
		return b.attempt.now
	}
	return instantOf(s.dir.now())
}

// update decides and writes within a transaction of its own, or as the next part
// of the block.
func (o *operation[F, R]) update(ctx context.Context) error {
	s := o.session
	if b := s.block; b != nil {
		before := b.events
		err := b.use(ctx,
			func() error { return b.part(func() error { return o.perform(ctx, b.tx, b.attempt) }) })
		return s.dir.watch.appended(b.events-before, err)
	}
	a := s.attempt()
	err := s.commit(ctx, o.call, a, func(ctx context.Context, tx Tx) error { return o.perform(ctx, tx, a) })
	return s.dir.watch.appended(a.appended, err)
}

// perform is one attempt: it decides, and writes what was said.
func (o *operation[F, R]) perform(ctx context.Context, tx Tx, a *attempt) error {
	id := a.operation
	if o.session.block != nil {
		id = OperationID{} // the block has looked at it
	}
	r := o.session.reads(a.now)
	c, err := o.attempt(ctx, tx, r, id, &a.tape)
	if err != nil {
		return err
	}
	return o.session.write(ctx, tx, a, r, c)
}

// attempt loads the facts together with the actor and, unless the ID is zero, what was
// done under the operation ID, and decides. The result and the changes are those of the
// decision.
func (o *operation[F, R]) attempt(
	ctx context.Context, tx ReadTx, r *reads, id OperationID, t *tape,
) (*changes, error) {
	s := o.session
	var facts F
	var actor admission
	if err := r.gather(ctx, tx, func() { actor, facts = r.loadAdmission(id), o.load(r) }); err != nil {
		return nil, err
	}
	if err := s.admit(o.call, actor, r.now); err != nil {
		return nil, &refusal{err}
	}
	c := &changes{dir: s.dir, actor: s.actor, service: actor.user.isService(), row: o.call.row, now: r.now, world: newWorld(r), tape: t}
	result, err := o.decide(facts, c)
	if err == nil && c.suspended {
		err = CodeOrganizationSuspended
	}
	if err != nil {
		return nil, &refusal{err}
	}
	o.result = result
	return c, nil
}

// admission is what every operation looks at first: the actor, and what was done
// under the operation ID before.
type admission struct {
	user      *UserRecord      // the actor; nil: there is no such user, or the actor is none
	key       *KeyRecord       // that the actor acts with; nil: there is none
	directory *DirectoryRecord // the actor; nil: there is no such directory, or the actor is none
	done      *OperationRecord // nil: the ID is unused, or was not checked: in a read, or within a block
}

// loadAdmission asks for the actor, and for what was done under the ID unless that is
// zero.
func (r *reads) loadAdmission(id OperationID) (f admission) {
	if r.actor.isUser() {
		f.user = find(r, userByID(r.actor.User))
		if !r.key.IsZero() {
			f.key = find(r, keyByID(r.key))
		}
	}
	if r.actor.isDirectory() {
		f.directory = find(r, directoryByID(r.actor.Directory))
	}
	if !id.IsZero() {
		f.done = r.remembered(r.actor, id)
	}
	return f
}

// admit refuses an actor who is not active or was not claimed (GEN-2, PRV-3), or whose key
// no longer holds (USR-22); a directory whose secret does not hold (PRV-1); a service
// account, if the operation's row leaves it out (USR-20); and an operation ID that is used
// up (GEN-13).
func (s *Session) admit(c call, f admission, now Instant) error {
	if s.actor.isUser() && (f.user == nil || !f.user.acts()) {
		return CodeActor
	}
	if s.actor.isDirectory() && !s.proof.holds(f.directory, now) {
		return CodeActor
	}
	if !s.key.IsZero() && (f.key == nil || f.key.User != s.actor.User || !f.key.holds(now)) {
		return CodeActor
	}
	if f.user.isService() && !c.row.service {
		return CodeServiceAccount
	}
	return usedUp(c, f.done)
}

// isService reports whether the actor is a service account; nil: the actor is no user.
func (u *UserRecord) isService() bool { return u != nil && u.ServiceAccount }

// usedUp refuses an operation ID under which something was done. A fence was left
// by an attempt that was not done, and does not use the ID up.
func usedUp(c call, done *OperationRecord) error {
	switch {
	case done == nil || done.Fence:
		return nil
	case done.Name != c.row.name:
		return CodeOperationTaken
	}
	outcome := done.outcome()
	return &Error{Err: CodeAlreadyDone, Operation: done.ID, Outcome: &outcome}
}

// enter reports whether the session may be used with the context: it is well made, its
// block and the host's transaction have not ended, and those of the context, if it has
// any, are the session's (GEN-11).
func (s *Session) enter(ctx context.Context) error {
	if s.malformed != nil {
		return s.malformed
	}
	w := withinOf(ctx)
	ended := s.block != nil && s.block.ended || s.dir.mark != nil && s.dir.mark.over.Load()
	foreign := w.block != nil && w.block != s.block || w.mark != nil && w.mark != s.dir.mark
	if ended || foreign {
		return CodeInTransaction
	}
	return nil
}

// alone is enter for an operation that works in transactions of its own: it is
// refused within a block and within a host's transaction.
func (s *Session) alone(ctx context.Context) error {
	if s.dir.joined {
		return CodeInTransaction
	}
	return s.unblocked(ctx)
}

// unblocked is enter for an operation that is refused within a block.
func (s *Session) unblocked(ctx context.Context) error {
	if s.block != nil {
		return CodeInTransaction
	}
	return s.enter(ctx)
}

// fail makes the one error of a call that did not succeed. OnRefused is told of a
// refusal: at once, or, in a block, when that has ended.
func (s *Session) fail(ctx context.Context, c call, err error) error {
	if r, ok := err.(*refusal); ok {
		err = r.err
	}
	e := &Error{Err: err}
	if given, ok := err.(*Error); ok {
		*e = *given
	}
	e.Op, e.Subject = c.row.name, c.subject
	switch {
	case CodeOf(e) == "":
	case s.block != nil && !s.block.ended:
		s.block.refused = append(s.block.refused, e)
	default:
		s.tell(ctx, e)
	}
	return e
}

// tell tells OnRefused of refusals.
func (s *Session) tell(ctx context.Context, refused ...error) {
	if s.dir.onRefused == nil {
		return
	}
	for _, err := range refused {
		s.dir.onRefused(ctx, s.actor, err)
	}
}

// isRefusal reports whether an error is a decision's.
func isRefusal(err error) bool {
	_, ok := errors.AsType[*refusal](err)
	return ok
}
