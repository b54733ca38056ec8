package tenancy

import (
	"cmp"
	"context"
	"slices"
)

// Candidate names what PreviewMerge is asked about: one of the two.
type Candidate struct {
	Owner        UserID         // all organizations this user owns but the Prime, as an invitation or import would merge them
	Organization OrganizationID // this one, as MergeOrganizations would
}

// MergePlan is exactly what a merge would do now (MRG-11). To the Candidates' Owner who is invited it says of the Prime its name alone, and what
// accepting would be refused with.
type MergePlan struct {
	Prime      OrganizationID
	PrimeName  Personal
	Candidates []OrganizationID
	Dissolved  []OrganizationID // those of the Candidates that accepting dissolves instead of merging them (USR-8)
	Users      []MergedUser
	Accounts   []AccountID    // that become the Prime's: subaccounts included, and closed ones of a Candidate that merges
	Revoked    []InvitationID // invitations and account requests that end, the Candidates' and, unless their Owner is invited and looks, the Prime's
	Settled    []RequestID    // requests to be invited that end, likewise
	Unmet      []Unmet        // why it would be refused, for the invited Owner the first reason alone; empty: it would not
}

// MergedUser is a member of a Candidate in a MergePlan.
type MergedUser struct {
	User         UserID
	Organization OrganizationID // the Candidate
	Before       OrganizationRole
	After        OrganizationRole // in the Prime
	SSO          *bool            // whether single sign-on will be required of them; nil: not to be seen
}

// Unmet is a prerequisite that a merge does not meet.
type Unmet struct {
	Organization OrganizationID // the Candidate; zero: all of it together, or the invitation
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
	r.needHead(streamOfOrganization(org))
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
	owned    []family           // the Owner's, if there is no other member, where it may be dissolved
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
	r.needHead(streamOfOrganization(prime))
	m.owner = find(r, userByID(owner))
	m.member = find(r, memberOf(prime, owner))
	var owned []AccountRecord
	if d != toMerge {
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
		m.requesting = append(m.requesting, r.arrivalOf(q.Personal.Address.Reveal(), m.candidates))
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
	if i.Kind == InvitationOfAccount {
		if a := find(r, accountByID(i.Account)); a != nil {
			for _, c := range candidates {
				if c.organization != nil && c.organization.ID == a.Organization {
					return a.Organization
				}
			}
		}
		return OrganizationID{}
	}
	return r.arrivalOf(i.Personal.Address.Reveal(), candidates)
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
	if d := m.domainOf(m.owner.Personal.Address.Reveal()); d == nil || !d.live(c.now, c.dir.domainLive) {
		codes = append(codes, CodeOwnerOffDomain)
	}
	if slices.ContainsFunc(candidate.users, func(u *UserRecord) bool {
		d := m.domainOf(u.Personal.Address.Reveal())
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

// against gives all reasons why the Candidates can't be merged, those that are dissolved excepted: a designated account of theirs needs an
// entitled Prime (HIP-7).
func (m merger) against(c *changes, dissolved func(candidate) bool) (reasons []Unmet) {
	for _, candidate := range m.candidates {
		codes := m.unmet(candidate, c)
		if dissolved(candidate) {
			codes = nil
			if anyDesignated(candidate.owned) && !m.prime.HIPAA {
				codes = []Code{CodeHIPAADesignated}
			}
		}
		for _, code := range codes {
			reasons = append(reasons, Unmet{candidate.organization.ID, code})
		}
	}
	for _, code := range m.full(c) {
		reasons = append(reasons, Unmet{Code: code})
	}
	return reasons
}

// first makes a refusal of the first of some reasons; nil: there is none.
func first(reasons []Unmet) error {
	if len(reasons) == 0 {
		return nil
	}
	return reasons[0].Code
}

// refusal decides whether all Candidates can be merged.
func (m merger) refusal(c *changes) error { return first(m.against(c, none)) }

// acceptable decides whether the Owner's acceptance of an invitation can merge or dissolve all Candidates (USR-8).
func (m merger) acceptable(c *changes) error {
	return first(m.against(c, func(candidate candidate) bool { return m.dissolves(candidate, c) }))
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
// To anybody but these the Candidate does not exist:
//
//   - The Owner of both sees what MergeOrganizations would do; by Candidate.Owner, with all their other organizations.
//   - The Candidates' Owner, while an invitation of the Prime's is pending for them, sees what accepting it would do: which of their organizations
//     merge and which are dissolved, as the Terms say, and what these hold. Of the Prime they see the name. Whom it requires single sign-on of, what
//     is pending in it and what it does not meet follows from its settings, and is not shown; but Unmet has the one code that AcceptInvitation would
//     give them.
//   - The Prime's Owner and Administrators, while they are entitled to import that Owner now, see what ImportUsers would do.
//   - Operators and System see all of what accepting would do while an invitation of the Prime's is pending for the Candidates' Owner, even where the
//     Prime could import them; else what importing would do, may the Prime import them or not. By Candidate.Organization it is always what
//     MergeOrganizations would do, whose Unmet has CodeNotAllowed where no one owns both.
//
// Errors: CodeID (the organization), CodeInput (not exactly one of Owner and Organization), CodeSameOrganization; CodeNotFound.
func (s *Session) PreviewMerge(ctx context.Context, prime OrganizationID, of Candidate) (MergePlan, error) {
	var f form
	f.id(prime)
	f.that(of.Owner.IsZero() != of.Organization.IsZero(), CodeInput)
	f.that(of.Organization != prime, CodeSameOrganization)
	return look(ctx, s, call{opPreviewMerge, prime.String(), f.err},
		func(r *reads) prospect { return r.prospect(prime, of) },
		func(p prospect, c *changes) (MergePlan, error) {
			switch {
			case !p.shown(c):
				return MergePlan{}, CodeNotFound
			case p.member == nil && p.owner.ID == c.actor.User:
				return p.outside().plan(c).outside(), nil
			}
			return p.plan(c), nil
		})
}

// prospect is a merger, and the way in which it would come about.
type prospect struct {
	merger
	standing   standing        // the actor's in the Prime
	only       OrganizationID  // zero: all organizations of the Owner
	acceptance acceptanceFacts // by the Owner, of the invitation that is pending for them; zero: there is none, or the actor would import them
}

// prospect asks for it. For an actor to whom it can't be shown nothing of the Candidates is read (GEN-14).
func (r *reads) prospect(prime OrganizationID, of Candidate) prospect {
	p := prospect{standing: r.standing(prime), only: of.Organization}
	owner := of.Owner
	if candidate := find(r, organizationByID(of.Organization)); candidate != nil {
		owner = candidate.Owner
	}
	others := r.actor.isUser() && r.actor.User != owner
	if others && (!p.only.IsZero() || !p.standing.managesUsers() || !p.standing.organization.Import) {
		return p
	}
	p.merger = r.merger(prime, owner, of.Organization, toPlan)
	if p.owner == nil || p.member != nil || others || !p.only.IsZero() {
		return p
	}
	for _, i := range p.pending {
		if i.Kind == InvitationToOrganization && i.Personal.Address == p.owner.Personal.Address && r.now < i.Expires {
			p.acceptance = r.accepting(&i, p.owner)
			p.acceptance.merger = p.merger
		}
	}
	return p
}

// shown says whether the actor may see it.
func (p prospect) shown(c *changes) bool {
	switch {
	case p.prime == nil || p.owner == nil || len(p.candidates) == 0:
		return false
	case !c.actor.isUser():
		return true
	case p.owner.ID == c.actor.User:
		return p.member != nil || p.accepted()
	}
	return p.standing.managesUsers() && p.eligible(c) == nil
}

// accepted says whether it would come about by the Owner's acceptance.
func (p prospect) accepted() bool { return p.acceptance.invitation != nil }

// dissolved says which Candidates would be dissolved instead of merged.
func (p prospect) dissolved(c *changes) func(candidate) bool {
	if !p.accepted() {
		return none
	}
	return func(candidate candidate) bool { return p.dissolves(candidate, c) }
}

// refusals gives all reasons why it would be refused, in the order in which they would be told.
func (p prospect) refusals(c *changes) []Unmet {
	reasons := p.against(c, p.dissolved(c))
	var before error
	switch {
	case p.standing.alive() != nil:
		before = p.standing.alive()
	case !p.only.IsZero() && p.member == nil:
		before = CodeNotAllowed
	case p.accepted() && p.owner.State() != StateActive:
		before = CodeActor
	case p.accepted():
		before = c.acceptable(p.acceptance, p.owner.Personal.Address.Reveal())
	}
	if before == nil || before == first(reasons) {
		return reasons
	}
	return append([]Unmet{{Code: before.(Code)}}, reasons...)
}

// users gives the members of a Candidate, before and after.
func (p prospect) users(candidate candidate, owner OrganizationRole) (users []MergedUser) {
	for i, member := range candidate.people {
		u := MergedUser{User: member.User, Organization: candidate.organization.ID, Before: member.Role, After: StandardUser}
		if member.User == p.owner.ID {
			u.After = owner
		}
		d := p.domainOf(candidate.users[i].Personal.Address.Reveal())
		u.SSO = new(u.After != Owner && d != nil && !d.Connection.IsZero())
		users = append(users, u)
	}
	return users
}

// plan gives what would happen.
func (p prospect) plan(c *changes) MergePlan {
	plan := MergePlan{Prime: p.prime.ID, PrimeName: kept(p.prime.Personal.Name, p.prime.Ended, c.now), Unmet: p.refusals(c)}
	owner, accepted, dissolved := StandardUser, InvitationID{}, p.dissolved(c)
	if p.member != nil {
		owner = p.member.Role
	} else if p.accepted() {
		owner, accepted = p.acceptance.invitation.Role, p.acceptance.invitation.ID
	}
	for _, candidate := range p.candidates {
		plan.Candidates = append(plan.Candidates, candidate.organization.ID)
		accounts := candidate.all
		if dissolved(candidate) {
			plan.Dissolved = append(plan.Dissolved, candidate.organization.ID)
			accounts = nil
			for _, f := range candidate.owned {
				accounts = append(accounts, f.all()...)
			}
		}
		for _, a := range accounts {
			plan.Accounts = append(plan.Accounts, a.ID)
		}
		plan.Users = append(plan.Users, p.users(candidate, owner)...)
		plan.Revoked = append(plan.Revoked, p.revoked(candidate, accepted)...)
		plan.Settled = append(plan.Settled, p.settled(candidate)...)
	}
	return plan
}

// outside is the prospect as the Candidates' Owner may see it: without what is pending in the Prime.
func (p prospect) outside() prospect {
	p.pending, p.requests = nil, nil
	return p
}

// outside is the plan as the Candidates' Owner may see it: without what follows from the Prime's settings, but for what accepting would tell them.
func (p MergePlan) outside() MergePlan {
	for i := range p.Users {
		p.Users[i].SSO = nil
	}
	first := min(len(p.Unmet), 1)
	p.Unmet = p.Unmet[:first:first]
	return p
}

// MergeOrganizations merges one organization into another, both of the same Owner, who stays Owner (MRG-14). Members of the Candidate become
// Standard Users of the Prime, its accounts the Prime's; account roles, billing, designations and phone numbers do not change (MRG-4 to 7). The Owner
// of both alone; organizations of others merge by AcceptInvitation or ImportUsers.
//
// Errors: CodeID, CodeSameOrganization; CodeNotFound (either), CodeNotAllowed; CodeMerged, CodeNoLiveDomain, CodeCandidateDomain,
// CodeOwnerOffDomain, CodeMergeClosed, CodeMemberLimit, CodeAccountLimit.
func (s *Session) MergeOrganizations(ctx context.Context, prime, candidate OrganizationID) (Organization, error) {
	var f form
	f.id(prime)
	f.id(candidate)
	f.that(prime != candidate, CodeSameOrganization)
	type facts struct {
		standing
		merger
		other standing
	}
	return update(ctx, s, call{opMergeOrganizations, prime.String(), f.err},
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
