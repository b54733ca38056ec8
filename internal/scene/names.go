package scene

import (
	"context"
	"net"
	"slices"
	"sync"
)

// NameServer is a Resolver of the TXT records that tests publish. It keeps which names
// were looked up, and how many lookups there were at once. The zero value knows no
// records. It is safe for concurrent use.
type NameServer struct {
	mu      sync.Mutex
	records map[string][]string
	answer  func(context.Context, string) ([]string, error)
	asked   []string
	atOnce  int
	most    int
}

// LookupTXT returns the texts of a name, or the error of a name that does not exist.
func (n *NameServer) LookupTXT(ctx context.Context, name string) ([]string, error) {
	n.mu.Lock()
	n.asked = append(n.asked, name)
	n.atOnce++
	n.most = max(n.most, n.atOnce)
	answer, texts := n.answer, n.records[name]
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.atOnce--
	}()
	switch {
	case answer != nil:
		return answer(ctx, name)
	case len(texts) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return texts, nil
}

// Publish replaces the texts of a name. Without texts it removes the name.
func (n *NameServer) Publish(name string, texts ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.records == nil {
		n.records = map[string][]string{}
	}
	n.records[name] = texts
}

// Texts returns the texts of a name without counting as a lookup.
func (n *NameServer) Texts(name string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.records[name])
}

// Answer replaces the records with a function. Nil brings the records back.
func (n *NameServer) Answer(answer func(ctx context.Context, name string) ([]string, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answer = answer
}

// Asked returns the names that were looked up since the last Forget, in order.
func (n *NameServer) Asked() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.asked)
}

// MostAtOnce returns the greatest number of lookups that were under way together since
// the last Forget.
func (n *NameServer) MostAtOnce() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.most
}

// Forget forgets which names were looked up.
func (n *NameServer) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked, n.most = nil, 0
}

// Servfail is an answer of a name server that fails, as net.Resolver reports it.
func Servfail(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
}
