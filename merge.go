package tenancy

import (
	"context"
	"slices"
)

// MergeOrganizations merges the Candidate into the Prime, which have the same Owner, who
// stays Owner (MRG-14). The Candidate's members become Standard Users of the Prime, and
// its accounts become the Prime's. Account roles, billing, designations and phone
// numbers do not change (MRG-4 to MRG-7). Only the Owner of both may call it.
// Organizations of another Owner merge by AcceptInvitation or ImportUsers. The result is
// the Prime.
//
// Errors: CodeID, CodeSameOrganization; CodeNotFound, CodeNotAllowed and CodeMerged, of
// either organization; CodeNoLiveDomain, CodeCandidateDomain, CodeOwnerOffDomain,
// CodeMergeClosed, CodeMemberLimit, CodeAccountLimit, CodeGroupLimit;
// CodeOrganizationSuspended if one of the two is.
func (s *Session) MergeOrganizations(
	ctx context.Context, prime, candidate OrganizationID,
) (Organization, error) {
	var check form
	check.id(prime)
	check.id(candidate)
	check.that(prime != candidate, CodeSameOrganization)
	return update(ctx, s, call{opMergeOrganizations, prime.String(), check.err},
		func(r *reads) mergeOrganizationsFacts { return r.loadMergeOrganizations(prime, candidate) },
		decideMergeOrganizations)
}

// mergeOrganizationsFacts is two organizations that are to become one.
type mergeOrganizationsFacts struct {
	prime     standing // the actor's, as the next one
	candidate standing
	merger    merger
}

func (r *reads) loadMergeOrganizations(prime, candidate OrganizationID) mergeOrganizationsFacts {
	r.needRoles(r.actor.User, nil)
	return mergeOrganizationsFacts{
		prime:     r.standing(prime),
		candidate: r.standing(candidate),
		merger:    r.merger(prime, r.actor.User, candidate),
	}
}

func decideMergeOrganizations(f mergeOrganizationsFacts, c *changes) (Organization, error) {
	both := []standing{f.prime, f.candidate}
	for _, st := range both {
		if err := c.authorize(st); err != nil {
			return Organization{}, err
		}
	}
	for _, st := range both {
		if err := st.alive(); err != nil {
			return Organization{}, err
		}
	}
	if err := f.merger.refusal(c); err != nil {
		return Organization{}, err
	}
	f.merger.merge(c, Owner, InvitationID{})
	return c.viewOrganizationNow(f.prime), nil
}

// merger is a Prime and the Candidates of one Owner. How many members and accounts the
// Candidates have, their records say. The members themselves are loaded only for a plan, or if
// one of the Prime's domains is closed, and the accounts only for a plan.
type merger struct {
	prime         *OrganizationRecord  // nil: there is none
	domains       []DomainRecord       // the Prime's
	invitations   []arrivingInvitation // pending in the Prime, account requests too
	requests      []arrivingRequest    // to be invited to the Prime
	owner         *UserRecord          // of the Candidates; nil: there is no such user
	member        *MembershipRecord    // the Owner's in the Prime; nil: none
	elsewhere     bool                 // the Owner is managed by another organization
	organizations []OrganizationID     // the Candidates
	candidates    []candidacy          // what there is of them, in the same places
	consents      bool                 // the Owner accepts an invitation, and may dissolve (USR-8)
}

// arrivingInvitation is a pending invitation or account request of the Prime.
type arrivingInvitation struct {
	InvitationRecord
	from OrganizationID // the Candidate whose member or account it waits for; zero: none
}

// arrivingRequest is an open request to be invited to the Prime.
type arrivingRequest struct {
	RequestRecord
	from OrganizationID // the Candidate whose member asks; zero: none
}

// candidacy is an organization that may be merged.
type candidacy struct {
	remains
	earlier []OrganizationRecord // merged into it before
	alone   bool                 // its Owner is its only member who is a person
	owned   []family             // its Owner's, where it may be dissolved
	people  []MembershipRecord   // for a plan, or where a domain of the Prime is closed
	users   []*UserRecord        // the people, in the same places
	all     []AccountRecord      // for a plan
}

// merger asks for what merging a user's organizations into the Prime needs to know: all
// that they own except the Prime, or only one of them.
func (r *reads) merger(prime OrganizationID, owner UserID, only OrganizationID) merger {
	m := r.parties(prime, owner, only)
	r.candidates(&m)
	r.pending(&m, prime)
	r.arrivals(&m)
	return m
}

// acceptedMerger is merger for an Owner who accepts an invitation. One who is alone in
// an organization may dissolve it, so it also asks for their accounts (USR-8).
func (r *reads) acceptedMerger(prime OrganizationID, owner UserID) merger {
	m := r.offeredMerger(prime, owner)
	r.pending(&m, prime)
	r.arrivals(&m)
	return m
}

// offeredMerger is acceptedMerger for an Owner who looks at an invitation: what decides
// whether and how their organizations would come, and not what of the Prime's would be
// settled by that.
func (r *reads) offeredMerger(prime OrganizationID, owner UserID) merger {
	m := r.parties(prime, owner, OrganizationID{})
	m.consents = true
	r.candidates(&m)
	r.dissoluble(&m, owner)
	return m
}

// parties asks for the Prime and the Owner, and which organizations are the Candidates.
func (r *reads) parties(prime OrganizationID, owner UserID, only OrganizationID) merger {
	r.needHead(streamOfOrganization(prime))
	m := merger{
		prime:   find(r, organizationByID(prime)),
		domains: all(r, domainsIn(prime, DomainID{})),
		owner:   find(r, userByID(owner)),
		member:  find(r, memberOf(prime, owner)),
	}
	for _, membership := range all(r, membershipsOf(owner, OrganizationID{})) {
		org := membership.Organization
		switch {
		case org == prime || !only.IsZero() && org != only:
		case membership.Role != Owner:
			m.elsewhere = true
		default:
			m.organizations = append(m.organizations, org)
		}
	}
	return m
}

// candidates asks for the Candidates of a merger.
func (r *reads) candidates(m *merger) {
	for _, org := range m.organizations {
		candidate := candidacy{remains: r.remains(org), earlier: all(r, organizationsInto(org))}
		services := 0
		if o := candidate.organization; o != nil {
			services = o.ServiceAccounts
		}
		candidate.alone = count(r, membersOf(org, UserID{}), services+2) == services+1
		m.candidates = append(m.candidates, candidate)
	}
	if slices.ContainsFunc(m.domains, m.isClosed) {
		r.people(m)
	}
}

// pending asks for what the Prime has pending: invitations, account requests, and
// requests to be invited.
func (r *reads) pending(m *merger, prime OrganizationID) {
	for _, i := range all(r, pendingInvitationsIn(prime)) {
		m.invitations = append(m.invitations, arrivingInvitation{InvitationRecord: i})
	}
	for _, q := range all(r, openRequestsIn(prime)) {
		m.requests = append(m.requests, arrivingRequest{RequestRecord: q})
	}
}

// arrivals asks for which of the Candidates what the Prime has pending waits.
func (r *reads) arrivals(m *merger) {
	if len(m.candidates) == 0 {
		return
	}
	for n, i := range m.invitations {
		m.invitations[n].from = r.arrival(i.InvitationRecord, m.organizations)
	}
	for n, q := range m.requests {
		m.requests[n].from = r.memberArrival(q.Personal.Address.Reveal(), m.organizations)
	}
}

// people asks for the members of the Candidates.
func (r *reads) people(m *merger) {
	for n, org := range m.organizations {
		candidate := &m.candidates[n]
		candidate.people, candidate.users = all(r, membersOf(org, UserID{})), nil
		for _, member := range candidate.people {
			candidate.users = append(candidate.users, find(r, userByID(member.User)))
		}
	}
}

// dissoluble asks for the accounts that the Owner has in Candidates without another
// member.
func (r *reads) dissoluble(m *merger, owner UserID) {
	for _, a := range all(r, openAccountsOf(owner)) {
		n := slices.Index(m.organizations, a.Organization)
		if n < 0 {
			continue
		}
		candidate := m.candidates[n]
		serves := candidate.organization != nil && candidate.organization.ServiceAccounts > 0
		if candidate.alone || serves { // whether it is alone is known a step later: this does not wait for it
			m.candidates[n].owned = append(m.candidates[n].owned, r.family(a))
		}
	}
}

// arrival returns the Candidate whose member or account a pending invitation or account
// request is for; zero: none.
func (r *reads) arrival(i InvitationRecord, candidates []OrganizationID) OrganizationID {
	if i.Kind != InvitationOfAccount {
		return r.memberArrival(i.Personal.Address.Reveal(), candidates)
	}
	a := find(r, accountByID(i.Account))
	if a == nil || !slices.Contains(candidates, a.Organization) {
		return OrganizationID{}
	}
	return a.Organization
}

// memberArrival returns the Candidate whose member has an address; zero: none.
func (r *reads) memberArrival(address string, candidates []OrganizationID) OrganizationID {
	user := find(r, userByAddress(address))
	if user == nil {
		return OrganizationID{}
	}
	for _, org := range candidates {
		if find(r, memberOf(org, user.ID)) != nil {
			return org
		}
	}
	return OrganizationID{}
}

// refusal decides whether all Candidates can be merged, or dissolved where their Owner
// accepts.
func (m merger) refusal(c *changes) error {
	if reasons := m.against(c); len(reasons) > 0 {
		return reasons[0].Code
	}
	return nil
}

// against returns all reasons why the Candidates can't be merged.
func (m merger) against(c *changes) (reasons []Unmet) {
	for _, candidate := range m.candidates {
		for _, code := range m.hindrances(candidate, c) {
			reasons = append(reasons, Unmet{candidate.organization.ID, code})
		}
	}
	for _, code := range m.full(c) {
		reasons = append(reasons, Unmet{Code: code})
	}
	return reasons
}

// hindrances returns why one Candidate can't come. One that is dissolved meets no
// prerequisites, but a designated account needs an entitled Prime (HIP-7). One that is
// suspended comes in no way (ORG-15).
func (m merger) hindrances(candidate candidacy, c *changes) []Code {
	if candidate.organization.Suspended {
		return []Code{CodeOrganizationSuspended}
	}
	if !m.dissolves(candidate, c) {
		return m.unmet(candidate, c)
	}
	if anyDesignated(candidate.owned) && !m.prime.HIPAA {
		return []Code{CodeHIPAADesignated}
	}
	return nil
}

// dissolves reports whether a Candidate is dissolved instead of merged: its Owner
// accepts an invitation, nobody else is in it, and it does not meet the prerequisites
// (USR-8).
func (m merger) dissolves(candidate candidacy, c *changes) bool {
	return m.consents && candidate.alone && len(m.unmet(candidate, c)) > 0
}

// unmet returns the prerequisites that one Candidate does not meet (MRG-1, and USR-1 for
// closed domains).
func (m merger) unmet(candidate candidacy, c *changes) (codes []Code) {
	if !anyLive(m.domains, c) {
		codes = append(codes, CodeNoLiveDomain)
	}
	if slices.ContainsFunc(candidate.domains, DomainRecord.isVerified) {
		codes = append(codes, CodeCandidateDomain)
	}
	if !m.ownerOnLiveDomain(c.now, c.dir) {
		codes = append(codes, CodeOwnerOffDomain)
	}
	if slices.ContainsFunc(candidate.users, m.keepsOut) {
		codes = append(codes, CodeMergeClosed)
	}
	return codes
}

// ownerOnLiveDomain reports whether the Candidates' Owner has an address on a live domain
// of the Prime.
func (m merger) ownerOnLiveDomain(now Instant, dir *Directory) bool {
	d := domainAmong(m.domains, m.owner.Personal.Address.Reveal())
	return d != nil && d.live(now, dir.domainLive)
}

// keepsOut reports whether a member of a Candidate would come though their domain is
// closed. An Owner of both is in the Prime already.
func (m merger) keepsOut(u *UserRecord) bool {
	if m.member != nil && u.ID == m.owner.ID {
		return false
	}
	d := domainAmong(m.domains, u.Personal.Address.Reveal())
	return d != nil && m.isClosed(*d)
}

// isClosed reports whether a domain of the Prime keeps people out (USR-1).
func (m merger) isClosed(d DomainRecord) bool { return d.signUpPolicy(m.prime) == PolicyClosed }

// isVerified reports whether a domain was verified, and was not lost since.
func (d DomainRecord) isVerified() bool { return d.State != StateUnverified }

// domainAmong returns the domain of a canonical address among an organization's; nil:
// none of them.
func domainAmong(domains []DomainRecord, address string) *DomainRecord {
	for _, d := range domains {
		if d.Personal.Name == emailDomain(address) {
			return &d
		}
	}
	return nil
}

// anyLive reports whether one of an organization's domains is live.
func anyLive(domains []DomainRecord, c *changes) bool {
	return slices.ContainsFunc(domains, func(d DomainRecord) bool { return d.live(c.now, c.dir.domainLive) })
}

// full returns which limits of the Prime the Candidates would pass (MRG-10). The Owner
// comes once, or is in the Prime already.
func (m merger) full(c *changes) (codes []Code) {
	seats, accounts, owners := 0, 0, 0
	if m.owner.takesSeat() {
		owners = 1
	}
	for _, candidate := range m.candidates {
		seats += candidate.organization.Seats - owners
		accounts += candidate.organization.Accounts
	}
	if m.member == nil {
		seats += owners
	}
	if err := c.room(m.prime.ID, seats, 0); err != nil {
		codes = append(codes, CodeOf(err))
	}
	if err := c.room(m.prime.ID, 0, accounts); err != nil {
		codes = append(codes, CodeOf(err))
	}
	if exceeds(m.prime.Groups, m.groups(c), c.dir.limitsOf(*m.prime).Groups) {
		codes = append(codes, CodeGroupLimit)
	}
	return codes
}

// groups returns how many groups come to the Prime. Those of Candidates that are dissolved
// end.
func (m merger) groups(c *changes) (groups int) {
	for _, candidate := range m.candidates {
		if !m.dissolves(candidate, c) {
			groups += candidate.organization.Groups
		}
	}
	return groups
}

// merge carries a merge out. The Owner leaves every Candidate and gets a role in the
// Prime, unless they are its Owner. Candidates that are dissolved are deleted, and their
// accounts come along.
func (m merger) merge(c *changes, role OrganizationRole, accepted InvitationID) {
	m.changeOver(c, role)
	m.settle(c, accepted)
	prime := streamOfOrganization(m.prime.ID)
	for _, candidate := range m.candidates {
		org := candidate.organization.ID
		candidate.settle(c, accepted)
		if !m.dissolves(candidate, c) {
			c.say(OrganizationMerged{org, m.prime.ID, c.now}, prime, streamOfOrganization(org))
			continue
		}
		for _, accounts := range candidate.owned {
			c.move(accounts, m.prime.ID)
		}
		c.say(OrganizationDeleted{Organization: org, Ended: c.now}, streamOfOrganization(org))
	}
}

// changeOver takes the Owner out of the Candidates and into the Prime. The joining is
// also said in the Candidates' streams: the Owner passes from theirs to the Prime's.
func (m merger) changeOver(c *changes, role OrganizationRole) {
	joins := []Stream{streamOfOrganization(m.prime.ID)}
	for _, org := range m.organizations {
		c.say(MemberLeft{Organization: org, User: m.owner.ID}, streamOfOrganization(org))
		joins = append(joins, streamOfOrganization(org))
	}
	if m.member == nil {
		c.say(MemberJoined{m.prime.ID, m.owner.ID, role, c.now}, joins...)
	}
}

// settle ends what the Prime has pending for members and accounts of the Candidates,
// except the invitation that was accepted.
func (m merger) settle(c *changes, accepted InvitationID) {
	prime := streamOfOrganization(m.prime.ID)
	for _, i := range m.invitations {
		if !i.from.IsZero() && i.ID != accepted {
			c.say(InvitationRevoked{i.ID, c.now}, prime)
		}
	}
	for _, q := range m.requests {
		if !q.from.IsZero() {
			c.say(RequestSettled{q.ID, c.now}, prime)
		}
	}
}

// remains is what ends with an organization, however it ends.
type remains struct {
	organization *OrganizationRecord // nil: there is none
	invitations  []InvitationRecord  // pending ones to it, and its account requests
	requests     []RequestRecord     // open ones, to be invited to it
	domains      []DomainRecord
	connections  []ConnectionRecord
	directories  []DirectoryRecord
}

// remains loads what ends with an organization. For a zero ID, and for one that belongs to
// no organization, there is nothing.
func (r *reads) remains(org OrganizationID) remains {
	r.needHead(streamOfOrganization(org))
	return remains{
		organization: find(r, organizationByID(org)),
		invitations:  all(r, pendingInvitationsIn(org)),
		requests:     all(r, openRequestsIn(org)),
		domains:      all(r, domainsIn(org, DomainID{})),
		connections:  all(r, connectionsIn(org, ConnectionID{})),
		directories:  all(r, directoriesIn(org, DirectoryID{})),
	}
}

// settle ends what remains of the organization, except an invitation that was accepted.
func (e remains) settle(c *changes, except InvitationID) {
	here := streamOfOrganization(e.organization.ID)
	for _, i := range e.invitations {
		if i.ID != except {
			c.say(InvitationRevoked{i.ID, c.now}, here)
		}
	}
	for _, q := range e.requests {
		c.say(RequestSettled{q.ID, c.now}, here)
	}
	for _, d := range e.domains {
		c.say(DomainRemoved{d.ID}, here)
	}
	for _, n := range e.connections {
		c.say(ConnectionRemoved{n.ID}, here)
	}
	for _, d := range e.directories {
		c.removeDirectory(d)
	}
}

// OrganizationMerged says that an organization was merged into another: its members are
// Standard Users there, and its accounts are the other one's. Its record remains, as
// merged. The event is in the streams of both.
type OrganizationMerged struct {
	Organization OrganizationID `json:"organization,omitzero"`
	Into         OrganizationID `json:"into,omitzero"`
	Ended        Instant        `json:"ended,omitzero"`
}

func (e OrganizationMerged) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.State, o.MergedInto, o.Ended = StateMerged, e.Into, e.Ended
	})
	// What was merged into it before is now merged into the survivor (MRG-12). The world
	// is filled first, since this goes over all the records that it holds.
	w.fill()
	for at, s := range w.slots {
		if o, ok := s.now.(OrganizationRecord); ok && o.MergedInto == e.Organization {
			o.MergedInto = e.Into
			w.set(at, o)
		}
	}
	w.move(Move{From: e.Organization, Into: e.Into, At: e.Ended})
}

var mergeEvents = []EventData{OrganizationMerged{}}
