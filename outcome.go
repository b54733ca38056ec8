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
}

// Outcome returns what the actor's own operation with an ID did, after an
// ErrAmbiguous or a crash. CodeNotFound means that it was not done, and that what
// was still on its way under this ID cannot come about any more, unless the ID is
// given again (GEN-13). Within a block or a host's transaction it is refused:
// CodeInTransaction.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Outcome(ctx context.Context, operation OperationID) (Outcome, error) {
	return s.outcome(ctx, opOutcome, s.actor, operation)
}

// ActorOutcome is Outcome for another actor's operation. Only System may call it
// (GEN-13).
//
// Errors: CodeID, CodeInput if both fields of the Actor are set, CodeReference if
// its Operator is not a Reference; CodeNotAllowed, CodeNotFound.
func (p *Platform) ActorOutcome(ctx context.Context, actor Actor, operation OperationID) (Outcome, error) {
	return p.outcome(ctx, opActorOutcome, actor, operation)
}

// outcome settles the operation, so that the answer stays true.
func (s *Session) outcome(
	ctx context.Context, row *operationRow, actor Actor, id OperationID,
) (Outcome, error) {
	var check form
	check.set(s.alone(ctx))
	check.id(id)
	check.that(!actor.isUser() || actor.Operator == "", CodeInput)
	check.that(!actor.isOperator() || actor.Operator.valid(), CodeReference)
	c := call{row, id.String(), check.err}
	if _, err := look(ctx, s, c, nothing, decideOutcome); err != nil {
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
// that the table names.
func decideOutcome(_ struct{}, c *changes) (struct{}, error) {
	if c.actor.isUser() && c.row == opOutcome {
		return struct{}{}, nil
	}
	return struct{}{}, c.platform()
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
	}
}

// addID adds an ID whose text form is sound.
func addID[K idKind](to *[]ID[K], text string) {
	var id ID[K]
	if id.UnmarshalText([]byte(text)) == nil {
		*to = append(*to, id)
	}
}
