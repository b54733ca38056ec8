package tenancy

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Deleting organizations, restoring them, and purging what was kept for a while.

// How long the name of an organization that ended, and the address in a settled or expired invitation or request, is kept (ORG-11): Purge removes
// it from the 29th day on, and no read gives it from the 30th on.
const (
	purgeAfter = 29 * 24 * time.Hour
	keptFor    = 30 * 24 * time.Hour
)

// kept gives a personal text as long as it may be read; ended is when the time began to run, in the future or zero if it does not yet.
func kept(text Personal, ended, now Instant) Personal {
	if ended != 0 && now >= ended.add(keptFor) {
		return Personal{}
	}
	return text
}

// OrganizationDeletion is the input of DeleteOrganization.
type OrganizationDeletion struct {
	AccountsTo OrganizationID // another organization of the Owner's, for the accounts they own in this one; needed if there is one
}

// OrganizationDeleted says that an organization was deleted: its members are members no more, and its accounts are unmanaged. It stands in the
// organization's stream, and in the own stream of every member it lets go.
type OrganizationDeleted struct {
	Organization OrganizationID
	Ended        Instant
}

// OrganizationRestored says that a deleted organization is active again.
type OrganizationRestored struct{ Organization OrganizationID }

// OrganizationPurged says that the name of an organization that ended is gone.
type OrganizationPurged struct {
	Organization OrganizationID
	Purged       Instant
}

func (e OrganizationDeleted) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.State, o.Ended = StateDeleted, e.Ended })
	w.move(Move{From: e.Organization, At: e.Ended})
}

func (e OrganizationRestored) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.State, o.Ended = StateActive, 0 })
}

func (e OrganizationPurged) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Purged = e.Purged })
}

var deletionEvents = []EventData{OrganizationDeleted{}, OrganizationRestored{}, OrganizationPurged{}}

// ending is an organization that is to be deleted, with all that ends with it.
type ending struct {
	remains
	members  []MembershipRecord
	accounts []AccountRecord
	owner    belongings
	inactive []belongings // members it had made inactive
}

// ending asks for all of it; a zero ID, or one of nothing, has none.
func (r *reads) ending(org OrganizationID) ending {
	e := ending{remains: r.remains(org), members: all(r, membersOf(org, UserID{})), accounts: all(r, accountsIn(org, AccountID{}))}
	for _, m := range e.members {
		user := find(r, userByID(m.User))
		r.needHead(streamOfUser(m.User))
		switch {
		case m.Role == Owner:
			e.owner = r.belongings(user)
		case user != nil && user.InactiveOrganization:
			e.inactive = append(e.inactive, r.belongings(user))
		}
	}
	return e
}

// DeleteOrganization ends an organization. Its accounts become unmanaged and stay with their owners, its members are users without an organization,
// and all grants stay; a member whom the organization had made inactive leaves it first, their accounts passing to the Owner. Pending invitations to
// it, its account requests, requests to it, domains and connections end; invitations to its accounts live on (ORG-10). An Owner of other
// organizations names the one that their accounts go to. The name is kept for 29 days, in which an Operator can restore it. The Owner, or an
// Operator on the Owner's behalf; never an Administrator.
//
// Errors: CodeID; CodeNotFound (AccountsTo too, if it is no other active organization of the Owner's), CodeNotAllowed; CodeMerged, CodeEnded,
// CodeOwnsOrganization (AccountsTo is needed), CodeHIPAADesignated (disable it first), CodeAccountLimit (of AccountsTo).
func (s *Session) DeleteOrganization(ctx context.Context, org OrganizationID, deletion OrganizationDeletion) error {
	var f form
	f.id(org)
	type facts struct {
		standing
		ending
		to       *OrganizationRecord
		occupied occupancy
	}
	_, err := update(ctx, s, call{opDeleteOrganization, org.String(), f.err},
		func(r *reads) facts {
			r.needHead(streamOfOrganization(deletion.AccountsTo))
			to := find(r, organizationByID(deletion.AccountsTo))
			return facts{r.standing(org), r.ending(org), to, r.occupancy(to)}
		},
		func(f facts, c *changes) (struct{}, error) {
			if err := c.authorize(f.standing); err != nil {
				return struct{}{}, err
			}
			if !deletion.AccountsTo.IsZero() && (f.to == nil || f.to.ID == org || f.to.State != StateActive || f.to.Owner != f.standing.organization.Owner) {
				return struct{}{}, CodeNotFound
			}
			if err := cmp.Or(f.alive(), f.ending.refusal(f.to)); err != nil {
				return struct{}{}, err
			}
			if f.to != nil {
				if err := c.room(*f.to, f.occupied, 0, len(f.passing())); err != nil {
					return struct{}{}, err
				}
			}
			f.ending.delete(c, deletion.AccountsTo)
			return struct{}{}, nil
		})
	return err
}

// passing gives the accounts that are the Owner's in the end: theirs, and those of members whom the organization had made inactive.
func (e ending) passing() []family {
	owned := e.owner.ownedIn(e.organization.ID)
	for _, b := range e.inactive {
		owned = append(owned, b.ownedIn(e.organization.ID)...)
	}
	return owned
}

// refusal decides whether an organization can be deleted, the Owner's accounts going to another of theirs.
func (e ending) refusal(to *OrganizationRecord) error {
	owned := e.passing()
	if e.owner.ownsElsewhere(e.organization.ID) && len(owned) > 0 && to == nil {
		return CodeOwnsOrganization
	}
	goes := map[AccountID]bool{}
	if to != nil && to.HIPAA {
		for _, f := range owned {
			for _, a := range f.all() {
				goes[a.ID] = true
			}
		}
	}
	if slices.ContainsFunc(e.accounts, func(a AccountRecord) bool { return a.Closed == 0 && a.Designated != 0 && !goes[a.ID] }) {
		return CodeHIPAADesignated
	}
	return nil
}

// delete carries a deletion out.
func (e ending) delete(c *changes, to OrganizationID) {
	org := e.organization.ID
	streams := []Stream{streamOfOrganization(org)}
	for _, b := range e.inactive {
		c.leave(org, b, e.organization.Owner)
	}
	if !to.IsZero() {
		for _, f := range e.passing() {
			c.move(f, to)
		}
	}
	e.settle(c, InvitationID{})
	for _, m := range e.members {
		if get(c.world, memberOf(org, m.User)) != nil && (m.Role != Owner || !e.owner.ownsElsewhere(org)) {
			streams = append(streams, streamOfUser(m.User))
		}
	}
	c.say(OrganizationDeleted{org, c.now}, streams...)
}

// RestoreOrganization brings a deleted organization back within 29 days: its former Owner, with every unmanaged account they own, and its settings,
// entitlements and limits as they were. Nobody else returns, nor do domains, connections and invitations (ORG-12). An Operator alone.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeMerged (a merge is final), CodeRestoreWindow (too late, or it is not deleted), CodeFormerOwner
// (deleted, inactive or managed elsewhere).
func (p *Platform) RestoreOrganization(ctx context.Context, org OrganizationID) (Organization, error) {
	var f form
	f.id(org)
	type facts struct {
		standing
		owner belongings
	}
	return update(ctx, p.Session, call{opRestoreOrganization, org.String(), f.err},
		func(r *reads) facts {
			f := facts{standing: r.standing(org)}
			if f.organization != nil {
				f.owner = r.belongings(find(r, userByID(f.organization.Owner)))
			}
			return f
		},
		func(f facts, c *changes) (Organization, error) {
			if err := c.authorize(f.standing); err != nil {
				return Organization{}, err
			}
			o := f.organization
			switch {
			case o.State == StateMerged:
				return Organization{}, CodeMerged
			case o.State != StateDeleted || o.Purged != 0 || c.now >= o.Ended.add(purgeAfter):
				return Organization{}, CodeRestoreWindow
			case f.owner.user.State() != StateActive || f.owner.managedElsewhere(org):
				return Organization{}, CodeFormerOwner
			}
			streams := []Stream{streamOfOrganization(org)}
			if len(f.owner.memberships) == 0 {
				streams = append(streams, streamOfUser(o.Owner))
			}
			c.say(OrganizationRestored{org}, streams...)
			c.join(org, f.owner, Owner, InvitationID{})
			return c.viewOrganization(*get(c.world, organizationByID(org)), f.standing), nil
		})
}

// Purged says what Purge removed.
type Purged struct {
	Organizations int // names
	Invitations   int // addresses and hashes of secrets
	Requests      int // addresses
}

// Purge removes the names of organizations that ended, and addresses of invitations and requests that were settled or expired, 29 days ago or
// more (ORG-11). System alone, daily; it works in batches of a transaction each, any number of processes may run it at once, and again after a
// crash.
//
// Errors: CodeInTransaction, CodeInput (with Once), CodeNotAllowed; an error of the store or context ends it, and what was removed before stands.
func (p *Platform) Purge(ctx context.Context) (Purged, error) {
	c := call{row: opPurge, form: p.alone(ctx)}
	if c.form == nil && !p.once.IsZero() {
		c.form = CodeInput
	}
	var total Purged
	for {
		batch, err := update(ctx, p.Session, c, func(r *reads) purge { return r.purge() }, purge.decide)
		if err != nil {
			return total, err
		}
		total.Organizations += batch.Organizations
		total.Invitations += batch.Invitations
		total.Requests += batch.Requests
		if batch.Organizations < pageSize && batch.Invitations < pageSize && batch.Requests < pageSize {
			return total, nil
		}
	}
}

// purge is a batch of what may be due.
type purge struct {
	organizations []OrganizationRecord
	invitations   []InvitationRecord
	requests      []RequestRecord
}

func (r *reads) purge() purge {
	f := purge{list(r, organizationsDue(), pageSize), list(r, invitationsDue(), pageSize), list(r, requestsDue(), pageSize)}
	for _, o := range f.organizations {
		r.needHead(streamOfOrganization(o.ID))
	}
	return f
}

// decide removes what is due of a batch.
func (f purge) decide(c *changes) (done Purged, err error) {
	if err := c.platform(); err != nil {
		return done, err
	}
	isDue := func(ended Instant) bool { return c.now >= ended.add(purgeAfter) }
	for _, o := range f.organizations {
		if isDue(o.Ended) {
			c.say(OrganizationPurged{o.ID, c.now}, streamOfOrganization(o.ID))
			edit(c.world, organizationByID(o.ID), func(o *OrganizationRecord) { o.Personal = OrganizationPersonal{} })
			done.Organizations++
		}
	}
	for _, i := range f.invitations {
		if isDue(due(i.Settled, i.Expires)) {
			edit(c.world, invitationByID(i.ID), func(i *InvitationRecord) { i.Personal = InvitationPersonal{} })
			done.Invitations++
		}
	}
	for _, q := range f.requests {
		if isDue(due(q.Settled, q.Expires)) {
			edit(c.world, requestByID(q.ID), func(q *RequestRecord) { q.Personal = RequestPersonal{} })
			done.Requests++
		}
	}
	return done, nil
}
