package tenancy

import (
	"context"
	"iter"
	"slices"
)

// ImportEntitlement says whether an organization may import users. The zero value is an
// organization that may not.
type ImportEntitlement struct {
	On        bool      `json:"on"`
	Reference Reference `json:"reference,omitzero"` // the host's, such as a ticket's number; needed to turn it on
}

// SetImportEntitlement sets whether an organization may import users (USR-15): on, with
// a reference of the host's, and off again. Turning it off forgets the reference. Only
// an Operator may call it. Setting what is set already changes nothing (GEN-6).
//
// Errors: CodeID, CodeReference; CodeNotFound, CodeNotAllowed; CodeMerged, CodeEnded.
func (p *Platform) SetImportEntitlement(
	ctx context.Context, org OrganizationID, in ImportEntitlement,
) (Organization, error) {
	var check form
	check.id(org)
	set := ImportEntitlementSet{Organization: org}
	if in.On {
		check.reference(in.Reference)
		set.On, set.Reference = true, in.Reference
	}
	return update(ctx, p.Session, call{opSetImportEntitlement, org.String(), check.err},
		func(r *reads) setImportEntitlementFacts { return r.loadSetImportEntitlement(org) },
		func(f setImportEntitlementFacts, c *changes) (Organization, error) {
			return decideSetImportEntitlement(f, set, c)
		})
}

// setImportEntitlementFacts is the organization that is entitled, or no longer.
type setImportEntitlementFacts struct{ standing }

func (r *reads) loadSetImportEntitlement(org OrganizationID) setImportEntitlementFacts {
	return setImportEntitlementFacts{r.standing(org)}
}

func decideSetImportEntitlement(
	f setImportEntitlementFacts, set ImportEntitlementSet, c *changes,
) (Organization, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Organization{}, err
	}
	if o := f.organization; set != (ImportEntitlementSet{o.ID, o.Import, o.ImportReference}) {
		c.say(set, streamOfOrganization(o.ID))
	}
	return c.viewOrganizationNow(f.standing), nil
}

// UserImport is the input of ImportUsers.
type UserImport struct {
	Emails []string // 1 to 100,000, in any spelling
	Notify bool     // noted in the events: the host tells the users; false: it does not
}

// ImportedUser is what became of one address.
type ImportedUser struct {
	Email Personal `json:"email,omitzero"` // as it was given
	// User is who was imported. Zero: nobody was, and Err says why; without an Err, an
	// error of the whole call came first.
	User    UserID           `json:"user,omitzero"`
	Brought []OrganizationID `json:"brought,omitzero"` // their organizations, which were merged (MRG-3); nil: they owned none
	// Err is why nobody was imported, an *Error whose Subject is the organization. Nil:
	// the user was imported.
	Err error `json:"err,omitzero"`
}

// maxImport is how many addresses one call takes, and importBatch how many one
// transaction.
const (
	maxImport   = 100_000
	importBatch = 1000
)

// ImportUsers makes existing users members, as Standard Users and without asking them:
// those with an address on one of the organization's live domains who are not managed
// elsewhere (USR-15). Accounts that they own come along. Users who own organizations
// bring them all, merged (MRG-3), or are refused with the prerequisite that is not met.
// The Owner and Administrators may call it, where an Operator has entitled the
// organization.
//
// The result says of each address, in the order given, whether it was imported, and if
// not, why. The refusal of one address does not stop the others. An address off the
// organization's live domains is refused as CodeNotEligible without being looked up, and
// an address on them that nobody has is refused likewise.
//
// ImportUsers works in one transaction for each batch of addresses, and one for each
// Owner of organizations. In a block or the host's transaction it is part of that. If a
// transaction fails, those before it stand, and the result is returned with the error.
// ImportUsers takes no ID from Once.
//
// Errors: CodeID, CodeInput if there are no addresses, or too many, or with Once;
// CodeNotFound, CodeNotAllowed, CodeRank if a Standard User may do what the actor may
// not; CodeMerged, CodeNotEntitled, CodeNoLiveDomain; CodeOrganizationSuspended. Of an
// address: CodeEmail, CodeNotEligible, CodeMember, CodeManagedElsewhere,
// CodeSignUpClosed, CodeMemberLimit, CodeAccountLimit, CodeGroupLimit, CodeCandidateDomain,
// CodeMergeClosed.
func (s *Session) ImportUsers(ctx context.Context, org OrganizationID, in UserImport) ([]ImportedUser, error) {
	return observe(ctx, s, opImportUsers.name,
		func(ctx context.Context, s *Session) ([]ImportedUser, error) { return s.importUsers(ctx, org, in) })
}

// importUsers is ImportUsers, of which the observer was told.
func (s *Session) importUsers(ctx context.Context, org OrganizationID, in UserImport) ([]ImportedUser, error) {
	var check form
	check.id(org)
	check.that(len(in.Emails) > 0 && len(in.Emails) <= maxImport, CodeInput)
	check.that(s.once.IsZero(), CodeInput)
	run := importRun{
		session: s,
		call:    call{opImportUsers, org.String(), check.err},
		org:     org,
		notify:  in.Notify,
	}
	domains, err := look(ctx, s, run.call,
		func(r *reads) importUsersFacts { return r.loadImportUsers(org) }, decideImportUsers)
	if err != nil {
		return nil, err
	}
	results, arrivals := run.sort(in.Emails, domains)
	for batch := range slices.Chunk(arrivals, importBatch) {
		if err := run.importBatch(ctx, batch, results); err != nil {
			return results, err
		}
	}
	return results, nil
}

// importUsersFacts is an organization that imports users.
type importUsersFacts struct {
	standing
	domains []DomainRecord
}

func (r *reads) loadImportUsers(org OrganizationID) importUsersFacts {
	return importUsersFacts{standing: r.standing(org), domains: all(r, domainsIn(org, DomainID{}))}
}

// decideImportUsers decides whether the organization may import at all, and returns the
// names of its live domains.
func decideImportUsers(f importUsersFacts, c *changes) (map[string]bool, error) {
	if err := f.refusal(c); err != nil {
		return nil, err
	}
	live := map[string]bool{}
	for _, d := range f.domains {
		if d.live(c.now, c.dir.domainLive) {
			live[d.Personal.Name] = true
		}
	}
	return live, nil
}

// refusal decides whether the organization may import at all.
func (f importUsersFacts) refusal(c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if !f.rank.imports() {
		return CodeRank
	}
	if err := f.alive(); err != nil {
		return err
	}
	switch {
	case !f.organization.Import:
		return CodeNotEntitled
	case !anyLive(f.domains, c):
		return CodeNoLiveDomain
	}
	return nil
}

// importRun is a call of ImportUsers that may import.
type importRun struct {
	session *Session
	call    call
	org     OrganizationID
	notify  bool
}

// arrival is an address that may be imported.
type arrival struct {
	place   int // in the input
	address string
}

// sort returns a result for each address, and those that are looked up: the well-formed
// ones on the organization's live domains. Any other has its result now. Nothing is read
// for it, so that the reads do not tell whether somebody has it (GEN-5).
func (run importRun) sort(emails []string, domains map[string]bool) ([]ImportedUser, []arrival) {
	results := make([]ImportedUser, len(emails))
	var arrivals []arrival
	for i, email := range emails {
		results[i].Email = NewPersonal(email)
		address, err := parseEmail(email)
		switch {
		case err != nil:
			results[i].Err = run.refused(err)
		case !domains[emailDomain(address)]:
			results[i].Err = run.refused(CodeNotEligible)
		default:
			arrivals = append(arrivals, arrival{i, address})
		}
	}
	return results, arrivals
}

// refused returns the error of one address. Its subject is the organization, as in every
// refusal of ImportUsers, and never the address.
func (run importRun) refused(refusal error) error {
	return &Error{Op: run.call.row.name, Subject: run.call.subject, Err: refusal}
}

// importBatch imports the users of a batch who own no organization in one transaction,
// and each of the others in one of their own.
func (run importRun) importBatch(ctx context.Context, batch []arrival, results []ImportedUser) error {
	outcomes, err := update(ctx, run.session, run.call,
		func(r *reads) importBatchFacts { return r.loadImportBatch(run.org, batch) },
		func(f importBatchFacts, c *changes) ([]importOutcome, error) {
			return decideImportBatch(f, run.notify, c)
		})
	if err != nil {
		return err
	}
	for i, outcome := range outcomes {
		if outcome.owns {
			continue
		}
		run.note(outcome, &results[batch[i].place])
	}
	for i, outcome := range outcomes {
		if !outcome.owns {
			continue
		}
		if err := run.importOwner(ctx, batch[i].address, &results[batch[i].place]); err != nil {
			return err
		}
	}
	return nil
}

// importOutcome is what a transaction did for an address.
type importOutcome struct {
	user    UserID           // who was imported; zero: nobody
	brought []OrganizationID // merged along
	owns    bool             // they own organizations: a transaction of their own imports them
	refusal error            // nil: they were imported, or will be
}

// note writes an outcome into the result of its address.
func (run importRun) note(outcome importOutcome, result *ImportedUser) {
	result.User, result.Brought = outcome.user, outcome.brought
	if outcome.refusal != nil {
		result.Err = run.refused(outcome.refusal)
	}
}

// importBatchFacts is a batch of users to be imported, and where to.
type importBatchFacts struct {
	importUsersFacts
	each []newcomer
}

// newcomer is who has an address to be imported.
type newcomer struct {
	user   *UserRecord // nil: nobody has it
	theirs belongings  // all that is theirs
}

func (r *reads) loadImportBatch(org OrganizationID, batch []arrival) importBatchFacts {
	f := importBatchFacts{r.loadImportUsers(org), make([]newcomer, 0, len(batch))}
	for _, a := range batch {
		n := newcomer{user: find(r, userByAddress(a.address))}
		if n.user != nil {
			n.theirs = r.belongings(n.user)
			need(r, memberOf(org, n.user.ID))
		}
		f.each = append(f.each, n)
	}
	return f
}

func decideImportBatch(f importBatchFacts, notify bool, c *changes) ([]importOutcome, error) {
	if err := f.refusal(c); err != nil {
		return nil, err
	}
	outcomes := make([]importOutcome, len(f.each))
	for i, n := range f.each {
		outcomes[i] = f.take(n, c)
		if user := outcomes[i].user; !user.IsZero() {
			c.say(UserImported{f.organization.ID, user, notify}, streamOfOrganization(f.organization.ID))
		}
	}
	return outcomes, nil
}

// take makes one user of a batch a member, if they may be imported and own no
// organization. One who is in the batch twice is a member the second time.
func (f importBatchFacts) take(n newcomer, c *changes) importOutcome {
	org := f.organization.ID
	able := eligibility{prime: f.organization, domains: f.domains, user: n.user}
	if n.user != nil {
		able.member = get(c.world, memberOf(org, n.user.ID)) != nil
		able.elsewhere = n.theirs.managedElsewhere(org)
		able.suspended = slices.ContainsFunc(n.theirs.memberships, func(m MembershipRecord) bool {
			return m.Organization != org && get(c.world, organizationByID(m.Organization)).isSuspended()
		})
	}
	if err := able.refusal(c); err != nil {
		return importOutcome{refusal: err}
	}
	if n.theirs.ownsElsewhere(org) {
		return importOutcome{owns: true}
	}
	if err := c.room(f.organization.ID, 1, len(n.unmanaged())); err != nil {
		return importOutcome{refusal: err}
	}
	c.join(org, n.theirs, StandardUser, InvitationID{})
	return importOutcome{user: n.user.ID}
}

// unmanaged returns the accounts that come along.
func (n newcomer) unmanaged() []family { return n.theirs.ownedIn(OrganizationID{}) }

// eligibility is whether a user can be imported into an organization (USR-15).
type eligibility struct {
	prime     *OrganizationRecord
	domains   []DomainRecord // the Prime's
	user      *UserRecord    // nil: nobody has the address, or the ID
	member    bool           // they are in the Prime
	elsewhere bool           // they are managed by another organization
	suspended bool           // an organization that they own is: no more is said of it (ORG-15)
}

// eligibility returns whether the Owner of Candidates can be imported.
func (m merger) eligibility() eligibility {
	suspended := slices.ContainsFunc(m.candidates, func(c candidacy) bool { return c.organization.Suspended })
	return eligibility{m.prime, m.domains, m.owner, m.member != nil, m.elsewhere, suspended}
}

// refusal decides it.
func (e eligibility) refusal(c *changes) error {
	if !e.prime.Import {
		return CodeNotEntitled
	}
	if e.user == nil || e.user.State() != StateActive {
		return CodeNotEligible
	}
	d := domainAmong(e.domains, e.user.Personal.Address.Reveal())
	switch {
	case d == nil || !d.live(c.now, c.dir.domainLive):
		return CodeNotEligible
	case e.member:
		return CodeMember
	case e.elsewhere:
		return CodeManagedElsewhere
	case e.suspended:
		return CodeNotEligible
	case d.signUpPolicy(e.prime) == PolicyClosed:
		return CodeSignUpClosed
	}
	return nil
}

// importOwner imports a user who owns organizations, with all of them (MRG-3).
func (run importRun) importOwner(ctx context.Context, address string, result *ImportedUser) error {
	outcome, err := update(ctx, run.session, run.call,
		func(r *reads) importOwnerFacts { return r.loadImportOwner(run.org, address) },
		func(f importOwnerFacts, c *changes) (importOutcome, error) {
			return decideImportOwner(f, run.notify, c)
		})
	if err != nil {
		return err
	}
	run.note(outcome, result)
	return nil
}

// importOwnerFacts is an Owner of organizations to be imported, and where to.
type importOwnerFacts struct {
	importUsersFacts
	merger merger
}

func (r *reads) loadImportOwner(org OrganizationID, address string) importOwnerFacts {
	var owner UserID
	if user := find(r, userByAddress(address)); user != nil {
		owner = user.ID
	}
	return importOwnerFacts{r.loadImportUsers(org), r.merger(org, owner, OrganizationID{})}
}

func decideImportOwner(f importOwnerFacts, notify bool, c *changes) (importOutcome, error) {
	if err := f.refusal(c); err != nil {
		return importOutcome{}, err
	}
	if err := f.merger.eligibility().refusal(c); err != nil {
		return importOutcome{refusal: err}, nil
	}
	if err := f.merger.refusal(c); err != nil {
		return importOutcome{refusal: err}, nil
	}
	f.merger.merge(c, StandardUser, InvitationID{})
	org, owner := f.organization.ID, f.merger.owner.ID
	c.say(UserImported{org, owner, notify}, streamOfOrganization(org))
	return importOutcome{user: owner, brought: f.merger.organizations}, nil
}

// ImportableUserQuery selects importable users. The zero value selects all of them.
type ImportableUserQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same list; "": from the start
}

// ImportableUser is a user who could be imported.
type ImportableUser struct {
	User  UserID   `json:"user,omitzero"`
	Email Personal `json:"email,omitzero"`
	Name  Personal `json:"name,omitzero"`
	Owns  int      `json:"owns"` // how many organizations they own: all of them would merge
	listed
}

// ImportableUsers lists by ID the users whom ImportUsers could make members because of a
// live domain, with how many organizations each owns (GEN-15). The Owner and
// Administrators of the domain's organization may call it, where it is entitled to
// import, and so may Operators and System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed, CodeRank if a Standard User may
// do what the actor may not, as ImportUsers; CodeNotEntitled, CodeNoLiveDomain if this
// domain is not live.
func (s *Session) ImportableUsers(
	ctx context.Context, domain DomainID, query ImportableUserQuery,
) iter.Seq2[ImportableUser, error] {
	l := listOf("ImportableUsers", domain.String())
	return pages(l, query.After, func(from place, malformed error) (page[ImportableUser], error) {
		check := form{malformed}
		check.id(domain)
		return look(ctx, s, call{opImportableUsers, domain.String(), check.err},
			func(r *reads) importableUsersFacts { return r.loadImportableUsers(domain, from) },
			func(f importableUsersFacts, c *changes) (page[ImportableUser], error) {
				return decideImportableUsers(f, l, c)
			})
	})
}

// importableUsersFacts is a page of the users with an address on a domain whom no
// organization manages.
type importableUsersFacts struct {
	domainStanding
	users       []UserRecord
	memberships [][]MembershipRecord // the users', in the same places
	suspended   []bool               // whether an organization that they own is, in the same places
}

func (r *reads) loadImportableUsers(domain DomainID, from place) importableUsersFacts {
	f := importableUsersFacts{domainStanding: r.domainStanding(domain)}
	if f.domain == nil {
		return f
	}
	f.users = list(r, freeUsersOnDomain(f.domain.Personal.Name, from.key.ID), pageSize)
	for _, u := range f.users {
		memberships, suspended := all(r, membershipsOf(u.ID, OrganizationID{})), false
		for _, m := range memberships {
			suspended = find(r, organizationByID(m.Organization)).isSuspended() || suspended
		}
		f.memberships, f.suspended = append(f.memberships, memberships), append(f.suspended, suspended)
	}
	return f
}

func decideImportableUsers(f importableUsersFacts, l listID, c *changes) (page[ImportableUser], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ImportableUser]{}, err
	}
	switch {
	case c.actor.isUser() && !f.rank.imports():
		return page[ImportableUser]{}, CodeRank
	case !f.organization.Import:
		return page[ImportableUser]{}, CodeNotEntitled
	case !f.domain.live(c.now, c.dir.domainLive):
		return page[ImportableUser]{}, CodeNoLiveDomain
	case f.domain.signUpPolicy(f.organization) == PolicyClosed:
		return page[ImportableUser]{end: true}, nil // nobody comes in by a closed domain (USR-1)
	}
	p := page[ImportableUser]{end: len(f.users) < pageSize}
	for i, u := range f.users {
		p.next = place{key: Key{ID: u.ID}}
		if u.State() != StateActive || membershipIn(f.memberships[i], f.organization.ID) != nil || f.suspended[i] {
			continue
		}
		p.items = append(p.items, ImportableUser{
			User: u.ID, Email: u.Personal.Email, Name: u.Personal.Name,
			Owns: len(f.memberships[i]), listed: listedAt(l, p.next),
		})
	}
	return p, nil
}

// ImportEntitlementSet says whether an organization may import users.
type ImportEntitlementSet struct {
	Organization OrganizationID `json:"organization,omitzero"`
	On           bool           `json:"on"`
	Reference    Reference      `json:"reference,omitzero"`
}

// UserImported says that a user became a member by import, and whether the host is to
// tell them.
type UserImported struct {
	Organization OrganizationID `json:"organization,omitzero"`
	User         UserID         `json:"user,omitzero"`
	Notify       bool           `json:"notify"`
}

func (e ImportEntitlementSet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) {
		o.Import, o.ImportReference = e.On, e.Reference
	})
}

func (e UserImported) apply(*world) {}

var importEvents = []EventData{ImportEntitlementSet{}, UserImported{}}
