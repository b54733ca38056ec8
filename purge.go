package tenancy

import (
	"context"
	"time"
)

// How long the name of an organization that has ended is kept, and the address in a
// settled or expired invitation or request (ORG-11). Purge removes it from the 29th day
// on, and no read returns it from the 30th day on.
const (
	purgeAfter = 29 * 24 * time.Hour
	keptFor    = 30 * 24 * time.Hour
)

// Purged says what Purge removed.
type Purged struct {
	Organizations int `json:"organizations"` // names
	Invitations   int `json:"invitations"`   // addresses and hashes of secrets
	Requests      int `json:"requests"`      // addresses
	Operations    int `json:"operations"`    // operation IDs
	FormerMembers int `json:"formerMembers"` // names and addresses of people who left an organization (USR-21)
	Keys          int `json:"keys"`          // names and hashes of secrets of keys that have ended (USR-22)
	Grants        int `json:"grants"`        // grants whose temporary roles had ended (ACC-11)
	Identities    int `json:"identities"`    // what directories that were removed said of people (PRV-8)
}

func (p *Purged) add(batch Purged) {
	p.Organizations += batch.Organizations
	p.Invitations += batch.Invitations
	p.Requests += batch.Requests
	p.Operations += batch.Operations
	p.FormerMembers += batch.FormerMembers
	p.Keys += batch.Keys
	p.Grants += batch.Grants
	p.Identities += batch.Identities
}

// Purge removes the names of organizations that ended 29 days ago or earlier, and the
// addresses of invitations and requests that were settled or expired as long ago
// (ORG-11). It also removes what organizations keep of people who left them, when
// Options.FormerMembersFor is over or with the organization's name (USR-21); the names of
// keys that were revoked or expired as long ago (USR-22); operation IDs
// that are forgotten (Options.OperationLife, GEN-13); temporary roles that have ended, which
// were as if not there before (ACC-11); what directories that were removed said of people,
// at once (PRV-8); and the leases that crashed calls of Relay left
// behind (EVT-5). Only System may call it, and should do so daily. It works in
// batches, each
// a transaction of its own. Any number of processes may run it at once, and again after
// a crash.
//
// Errors: CodeInTransaction, CodeInput if it is called with Once; CodeNotAllowed. An
// error of the store or the context ends it; what was removed before stays removed, and
// is what Purge returns then.
func (p *Platform) Purge(ctx context.Context) (Purged, error) {
	return observe(ctx, p.Session, opPurge.name,
		func(ctx context.Context, s *Session) (Purged, error) { return s.purge(ctx) })
}

// purge is Purge, of which the observer was told.
func (s *Session) purge(ctx context.Context) (Purged, error) {
	var check form
	check.set(s.alone(ctx))
	check.that(s.once.IsZero(), CodeInput)
	var total Purged
	c := call{row: opPurge, form: check.err}
	if _, err := look(ctx, s, c, nothing, decidePlatform); err != nil {
		return total, err
	}
	if err := s.dir.purgeLeases(ctx); err != nil {
		return total, s.fail(ctx, c, err)
	}
	for {
		batch, err := update(ctx, s, c, (*reads).loadPurge, decidePurge)
		if err != nil {
			return total, err
		}
		total.add(batch)
		if max(batch.Organizations, batch.Invitations, batch.Requests, batch.Operations,
			batch.FormerMembers, batch.Keys, batch.Grants, batch.Identities) < pageSize {
			return total, nil
		}
	}
}

// purgeFacts is a batch of what may be due.
type purgeFacts struct {
	organizations []OrganizationRecord
	invitations   []InvitationRecord
	requests      []RequestRecord
	operations    []OperationRecord
	former        []FormerMemberRecord // by when they left
	keys          []KeyRecord          // by when they ended
	temporary     []GrantRecord        // whose temporary roles have ended
	accounts      map[AccountID]*AccountRecord

	directories []directoryRemains // of those that were removed

	// Former members of an organization that may be due: a page of each.
	left map[OrganizationID][]FormerMemberRecord
}

func (r *reads) loadPurge() purgeFacts {
	last := r.now.add(-purgeAfter)
	f := purgeFacts{
		organizations: list(r, upTo(last, organizationsDue()), pageSize),
		invitations:   list(r, upTo(last, invitationsDue()), pageSize),
		requests:      list(r, upTo(last, requestsDue()), pageSize),
		operations:    list(r, upTo(r.now.add(-r.dir.operationLife), operationsDue()), pageSize),
		former:        list(r, upTo(r.now.add(-r.dir.formerFor), formerMembersDue()), pageSize),
		keys:          list(r, upTo(r.now.add(-r.dir.formerFor), keysDue()), pageSize),
		left:          map[OrganizationID][]FormerMemberRecord{},
		accounts:      map[AccountID]*AccountRecord{},
	}
	for _, g := range listStored(r, upTo(r.now, grantsDue()), pageSize) {
		f.temporary = append(f.temporary, g)
		f.accounts[g.Account] = find(r, accountByID(g.Account))
		r.needMemberships(g.User)
	}
	for _, d := range list(r, upTo(r.now, directoriesDue()), pageSize) {
		f.directories = append(f.directories, r.directoryRemains(d))
	}
	for _, o := range f.organizations {
		r.needHead(streamOfOrganization(o.ID))
		if purgeable(o.Ended, r.now) {
			f.left[o.ID] = list(r, formerMembers(o.ID, UserID{}), pageSize)
		}
	}
	return f
}

// decidePurge removes from a batch what is due.
func decidePurge(f purgeFacts, c *changes) (Purged, error) {
	if err := c.platform(); err != nil {
		return Purged{}, err
	}
	var done Purged
	done.FormerMembers, done.Keys = f.forget(c), f.forgetKeys(c)
	for _, d := range f.directories {
		done.Identities += d.purge(c)
	}
	for _, o := range f.organizations {
		if purgeable(o.Ended, c.now) && len(f.left[o.ID]) < pageSize { // else the next batch goes on with it
			c.say(OrganizationPurged{o.ID, c.now}, streamOfOrganization(o.ID))
			edit(c.world, organizationByID(o.ID),
				func(o *OrganizationRecord) { o.Personal = OrganizationPersonal{} })
			done.Organizations++
		}
	}
	for _, i := range f.invitations {
		if purgeable(due(i.Settled, i.Expires), c.now) {
			edit(c.world, invitationByID(i.ID), func(i *InvitationRecord) { i.Personal = InvitationPersonal{} })
			done.Invitations++
		}
	}
	for _, q := range f.requests {
		if purgeable(due(q.Settled, q.Expires), c.now) {
			edit(c.world, requestByID(q.ID), func(q *RequestRecord) { q.Personal = RequestPersonal{} })
			done.Requests++
		}
	}
	for _, o := range f.operations {
		if c.dir.forgetsOperation(o.Time, c.now) {
			remove(c.world, operationOf(o.Actor, o.ID))
			done.Operations++
		}
	}
	for _, g := range f.temporary {
		c.say(TemporaryRolesEnded{g.Account, g.User}, f.accounts[g.Account].stream())
		done.Grants++
	}
	return done, nil
}

// purgeable reports whether it is 29 days since something ended.
func purgeable(ended, now Instant) bool { return now >= ended.add(purgeAfter) }

// kept returns a personal text for as long as it may be read. The time began to run
// when something ended; if that is zero or in the future, it does not run yet.
func kept(text Personal, ended, now Instant) Personal {
	if ended != 0 && now >= ended.add(keptFor) {
		return Personal{}
	}
	return text
}

// OrganizationPurged says that the name of an organization that had ended is gone.
type OrganizationPurged struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Purged       Instant        `json:"purged,omitzero"`
}

func (e OrganizationPurged) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Purged = e.Purged })
}
