package tenancy

import (
	"context"
	"iter"
	"slices"
)

// ListedInvitation is an invitation in a list.
type ListedInvitation struct {
	Invitation
	// Refusal says why it could not be accepted now, as if the address were nobody's
	// (USR-19): CodeInviter if the inviter could no longer send it, CodeSignUpClosed,
	// CodeMemberLimit. "": nothing on this side keeps it from being accepted, or it is
	// not pending.
	Refusal Code `json:"refusal,omitzero"`
	listed
}

// InvitationQuery selects invitations. The zero value selects all of them.
type InvitationQuery struct {
	State State  `json:"state,omitzero"` // StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked; "": any
	After Cursor `json:"after,omitzero"` // of an item of the same list and query: begin after it; "": at the start
}

// valid reports whether an invitation can be in the state asked for.
func (q InvitationQuery) valid() bool {
	states := []State{"", StatePending, StateExpired, StateAccepted, StateDeclined, StateRevoked}
	return slices.Contains(states, q.State)
}

// Invitations lists an organization's invitations by ID, then those to its accounts by
// account and ID, in every state or only the one asked for (GEN-9, GEN-15). The Owner
// and Administrators, Operators and System may call it.
//
// Errors: CodeID, CodeInput for a state that no invitation has, CodeCursor; CodeNotFound,
// CodeNotAllowed.
func (s *Session) Invitations(
	ctx context.Context, org OrganizationID, query InvitationQuery,
) iter.Seq2[ListedInvitation, error] {
	l := listOf("Invitations", org.String(), string(query.State))
	return pages(l, query.After, func(from place, malformed error) (page[ListedInvitation], error) {
		check := form{malformed}
		check.that(query.valid(), CodeInput)
		check.id(org)
		return look(ctx, s, call{opInvitations, org.String(), check.err},
			func(r *reads) invitationsFacts { return r.loadInvitations(org, from) },
			func(f invitationsFacts, c *changes) (page[ListedInvitation], error) {
				return decideInvitations(f, l, query, c)
			})
	})
}

// invitationsFacts is an organization, and a page of the invitations to it and its
// accounts.
type invitationsFacts struct {
	standing
	found foundInvitations
}

func (r *reads) loadInvitations(org OrganizationID, from place) invitationsFacts {
	org = r.shown(org)
	return invitationsFacts{r.standing(org), r.invitationsOf(org, from)}
}

func decideInvitations(
	f invitationsFacts, l listID, query InvitationQuery, c *changes,
) (page[ListedInvitation], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ListedInvitation]{}, err
	}
	return c.pageOf(f.found, l, query), nil
}

// The sections of the list of an organization's invitations: those to itself, then those
// to its accounts.
const (
	invitationsToOrganization byte = iota
	invitationsToAccounts
)

// accountsAtOnce is how many accounts' invitations a page looks for.
const accountsAtOnce = 20

// invitationsOf loads a page of the invitations of an organization and its accounts.
func (r *reads) invitationsOf(org OrganizationID, from place) (found foundInvitations) {
	if from.section == invitationsToOrganization {
		found.collect(r, invitationsIn(org, InvitationID(from.key.ID)), from)
		if found.end {
			found.next, found.end = place{section: invitationsToAccounts}, false
		}
		return found
	}
	last := AccountID(from.key.In)
	// A cursor gives no right, and accounts move.
	if a := find(r, accountByID(last)); a != nil && a.Organization == org {
		if found.collect(r, invitationsTo(last, InvitationID(from.key.ID)), from); !found.end {
			return found
		}
	}
	accounts := list(r, accountsIn(org, last), accountsAtOnce)
	for _, a := range accounts {
		found.next = place{section: invitationsToAccounts, key: Key{In: a.ID}}
		if found.collect(r, invitationsTo(a.ID, InvitationID{}), found.next); !found.end {
			return found
		}
	}
	found.end = len(accounts) < accountsAtOnce
	return found
}

// AccountInvitations lists the invitations to an account by ID, in every state or only
// the one asked for (GEN-9, GEN-15). The Owner and Administrators of the account and of
// the organization that manages it, Operators and System may call it.
//
// Errors: CodeID, CodeInput for a state that no invitation has, CodeCursor; CodeNotFound,
// CodeNotAllowed.
func (s *Session) AccountInvitations(
	ctx context.Context, account AccountID, query InvitationQuery,
) iter.Seq2[ListedInvitation, error] {
	l := listOf("AccountInvitations", account.String(), string(query.State))
	return pages(l, query.After, func(from place, malformed error) (page[ListedInvitation], error) {
		check := form{malformed}
		check.that(query.valid(), CodeInput)
		check.id(account)
		return look(ctx, s, call{opAccountInvitations, account.String(), check.err},
			func(r *reads) accountInvitationsFacts { return r.loadAccountInvitations(account, from) },
			func(f accountInvitationsFacts, c *changes) (page[ListedInvitation], error) {
				return decideAccountInvitations(f, l, query, c)
			})
	})
}

// accountInvitationsFacts is an account, and a page of the invitations to it.
type accountInvitationsFacts struct {
	accountStanding
	found foundInvitations
}

func (r *reads) loadAccountInvitations(account AccountID, from place) accountInvitationsFacts {
	f := accountInvitationsFacts{accountStanding: r.accountStanding(account)}
	f.found.collect(r, invitationsTo(account, InvitationID(from.key.ID)), from)
	return f
}

func decideAccountInvitations(
	f accountInvitationsFacts, l listID, query InvitationQuery, c *changes,
) (page[ListedInvitation], error) {
	if err := c.authorizeAccount(f.accountStanding); err != nil {
		return page[ListedInvitation]{}, err
	}
	return c.pageOf(f.found, l, query), nil
}

// foundInvitations is a page of a list of invitations, before the state selects among
// them.
type foundInvitations struct {
	found []foundInvitation
	next  place
	end   bool
}

// foundInvitation is an invitation, and where it stands in the list.
type foundInvitation struct {
	record  InvitationRecord
	inviter *UserRecord     // nil: the inviter was deleted
	offered acceptanceFacts // of a pending one, as if its address were nobody's
	at      place
}

// collect adds to a page what comes after a place of one index list, which ends here or
// goes on after the last one added. Requests for accounts are no invitations of people.
func (p *foundInvitations) collect(r *reads, from many[InvitationRecord], at place) {
	records := list(r, from, pageSize)
	room := pageSize - len(p.found)
	p.end = len(records) < pageSize && len(records) <= room
	for _, i := range records[:min(len(records), room)] {
		at.key.ID = i.ID
		p.next = at
		if i.Kind == InvitationOfAccount {
			continue
		}
		found := foundInvitation{record: i, inviter: find(r, userByID(i.Inviter.User)), at: at}
		if i.stateAt(r.now) == StatePending {
			found.offered = r.offered(&i, belongings{})
		}
		p.found = append(p.found, found)
	}
}

// pageOf shows the invitations of a page that are in the state asked for.
func (c *changes) pageOf(found foundInvitations, l listID, query InvitationQuery) page[ListedInvitation] {
	p := page[ListedInvitation]{next: found.next, end: found.end}
	for _, i := range found.found {
		view := c.viewInvitation(i.record, i.inviter)
		if query.State == "" || query.State == view.State {
			p.items = append(p.items, ListedInvitation{view, i.refusal(c), listedAt(l, i.at)})
		}
	}
	return p
}

// refusal returns what keeps the invitation from being accepted; "": nothing, or it is
// not pending.
func (i foundInvitation) refusal(c *changes) Code {
	if i.offered.invitation == nil {
		return ""
	}
	return c.refusalOf(i.offered)
}
