package webhook

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Resolver finds the addresses of a name. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// closed are networks beyond those that netip.Addr tells: addresses for special use,
// which lead into somebody's own network or stand for other addresses.
var closed = func() (all []netip.Prefix) {
	for _, text := range []string{
		"0.0.0.0/8",        // this network
		"100.64.0.0/10",    // shared by carriers, and some clouds' metadata
		"168.63.129.16/32", // a cloud's platform
		"192.0.0.0/24",     // protocols, and a cloud's metadata
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // relays to IPv6
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"240.0.0.0/4",      // reserved, and broadcast
		"::/96",            // IPv4 in IPv6, as it once was
		"64:ff9b::/96",     // IPv4 behind a translator
		"64:ff9b:1::/48",   // the same, of a network's own
		"100::/64",         // discarded
		"2001::/23",        // protocols, tunnels among them
		"2001:db8::/32",    // documentation
		"2002::/16",        // IPv4 in a tunnel
		"3fff::/20",        // documentation
		"5f00::/16",        // segments
		"fec0::/10",        // site-local
	} {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}()

// given is what of IPv6 is given out to networks. Nothing else is public.
var given = netip.MustParsePrefix("2000::/3")

// public reports whether an address is one of the public internet. What IPv6 wraps as
// an IPv4 address is judged as that.
func public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !given.Contains(a) {
		return false
	}
	for _, p := range closed {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// dialer dials allowed addresses only.
type dialer struct {
	resolver Resolver
	insecure bool
}

// allowed checks the address that is dialled, as the network has it.
func (d *dialer) allowed(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && (public(at.Addr()) || d.insecure && at.Addr().Unmap().IsLoopback()) {
		return nil
	}
	return ErrAddress
}

// dial resolves a name, and connects to the first of its addresses that answers. All of
// them are checked as they are dialled.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := d.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	dials := net.Dialer{Control: d.allowed}
	for i, a := range addresses {
		var conn net.Conn
		if conn, err = dials.DialContext(ctx, network, net.JoinHostPort(a.String(), port)); err == nil || i == 3 {
			return conn, err
		}
	}
	return nil, err
}

func (d *dialer) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	all, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(all) == 0 {
		err = errors.New("webhook: the name has no address")
	}
	return all, err
}

// NewClient returns an HTTP client like that of a Sender, for URLs that somebody else
// chose, such as the endpoints that a customer's identity provider names. It connects to
// public addresses alone, which are checked as they are dialled, so a name that resolves to
// another address the second time does not lead elsewhere. It follows no redirect, which is
// the answer then, and uses no proxy and no cookies. It does not limit what it reads of an
// answer, and takes URLs of http too.
//
// Of the options it takes Timeout, Resolver and Insecure, which allows loopback addresses.
// Nil options, and a Timeout that is not positive, mean the defaults.
func NewClient(o *Options) *http.Client {
	options := *cmp.Or(o, &Options{})
	d := &dialer{options.Resolver, options.Insecure}
	if d.resolver == nil {
		d.resolver = net.DefaultResolver
	}
	return d.client(cmp.Or(max(options.Timeout, 0), attemptTime))
}

// client is the HTTP client of a Sender.
func (d *dialer) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            d.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConnsPerHost:    1,
		},
	}
}
