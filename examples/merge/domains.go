package main

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// records stands in for DNS: the records that companies publish to prove their domains.
type records map[string]string

// LookupTXT returns the record of a name.
func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	return []string{r[name]}, nil
}

// proveOwn proves a domain of the Candidate's own. It returns a zero ID if nobody there
// has an address on one.
func (t *town) proveOwn(ctx context.Context) (tenancy.DomainID, error) {
	for _, p := range t.candidate.people {
		if p.domain() == t.prime.owner.domain() {
			continue
		}
		own, err := t.prove(ctx, t.candidate, p.domain())
		if tenancy.CodeOf(err) == "" { // a refused one is nobody's to claim, such as a mail provider's
			return own, err
		}
	}
	return tenancy.DomainID{}, nil
}

// prove claims a domain for a company, publishes the record that proves it, and
// verifies it.
func (t *town) prove(ctx context.Context, c *company, name string) (tenancy.DomainID, error) {
	added, err := t.as(c.owner).AddDomain(ctx, c.org, name)
	if err != nil {
		return tenancy.DomainID{}, err
	}
	t.records[added.RecordName] = added.RecordValue
	_, err = t.as(c.owner).VerifyDomain(ctx, added.ID)
	return added.ID, err
}
