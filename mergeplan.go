package tenancy

import "context"

// MergeCandidate is the input of PreviewMerge. It names the Candidates by exactly one of
// its fields.
type MergeCandidate struct {
	// Owner names all organizations that this user owns, except the Prime, as an
	// invitation or an import would merge them. Zero: Organization names one.
	Owner UserID
	// Organization names one, as MergeOrganizations would merge it. Zero: Owner names
	// all of a user's.
	Organization OrganizationID
}

// MergePlan is exactly what a merge would do now (MRG-11). What an invited Owner may not
// see of the Prime is absent.
type MergePlan struct {
	Prime      OrganizationID   `json:"prime,omitzero"`
	PrimeName  Personal         `json:"primeName,omitzero"`
	Candidates []OrganizationID `json:"candidates,omitzero"`
	Dissolved  []OrganizationID `json:"dissolved,omitzero"` // Candidates that accepting dissolves instead of merging them (USR-8); nil: none
	Users      []MergedUser     `json:"users,omitzero"`     // the Candidates' members, each Candidate's by ID
	// Accounts become the Prime's. Subaccounts are among them, and closed accounts of a
	// Candidate that merges. Nil: none.
	Accounts []AccountID `json:"accounts,omitzero"`
	// Ungrouped are those of the Accounts on which groups of a dissolved Candidate have
	// roles, which end (GRP-4). Nil: none.
	Ungrouped []AccountID `json:"ungrouped,omitzero"`
	// Groups are how many groups become the Prime's, with their members and roles.
	Groups int `json:"groups"`
	// Revoked are the Candidates' invitations and account requests that end, and those
	// of the Prime for members and accounts that come. An invited Owner sees only the
	// Candidates'. Nil: none.
	Revoked []InvitationID `json:"revoked,omitzero"`
	// Settled are the requests to be invited that end, likewise. Nil: none.
	Settled []RequestID `json:"settled,omitzero"`
	// Unmet is why the merge would be refused, in the order of the checks. An invited
	// Owner sees only the first reason. Nil: it would not be refused.
	Unmet []Unmet `json:"unmet,omitzero"`
}

// MergedUser is a member of a Candidate in a MergePlan.
type MergedUser struct {
	User         UserID           `json:"user,omitzero"`
	Organization OrganizationID   `json:"organization,omitzero"` // the Candidate
	Before       OrganizationRole `json:"before,omitzero"`
	After        OrganizationRole `json:"after,omitzero"`       // in the Prime
	SSO          *bool            `json:"ssoRequired,omitzero"` // whether they will have to use single sign-on; nil: the actor may not see it
}

// Unmet is a reason why a merge would be refused.
type Unmet struct {
	Organization OrganizationID `json:"organization,omitzero"` // the Candidate that causes it; zero: all of them together, or the invitation
	Code         Code           `json:"code,omitzero"`
}

// PreviewMerge returns what merging the Candidate into the Prime would do now, and why
// it would be refused, without changing anything (MRG-11). For anybody but these the
// Candidate does not exist:
//
//   - The Owner of both sees what MergeOrganizations would do, and with
//     MergeCandidate.Owner the same with all of their other organizations.
//   - The Candidates' Owner, while an invitation of the Prime is pending for them, sees
//     what accepting it would do: which of their organizations merge and which are
//     dissolved, as the Terms say, and what these hold. Of the Prime they see the name.
//     Who would have to use single sign-on, what is pending in the Prime and what it
//     does not meet follows from its settings, and is not shown. But Unmet has the one
//     code that AcceptInvitation would be refused with.
//   - The Prime's Owner and Administrators, while they may import the Candidates' Owner,
//     see what ImportUsers would do.
//   - Operators and System see all that accepting would do while an invitation of the
//     Prime is pending for the Candidates' Owner, even where the Prime could import
//     them. Otherwise they see what importing would do, whether the Prime may import
//     them or not. With MergeCandidate.Organization they see what MergeOrganizations
//     would do, and Unmet has CodeNotAllowed if the two have different Owners.
//
// Errors: CodeID for the Prime, CodeInput unless the input has exactly one of Owner and
// Organization, CodeSameOrganization; CodeNotFound.
func (s *Session) PreviewMerge(
	ctx context.Context, prime OrganizationID, of MergeCandidate,
) (MergePlan, error) {
	var check form
	check.id(prime)
	check.that(of.Owner.IsZero() != of.Organization.IsZero(), CodeInput)
	check.that(of.Organization != prime, CodeSameOrganization)
	return look(ctx, s, call{opPreviewMerge, prime.String(), check.err},
		func(r *reads) previewMergeFacts { return r.loadPreviewMerge(prime, of) }, decidePreviewMerge)
}

// previewMergeFacts is a merge that may come about, and the way in which it would.
type previewMergeFacts struct {
	standing                   // the actor's in the Prime
	single     bool            // one organization was named, not its Owner
	merger     merger          // without the Candidates, if the actor may not see it
	acceptance acceptanceFacts // of the Prime's invitation, if the Owner would accept it; else zero
}

// loadPreviewMerge asks for it. What may not be shown to the actor is not read, so that
// the reads do not tell whether an ID is somebody's, or what they own (GEN-5, GEN-14).
func (r *reads) loadPreviewMerge(prime OrganizationID, of MergeCandidate) previewMergeFacts {
	f := previewMergeFacts{standing: r.standing(prime), single: of.Owner.IsZero()}
	owner := of.Owner
	if f.single {
		if o := find(r, organizationByID(of.Organization)); o != nil {
			owner = o.Owner
		}
	}
	imports := r.actor.isUser() && r.actor.User != owner
	if imports && !f.mayImport() {
		return f
	}
	f.merger = r.parties(prime, owner, of.Organization)
	r.pending(&f.merger, prime)
	var invitation *InvitationRecord
	if !imports && !f.single {
		invitation = f.merger.invitation(r.now)
	}
	f.merger.consents = invitation != nil
	if !r.showsCandidates(f.merger) {
		return f
	}
	r.candidates(&f.merger)
	r.arrivals(&f.merger)
	r.dissoluble(&f.merger, owner)
	r.people(&f.merger)
	r.accounts(&f.merger)
	if invitation != nil {
		f.acceptance = r.accepting(invitation, f.merger.owner)
		f.acceptance.merger = f.merger
	}
	return f
}

// mayImport reports whether the actor may ask what importing somebody would do.
func (f previewMergeFacts) mayImport() bool {
	return !f.single && f.rank.imports() && f.organization.Import
}

// invitation returns the Prime's invitation that is pending for the Owner; nil: there is
// none, or they are a member already.
func (m merger) invitation(now Instant) *InvitationRecord {
	if m.owner == nil || m.member != nil {
		return nil
	}
	for _, i := range m.invitations {
		if i.awaits(m.owner.Personal.Address, now) {
			return &i.InvitationRecord
		}
	}
	return nil
}

// awaits reports whether a pending invitation is to an organization, for an address, and
// has not expired.
func (i InvitationRecord) awaits(address Personal, now Instant) bool {
	return i.Kind == InvitationToOrganization && i.Personal.Address == address && now < i.Expires
}

// showsCandidates reports whether the actor may see the Candidates as far as the Prime
// and the Owner tell: the Owner does who is a member of it or invited, and whoever
// imports into it does if the Owner is on a live domain.
func (r *reads) showsCandidates(m merger) bool {
	switch {
	case !r.actor.isUser():
		return true
	case m.owner == nil:
		return false
	case m.owner.ID == r.actor.User:
		return m.member != nil || m.consents
	}
	return m.ownerOnLiveDomain(r.now, r.dir)
}

// accounts asks for all accounts of the Candidates.
func (r *reads) accounts(m *merger) {
	for n, org := range m.organizations {
		m.candidates[n].all = all(r, accountsIn(org, AccountID{}))
	}
}

func decidePreviewMerge(f previewMergeFacts, c *changes) (MergePlan, error) {
	if !f.isShown(c) {
		return MergePlan{}, CodeNotFound
	}
	if f.merger.member == nil && f.merger.owner.ID == c.actor.User {
		return f.toInvited().plan(c).toInvited(), nil
	}
	return f.plan(c), nil
}

// isShown reports whether the actor may see the plan.
func (f previewMergeFacts) isShown(c *changes) bool {
	m := f.merger
	switch {
	case m.prime == nil || m.owner == nil || len(m.candidates) == 0:
		return false
	case !c.actor.isUser():
		return true
	case m.owner.ID == c.actor.User:
		return m.member != nil || m.consents
	}
	return f.rank.imports() && m.eligibility().refusal(c) == nil
}

// unmet returns all reasons why the merge would be refused, in the order of the checks.
func (f previewMergeFacts) unmet(c *changes) []Unmet {
	reasons := f.merger.against(c)
	before := CodeOf(f.refusal(c))
	if before == "" || len(reasons) > 0 && reasons[0].Code == before {
		return reasons
	}
	return append([]Unmet{{Code: before}}, reasons...)
}

// refusal decides what would be refused before the prerequisites are checked. Accepting
// checks them itself, and may come to the first one.
func (f previewMergeFacts) refusal(c *changes) error {
	if err := f.alive(); err != nil {
		return err
	}
	switch {
	case f.single && f.merger.member == nil:
		return CodeNotAllowed
	case f.merger.consents && f.merger.owner.State() != StateActive:
		return CodeActor
	case f.organization.Suspended:
		return CodeOrganizationSuspended
	case !f.merger.consents:
		return nil
	}
	return c.acceptable(f.acceptance, f.merger.owner.Personal.Address.Reveal())
}

// plan returns what would happen.
func (f previewMergeFacts) plan(c *changes) MergePlan {
	m := f.merger
	plan := MergePlan{
		Prime: m.prime.ID, PrimeName: kept(m.prime.Personal.Name, m.prime.Ended, c.now), Unmet: f.unmet(c),
	}
	plan.Groups = m.groups(c)
	role, accepted := f.ownersRole()
	for _, candidate := range m.candidates {
		plan.Candidates = append(plan.Candidates, candidate.organization.ID)
		accounts := candidate.all
		if m.dissolves(candidate, c) {
			plan.Dissolved = append(plan.Dissolved, candidate.organization.ID)
			accounts = candidate.open()
			plan.Ungrouped = append(plan.Ungrouped, ungrouped(candidate.owned)...)
		}
		for _, a := range accounts {
			plan.Accounts = append(plan.Accounts, a.ID)
		}
		plan.Users = append(plan.Users, m.users(candidate, role)...)
		plan.Revoked = append(plan.Revoked, m.revoked(candidate, accepted)...)
		plan.Settled = append(plan.Settled, m.settled(candidate)...)
	}
	return plan
}

// ownersRole returns the Owner's role in the Prime after the merge, and the invitation
// that they accept; zero: none.
func (f previewMergeFacts) ownersRole() (OrganizationRole, InvitationID) {
	switch {
	case f.merger.member != nil:
		return f.merger.member.Role, InvitationID{}
	case f.merger.consents:
		return f.acceptance.invitation.Role, f.acceptance.invitation.ID
	}
	return StandardUser, InvitationID{}
}

// open returns the accounts of an Owner who is alone, with their subaccounts; closed
// ones are not among them.
func (candidate candidacy) open() (accounts []AccountRecord) {
	for _, owned := range candidate.owned {
		accounts = append(accounts, owned.all()...)
	}
	return accounts
}

// users returns the members of a Candidate, before and after. The Owner gets a role of
// their own.
func (m merger) users(candidate candidacy, owner OrganizationRole) (users []MergedUser) {
	for i, member := range candidate.people {
		after := StandardUser
		if member.User == m.owner.ID {
			after = owner
		}
		d := domainAmong(m.domains, candidate.users[i].Personal.Address.Reveal())
		users = append(users, MergedUser{
			User: member.User, Organization: candidate.organization.ID, Before: member.Role, After: after,
			SSO: new(after != Owner && d != nil && !d.Connection.IsZero()),
		})
	}
	return users
}

// revoked returns the invitations that end with a Candidate: its own, and the Prime's
// for what comes.
func (m merger) revoked(candidate candidacy, accepted InvitationID) (ended []InvitationID) {
	for _, i := range candidate.invitations {
		ended = append(ended, i.ID)
	}
	for _, i := range m.invitations {
		if i.from == candidate.organization.ID && i.ID != accepted {
			ended = append(ended, i.ID)
		}
	}
	return ended
}

// settled returns the requests to be invited that end with a Candidate, likewise.
func (m merger) settled(candidate candidacy) (ended []RequestID) {
	for _, q := range candidate.requests {
		ended = append(ended, q.ID)
	}
	for _, q := range m.requests {
		if q.from == candidate.organization.ID {
			ended = append(ended, q.ID)
		}
	}
	return ended
}

// toInvited returns the facts as an invited Owner may see them: without what is pending
// in the Prime.
func (f previewMergeFacts) toInvited() previewMergeFacts {
	f.merger.invitations, f.merger.requests = nil, nil
	return f
}

// toInvited returns the plan as an invited Owner may see it: without what follows from
// the Prime's settings, except what accepting would be refused with.
func (p MergePlan) toInvited() MergePlan {
	for i := range p.Users {
		p.Users[i].SSO = nil
	}
	first := min(len(p.Unmet), 1)
	p.Unmet = p.Unmet[:first:first]
	return p
}
