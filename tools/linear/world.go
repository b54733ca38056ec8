package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// names is a name server that has what was published.
type names struct {
	mu      sync.Mutex
	records map[string][]string
}

// LookupTXT implements tenancy.Resolver.
func (n *names) LookupTXT(_ context.Context, name string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.records[name], nil
}

func (n *names) publish(name, value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records[name] = append(n.records[name], value)
}

// letter is an invitation that a client has heard of.
type letter struct {
	id           tenancy.InvitationID
	organization tenancy.OrganizationID // zero: it is to an account
	address      string
}

// board is what clients know together: what there is to act on. It only grows, so what is
// on it may have ended.
type board struct {
	mu            sync.Mutex
	organizations []tenancy.OrganizationID
	accounts      []tenancy.AccountID
	letters       []letter
	people        []tenancy.UserID
	at            map[string]tenancy.UserID // by address
	called        map[[16]byte]string       // for messages
}

// world is a store's content that a history begins with.
type world struct {
	board
	clock     *tenancytest.Clock
	resolver  *names
	strangers []string // addresses of nobody yet
}

// name returns what messages call an ID.
func (b *board) name(id [16]byte) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if name, ok := b.called[id]; ok {
		return name
	}
	return fmt.Sprintf("%x", id[12:])
}

func (b *board) addLetter(l letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.called[l.id] = fmt.Sprintf("invitation %d", len(b.letters))
	b.letters = append(b.letters, l)
}

func (b *board) addAccount(id tenancy.AccountID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.called[id] = fmt.Sprintf("account %d", len(b.accounts))
	b.accounts = append(b.accounts, id)
}

func (b *board) addPerson(id tenancy.UserID, address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.called[id] = address
	b.people = append(b.people, id)
	b.at[address] = id
}

// who returns who has an address; zero: nobody.
func (b *board) who(address string) tenancy.UserID {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at[address]
}

func (b *board) addOrganization(id tenancy.OrganizationID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.called[id] = fmt.Sprintf("organization %d", len(b.organizations))
	b.organizations = append(b.organizations, id)
}

// one draws from a list of the board, which has something on it.
func one[T any](b *board, r *rand.Rand, from *[]T) T {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := *from
	return list[r.IntN(len(list))]
}

// directory opens a Directory: a client's, or the one that makes the world.
func (w *world) directory(store tenancy.Store, seed [32]byte) (*tenancy.Directory, error) {
	return tenancy.New(store, &tenancy.Options{Now: w.clock.Now, Random: rand.NewChaCha8(seed), Resolver: w.resolver})
}

// found makes a small world in an empty store. Three organizations: the first has a
// verified domain, an Administrator and two Standard Users, and pending invitations; the
// Owner of the second has an address on that domain, so that it can be merged into the
// first; the third has the same Owner as the first. One person is in none.
func found(ctx context.Context, store tenancy.Store, seed [32]byte) (*world, error) {
	w := &world{clock: tenancytest.NewClock(), resolver: &names{records: map[string][]string{}},
		board:     board{at: map[string]tenancy.UserID{}, called: map[[16]byte]string{}},
		strangers: []string{"new@elsewhere.net", "zed@acme.com", "zoe@elsewhere.net"}}
	dir, err := w.directory(store, seed)
	if err != nil {
		return nil, err
	}
	m := maker{world: w, ctx: ctx, dir: dir}
	ana, first := m.founder("ana@acme.com")
	eve, second := m.founder("eve@acme.com")
	m.hire(eve, second, "ivy@acme.com", tenancy.StandardUser) // before the domain is another one's
	m.domain(ana, first)
	m.hire(ana, first, "ben@acme.com", tenancy.Administrator)
	m.hire(ana, first, "cleo@acme.com", tenancy.StandardUser)
	m.hire(ana, first, "dan@elsewhere.net", tenancy.StandardUser)
	m.hire(eve, second, "gus@elsewhere.net", tenancy.Administrator)
	if m.err == nil {
		m.err = m.dir.As(m.at["ivy@acme.com"]).Leave(ctx, second)
	}
	m.another(ana)
	m.account(m.at["ben@acme.com"], first)
	m.account(m.at["gus@elsewhere.net"], second)
	m.invite(ana, first, "eve@acme.com")
	m.invite(ana, first, "ivy@acme.com")
	m.invite(eve, second, "zoe@elsewhere.net")
	return w, m.err
}

// maker makes a world, until something goes wrong.
type maker struct {
	*world
	ctx context.Context
	dir *tenancy.Directory
	err error
}

func (m *maker) founder(address string) (user tenancy.UserID, org tenancy.OrganizationID) {
	if m.err != nil {
		return user, org
	}
	signed, err := m.dir.System().SignUp(m.ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "Founder"})
	switch {
	case err != nil:
		m.err = err
	case signed.Organization == nil || signed.Account == nil:
		m.err = fmt.Errorf("%s has founded no organization", address)
	default:
		m.addPerson(signed.User.ID, address)
		m.addOrganization(signed.Organization.ID)
		m.addAccount(signed.Account.ID)
		_, m.err = m.dir.System().VerifyPhone(m.ctx, signed.Account.ID, "+15005550006") // it may found another one
		return signed.User.ID, signed.Organization.ID
	}
	return user, org
}

func (m *maker) domain(by tenancy.UserID, org tenancy.OrganizationID) {
	if m.err != nil {
		return
	}
	d, err := m.dir.As(by).AddDomain(m.ctx, org, "acme.com")
	if err == nil {
		m.resolver.publish(d.RecordName, d.RecordValue)
		_, err = m.dir.As(by).VerifyDomain(m.ctx, d.ID)
	}
	m.err = err
}

func (m *maker) invite(by tenancy.UserID, org tenancy.OrganizationID, address string) {
	if m.err != nil {
		return
	}
	i, err := m.dir.As(by).InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address})
	m.addLetter(letter{i.ID, org, address})
	m.err = err
}

func (m *maker) hire(by tenancy.UserID, org tenancy.OrganizationID, address string, role tenancy.OrganizationRole) {
	if m.err != nil {
		return
	}
	i, err := m.dir.As(by).InviteUser(m.ctx, org, tenancy.NewInvitation{Email: address, Role: role})
	if err == nil {
		var signed tenancy.SignedUp
		signed, err = m.dir.System().SignUp(m.ctx,
			tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "Hired", Secret: i.Secret})
		m.addPerson(signed.User.ID, address)
	}
	m.err = err
}

func (m *maker) another(owner tenancy.UserID) {
	if m.err != nil {
		return
	}
	o, err := m.dir.As(owner).CreateOrganization(m.ctx, tenancy.NewOrganization{Name: "Third", AllStay: true})
	m.addOrganization(o.ID)
	m.err = err
}

func (m *maker) account(by tenancy.UserID, org tenancy.OrganizationID) {
	if m.err != nil {
		return
	}
	a, err := m.dir.As(by).CreateAccount(m.ctx, org, tenancy.NewAccount{Name: "Main"})
	m.addAccount(a.ID)
	m.err = err
}
