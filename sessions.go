package tenancy

import (
	"context"
	"errors"
	"iter"
)

// SessionEnd says which sessions of a user end: sessions that a host keeps for people who
// have signed in.
type SessionEnd struct {
	User UserID `json:"user,omitzero"`
	// Except is the connection through which the user must sign in now: a session that
	// began through it goes on (SSO-2). Zero: all sessions of the user end.
	// In SQL a zero one is NULL, and what is compared with NULL is not true. So write a
	// statement for each case, or ask Ends about each session.
	Except ConnectionID `json:"except,omitzero"`
}

// Ends reports whether a session of the user's ends that began through a connection; zero:
// it began through none, such as by the host's own sign-in (SSO-2).
func (e SessionEnd) Ends(connection ConnectionID) bool {
	return e.Except.IsZero() || connection != e.Except
}

// SessionsToEnd lists whose sessions a host must end because of an event, in a function
// that takes events from Relay:
//
//   - all of a user who was deactivated or deleted (USR-13, USR-14),
//   - those of a user who has to come through a connection now and came another way: after
//     single sign-on was enforced, or organizations merged, members of the organization;
//     after MemberJoined, UserEmailChanged, OrganizationRoleChanged and SSOExemptionSet, the
//     one user. A former Owner is among them: the event of their new role names them (INV-12).
//
// Most events end no session. The list says what holds when it is read, so to take an event
// twice does no harm. It ends with the first error of an operation.
//
// An event says nothing of a session that begins at the same moment. Therefore a host first
// stores a new session, and then asks User and SignInRequirement whether it may be: whatever
// changes after that has an event that finds the session.
//
// SessionsToEnd calls Users and SignInRequirement, so it is of a Platform that may: System,
// or an Operator.
func SessionsToEnd(ctx context.Context, p *Platform, e Event) iter.Seq2[SessionEnd, error] {
	switch data := e.Data.(type) {
	case UserDeactivated:
		return allSessions(data.User)
	case UserDeleted:
		return allSessions(data.User)
	case UserEmailChanged:
		return otherSessions(ctx, p, data.User)
	case MemberJoined:
		return otherSessions(ctx, p, data.User)
	case OrganizationRoleChanged:
		return otherSessions(ctx, p, data.User)
	case SSOExemptionSet:
		return otherSessions(ctx, p, data.User)
	case SSOEnforced:
		return otherSessionsIn(ctx, p, e.Stream.Organization)
	case OrganizationMerged:
		return otherSessionsIn(ctx, p, data.Into)
	}
	return func(func(SessionEnd, error) bool) {}
}

// allSessions lists a user all of whose sessions end.
func allSessions(user UserID) iter.Seq2[SessionEnd, error] {
	return func(yield func(SessionEnd, error) bool) { yield(SessionEnd{User: user}, nil) }
}

// otherSessions lists a user if they have to come through a connection now. One who was
// deleted meanwhile has an event of their own.
func otherSessions(ctx context.Context, p *Platform, user UserID) iter.Seq2[SessionEnd, error] {
	return func(yield func(SessionEnd, error) bool) {
		required, err := p.SignInRequirement(ctx, user)
		switch {
		case errors.Is(err, CodeNotFound):
		case err != nil:
			yield(SessionEnd{}, err)
		case !required.Connection.IsZero():
			yield(SessionEnd{user, required.Connection}, nil)
		}
	}
}

// otherSessionsIn lists the members of an organization who have to come through a
// connection now. One that ended meanwhile has none.
func otherSessionsIn(ctx context.Context, p *Platform, org OrganizationID) iter.Seq2[SessionEnd, error] {
	return func(yield func(SessionEnd, error) bool) {
		for member, err := range p.Users(ctx, org, UserQuery{Kind: KindManaged}) {
			switch {
			case errors.Is(err, CodeNotFound):
				return
			case err != nil:
				yield(SessionEnd{}, err)
				return
			}
			for end, err := range otherSessions(ctx, p, member.User.ID) {
				if !yield(end, err) || err != nil {
					return
				}
			}
		}
	}
}
