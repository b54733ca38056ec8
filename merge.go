package tenancy

import (
	"cmp"
	"context"
	"slices"
)

// Candidate names what PreviewMerge is asked about: one of the two.
type Candidate struct {
	Owner        UserID         // all organizations this user owns, as an invitation or import would merge them
	Organization OrganizationID // this one, as MergeOrganizations would
}

// MergePlan is exactly what a merge would do now (MRG-11).
type MergePlan struct {
	Prime      OrganizationID
	PrimeName  Personal
	Candidates []OrganizationID
	Users      []MergedUser
	Accounts   []AccountID    // that become the Prime's: subaccounts and closed ones included
	Revoked    []InvitationID // invitations and account requests that end, the Candidates' and, unless the Candidates' Owner looks, the Prime's
	Settled    []RequestID    // requests to be invited that end, likewise
	Unmet      []Unmet        // why it would be refused; empty: it would not
}

// MergedUser is a member of a Candidate in a MergePlan.
type MergedUser struct {
	User         UserID
	Organization OrganizationID // the Candidate
	Before       OrganizationRole
	After        OrganizationRole // in the Prime
	SSO          bool             // single sign-on will be required of them
}

// Unmet is a prerequisite that a merge does not meet.
type Unmet struct {
	Organization OrganizationID // the Candidate; zero: all of it together
	Code         Code
}

// OrganizationMerged says that an organization was merged into another: its members are Standard Users there, its accounts are that one's, its
// record remains as merged. It stands in the streams of both.
type OrganizationMerged struct {
	Organization OrganizationID
	Into         OrganizationID
	Ended        Instant
}

func (e OrganizationMerged) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.State, o.MergedInto, o.Ended = StateMerged, e.Into, e.Ended
	})
	w.fill()
	for at, s := range w.slots { // what was merged into it before is merged into the survivor (MRG-12)
		if o, ok := s.now.(OrganizationRecord); ok && o.MergedInto == e.Organization {
			o.MergedInto = e.Into
			w.touch(at).now = o
		}
	}
	w.move(Move{From: e.Organization, Into: e.Into, At: e.Ended})
}

var mergeEvents = []EventData{OrganizationMerged{}}

// remains are what ends with an organization, however it ends.
type remains struct {
	organization *OrganizationRecord
	invitations  []InvitationRecord // pending ones, to it and asked by it
	requests     []RequestRecord
	domains      []DomainRecord
	connections  []ConnectionRecord
}

func (r *reads) remains(org OrganizationID) remains {
	r.stream(streamOfOrganization(org))
	return remains{find(r, organizationByID(org)), all(r, pendingInvitationsIn(org)), all(r, openRequestsIn(org)), all(r, domainsIn(org, DomainID{})),
		all(r, connectionsIn(org, ConnectionID{}))}
}

// settle ends them, but for an invitation that was accepted.
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
}

// candidate is an organization that may be merged.
type candidate struct {
	remains
	earlier  []OrganizationRecord // merged into it before
	members  int
	accounts int                // main ones that are not closed
	owned    []family           // the Owner's, if there is no other member
	people   []MembershipRecord // for a plan, or where a domain of the Prime is closed
	users    []*UserRecord      // the people, in the same places
	all      []AccountRecord    // for a plan
}

// depth says how much a merger reads.
type depth int

const (
	toMerge  depth = iota // what a merge decides on: it does not grow with the Candidates
	toAccept              // the accounts of an Owner who is alone too: their organization may be dissolved instead (USR-8)
	toPlan                // every user and account too
)

// merger is a Prime and the Candidates of one Owner.
type merger struct {
	prime      *OrganizationRecord
	domains    []DomainRecord // the Prime's
	occupied   occupancy
	pending    []InvitationRecord // of the Prime
	arrives    []OrganizationID   // for each pending one: the Candidate it waits for somebody or an account of; else zero
	requests   []RequestRecord    // open ones of the Prime
	requesting []OrganizationID   // the same for them
	owner      *UserRecord
	member     *MembershipRecord // the Owner's of the Prime
	elsewhere  bool              // managed by another organization
	candidates []candidate
}

// merger asks for the Candidates of a user: all organizations they own but the Prime, or only one.
func (r *reads) merger(prime OrganizationID, owner UserID, only OrganizationID, d depth) (m merger) {
	m.prime = find(r, organizationByID(prime))
	m.domains = all(r, domainsIn(prime, DomainID{}))
	m.occupied = r.occupancy(m.prime)
	m.pending = all(r, pendingInvitationsIn(prime))
	m.requests = all(r, openRequestsIn(prime))
	r.stream(streamOfOrganization(prime))
	m.owner = find(r, userByID(owner))
	m.member = find(r, memberOf(prime, owner))
	var owned []AccountRecord
	if d == toAccept {
		owned = all(r, openAccountsOf(owner))
	}
	if slices.ContainsFunc(m.domains, func(d DomainRecord) bool { return d.signUpPolicy(m.prime) == PolicyClosed }) {
		d = toPlan
	}
	for _, membership := range all(r, membershipsOf(owner, OrganizationID{})) {
		switch {
		case membership.Organization == prime || !only.IsZero() && membership.Organization != only:
		case membership.Role != Owner:
			m.elsewhere = true
		default:
			m.candidates = append(m.candidates, r.candidate(membership.Organization, owned, d))
		}
	}
	if len(m.candidates) == 0 {
		return m
	}
	for _, i := range m.pending {
		m.arrives = append(m.arrives, r.arrival(i, m.candidates))
	}
	for _, q := range m.requests {
		m.requesting = append(m.requesting, r.arrivalOf(q.Personal.Address, m.candidates))
	}
	return m
}

// candidate asks for one; owned are the accounts its Owner has anywhere, where that matters.
func (r *reads) candidate(org OrganizationID, owned []AccountRecord, d depth) candidate {
	c := candidate{remains: r.remains(org), earlier: all(r, organizationsInto(org)), members: count(r, membersOf(org, UserID{})),
		accounts: count(r, openAccountsIn(org))}
	for _, a := range owned {
		if a.Organization == org && c.members == 1 {
			c.owned = append(c.owned, family{a, all(r, openSubaccountsOf(a.ID))})
		}
	}
	if d == toPlan {
		c.all = all(r, accountsIn(org, AccountID{}))
		c.people = all(r, membersOf(org, UserID{}))
		for _, m := range c.people {
			c.users = append(c.users, find(r, userByID(m.User)))
		}
	}
	return c
}

// arrival gives the Candidate whose member or account a pending invitation or account request is for.
func (r *reads) arrival(i InvitationRecord, candidates []candidate) OrganizationID {
	if i.Kind == KindAccountRequest {
		if a := find(r, accountByID(i.Account)); a != nil {
			for _, c := range candidates {
				if c.organization != nil && c.organization.ID == a.Organization {
					return a.Organization
				}
			}
		}
		return OrganizationID{}
	}
	return r.arrivalOf(i.Personal.Address, candidates)
}

func (r *reads) arrivalOf(address string, candidates []candidate) OrganizationID {
	user := find(r, userByAddress(address))
	if user == nil {
		return OrganizationID{}
	}
	for _, c := range candidates {
		if c.organization != nil && find(r, memberOf(c.organization.ID, user.ID)) != nil {
			return c.organization.ID
		}
	}
	return OrganizationID{}
}

// signUpPolicy is a domain's own policy, or its organization's.
func (d DomainRecord) signUpPolicy(o *OrganizationRecord) SignUpPolicy {
	if o == nil || d.State == StateUnverified {
		return PolicyInherited
	}
	return cmp.Or(d.Policy, o.SignUpPolicy, PolicyInvitationOnly)
}

// domainOf gives the Prime's domain of an address; nil: none.
func (m merger) domainOf(address string) *DomainRecord {
	for _, d := range m.domains {
		if d.Personal.Name == emailDomain(address) {
			return &d
		}
	}
	return nil
}

// unmet gives the prerequisites that one Candidate does not meet (MRG-1, and USR-1 for closed domains).
func (m merger) unmet(candidate candidate, c *changes) (codes []Code) {
	if !slices.ContainsFunc(m.domains, func(d DomainRecord) bool { return d.live(c.now, c.dir.domainLive) }) {
		codes = append(codes, CodeNoLiveDomain)
	}
	if slices.ContainsFunc(candidate.domains, func(d DomainRecord) bool { return d.State != StateUnverified }) {
		codes = append(codes, CodeCandidateDomain)
	}
	if d := m.domainOf(m.owner.Personal.Address); d == nil || !d.live(c.now, c.dir.domainLive) {
		codes = append(codes, CodeOwnerOffDomain)
	}
	if slices.ContainsFunc(candidate.users, func(u *UserRecord) bool {
		d := m.domainOf(u.Personal.Address)
		return d != nil && d.signUpPolicy(m.prime) == PolicyClosed && (m.member == nil || u.ID != m.owner.ID)
	}) {
		codes = append(codes, CodeMergeClosed)
	}
	return codes
}

// full gives what would not fit into the Prime (MRG-10).
func (m merger) full(c *changes) (codes []Code) {
	members, accounts := 0, 0
	for _, candidate := range m.candidates {
		members += candidate.members - 1
		accounts += candidate.accounts
	}
	if m.member == nil {
		members++
	}
	for _, err := range []error{c.room(*m.prime, m.occupied, members, 0), c.room(*m.prime, m.occupied, 0, accounts)} {
		if err != nil {
			codes = append(codes, err.(Code))
		}
	}
	return codes
}

// refusal gives the first reason why the Candidates can't be merged.
func (m merger) refusal(c *changes) error {
	for _, candidate := range m.candidates {
		if codes := m.unmet(candidate, c); len(codes) > 0 {
			return codes[0]
		}
	}
	if codes := m.full(c); len(codes) > 0 {
		return codes[0]
	}
	return nil
}

// acceptable decides whether the Owner's acceptance of an invitation can merge or dissolve all Candidates (USR-8): a dissolved one's designated
// accounts need an entitled Prime (HIP-7).
func (m merger) acceptable(c *changes) error {
	for _, candidate := range m.candidates {
		if codes := m.unmet(candidate, c); len(codes) > 0 && candidate.members > 1 {
			return codes[0]
		} else if len(codes) > 0 && anyDesignated(candidate.owned) && !m.prime.HIPAA {
			return CodeHIPAADesignated
		}
	}
	if codes := m.full(c); len(codes) > 0 {
		return codes[0]
	}
	return nil
}

// dissolves says whether a Candidate is dissolved instead of merged when its Owner accepts an invitation: nobody else is in it, and it does not
// meet the prerequisites (USR-8).
func (m merger) dissolves(candidate candidate, c *changes) bool {
	return candidate.members == 1 && len(m.unmet(candidate, c)) > 0
}

// revoked gives what ends with a merge: the Candidate's pending invitations and requests, and the Prime's for what arrives.
func (m merger) revoked(candidate candidate, accepted InvitationID) (ended []InvitationID) {
	for _, i := range candidate.invitations {
		ended = append(ended, i.ID)
	}
	for n, i := range m.pending {
		if m.arrives[n] == candidate.organization.ID && i.ID != accepted {
			ended = append(ended, i.ID)
		}
	}
	return ended
}

// settled gives the requests to be invited that end with a merge, likewise.
func (m merger) settled(candidate candidate) (ended []RequestID) {
	for _, q := range candidate.requests {
		ended = append(ended, q.ID)
	}
	for n, q := range m.requests {
		if m.requesting[n] == candidate.organization.ID {
			ended = append(ended, q.ID)
		}
	}
	return ended
}

// outside is the merger as the Candidates' Owner may see it: without what is pending in the Prime.
func (m merger) outside() merger {
	m.pending, m.requests = nil, nil
	return m
}

// plan gives what a merge would do, the Owner becoming role in the Prime.
func (m merger) plan(c *changes, role OrganizationRole, accepted InvitationID) MergePlan {
	p := MergePlan{Prime: m.prime.ID, PrimeName: Personal{kept(m.prime.Personal.Name, m.prime.Ended, c.now)}}
	for _, candidate := range m.candidates {
		org := candidate.organization.ID
		p.Candidates = append(p.Candidates, org)
		for i, member := range candidate.people {
			u := MergedUser{User: member.User, Organization: org, Before: member.Role, After: StandardUser}
			if member.User == m.owner.ID {
				u.After = role
			}
			d := m.domainOf(candidate.users[i].Personal.Address)
			u.SSO = u.After != Owner && d != nil && !d.Connection.IsZero()
			p.Users = append(p.Users, u)
		}
		for _, a := range candidate.all {
			p.Accounts = append(p.Accounts, a.ID)
		}
		p.Revoked = append(p.Revoked, m.revoked(candidate, accepted)...)
		p.Settled = append(p.Settled, m.settled(candidate)...)
		for _, code := range m.unmet(candidate, c) {
			p.Unmet = append(p.Unmet, Unmet{org, code})
		}
	}
	for _, code := range m.full(c) {
		p.Unmet = append(p.Unmet, Unmet{OrganizationID{}, code})
	}
	return p
}

// merge carries a merge out. The Owner leaves every Candidate and becomes role in the Prime, unless they are its Owner; candidates named as
// dissolved are deleted, their accounts coming along.
func (m merger) merge(c *changes, role OrganizationRole, accepted InvitationID, dissolved func(candidate) bool) {
	prime := streamOfOrganization(m.prime.ID)
	joins := []Stream{prime}
	for _, candidate := range m.candidates {
		org := candidate.organization.ID
		c.say(MemberLeft{org, m.owner.ID}, streamOfOrganization(org))
		joins = append(joins, streamOfOrganization(org))
	}
	if m.member == nil {
		c.say(MemberJoined{m.prime.ID, m.owner.ID, role, c.now}, joins...)
	}
	for n, i := range m.pending {
		if !m.arrives[n].IsZero() && i.ID != accepted {
			c.say(InvitationRevoked{i.ID, c.now}, prime)
		}
	}
	for n, q := range m.requests {
		if !m.requesting[n].IsZero() {
			c.say(RequestSettled{q.ID, c.now}, prime)
		}
	}
	for _, candidate := range m.candidates {
		org := candidate.organization.ID
		candidate.settle(c, accepted)
		if dissolved(candidate) {
			for _, f := range candidate.owned {
				c.move(f, m.prime.ID)
			}
			c.say(OrganizationDeleted{org, c.now}, streamOfOrganization(org))
			continue
		}
		c.say(OrganizationMerged{org, m.prime.ID, c.now}, prime, streamOfOrganization(org))
	}
}

// none is for merges in which nothing is dissolved.
func none(candidate) bool { return false }

// PreviewMerge says, without changing anything, what merging the Candidate into an organization would do now, and why it would be refused (MRG-11).
// Shown to the Owner of both, Operators and System; to the Candidates' Owner while an invitation of the Prime's is pending for them; and to the
// Prime's Owner and Administrators while they are entitled to import that Owner now. To anybody else the Candidate does not exist.
//
// Errors: CodeID (the organization), CodeInput (not exactly one of Owner and Organization), CodeSameOrganization; CodeNotFound.
func (s *Session) PreviewMerge(ctx context.Context, prime OrganizationID, of Candidate) (MergePlan, error) {
	var f form
	id(&f, prime)
	f.check(of.Owner.IsZero() != of.Organization.IsZero(), CodeInput)
	f.check(of.Organization != prime, CodeSameOrganization)
	type facts struct {
		standing
		merger
		candidate *OrganizationRecord
	}
	return look(ctx, s, call{operation("PreviewMerge"), prime.String(), f.err},
		func(r *reads) facts {
			f := facts{standing: r.standing(prime), candidate: find(r, organizationByID(of.Organization))}
			owner := of.Owner
			if f.candidate != nil {
				owner = f.candidate.Owner
			}
			f.merger = r.merger(prime, owner, of.Organization, toPlan)
			return f
		},
		func(f facts, c *changes) (MergePlan, error) {
			role, accepted, ok := f.merger.shown(c, f.standing)
			ownersOwn := c.actor.isUser() && (f.member == nil || f.member.Role != Owner || f.owner.ID != c.actor.User)
			if f.prime == nil || f.owner == nil || len(f.candidates) == 0 || !ok || ownersOwn && of.Owner.IsZero() {
				return MergePlan{}, CodeNotFound
			}
			if f.member == nil && f.owner.ID == c.actor.User {
				return f.outside().plan(c, role, accepted), nil
			}
			return f.plan(c, role, accepted), nil
		})
}

// shown says whether the actor may see a merger, and as what: the Owner's role after it, and the invitation that would be accepted.
func (m merger) shown(c *changes, st standing) (role OrganizationRole, accepted InvitationID, ok bool) {
	if m.owner == nil || m.prime == nil {
		return role, accepted, false
	}
	if m.member != nil {
		role = m.member.Role
	}
	for _, i := range m.pending {
		if i.Kind == KindOrganization && i.Personal.Address == m.owner.Personal.Address && c.now < i.Expires {
			role, accepted = i.Role, i.ID
		}
	}
	switch {
	case !c.actor.isUser():
		return role, accepted, true
	case m.owner.ID == c.actor.User:
		return role, accepted, m.member != nil && m.member.Role == Owner || !accepted.IsZero()
	case st.rank != nil && st.rank.Role.may(ManageUsers):
		return StandardUser, InvitationID{}, m.eligible(c) == nil
	}
	return role, accepted, false
}

// MergeOrganizations merges one organization into another, both of the same Owner, who stays Owner (MRG-14). Members of the Candidate become
// Standard Users of the Prime, its accounts the Prime's; account roles, billing, designations and phone numbers do not change (MRG-4 to 7). The Owner
// of both alone; organizations of others merge by AcceptInvitation or ImportUsers.
//
// Errors: CodeID, CodeSameOrganization; CodeNotFound (either), CodeNotAllowed; CodeMerged, CodeNoLiveDomain, CodeCandidateDomain,
// CodeOwnerOffDomain, CodeMergeClosed, CodeMemberLimit, CodeAccountLimit.
func (s *Session) MergeOrganizations(ctx context.Context, prime, candidate OrganizationID) (Organization, error) {
	var f form
	id(&f, prime)
	id(&f, candidate)
	f.check(prime != candidate, CodeSameOrganization)
	type facts struct {
		standing
		merger
		other standing
	}
	return update(ctx, s, call{operation("MergeOrganizations"), prime.String(), f.err},
		func(r *reads) facts {
			return facts{r.standing(prime), r.merger(prime, s.actor.User, candidate, toMerge), r.standing(candidate)}
		},
		func(f facts, c *changes) (Organization, error) {
			for _, st := range []standing{f.standing, f.other} {
				if err := c.authorize(st); err != nil {
					return Organization{}, err
				}
			}
			if err := cmp.Or(f.standing.alive(), f.other.alive(), f.refusal(c)); err != nil {
				return Organization{}, err
			}
			f.merge(c, Owner, InvitationID{}, none)
			return c.viewOrganization(*get(c.world, organizationByID(prime)), f.standing), nil
		})
}
