package scene

import (
	"context"
	"slices"
	"sync"

	"github.com/add4b1c6/tenancy/tenancytest"
)

// NameServer is a resolver of the TXT records that tests publish, which keeps which names
// were looked up, and how many lookups there were at once. The zero value knows no
// records. It is safe for concurrent use.
type NameServer struct {
	tenancytest.Resolver
	mu     sync.Mutex
	asked  []string
	atOnce int
	most   int
}

// LookupTXT is Resolver.LookupTXT.
func (n *NameServer) LookupTXT(ctx context.Context, name string) ([]string, error) {
	n.mu.Lock()
	n.asked = append(n.asked, name)
	n.atOnce++
	n.most = max(n.most, n.atOnce)
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.atOnce--
	}()
	return n.Resolver.LookupTXT(ctx, name)
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
func Servfail(ctx context.Context, name string) ([]string, error) {
	return tenancytest.Servfail(ctx, name)
}
