package tenancytest

import (
	"context"
	"net"
	"slices"
	"sync"

	"github.com/add4b1c6/tenancy"
)

// Resolver is a tenancy.Resolver of the TXT records that a test publishes. The zero value knows
// no records. It is safe for concurrent use.
type Resolver struct {
	mu      sync.Mutex
	records map[string][]string
	answer  func(context.Context, string) ([]string, error)
}

var _ tenancy.Resolver = (*Resolver)(nil)

// LookupTXT returns the texts of a name, or the error of a name that does not exist.
func (r *Resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	r.mu.Lock()
	answer, texts := r.answer, slices.Clone(r.records[name])
	r.mu.Unlock()
	switch {
	case answer != nil:
		return answer(ctx, name)
	case len(texts) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return texts, nil
}

// Publish replaces the texts of a name. Without texts it removes the name.
func (r *Resolver) Publish(name string, texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records == nil {
		r.records = map[string][]string{}
	}
	r.records[name] = slices.Clone(texts)
}

// Remove removes a name.
func (r *Resolver) Remove(name string) { r.Publish(name) }

// Texts returns the texts of a name.
func (r *Resolver) Texts(name string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.records[name])
}

// Answer lets a function answer in place of the records, which stay as they are:
// Servfail, Panics, or the test's own. Nil brings the records back.
func (r *Resolver) Answer(answer func(ctx context.Context, name string) ([]string, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// Servfail is for Resolver.Answer: the answer of a name server that fails, as net.Resolver
// reports it.
func Servfail(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
}

// Panics is for Resolver.Answer: it panics.
func Panics(context.Context, string) ([]string, error) { panic("tenancytest: the resolver panics") }
