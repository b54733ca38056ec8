package tenancy

import (
	"context"
	"strings"
	"time"
)

// Outcome is what an operation did.
type Outcome struct {
	ID      OperationID `json:"id,omitzero"`
	Name    string      `json:"name,omitzero"` // the operation's: "InviteUser", or "Atomically" for a block
	Actor   Actor       `json:"actor"`
	Time    time.Time   `json:"time,omitzero"`
	Created Created     `json:"created,omitzero"`
	Events  int         `json:"events"` // how many it appended
}

// Created is what an operation, or all of a block, made, in order.
type Created struct {
	Organizations []OrganizationID `json:"organizations,omitzero"`
	Accounts      []AccountID      `json:"accounts,omitzero"`
	Users         []UserID         `json:"users,omitzero"`
	Invitations   []InvitationID   `json:"invitations,omitzero"`
	Requests      []RequestID      `json:"requests,omitzero"`
	Domains       []DomainID       `json:"domains,omitzero"`
	Connections   []ConnectionID   `json:"connections,omitzero"`
	Keys          []KeyID          `json:"keys,omitzero"`
	Groups        []GroupID        `json:"groups,omitzero"`
	Directories   []DirectoryID    `json:"directories,omitzero"`
	Identities    []ProvisionedID  `json:"identities,omitzero"`
}

// How long an operation ID is remembered (GEN-13): the least that Options.OperationLife
// can be, and how much longer a record counts than Outcome answers. Clocks of processes,
// and the host's note of when it attempted something, may differ by that much.
const (
	leastOperationLife = 7 * 24 * time.Hour
	clockSkew          = time.Hour
)

// forgetsOperation reports whether what was done under an operation ID at a time is forgotten.
func (o *options) forgetsOperation(done, now Instant) bool {
	return now >= done.add(o.operationLife).add(clockSkew)
}

// remembered returns what was done under an actor's operation ID, or nil if nothing was
// or if it is forgotten, whether Purge has removed it or not.
func (r *reads) remembered(actor Actor, id OperationID) *OperationRecord {
	done := find(r, operationOf(actor, id))
	if done != nil && r.dir.forgetsOperation(done.Time, r.now) {
		return nil
	}
	return done
}

// Outcome returns what the actor's own operation with an ID did, after an
// ErrAmbiguous or a crash. CodeNotFound means that it was not done, and that what
// was still on its way under this ID cannot come about any more, unless the ID is
// given again (GEN-13). Within a block or a host's transaction it is refused:
// CodeInTransaction.
//
// Operation IDs are remembered for Options.OperationLife. So Outcome takes the time of
// the attempt, and refuses one that is as long ago: CodeForgotten. Nobody knows then
// whether the operation was done, and under the ID another one can be done. The time is
// Error.Attempted, or, after a crash, the time that the host noted before it attempted
// the operation under an ID of its own. It may differ from the library's clock by up to
// an hour.
//
// Errors: CodeID, CodeInput if the time is zero or more than an hour in the future;
// CodeNotFound, CodeForgotten.
func (s *Session) Outcome(ctx context.Context, operation OperationID, attempted time.Time) (Outcome, error) {
	return s.outcome(ctx, opOutcome, s.actor, operation, attempted)
}

// ActorOutcome is Outcome for another actor's operation. Only System may call it
// (GEN-13).
//
// Errors: CodeID, CodeInput if several fields of the Actor are set or the time is as Outcome
// refuses it, CodeReference if its Operator is not a Reference; CodeNotAllowed,
// CodeNotFound, CodeForgotten.
func (p *Platform) ActorOutcome(
	ctx context.Context, actor Actor, operation OperationID, attempted time.Time,
) (Outcome, error) {
	return p.outcome(ctx, opActorOutcome, actor, operation, attempted)
}

// outcome settles the operation, so that the answer stays true.
func (s *Session) outcome(
	ctx context.Context, row *operationRow, actor Actor, id OperationID, attempted time.Time,
) (Outcome, error) {
	return observe(ctx, s, row.name, func(ctx context.Context, s *Session) (Outcome, error) {
		return s.settled(ctx, row, actor, id, attempted)
	})
}

// settled is Outcome or ActorOutcome, of which the observer was told.
func (s *Session) settled(
	ctx context.Context, row *operationRow, actor Actor, id OperationID, attempted time.Time,
) (Outcome, error) {
	var check form
	check.set(s.alone(ctx))
	check.id(id)
	check.that(actor.single(), CodeInput)
	check.that(!actor.isOperator() || actor.Operator.valid(), CodeReference)
	check.that(!attempted.IsZero() && !attempted.After(s.dir.now().Add(clockSkew)), CodeInput)
	c := call{row, id.String(), check.err}
	_, err := look(ctx, s, c, nothing,
		func(_ struct{}, c *changes) (struct{}, error) {
			return struct{}{}, decideOutcome(attempted, c)
		})
	if err != nil {
		return Outcome{}, err
	}
	whose := *s
	whose.actor = actor
	done, err := whose.settle(ctx, id)
	switch {
	case err != nil:
	case done == nil:
		err = CodeNotFound
	default:
		err = ctx.Err()
	}
	if err != nil {
		return Outcome{}, s.fail(ctx, c, err)
	}
	return done.outcome(), nil
}

// decideOutcome admits everybody to their own operations, and to others' the actors
// that the table names, unless the attempt is so long ago that it is forgotten.
func decideOutcome(attempted time.Time, c *changes) error {
	if !c.actor.isUser() || c.row != opOutcome {
		if err := c.platform(); err != nil {
			return err
		}
	}
	if c.now.Time().Sub(attempted) >= c.dir.operationLife {
		return CodeForgotten
	}
	return nil
}

// outcome reads an operation record.
func (o OperationRecord) outcome() Outcome {
	out := Outcome{ID: o.ID, Name: o.Name, Actor: o.Actor, Time: o.Time.Time(), Events: o.Events}
	for text := range strings.FieldsSeq(o.Made) {
		out.Created.add(text)
	}
	return out
}

// add adds an ID in its text form to those of its kind. It passes over what it does
// not know: a newer version of the library may have made it.
func (c *Created) add(text string) {
	if len(text) < 2 {
		return
	}
	switch text[:2] {
	case organizationKind{}.prefix():
		addID(&c.Organizations, text)
	case accountKind{}.prefix():
		addID(&c.Accounts, text)
	case userKind{}.prefix():
		addID(&c.Users, text)
	case invitationKind{}.prefix():
		addID(&c.Invitations, text)
	case requestKind{}.prefix():
		addID(&c.Requests, text)
	case domainKind{}.prefix():
		addID(&c.Domains, text)
	case connectionKind{}.prefix():
		addID(&c.Connections, text)
	case keyKind{}.prefix():
		addID(&c.Keys, text)
	case groupKind{}.prefix():
		addID(&c.Groups, text)
	case directoryKind{}.prefix():
		addID(&c.Directories, text)
	case provisionedKind{}.prefix():
		addID(&c.Identities, text)
	}
}

// addID adds an ID whose text form is sound.
func addID[K idKind](to *[]ID[K], text string) {
	var id ID[K]
	if id.UnmarshalText([]byte(text)) == nil {
		*to = append(*to, id)
	}
}
