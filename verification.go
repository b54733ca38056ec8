package tenancy

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// Resolver looks up TXT records; *net.Resolver is one. For a name that does not exist
// or has no such record it returns a *net.DNSError whose IsNotFound is set, or no
// records and no error. Any other error says nothing about the record (DOM-2), and
// neither does a panic.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Rechecked is what RecheckDomains found: how many domains of each kind.
type Rechecked struct {
	Found   int `json:"found"`   // the record was found
	Lapsing int `json:"lapsing"` // it is missing, and the domain is not lost yet
	Lost    int `json:"lost"`    // it was still missing when the domain lapsed: the domain is unverified
	Failed  int `json:"failed"`  // the look-up failed, or the domain changed meanwhile: left for the next run
}

// The times of a domain's life (DOM-4), and how its record is looked up.
const (
	lapseTime     = 30 * 24 * time.Hour
	lookUpTime    = 10 * time.Second
	lookUpsAtOnce = 8
)

// VerifyDomain looks the domain's record up. If the record is there, the organization
// has the domain (DOM-2), unless another organization has proven it and still does:
// VerifyDomain looks that one's record up too, and says nothing about whose it is
// (DOM-3). On a verified or lapsing domain the call is a recheck: it succeeds whatever
// it finds, and the Domain says what. The Owner and Administrators may call it.
//
// The look-up happens outside any transaction and takes at most 10 seconds. The
// operation works in transactions of its own and takes no ID from Once.
//
// Errors: CodeID, CodeInTransaction, CodeInput with Once; CodeNotFound, CodeNotAllowed;
// CodeProofMissing, CodeDomainTaken, CodeClaimChanged if the claim changed during the
// look-up, CodeResolver if the look-up failed; CodeOrganizationSuspended if the domain
// is not verified.
func (s *Session) VerifyDomain(ctx context.Context, domain DomainID) (Domain, error) {
	return observe(ctx, s, opVerifyDomain.name,
		func(ctx context.Context, s *Session) (Domain, error) { return s.verifyDomain(ctx, domain) })
}

// verifyDomain is VerifyDomain, of which the observer was told.
func (s *Session) verifyDomain(ctx context.Context, domain DomainID) (Domain, error) {
	var check form
	check.set(s.alone(ctx))
	check.id(domain)
	check.that(s.once.IsZero(), CodeInput)
	c := call{opVerifyDomain, domain.String(), check.err}
	load := func(r *reads) verifyDomainFacts { return r.loadVerifyDomain(domain) }
	before, err := look(ctx, s, c, load, decideLookUp)
	if err != nil {
		return Domain{}, err
	}
	answer, err := s.dir.lookUpAll(ctx, before)
	if err != nil {
		return Domain{}, s.fail(ctx, c, err)
	}
	return update(ctx, s, c, load,
		func(f verifyDomainFacts, c *changes) (Domain, error) {
			return decideVerifyDomain(f, *before.domain, answer, c)
		})
}

// verifyDomainFacts is the domain to be verified, and who has it.
type verifyDomainFacts struct {
	domainStanding
	holder *DomainRecord // verified under the same name; nil: none
}

func (r *reads) loadVerifyDomain(domain DomainID) verifyDomainFacts {
	f := verifyDomainFacts{domainStanding: r.domainStanding(domain)}
	if f.domain != nil {
		f.holder = find(r, verifiedDomain(f.domain.Personal.Name))
	}
	return f
}

// decideLookUp decides whether the actor may have the record looked up.
func decideLookUp(f verifyDomainFacts, c *changes) (verifyDomainFacts, error) {
	if err := c.authorize(f.standing); err != nil {
		return f, err
	}
	return f, f.barred(c)
}

// barred refuses to prove a domain for an organization that is suspended. Rechecks go on
// (ORG-15).
func (f verifyDomainFacts) barred(c *changes) error {
	if f.domain.State == StateUnverified && c.bars(f.organization) {
		return CodeOrganizationSuspended
	}
	return nil
}

// lookUpAll looks up the record of the domain to be verified and, if that is there,
// rechecks another organization that has the domain.
func (d *Directory) lookUpAll(ctx context.Context, f verifyDomainFacts) (finding, error) {
	answer := d.lookUp(ctx, *f.domain)
	if answer == failed {
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		return failed, CodeResolver
	}
	if answer == found && f.holder != nil && f.holder.ID != f.domain.ID {
		if _, err := d.recheckOne(ctx, *f.holder); err != nil {
			return failed, err
		}
	}
	return answer, nil
}

// decideVerifyDomain decides what a look-up means for the claim it was made for.
func decideVerifyDomain(f verifyDomainFacts, before DomainRecord, answer finding, c *changes) (Domain, error) {
	if f.domain == nil {
		return Domain{}, CodeClaimChanged // the actor has seen that it was there
	}
	if err := c.authorize(f.standing); err != nil {
		return Domain{}, err
	}
	if err := f.barred(c); err != nil {
		return Domain{}, err
	}
	id := f.domain.ID
	switch {
	case !sameClaim(before, f.domain):
		return Domain{}, CodeClaimChanged
	case f.domain.State != StateUnverified:
		c.recheck(*f.domain, answer)
	case answer == missing:
		return Domain{}, CodeProofMissing
	case f.holder != nil:
		return Domain{}, CodeDomainTaken
	default:
		c.say(DomainVerified{id, c.now}, f.domain.stream())
		edit(c.world, domainByID(id), func(d *DomainRecord) { d.Found = c.now })
	}
	return c.viewDomainNow(id), nil
}

// RecheckDomains looks up the records of all verified and lapsing domains, a few at
// once, and returns how many it found (DOM-4). A verified domain whose record is
// missing lapses. One whose record is still missing 30 days later or more is
// unverified. One whose record is found again is verified. A look-up that fails
// changes nothing.
//
// Only System may call it; call it daily. It works in one transaction per domain, and
// several processes may run it at once.
//
// Errors: CodeInTransaction, CodeInput with Once, CodeNotAllowed. An error of the store
// or context ends it, and what was found before stands.
func (p *Platform) RecheckDomains(ctx context.Context) (Rechecked, error) {
	return observe(ctx, p.Session, opRecheckDomains.name,
		func(ctx context.Context, s *Session) (Rechecked, error) { return s.recheckDomains(ctx) })
}

// recheckDomains is RecheckDomains, of which the observer was told.
func (s *Session) recheckDomains(ctx context.Context) (Rechecked, error) {
	var check form
	check.set(s.alone(ctx))
	check.that(s.once.IsZero(), CodeInput)
	c := call{row: opRecheckDomains, form: check.err}
	var done Rechecked
	for after := ""; ; {
		batch, err := look(ctx, s, c,
			func(r *reads) recheckDomainsFacts { return r.loadRecheckDomains(after) }, decideRecheckDomains)
		if err != nil {
			return done, err
		}
		if err := s.dir.recheckAll(ctx, batch, &done); err != nil {
			return done, s.fail(ctx, c, err)
		}
		if len(batch) < pageSize {
			return done, nil
		}
		after = batch[len(batch)-1].Personal.Name
	}
}

// recheckDomainsFacts is a page of the verified and lapsing domains.
type recheckDomainsFacts struct{ domains []DomainRecord }

func (r *reads) loadRecheckDomains(after string) recheckDomainsFacts {
	return recheckDomainsFacts{list(r, verifiedDomains(after), pageSize)}
}

func decideRecheckDomains(f recheckDomainsFacts, c *changes) ([]DomainRecord, error) {
	return f.domains, c.platform()
}

// recheckAll rechecks a batch, a few domains at once, and counts what it finds. It
// returns the first error.
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
			if err == nil {
				done.count(result)
			} else if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	return first
}

// count adds a finding.
func (n *Rechecked) count(result finding) {
	switch result {
	case found:
		n.Found++
	case missing:
		n.Lapsing++
	case lost:
		n.Lost++
	case failed:
		n.Failed++
	}
}

// recheckOne looks up one domain's record and writes down what it means, as System and
// in a transaction of its own. It leaves a domain alone that changed meanwhile.
func (d *Directory) recheckOne(ctx context.Context, domain DomainRecord) (finding, error) {
	answer := d.lookUp(ctx, domain)
	if answer == failed {
		return failed, ctx.Err()
	}
	quiet := *d
	quiet.onRefused = nil // a refusal is told by the operation that this is part of
	return update(ctx, quiet.System().Session, call{row: opRecheckDomains},
		func(r *reads) recheckFacts { return recheckFacts{r.domainStanding(domain.ID)} },
		func(f recheckFacts, c *changes) (finding, error) { return decideRecheck(f, domain, answer, c) })
}

// recheckFacts is a domain whose record was looked up.
type recheckFacts struct{ domainStanding }

func decideRecheck(f recheckFacts, before DomainRecord, answer finding, c *changes) (finding, error) {
	if !sameClaim(before, f.domain) {
		return failed, nil
	}
	c.recheck(*f.domain, answer)
	if get(c.world, domainByID(f.domain.ID)).State == StateUnverified {
		return lost, nil
	}
	return answer, nil
}

// recheck says what a look-up found of a verified or lapsing domain (DOM-4).
func (c *changes) recheck(d DomainRecord, answer finding) {
	switch {
	case answer == found:
		if d.State == StateLapsing {
			c.say(DomainRecovered{d.ID}, d.stream())
		}
		edit(c.world, domainByID(d.ID), func(d *DomainRecord) { d.Found = c.now })
	case answer == missing && d.State == StateVerified:
		c.say(DomainLapsing{d.ID, c.now.add(lapseTime)}, d.stream())
	case answer == missing && c.now >= d.Lapses:
		c.say(DomainLost{d.ID}, d.stream())
	}
}

// sameClaim reports whether a claim is still the one whose record was looked up
// (DOM-2). A nil one was removed.
func sameClaim(before DomainRecord, now *DomainRecord) bool {
	if now == nil {
		return false
	}
	return now.State == before.State && now.Lapses == before.Lapses && now.Found == before.Found
}

// finding is what a look-up of a domain's record found.
type finding int

const (
	failed finding = iota
	missing
	found
	lost // missing, and the domain has lapsed
)

// lookUp asks the resolver for a domain's record, within lookUpTime whatever the
// resolver does (DOM-2).
func (d *Directory) lookUp(ctx context.Context, domain DomainRecord) finding {
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	answer := make(chan finding, 1)
	go func() { answer <- ask(ctx, d.resolver, domain) }()
	select {
	case f := <-answer:
		return f
	case <-ctx.Done():
		return failed
	}
}

// ask asks the resolver. It recovers the resolver's panic, which nobody else could: it
// runs in a goroutine of its own.
func ask(ctx context.Context, resolver Resolver, domain DomainRecord) (answer finding) {
	defer func() {
		if recover() != nil {
			answer = failed
		}
	}()
	texts, err := resolver.LookupTXT(ctx, domain.recordName())
	dns, isDNS := errors.AsType[*net.DNSError](err)
	notFound := isDNS && dns.IsNotFound
	switch {
	case err != nil && !notFound:
		return failed
	case slices.Contains(texts, domain.recordValue()):
		return found
	}
	return missing
}

// DomainVerified says that a domain was proven.
type DomainVerified struct {
	Domain   DomainID `json:"domain,omitzero"`
	Verified Instant  `json:"verified,omitzero"`
}

// DomainLapsing says that a verified domain's record is missing.
type DomainLapsing struct {
	Domain DomainID `json:"domain,omitzero"`
	Lapses Instant  `json:"lapses,omitzero"`
}

// DomainRecovered says that a lapsing domain's record was found again.
type DomainRecovered struct {
	Domain DomainID `json:"domain,omitzero"`
}

// DomainLost says that a lapsing domain is no longer verified.
type DomainLost struct {
	Domain DomainID `json:"domain,omitzero"`
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
	edit(w, domainByID(e.Domain),
		func(d *DomainRecord) { d.State, d.Lapses, d.Verified = StateUnverified, 0, 0 })
}
