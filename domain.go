package tenancy

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"net"
	"slices"
	"sync"
	"time"
)

// Domain is an organization's claim to an internet domain, and how far it is proven. It covers exactly its own name, no subdomain (USR-3).
type Domain struct {
	ID           DomainID
	Organization OrganizationID
	Name         string       // canonical: ASCII letters lowered, A-labels
	State        State        // StateUnverified, StateVerified, StateLapsing
	Live         bool         // verified, and the record was found within Options.DomainLive: joining, importing and merging need it (DOM-4)
	RecordName   string       // where to publish the proof: a TXT record of this name
	RecordValue  string       // with this value (DOM-2)
	Policy       SignUpPolicy // of its own; PolicyInherited: the organization's
	Connection   ConnectionID // enforced on it; zero: none
	Verified     time.Time    // zero: not
	LastFound    time.Time    // when the record was last found; zero: never
	Lapses       time.Time    // StateLapsing: when it may be lost; else zero
	listed
}

// Resolver looks up TXT records: *net.Resolver is one. A name that does not exist, or has no such record, is a *net.DNSError whose IsNotFound is
// set, or no records and no error; any other error says nothing about the record (DOM-2).
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// SignUpPolicyChange is the input of SetSignUpPolicy.
type SignUpPolicyChange struct {
	Domain DomainID     // zero: the organization's own policy
	Policy SignUpPolicy // PolicyInherited: the organization's applies to the domain again; for an organization, PolicyInvitationOnly
}

// Rechecked says what RecheckDomains found.
type Rechecked struct {
	Found   int // the record is there
	Lapsing int // it is missing, and the domain is not lost yet
	Lost    int // it was still missing when it lapsed: the domain is unverified
	Failed  int // the look-up failed, or the domain changed meanwhile: left for the next run
}

// The times of a domain's life (DOM-4).
const (
	lapseTime     = 30 * 24 * time.Hour
	lookUpTime    = 10 * time.Second
	lookUpsAtOnce = 8
)

// DomainAdded says that an organization claims a domain.
type DomainAdded struct {
	Domain       DomainID
	Organization OrganizationID
	Label        Reference
	Created      Instant
}

// DomainVerified says that a domain was proven.
type DomainVerified struct {
	Domain   DomainID
	Verified Instant
}

// DomainLapsing says that a verified domain's record is missing.
type DomainLapsing struct {
	Domain DomainID
	Lapses Instant
}

// DomainRecovered says that a lapsing domain's record is there again.
type DomainRecovered struct{ Domain DomainID }

// DomainLost says that a lapsing domain is verified no more.
type DomainLost struct{ Domain DomainID }

// DomainRemoved says that an organization claims a domain no more.
type DomainRemoved struct{ Domain DomainID }

// DomainPolicySet says which sign-up policy a domain has.
type DomainPolicySet struct {
	Domain DomainID
	Policy SignUpPolicy
}

// SignUpPolicySet says which sign-up policy an organization has.
type SignUpPolicySet struct {
	Organization OrganizationID
	Policy       SignUpPolicy
}

// InvitationPolicySet says whom an organization may invite.
type InvitationPolicySet struct {
	Organization OrganizationID
	Policy       InvitationPolicy
}

func (e DomainAdded) apply(w *world) {
	w.create(DomainRecord{ID: e.Domain, Organization: e.Organization, State: StateUnverified, Label: e.Label, Created: e.Created})
}

func (e DomainVerified) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.State, d.Verified = StateVerified, e.Verified })
}

func (e DomainLapsing) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.State, d.Lapses = StateLapsing, e.Lapses })
}

func (e DomainRecovered) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.State, d.Lapses = StateVerified, 0 })
}

func (e DomainLost) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.State, d.Lapses, d.Verified = StateUnverified, 0, 0 })
}

func (e DomainRemoved) apply(w *world) { remove(w, domainByID(e.Domain)) }

func (e DomainPolicySet) apply(w *world) {
	edit(w, domainByID(e.Domain), func(d *DomainRecord) { d.Policy = e.Policy })
}

func (e SignUpPolicySet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.SignUpPolicy = e.Policy })
}

func (e InvitationPolicySet) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.InvitationPolicy = e.Policy })
}

var domainEvents = []EventData{
	DomainAdded{}, DomainVerified{}, DomainLapsing{}, DomainRecovered{}, DomainLost{}, DomainRemoved{}, DomainPolicySet{}, SignUpPolicySet{},
	InvitationPolicySet{},
}

// live says whether a domain is verified and its record was found lately (DOM-4).
func (d DomainRecord) live(now Instant, within time.Duration) bool {
	return d.State == StateVerified && now < d.Found.add(within)
}

// recordName and recordValue are the proof to publish (DOM-2).
func (d DomainRecord) recordName() string { return "_" + string(d.Label) + "." + d.Personal.Name }
func (d DomainRecord) recordValue() string {
	return string(d.Label) + "-domain-verification=" + d.Personal.Token
}

func (c *changes) viewDomain(d DomainRecord) Domain {
	return Domain{ID: d.ID, Organization: d.Organization, Name: d.Personal.Name, State: d.State, Live: d.live(c.now, c.dir.domainLive),
		RecordName: d.recordName(), RecordValue: d.recordValue(), Policy: d.Policy, Connection: d.Connection, Verified: d.Verified.Time(),
		LastFound: d.Found.Time(), Lapses: d.Lapses.Time()}
}

// AddDomain claims a domain for an organization, unverified (DOM-1). The name is put into its canonical form; the Domain says which record
// proves it. Other organizations may claim it too until one proves it. Owner or Administrator.
//
// Errors: CodeID, CodeDomainName, CodeDomainReserved, CodeMailProvider; CodeNotFound, CodeNotAllowed; CodeMerged, CodeDomainAdded,
// CodeDomainLimit.
func (s *Session) AddDomain(ctx context.Context, org OrganizationID, name string) (Domain, error) {
	var f form
	f.id(org)
	canonical, err := parseDomain(name)
	f.set(err)
	if f.err == nil {
		f.set(claimable(canonical, s.dir.mailProviders))
	}
	type facts struct {
		standing
		claimed *DomainRecord
		count   int
	}
	return update(ctx, s, call{opAddDomain, org.String(), f.err},
		func(r *reads) facts {
			return facts{r.standing(org), find(r, domainByName(org, canonical)), count(r, domainsIn(org, DomainID{}))}
		},
		func(f facts, c *changes) (Domain, error) {
			if err := c.authorize(f.standing); err != nil {
				return Domain{}, err
			}
			if err := f.alive(); err != nil {
				return Domain{}, err
			}
			if f.claimed != nil {
				return Domain{}, CodeDomainAdded
			}
			if limit := c.dir.limitsOf(*f.organization).Domains; limit > 0 && f.count >= limit {
				return Domain{}, CodeDomainLimit
			}
			d := DomainID(c.tape.id())
			token := c.tape.raw()
			c.makes(d)
			c.say(DomainAdded{d, org, c.dir.product, c.now}, streamOfOrganization(org))
			edit(c.world, domainByID(d), func(d *DomainRecord) {
				d.Personal = DomainPersonal{Name: canonical, Token: hex.EncodeToString(token[:])}
			})
			return c.viewDomain(*get(c.world, domainByID(d))), nil
		})
}

// domainFacts is a domain acted on, and the actor's standing in its organization.
type domainFacts struct {
	standing
	domain *DomainRecord
}

func (r *reads) domain(id DomainID) (f domainFacts) {
	if f.domain = find(r, domainByID(id)); f.domain != nil {
		f.standing = r.standing(f.domain.Organization)
	}
	return f
}

// changeDomain is an operation on one domain whose organization's standing decides.
func changeDomain(ctx context.Context, s *Session, op *operationRow, domain DomainID, form error, change func(f domainFacts, c *changes) error) (Domain, error) {
	return update(ctx, s, call{op, domain.String(), form},
		func(r *reads) domainFacts { return r.domain(domain) },
		func(f domainFacts, c *changes) (Domain, error) {
			if err := c.authorize(f.standing); err != nil {
				return Domain{}, err
			}
			if err := change(f, c); err != nil {
				return Domain{}, err
			}
			if d := get(c.world, domainByID(domain)); d != nil {
				return c.viewDomain(*d), nil
			}
			return Domain{}, nil
		})
}

// RemoveDomain takes back an organization's claim to a domain, verified or not; single sign-on enforced on it ends, members stay (DOM-5).
// Owner, Administrator, or an Operator.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (s *Session) RemoveDomain(ctx context.Context, domain DomainID) error {
	var f form
	f.id(domain)
	_, err := changeDomain(ctx, s, opRemoveDomain, domain, f.err, func(f domainFacts, c *changes) error {
		c.say(DomainRemoved{domain}, streamOfOrganization(f.domain.Organization))
		return nil
	})
	return err
}

// SetSignUpPolicy says what happens when somebody with an address on a verified domain of the organization signs up: for all its domains, or for
// the one named (DOM-6, USR-1). Owner or Administrator.
//
// Errors: CodeID, CodePolicy; CodeNotFound (the domain too, if it is not the organization's), CodeNotAllowed; CodeMerged.
func (s *Session) SetSignUpPolicy(ctx context.Context, org OrganizationID, change SignUpPolicyChange) (Organization, error) {
	var f form
	f.id(org)
	f.that(slices.Contains([]SignUpPolicy{PolicyInherited, PolicyInvitationOnly, PolicyAutomatic, PolicyClosed}, change.Policy), CodePolicy)
	type facts struct {
		standing
		domain *DomainRecord
	}
	return update(ctx, s, call{opSetSignUpPolicy, org.String(), f.err},
		func(r *reads) facts { return facts{r.standing(org), find(r, domainByID(change.Domain))} },
		func(f facts, c *changes) (Organization, error) {
			none, here := Organization{}, streamOfOrganization(org)
			if err := c.authorize(f.standing); err != nil {
				return none, err
			}
			if !change.Domain.IsZero() && (f.domain == nil || f.domain.Organization != org) {
				return none, CodeNotFound
			}
			if err := f.alive(); err != nil {
				return none, err
			}
			switch {
			case change.Domain.IsZero() && f.organization.SignUpPolicy != cmp.Or(change.Policy, PolicyInvitationOnly):
				c.say(SignUpPolicySet{org, cmp.Or(change.Policy, PolicyInvitationOnly)}, here)
			case f.domain != nil && f.domain.Policy != change.Policy:
				c.say(DomainPolicySet(change), here)
			}
			return c.viewOrganizationNow(f.standing), nil
		})
}

// SetInvitationPolicy says whom the organization may invite: anybody (the default), or only addresses on its live domains; its accounts may
// invite anybody (USR-5). It is looked at when inviting. Owner or Administrator.
//
// Errors: CodeID, CodePolicy; CodeNotFound, CodeNotAllowed; CodeMerged.
func (s *Session) SetInvitationPolicy(ctx context.Context, org OrganizationID, policy InvitationPolicy) (Organization, error) {
	var f form
	f.id(org)
	f.that(policy == InviteAnybody || policy == InviteLiveDomains, CodePolicy)
	return update(ctx, s, call{opSetInvitationPolicy, org.String(), f.err},
		func(r *reads) standing { return r.standing(org) },
		func(st standing, c *changes) (Organization, error) {
			if err := c.authorizeAlive(st); err != nil {
				return Organization{}, err
			}
			if st.organization.InvitationPolicy != policy {
				c.say(InvitationPolicySet{org, policy}, streamOfOrganization(org))
			}
			return c.viewOrganizationNow(st), nil
		})
}

// Domains lists an organization's domains by ID, with the records to publish (GEN-9, GEN-15). Owner, Administrator, Operator, System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Domains(ctx context.Context, org OrganizationID, query DomainQuery) iter.Seq2[Domain, error] {
	type facts struct {
		standing
		domains []DomainRecord
	}
	l := listOf("Domains", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[Domain], error) {
		f := form{malformed}
		f.id(org)
		return look(ctx, s, call{opDomains, org.String(), f.err},
			func(r *reads) facts {
				org := r.shown(org)
				return facts{r.standing(org), list(r, domainsIn(org, DomainID(from.key.ID)), pageSize)}
			},
			func(f facts, c *changes) (page[Domain], error) {
				if err := c.authorize(f.standing); err != nil {
					return page[Domain]{}, err
				}
				p := page[Domain]{end: len(f.domains) < pageSize}
				for _, d := range f.domains {
					item := c.viewDomain(d)
					p.next = place{key: Key{ID: d.ID}}
					item.listed = listed{l, p.next}
					p.items = append(p.items, item)
				}
				return p, nil
			})
	})
}

// DomainQuery says which of an organization's domains: the zero value is all of them.
type DomainQuery struct{ After Cursor }

// finding is what a look-up of a domain's record said.
type finding int

const (
	failed finding = iota
	missing
	found
	lost // missing, when it may be lost
)

// lookUp asks the resolver for a domain's record, within a time, whatever the resolver does (DOM-2).
func (d *Directory) lookUp(ctx context.Context, domain DomainRecord) finding {
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	answer := make(chan finding, 1)
	go func() {
		texts, err := d.resolver.LookupTXT(ctx, domain.recordName())
		dns, _ := errors.AsType[*net.DNSError](err)
		switch {
		case err != nil && (dns == nil || !dns.IsNotFound):
			answer <- failed
		case slices.Contains(texts, domain.recordValue()):
			answer <- found
		default:
			answer <- missing
		}
	}()
	select {
	case f := <-answer:
		return f
	case <-ctx.Done():
		return failed
	}
}

// sameClaim says whether a claim is still the one that was looked up (DOM-2).
func sameClaim(before DomainRecord, now *DomainRecord) bool {
	return now != nil && now.State == before.State && now.Lapses == before.Lapses && now.Found == before.Found
}

// recheck says what a look-up found of a verified or lapsing domain (DOM-4).
func (c *changes) recheck(d DomainRecord, f finding) {
	here := streamOfOrganization(d.Organization)
	switch {
	case f == found:
		if d.State == StateLapsing {
			c.say(DomainRecovered{d.ID}, here)
		}
		edit(c.world, domainByID(d.ID), func(d *DomainRecord) { d.Found = c.now })
	case f == missing && d.State == StateVerified:
		c.say(DomainLapsing{d.ID, c.now.add(lapseTime)}, here)
	case f == missing && c.now >= d.Lapses:
		c.say(DomainLost{d.ID}, here)
	}
}

// VerifyDomain looks the domain's record up and, if it is there, the organization has the domain (DOM-2), unless another one has proven it and
// still does: its record is looked up too, and nothing is said about whose it is (DOM-3). On a verified or lapsing domain the call is a
// recheck: it succeeds whatever it finds, and the Domain says what. Owner or Administrator.
//
// The look-up is outside any transaction, with a time-out of 10 seconds. The operation works in transactions of its own and takes no ID from
// Once.
//
// Errors: CodeID, CodeInTransaction, CodeInput (with Once); CodeNotFound, CodeNotAllowed; CodeProofMissing, CodeDomainTaken, CodeClaimChanged,
// CodeResolver.
func (s *Session) VerifyDomain(ctx context.Context, domain DomainID) (Domain, error) {
	var f form
	f.id(domain)
	f.that(s.once.IsZero(), CodeInput)
	c := call{opVerifyDomain, domain.String(), cmp.Or(s.alone(ctx), f.err)}
	type facts struct {
		domainFacts
		holder *DomainRecord
	}
	load := func(r *reads) facts {
		f := facts{domainFacts: r.domain(domain)}
		if f.domain != nil {
			f.holder = find(r, verifiedDomain(f.domain.Personal.Name))
		}
		return f
	}
	before, err := look(ctx, s, c, load, func(f facts, c *changes) (facts, error) { return f, c.authorize(f.standing) })
	if err != nil {
		return Domain{}, err
	}
	answer := s.dir.lookUp(ctx, *before.domain)
	if answer == failed {
		return Domain{}, s.fail(ctx, c, cmp.Or(ctx.Err(), error(CodeResolver)))
	}
	if answer == found && before.holder != nil && before.holder.ID != domain {
		if err := s.dir.recheckHolder(ctx, *before.holder); err != nil {
			return Domain{}, s.fail(ctx, c, err)
		}
	}
	return update(ctx, s, c, load, func(now facts, c *changes) (Domain, error) {
		if now.domain == nil {
			return Domain{}, CodeClaimChanged // it was there before, and seen
		}
		if err := c.authorize(now.standing); err != nil {
			return Domain{}, err
		}
		if err := decideVerify(*before.domain, now.domain, now.holder, answer, c); err != nil {
			return Domain{}, err
		}
		return c.viewDomain(*get(c.world, domainByID(domain))), nil
	})
}

// decideVerify decides what a look-up means for the claim it was made for.
func decideVerify(before DomainRecord, now, holder *DomainRecord, answer finding, c *changes) error {
	switch {
	case !sameClaim(before, now):
		return CodeClaimChanged
	case now.State != StateUnverified:
		c.recheck(*now, answer)
	case answer == missing:
		return CodeProofMissing
	case holder != nil:
		return CodeDomainTaken
	default:
		c.say(DomainVerified{now.ID, c.now}, streamOfOrganization(now.Organization))
		edit(c.world, domainByID(now.ID), func(d *DomainRecord) { d.Found = c.now })
	}
	return nil
}

// recheckHolder looks up another organization's proof, as System, in a transaction of its own (DOM-3).
func (d *Directory) recheckHolder(ctx context.Context, holder DomainRecord) error {
	_, err := d.recheckOne(ctx, holder)
	return err
}

// recheckOne looks up one domain's record and writes down what it means; a domain that changed meanwhile is left alone.
func (d *Directory) recheckOne(ctx context.Context, domain DomainRecord) (result finding, err error) {
	answer := d.lookUp(ctx, domain)
	if answer == failed {
		return failed, ctx.Err()
	}
	quiet := *d
	quiet.onRefused = nil // the operation that it is part of tells
	_, err = update(ctx, quiet.System().Session, call{opRecheckDomains, "", nil},
		func(r *reads) domainFacts { return r.domain(domain.ID) },
		func(f domainFacts, c *changes) (struct{}, error) {
			result = answer
			if !sameClaim(domain, f.domain) {
				result = failed
				return struct{}{}, nil
			}
			c.recheck(*f.domain, answer)
			if get(c.world, domainByID(domain.ID)).State == StateUnverified {
				result = lost
			}
			return struct{}{}, nil
		})
	return result, err
}

// RecheckDomains looks up the records of all verified and lapsing domains, a few at once, and says how many it found (DOM-4): a verified domain
// whose record is missing lapses, one still missing 30 days later or more is unverified, and one found again is verified. A look-up that fails
// changes nothing. System alone, daily; it works in one transaction per domain, and several processes may run it at once.
//
// Errors: CodeInTransaction, CodeInput (with Once), CodeNotAllowed; an error of the store or context ends it, and what was found before stands.
func (p *Platform) RecheckDomains(ctx context.Context) (Rechecked, error) {
	c := call{row: opRecheckDomains, form: p.alone(ctx)}
	if c.form == nil && !p.once.IsZero() {
		c.form = CodeInput
	}
	var done Rechecked
	after := ""
	for {
		batch, err := look(ctx, p.Session, c, func(r *reads) []DomainRecord { return list(r, verifiedDomains(after), pageSize) },
			func(batch []DomainRecord, c *changes) ([]DomainRecord, error) { return batch, c.platform() })
		if err != nil {
			return done, err
		}
		if err := p.dir.recheckAll(ctx, batch, &done); err != nil {
			return done, p.fail(ctx, c, err)
		}
		if len(batch) < pageSize {
			return done, nil
		}
		after = batch[len(batch)-1].Personal.Name
	}
}

// recheckAll rechecks a batch, a few domains at once.
func (d *Directory) recheckAll(ctx context.Context, batch []DomainRecord, done *Rechecked) error {
	var mu sync.Mutex
	var first error
	var wg sync.WaitGroup
	slots := make(chan struct{}, lookUpsAtOnce)
	for _, domain := range batch {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			result, err := d.recheckOne(ctx, domain)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				first = cmp.Or(first, err)
			case result == failed:
				done.Failed++
			case result == found:
				done.Found++
			case result == lost:
				done.Lost++
			default:
				done.Lapsing++
			}
		})
	}
	wg.Wait()
	return first
}

// coverage is what stands between an address and signing up with it: the organization that has its domain verified, and that organization's
// pending invitation for it.
type coverage struct {
	domain       *DomainRecord // nil: nobody has it
	organization *OrganizationRecord
	invitation   *InvitationRecord
}

func (r *reads) coverage(address string) (f coverage) {
	if f.domain = find(r, verifiedDomain(emailDomain(address))); f.domain != nil {
		f.organization = find(r, organizationByID(f.domain.Organization))
		f.invitation = find(r, pendingInvitation(f.domain.Organization, address))
	}
	return f
}

// policy is the sign-up policy that holds for the address; PolicyInherited: none, as where no domain is verified, and as where automatic joining
// would need a live domain (USR-1, DOM-4).
func (f coverage) policy(c *changes) SignUpPolicy {
	if f.domain == nil || f.organization == nil {
		return PolicyInherited
	}
	policy := f.domain.signUpPolicy(f.organization)
	if policy == PolicyAutomatic && !f.domain.live(c.now, c.dir.domainLive) {
		return PolicyInherited
	}
	return policy
}

// invited says whether the organization that has the domain has a pending invitation for the address.
func (f coverage) invited(now Instant) bool { return f.invitation != nil && now < f.invitation.Expires }

// closedTo says whether an address on the domain, of nobody who is a member, is kept out of an organization and its accounts (USR-1, closed).
func (f coverage) closedTo(org OrganizationID, c *changes) bool {
	return f.policy(c) == PolicyClosed && f.domain.Organization == org
}
