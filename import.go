package tenancy

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
)

// Importing people: users with an address on a live domain of the organization become members without being asked (USR-15).

// ImportEntitlement says whether an organization may import users.
type ImportEntitlement struct {
	On        bool
	Reference Reference // the host's, such as a ticket's; needed to turn it on
}

// Import is the input of ImportUsers.
type UserImport struct {
	Emails []string // 1 to 100,000
	Notify bool     // noted in the event; the host sends
}

// Imported says of one address what became of it.
type ImportedUser struct {
	Email   Personal         // as it was given
	User    UserID           // who was imported; zero with Err
	Brought []OrganizationID // the organizations merged along (MRG-3)
	Err     error            // why not, an *Error; nil: imported
}

// Importable is a user who could be imported.
type ImportableUser struct {
	User  UserID
	Email Personal
	Name  Personal
	Owns  int // how many organizations they own: all would merge
	listed
}

// ImportableUserQuery says which of the importable users: the zero value is all of them.
type ImportableUserQuery struct{ After Cursor }

// ImportEntitlementSet says whether an organization may import users.
type ImportEntitlementSet struct {
	Organization OrganizationID
	On           bool
	Reference    Reference
}

// UserImported says that a user became a member by import, and whether the host is to tell them.
type UserImported struct {
	Organization OrganizationID
	User         UserID
	Notify       bool
}

func (e ImportEntitlementSet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Import, o.ImportReference = e.On, e.Reference })
}

func (e UserImported) apply(*world) {}

var importEvents = []EventData{ImportEntitlementSet{}, UserImported{}}

// SetImportEntitlement says whether an organization may import users (USR-15): on, with a reference of the host's, and off again. An Operator alone.
// Set already like this, nothing happens (GEN-6).
//
// Errors: CodeID, CodeReference; CodeNotFound, CodeNotAllowed; CodeMerged, CodeEnded.
func (p *Platform) SetImportEntitlement(ctx context.Context, org OrganizationID, entitlement ImportEntitlement) (Organization, error) {
	set := ImportEntitlementSet{Organization: org}
	if entitlement.On {
		set.On, set.Reference = true, entitlement.Reference
	}
	var f form
	f.id(org)
	if entitlement.On {
		f.reference(entitlement.Reference)
	}
	return update(ctx, p.Session, call{opSetImportEntitlement, org.String(), f.err},
		func(r *reads) standing { return r.standing(org) },
		func(st standing, c *changes) (Organization, error) {
			if err := c.authorizeAlive(st); err != nil {
				return Organization{}, err
			}
			if o := st.organization; set != (ImportEntitlementSet{org, o.Import, o.ImportReference}) {
				c.say(set, streamOfOrganization(org))
			}
			return c.viewOrganizationNow(st), nil
		})
}

// importing is an organization that imports.
type importing struct {
	standing
	domains  []DomainRecord
	occupied occupancy
}

func (r *reads) importing(org OrganizationID) importing {
	f := importing{standing: r.standing(org), domains: all(r, domainsIn(org, DomainID{}))}
	f.occupied = r.occupancy(f.organization)
	return f
}

// refusal decides whether the organization may import at all.
func (f importing) refusal(c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if err := f.alive(); err != nil {
		return err
	}
	switch {
	case !f.organization.Import:
		return CodeNotEntitled
	case !slices.ContainsFunc(f.domains, func(d DomainRecord) bool { return d.live(c.now, c.dir.domainLive) }):
		return CodeNoLiveDomain
	}
	return nil
}

// eligible decides whether a merger's Owner, or a user who owns nothing, can be imported into its Prime (USR-15).
func (m merger) eligible(c *changes) error {
	if !m.prime.Import {
		return CodeNotEntitled
	}
	if m.owner == nil || m.owner.State() != StateActive {
		return CodeNotEligible
	}
	d := m.domainOf(m.owner.Personal.Address.Reveal())
	switch {
	case d == nil || !d.live(c.now, c.dir.domainLive):
		return CodeNotEligible
	case m.member != nil:
		return CodeMember
	case m.elsewhere:
		return CodeManagedElsewhere
	case d.signUpPolicy(m.prime) == PolicyClosed:
		return CodeSignUpClosed
	}
	return nil
}

// maxImport is how many addresses one call takes, and importBatch how many one transaction.
const (
	maxImport   = 100_000
	importBatch = 1000
)

// ImportUsers makes existing users members, as Standard Users and without being asked: those with an address on one of the organization's live
// domains who are not managed elsewhere (USR-15). Accounts they own come along. Whoever owns organizations brings them all, merged (MRG-3), or is
// refused with the prerequisite that is not met. The result says of each address, in the order given, whether it was imported and, if not, why;
// one address's refusal does not stop the others. Of addresses off the organization's domains, and of nobody's, it says CodeNotEligible and nothing
// more. Owner or Administrator, where an Operator has entitled the organization.
//
// It works in a transaction per batch of addresses, and one for each Owner of organizations; in a block or the host's transaction it is part of
// that. It takes no ID from Once.
//
// Errors: CodeID, CodeInput (no addresses, too many, or with Once); CodeNotFound, CodeNotAllowed; CodeMerged, CodeNotEntitled,
// CodeNoLiveDomain. Of an address: CodeEmail, CodeNotEligible, CodeMember, CodeManagedElsewhere, CodeSignUpClosed, CodeMemberLimit, CodeAccountLimit,
// CodeCandidateDomain, CodeMergeClosed.
func (s *Session) ImportUsers(ctx context.Context, org OrganizationID, input UserImport) ([]ImportedUser, error) {
	var f form
	f.id(org)
	f.that(len(input.Emails) > 0 && len(input.Emails) <= maxImport && s.once.IsZero(), CodeInput)
	c := call{opImportUsers, org.String(), f.err}
	if _, err := look(ctx, s, c, func(r *reads) importing { return r.importing(org) }, func(f importing, c *changes) (struct{}, error) {
		return struct{}{}, f.refusal(c)
	}); err != nil {
		return nil, err
	}
	results := make([]ImportedUser, len(input.Emails))
	for i, email := range input.Emails {
		results[i].Email = NewPersonal(email)
	}
	for batch := range slices.Chunk(results, importBatch) {
		if err := s.importBatch(ctx, c, org, input.Notify, batch); err != nil {
			return results, err
		}
	}
	return results, nil
}

// arrival is one address to be imported.
type arrival struct {
	malformed error
	user      *UserRecord // nil: nobody has it
	belongings
}

// arrivals is a batch of addresses to be imported, and where to.
type arrivals struct {
	importing
	each []arrival
}

func (r *reads) arrivals(org OrganizationID, batch []ImportedUser) arrivals {
	f := arrivals{importing: r.importing(org)}
	for _, item := range batch {
		var a arrival
		var address string
		if address, a.malformed = parseEmail(item.Email.Reveal()); a.malformed == nil {
			a.user = find(r, userByAddress(address))
			a.belongings = r.belongings(a.user)
			if a.user != nil {
				find(r, memberOf(org, a.user.ID))
			}
		}
		f.each = append(f.each, a)
	}
	return f
}

// importBatch imports the users of a batch who own no organization in one transaction, and then each who does in one of their own.
func (s *Session) importBatch(ctx context.Context, c call, org OrganizationID, notify bool, batch []ImportedUser) error {
	owners, err := update(ctx, s, c,
		func(r *reads) arrivals { return r.arrivals(org, batch) },
		func(f arrivals, c *changes) (owners []*ImportedUser, err error) {
			if err := f.refusal(c); err != nil {
				return nil, err
			}
			for i, a := range f.each {
				batch[i].User, batch[i].Err = UserID{}, nil
				switch err := f.take(c, a); err {
				case nil:
					batch[i].User = a.user.ID
					c.say(UserImported{org, a.user.ID, notify}, streamOfOrganization(org))
				case errBringsMore:
					owners = append(owners, &batch[i])
				default:
					batch[i].Err = notImported(org, err)
				}
			}
			return owners, nil
		})
	if err != nil {
		return err
	}
	for _, item := range owners {
		if err := s.importOwner(ctx, c, org, notify, item); err != nil {
			return err
		}
	}
	return nil
}

// notImported returns the error of one address. Its subject is the organization, as in every
// refusal of ImportUsers, and never the address.
func notImported(org OrganizationID, refusal error) error {
	if refusal == nil {
		return nil
	}
	return &Error{Op: opImportUsers.name, Subject: org.String(), Err: refusal}
}

// errBringsMore says of somebody to be imported that they own organizations: these are merged, in a transaction of their own.
var errBringsMore = errors.New("tenancy: the user owns organizations")

// take imports one user of a batch, or says why not: whoever is in it twice is a member the second time.
func (f *arrivals) take(c *changes, a arrival) error {
	if a.malformed != nil {
		return a.malformed
	}
	org := f.organization.ID
	m := merger{prime: f.organization, domains: f.domains, owner: a.user, member: get(c.world, memberOf(org, a.belongings.user.ID)),
		elsewhere: a.managedElsewhere(org)}
	if err := m.eligible(c); err != nil {
		return err
	}
	if a.ownsElsewhere(org) {
		return errBringsMore
	}
	accounts := len(a.ownedIn(OrganizationID{}))
	if err := c.room(*f.organization, f.occupied, 1, accounts); err != nil {
		return err
	}
	f.occupied.members++
	f.occupied.accounts += accounts
	c.join(org, a.belongings, StandardUser, InvitationID{})
	return nil
}

// importOwner imports a user who owns organizations, with all of them (MRG-3).
func (s *Session) importOwner(ctx context.Context, c call, org OrganizationID, notify bool, item *ImportedUser) error {
	address, _ := parseEmail(item.Email.Reveal()) // well-formed: take has looked
	type facts struct {
		importing
		merger
	}
	_, err := update(ctx, s, c,
		func(r *reads) facts {
			var owner UserID
			if user := find(r, userByAddress(address)); user != nil {
				owner = user.ID
			}
			return facts{r.importing(org), r.merger(org, owner, OrganizationID{}, toMerge)}
		},
		func(f facts, c *changes) (struct{}, error) {
			if err := f.importing.refusal(c); err != nil {
				return struct{}{}, err
			}
			item.User, item.Brought = UserID{}, nil
			if item.Err = notImported(org, cmp.Or(f.eligible(c), f.merger.refusal(c))); item.Err != nil {
				return struct{}{}, nil
			}
			f.merge(c, StandardUser, InvitationID{}, none)
			c.say(UserImported{org, f.owner.ID, notify}, streamOfOrganization(org))
			item.User = f.owner.ID
			for _, candidate := range f.candidates {
				item.Brought = append(item.Brought, candidate.organization.ID)
			}
			return struct{}{}, nil
		})
	return err
}

// ImportableUsers lists the users that ImportUsers could make members because of a live domain, by ID, with how many organizations each owns
// (GEN-15). Owner or Administrator of the domain's organization, where it is entitled to import; Operator, System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed; CodeNotEntitled, CodeNoLiveDomain.
func (s *Session) ImportableUsers(ctx context.Context, domain DomainID, query ImportableUserQuery) iter.Seq2[ImportableUser, error] {
	type facts struct {
		domainStanding
		users       []UserRecord
		memberships [][]MembershipRecord
	}
	l := listOf("ImportableUsers", domain.String())
	return pages(l, query.After, func(from place, malformed error) (page[ImportableUser], error) {
		f := form{malformed}
		f.id(domain)
		return look(ctx, s, call{opImportableUsers, domain.String(), f.err},
			func(r *reads) facts {
				f := facts{domainStanding: r.domainStanding(domain)}
				if f.domain == nil {
					return f
				}
				f.users = list(r, usersOnDomain(f.domain.Personal.Name, from.key.ID), pageSize)
				for _, u := range f.users {
					f.memberships = append(f.memberships, all(r, membershipsOf(u.ID, OrganizationID{})))
				}
				return f
			},
			func(f facts, c *changes) (page[ImportableUser], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[ImportableUser]{}, err
				}
				switch {
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
					inside := slices.ContainsFunc(f.memberships[i], func(m MembershipRecord) bool {
						return m.Role != Owner || m.Organization == f.organization.ID
					})
					if !inside && u.State() == StateActive {
						p.items = append(p.items, ImportableUser{User: u.ID, Email: u.Personal.Email, Name: u.Personal.Name,
							Owns: len(f.memberships[i]), listed: listed{l, p.next}})
					}
				}
				return p, nil
			})
	})
}
