package tenancy

import (
	"context"
	"encoding/hex"
	"iter"
	"time"
)

// Domain is an organization's claim to an internet domain, and how far it is proven.
// It covers exactly its own name, and none of its subdomains (USR-3).
type Domain struct {
	ID           DomainID       `json:"id,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Name         string         `json:"name,omitzero"`        // canonical: ASCII letters lowered, A-labels
	State        State          `json:"state,omitzero"`       // StateUnverified, StateVerified, StateLapsing
	Live         bool           `json:"live"`                 // verified, and its record was found within Options.DomainLive (DOM-4)
	RecordName   string         `json:"recordName,omitzero"`  // the name of the TXT record that proves the claim
	RecordValue  string         `json:"recordValue,omitzero"` // the record's value (DOM-2)
	Policy       SignUpPolicy   `json:"policy,omitzero"`      // the domain's own; PolicyInherited means the organization's
	Connection   ConnectionID   `json:"connection,omitzero"`  // enforced on it; zero: none
	Verified     time.Time      `json:"verified,omitzero"`    // zero: not
	LastFound    time.Time      `json:"lastFound,omitzero"`   // when the record was last found; zero: never
	Lapses       time.Time      `json:"lapses,omitzero"`      // in StateLapsing, when the domain may be lost; else zero
}

// ListedDomain is a Domain in a list.
type ListedDomain struct {
	Domain
	listed
}

// DomainQuery selects some of an organization's domains. The zero value selects all.
type DomainQuery struct {
	After Cursor `json:"after,omitzero"` // of an item of the same query; empty: from the start
}

// AddDomain claims a domain for an organization (DOM-1). The claim is unverified: the
// Domain says which record proves it, and other organizations may claim the domain
// too until one of them does. The name is stored in its canonical form. The Owner and
// Administrators may call it.
//
// Errors: CodeID, CodeDomainName, CodeDomainReserved, CodeMailProvider; CodeNotFound,
// CodeNotAllowed; CodeMerged, CodeDomainAdded, CodeDomainLimit;
// CodeOrganizationSuspended.
func (s *Session) AddDomain(ctx context.Context, org OrganizationID, name string) (Domain, error) {
	var check form
	check.id(org)
	canonical := check.domain(name, s.dir.mailProviders)
	return update(ctx, s, call{opAddDomain, org.String(), check.err},
		func(r *reads) addDomainFacts { return r.loadAddDomain(org, canonical) },
		func(f addDomainFacts, c *changes) (Domain, error) { return decideAddDomain(f, canonical, c) })
}

// addDomainFacts is the organization that claims a domain, and what it has claimed.
type addDomainFacts struct {
	standing
	claimed *DomainRecord // of the same name; nil: none
	domains int           // how many it has, up to its limit; 0: there is no limit
}

func (r *reads) loadAddDomain(org OrganizationID, name string) addDomainFacts {
	f := addDomainFacts{standing: r.standing(org), claimed: find(r, domainByName(org, name))}
	if f.organization != nil {
		if limit := r.dir.limitsOf(*f.organization).Domains; limit > 0 {
			f.domains = count(r, domainsIn(org, DomainID{}), limit)
		}
	}
	return f
}

func decideAddDomain(f addDomainFacts, name string, c *changes) (Domain, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return Domain{}, err
	}
	switch {
	case f.claimed != nil:
		return Domain{}, CodeDomainAdded
	case exceeds(f.domains, 1, c.dir.limitsOf(*f.organization).Domains):
		return Domain{}, CodeDomainLimit
	}
	org, made, token := f.organization.ID, DomainID(c.tape.id()), c.tape.raw()
	c.makes(made)
	c.say(DomainAdded{made, org, c.dir.product, c.now}, streamOfOrganization(org))
	edit(c.world, domainByID(made), func(d *DomainRecord) {
		d.Personal = DomainPersonal{Name: name, Token: hex.EncodeToString(token[:])}
	})
	return c.viewDomainNow(made), nil
}

// RemoveDomain gives up an organization's claim to a domain, verified or not (DOM-5).
// Single sign-on enforced on it ends, and members stay. The Owner, Administrators and
// Operators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed; CodeOrganizationSuspended.
func (s *Session) RemoveDomain(ctx context.Context, domain DomainID) error {
	var check form
	check.id(domain)
	return change(ctx, s, call{opRemoveDomain, domain.String(), check.err},
		func(r *reads) removeDomainFacts { return r.loadRemoveDomain(domain) }, decideRemoveDomain)
}

// removeDomainFacts is the domain that is removed.
type removeDomainFacts struct{ domainStanding }

func (r *reads) loadRemoveDomain(domain DomainID) removeDomainFacts {
	return removeDomainFacts{r.domainStanding(domain)}
}

func decideRemoveDomain(f removeDomainFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	c.say(DomainRemoved{f.domain.ID}, f.domain.stream())
	return nil
}

// Domains lists an organization's domains by ID, with the records to publish (GEN-9,
// GEN-15). The Owner, Administrators, Operators and System may call it.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Domains(
	ctx context.Context, org OrganizationID, query DomainQuery,
) iter.Seq2[ListedDomain, error] {
	l := listOf("Domains", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedDomain], error) {
		check := form{malformed}
		check.id(org)
		return look(ctx, s, call{opDomains, org.String(), check.err},
			func(r *reads) domainsFacts { return r.loadDomains(org, from) },
			func(f domainsFacts, c *changes) (page[ListedDomain], error) { return decideDomains(f, l, c) })
	})
}

// domainsFacts is a page of an organization's domains.
type domainsFacts struct {
	standing
	domains []DomainRecord
}

func (r *reads) loadDomains(org OrganizationID, from place) domainsFacts {
	org = r.shown(org)
	return domainsFacts{r.standing(org), list(r, domainsIn(org, DomainID(from.key.ID)), pageSize)}
}

func decideDomains(f domainsFacts, l listID, c *changes) (page[ListedDomain], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ListedDomain]{}, err
	}
	p := page[ListedDomain]{end: len(f.domains) < pageSize}
	for _, d := range f.domains {
		p.next = place{key: Key{ID: d.ID}}
		p.items = append(p.items, ListedDomain{c.viewDomain(d), listedAt(l, p.next)})
	}
	return p, nil
}

// Domain returns a domain, with the record to publish (GEN-21). Those who see it in
// Domains see it: the Owner and Administrators of its organization, Operators and System.
//
// Errors: CodeID; CodeNotFound.
func (s *Session) Domain(ctx context.Context, domain DomainID) (Domain, error) {
	var check form
	check.id(domain)
	return look(ctx, s, call{opDomain, domain.String(), check.err},
		func(r *reads) domainFacts { return r.loadDomain(domain) }, decideDomain)
}

// domainFacts is the domain that is looked at.
type domainFacts struct{ domainStanding }

func (r *reads) loadDomain(domain DomainID) domainFacts {
	return domainFacts{r.domainStanding(domain)}
}

func decideDomain(f domainFacts, c *changes) (Domain, error) {
	if !c.sees(f.standing) {
		return Domain{}, CodeNotFound
	}
	return c.viewDomain(*f.domain), nil
}

// domainStanding is a domain acted on, and what the actor is in its organization.
type domainStanding struct {
	standing
	domain *DomainRecord // nil: there is none
}

// domainStanding loads a domain and what the actor is in its organization.
func (r *reads) domainStanding(id DomainID) (st domainStanding) {
	if st.domain = find(r, domainByID(id)); st.domain != nil {
		st.standing = r.standing(st.domain.Organization)
	}
	return st
}

// domain returns the canonical form of a domain's name, and refuses one that nobody
// may claim.
func (f *form) domain(name string, mailProviders map[string]struct{}) string {
	canonical, err := parseDomain(name)
	if err == nil {
		err = claimable(canonical, mailProviders)
	}
	f.set(err)
	return canonical
}

// live reports whether a domain is verified and its record was found lately (DOM-4).
func (d DomainRecord) live(now Instant, within time.Duration) bool {
	return d.State == StateVerified && now < d.Found.add(within)
}

// stream returns the stream of the domain's organization.
func (d DomainRecord) stream() Stream { return streamOfOrganization(d.Organization) }

// recordName returns the name of the record that proves the claim (DOM-2).
func (d DomainRecord) recordName() string { return "_" + string(d.Label) + "." + d.Personal.Name }

// recordValue returns the value of that record.
func (d DomainRecord) recordValue() string {
	return string(d.Label) + "-domain-verification=" + d.Personal.Token
}

// viewDomain shows a domain.
func (c *changes) viewDomain(d DomainRecord) Domain {
	return Domain{
		ID: d.ID, Organization: d.Organization, Name: d.Personal.Name, State: d.State,
		Live: d.live(c.now, c.dir.domainLive), RecordName: d.recordName(), RecordValue: d.recordValue(),
		Policy: d.Policy, Connection: d.Connection,
		Verified: d.Verified.Time(), LastFound: d.Found.Time(), Lapses: d.Lapses.Time(),
	}
}

// viewDomainNow shows a domain as it is now.
func (c *changes) viewDomainNow(id DomainID) Domain {
	return c.viewDomain(*get(c.world, domainByID(id)))
}

// DomainAdded says that an organization claims a domain.
type DomainAdded struct {
	Domain       DomainID       `json:"domain,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Label        Reference      `json:"label,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

// DomainRemoved says that an organization no longer claims a domain.
type DomainRemoved struct {
	Domain DomainID `json:"domain,omitzero"`
}

func (e DomainAdded) apply(w *world) {
	w.create(DomainRecord{
		ID: e.Domain, Organization: e.Organization, State: StateUnverified, Label: e.Label, Created: e.Created,
	})
}

func (e DomainRemoved) apply(w *world) { remove(w, domainByID(e.Domain)) }

// domainEvents includes those of verification.go and policy.go.
var domainEvents = []EventData{
	DomainAdded{}, DomainVerified{}, DomainLapsing{}, DomainRecovered{}, DomainLost{}, DomainRemoved{},
	DomainPolicySet{}, SignUpPolicySet{}, InvitationPolicySet{},
}
