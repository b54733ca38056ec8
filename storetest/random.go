package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// Reached counts what random operations reached: successes, and refusals by operation
// and code. The zero value is ready for use.
type Reached struct {
	Steps   int
	Done    map[string]int
	Refused map[string]map[tenancy.Code]int
	Runs    int
	mu      sync.Mutex
}

func (r *Reached) refused(op string, code tenancy.Code) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Refused[op] == nil {
		r.Refused[op] = map[tenancy.Code]int{}
	}
	r.Refused[op][code]++
}

func (r *Reached) step() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Steps++
}

func (r *Reached) run() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Runs++
	if r.Done == nil {
		r.Done, r.Refused = map[string]int{}, map[string]map[tenancy.Code]int{}
	}
}

func (r *Reached) done(op string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Done[op]++
}

// Random runs random operations on a directory over fresh stores. Small pools of people,
// addresses and domains let things collide; wrong IDs are drawn on purpose, the clock
// moves and the name server changes its answers. Half of the steps are led: they bring
// about what random ones come to seldom.
//
// After every second step every invariant must hold, and what was refused must have
// committed nothing; of some refusals the store's contents are compared too. After every fourth
// step, and at the end of a run, the log must explain the state (Check with Replay). In
// between, the invariants of a Twin are checked in its first store, which should be the
// faster one.
//
// Random adds what it reached to reached, which several calls may share.
// The flags -rapid.checks and -rapid.steps determine how much one call does.
func Random(t *testing.T, open func(*testing.T) tenancy.Store, reached *Reached) {
	rapid.Check(t, func(rt *rapid.T) {
		reached.run()
		m := newMachine(t, rt, open(t), reached)
		m.set(rt)
		rt.Repeat(m.actions())
		m.holds(rt, m.dir, tenancy.CheckOptions{Replay: true})
	})
}

// pools of what is drawn.
var (
	names   = []string{"ana", "ben", "cy", "dee", "eve", "fay"}
	domains = []string{"acme.com", "beta.org", "one.acme.com", "elsewhere.net"}
)

// machine is one run.
type machine struct {
	t       *testing.T
	ctx     context.Context
	dir     *tenancy.Directory
	store   *watched
	near    tenancy.Store      // what is read beside the operations: the store, or the first of twins
	nearDir *tenancy.Directory // over near
	// elsewhere is over the store too, and names other organization roles than dir.
	elsewhere *tenancy.Directory
	clock     *scene.Clock
	dns       *scene.NameServer
	reached   *Reached

	users       []tenancy.UserID
	orgs        []tenancy.OrganizationID
	accounts    []tenancy.AccountID
	invitations []tenancy.InvitationID
	secrets     []sent
	domains     []tenancy.Domain
	connections []tenancy.ConnectionID
	groups      []tenancy.GroupID
	requests    []tenancy.RequestID
	services    []tenancy.UserID // service accounts, which are among the users too
	keys        []tenancy.KeyID
	keySecrets  []tenancy.Secret
	keySessions []*tenancy.Session
	idps        []idp
	draws       uint64
	last        string           // the last operation, for messages
	in          *tenancy.Session // a block's session; nil: none
	inPlatform  *tenancy.Platform

	deck    []string                         // the led steps of this round, from the last one
	known   map[tenancy.Entry]tenancy.Record // what the store held when knownAt Updates had begun
	knownAt int
	checked checked // the last check that found nothing
	tried   int     // commits that were there after the last try
	rounds  int     // of steps
}

// watched is a store that counts the Updates of another one. Some operations run
// several at once.
type watched struct {
	tenancy.Store
	begun, committed atomic.Int64
}

func (w *watched) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	w.begun.Add(1)
	err := w.Store.Update(ctx, fn)
	if err == nil {
		w.committed.Add(1)
	}
	return err
}

// checked is what a check depended on.
type checked struct {
	committed int // Updates
	now       time.Time
	replay    bool
}

// sent is an invitation's secret, and to which address it went.
type sent struct {
	secret  tenancy.Secret
	address string
}

func newMachine(t *testing.T, rt *rapid.T, store tenancy.Store, reached *Reached) *machine {
	m := &machine{
		t:       t,
		ctx:     t.Context(),
		store:   &watched{Store: store},
		clock:   scene.NewClock(),
		dns:     &scene.NameServer{},
		reached: reached,
	}
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], rapid.Uint64().Draw(rt, "seed"))
	var err error
	m.dir, err = tenancy.New(m.store, &tenancy.Options{
		Now:      m.clock.Now,
		Random:   rand.NewChaCha8(seed),
		Resolver: m.dns,
		Roles: tenancy.RoleOptions{
			Permissions: []tenancy.Permission{"deploy"},
			Roles: map[tenancy.AccountRole][]tenancy.Permission{
				"releaser": {"deploy", tenancy.ReadUsage},
				"lead":     {tenancy.ManageMembers, tenancy.TransferAccount},
			},
		},
		OrganizationRoles: hostRanks,
		OnRefused: func(_ context.Context, _ tenancy.Actor, err error) {
			e, _ := errors.AsType[*tenancy.Error](err)
			reached.refused(e.Op, tenancy.CodeOf(err))
		},
	})
	require.NoError(rt, err)
	binary.LittleEndian.PutUint64(seed[8:], 1)
	m.elsewhere, err = tenancy.New(m.store, &tenancy.Options{
		Now: m.clock.Now, Random: rand.NewChaCha8(seed), Resolver: m.dns, OrganizationRoles: elsewhereRanks,
	})
	require.NoError(rt, err)
	m.near, m.nearDir = store, m.dir
	if twins, ok := store.(*twin); ok {
		m.near = twins.one
		m.nearDir, err = tenancy.New(m.near, &tenancy.Options{Now: m.clock.Now, Resolver: m.dns})
		require.NoError(rt, err)
	}
	return m
}

// between draws a number evenly: rapid's own draws prefer small ones, which would make
// most steps the same few.
func (m *machine) between(rt *rapid.T, what string, low, high int) int {
	m.draws++
	x := rapid.Uint64().Draw(rt, what) + m.draws*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return low + int((x^x>>31)%uint64(high-low+1))
}

func (m *machine) coin(rt *rapid.T, what string) bool { return m.between(rt, what, 0, 1) == 1 }

func choose[T any](m *machine, rt *rapid.T, what string, from []T) T {
	return from[m.between(rt, what, 0, len(from)-1)]
}

// draws of what there is, each sometimes wrong.

func pick[T any](m *machine, rt *rapid.T, what string, from []T) (one T) {
	if len(from) == 0 || m.between(rt, what+"?", 0, 19) == 0 {
		return one
	}
	// The newest are drawn more often: what was made last is what the next steps are
	// about.
	n := min(m.between(rt, what, 0, len(from)-1), m.between(rt, what+"+", 0, len(from)-1))
	return from[len(from)-1-n]
}

func (m *machine) unknown(rt *rapid.T) (id [16]byte) {
	binary.LittleEndian.PutUint64(id[8:], uint64(m.between(rt, "unknown", 1, 3)))
	return id
}

func drawID[ID interface{ ~[16]byte }](m *machine, rt *rapid.T, what string, from []ID) ID {
	if m.between(rt, what+" unknown?", 0, 24) == 0 {
		return ID(m.unknown(rt))
	}
	return pick(m, rt, what, from)
}

func (m *machine) user(rt *rapid.T) tenancy.UserID {
	return drawID(m, rt, "user", m.users)
}
func (m *machine) org(rt *rapid.T) tenancy.OrganizationID {
	return drawID(m, rt, "org", m.orgs)
}
func (m *machine) account(rt *rapid.T) tenancy.AccountID {
	return drawID(m, rt, "account", m.accounts)
}
func (m *machine) invitation(rt *rapid.T) tenancy.InvitationID {
	return drawID(m, rt, "invitation", m.invitations)
}
func (m *machine) request(rt *rapid.T) tenancy.RequestID {
	return drawID(m, rt, "request", m.requests)
}
func (m *machine) connection(rt *rapid.T) tenancy.ConnectionID {
	return drawID(m, rt, "connection", m.connections)
}
func (m *machine) group(rt *rapid.T) tenancy.GroupID {
	return drawID(m, rt, "group", m.groups)
}
func (m *machine) domain(rt *rapid.T) tenancy.DomainID {
	ids := make([]tenancy.DomainID, len(m.domains))
	for i, d := range m.domains {
		ids[i] = d.ID
	}
	return drawID(m, rt, "domain", ids)
}
func (m *machine) sent(rt *rapid.T) sent { return pick(m, rt, "secret", m.secrets) }

func (m *machine) address(rt *rapid.T) string {
	if m.between(rt, "bad address?", 0, 30) == 0 {
		return choose(m, rt, "bad address", []string{"", "a@b@acme.com", "ana@ａcme.com", "\xff@acme.com"})
	}
	return choose(m, rt, "name", names) + "@" + choose(m, rt, "at", domains)
}

func (m *machine) name(rt *rapid.T) string {
	return choose(m, rt, "named",
		[]string{"One", "Two", "Three", "One", "Two", "Three", "One", "Two", "Three", "", "bad\u202e"})
}

// session draws who acts: often whoever owns what the step is about.
func (m *machine) session(rt *rapid.T, owners ...tenancy.UserID) *tenancy.Session {
	if m.in != nil {
		return m.in
	}
	draw := m.between(rt, "actor", 0, 19)
	switch {
	case draw == 0:
		return m.dir.Operator("staff").Session
	case draw == 1:
		return m.dir.System().Session
	case draw == 2 && m.between(rt, "bad operator?", 0, 9) == 0:
		return m.dir.Operator("not a reference").Session
	case draw == 3 && len(m.keySessions) > 0:
		return choose(m, rt, "key's session", m.keySessions)
	case draw < 15 && len(owners) > 0:
		if owner := choose(m, rt, "owner", owners); !owner.IsZero() {
			return m.dir.As(owner)
		}
	}
	return m.dir.As(m.user(rt))
}

// platform draws Operator or System.
func (m *machine) platform(rt *rapid.T) *tenancy.Platform {
	if m.inPlatform != nil {
		return m.inPlatform
	}
	switch m.between(rt, "platform", 0, 11) {
	case 0: // what a user's session can't name, a host can still make of it
		return &tenancy.Platform{Session: m.dir.As(m.user(rt))}
	case 1, 2, 3, 4, 5:
		return m.dir.System()
	}
	return m.dir.Operator("staff")
}

// ownerOf gives an organization's Owner, a merged one's survivor's; zero: unknown.
func (m *machine) ownerOf(org tenancy.OrganizationID) tenancy.UserID {
	o, err := lookUp[tenancy.OrganizationRecord](m, tenancy.IndexOrganizations, org)
	switch {
	case err != nil:
		return tenancy.UserID{}
	case !o.MergedInto.IsZero():
		return m.ownerOf(o.MergedInto)
	}
	return o.Owner
}

// lookUp reads a record beside the operations.
func lookUp[R tenancy.Record](m *machine, index tenancy.Index, id [16]byte) (record R, err error) {
	return lookUpAt[R](m, index, tenancy.Key{ID: id})
}

func lookUpAt[R tenancy.Record](m *machine, index tenancy.Index, key tenancy.Key) (record R, err error) {
	err = m.near.View(context.WithoutCancel(m.t.Context()), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: index, Key: key})
		if err == nil && answers[0].Record != nil {
			record = answers[0].Record.(R)
			return nil
		}
		return errors.Join(err, errors.New("absent"))
	})
	return record, err
}

// accountOwners gives an account's owner and its organization's Owner.
func (m *machine) accountOwners(id tenancy.AccountID) []tenancy.UserID {
	a, err := lookUp[tenancy.AccountRecord](m, tenancy.IndexAccounts, id)
	if err != nil {
		return nil
	}
	return []tenancy.UserID{a.Owner, m.ownerOf(a.Organization)}
}

// userBosses gives the Owners of a user's organizations, and the user.
func (m *machine) userBosses(user tenancy.UserID) []tenancy.UserID {
	bosses := []tenancy.UserID{user}
	_ = m.near.View(context.WithoutCancel(m.t.Context()), func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx,
			tenancy.Lookup{Index: tenancy.IndexMembershipsOf, Key: tenancy.Key{In: user}, Limit: 10})
		if err != nil {
			return err
		}
		for _, r := range answers[0].Records {
			answers, err := tx.Read(
				ctx,
				tenancy.Lookup{
					Index: tenancy.IndexOrganizations,
					Key:   tenancy.Key{ID: r.(tenancy.MembershipRecord).Organization},
				},
			)
			if err != nil {
				return err
			}
			if o, ok := answers[0].Record.(tenancy.OrganizationRecord); ok {
				bosses = append(bosses, o.Owner, o.Owner)
			}
		}
		return nil
	})
	return bosses
}

// userOf gives the user of an address; zero: nobody.
func (m *machine) userOf(address string) tenancy.UserID {
	u, err := m.nearDir.System().UserByEmail(context.WithoutCancel(m.t.Context()), address)
	if err != nil {
		return tenancy.UserID{}
	}
	return u.ID
}

// everything returns what the store holds. It reads the store only if an Update has
// begun since it last did.
func (m *machine) everything() map[tenancy.Entry]tenancy.Record {
	if m.known == nil || m.knownAt != int(m.store.begun.Load()) {
		m.known, m.knownAt = Everything(m.t, m.store.Store), int(m.store.begun.Load())
	}
	return m.known
}

// watch returns a function that tells whether the store holds something else than now. It
// reads nothing if no Update has begun. Of a store in memory a copy is kept for it.
func (m *machine) watch() (changed func() bool) {
	begun := m.store.begun.Load()
	var before func() map[tenancy.Entry]tenancy.Record
	if memory, ok := m.store.Store.(*memstore.Store); ok {
		now, err := memory.Copy(context.WithoutCancel(m.t.Context()))
		require.NoError(m.t, err)
		before = func() map[tenancy.Entry]tenancy.Record { return Everything(m.t, now) }
	} else {
		all := m.everything()
		before = func() map[tenancy.Entry]tenancy.Record { return all }
	}
	return func() bool { return m.store.begun.Load() != begun && !maps.Equal(before(), m.everything()) }
}

// did calls an operation, counts what came of it, and requires that a refusal has
// committed nothing. Of some refusals it requires too that the store holds what it held
// before.
func (m *machine) did(rt *rapid.T, op string, call func() error) {
	m.last = op
	changed := func() bool { return false }
	if m.in == nil && m.between(rt, "compared?", 0, comparedOf-1) == 0 {
		changed = m.watch()
	}
	committed := int(m.store.committed.Load())
	err := call()
	if err == nil {
		m.reached.done(op)
		return
	}
	require.NotEmpty(rt, tenancy.CodeOf(err), fmt.Sprintf("%s: %v", op, err))
	if m.in != nil || slices.Contains(commitsRefused, op) {
		return
	}
	if int(m.store.committed.Load()) != committed || changed() {
		rt.Fatalf("%s was refused and changed something: %v", op, err)
	}
}

// comparedOf, checkedOf and replayedOf say how often what takes long is done: of so many
// operations one is compared, of so many rounds of steps one is followed by a check, and
// of so many one by a replay.
const (
	comparedOf = 4
	checkedOf  = 2
	replayedOf = 4
)

// check requires that every invariant holds and, now and then, that the log explains
// the state. What the log does not explain stays so: the end of the run finds it.
func (m *machine) check(rt *rapid.T) {
	m.reached.step()
	m.rounds++
	if m.rounds%checkedOf == 0 {
		m.stillHolds(rt, m.rounds%replayedOf == 0)
	}
}

// stillHolds requires that Check finds nothing: with replay in the whole store, without
// in what is near. It does not ask again about a state that was checked.
func (m *machine) stillHolds(rt *rapid.T, replay bool) {
	now := checked{int(m.store.committed.Load()), m.clock.Now(), m.checked.replay || replay}
	if m.checked == now {
		return
	}
	if replay {
		m.holds(rt, m.dir, tenancy.CheckOptions{Replay: true})
	} else {
		m.holds(rt, m.nearDir, tenancy.CheckOptions{})
	}
	m.checked = checked{now.committed, now.now, replay}
}

// holds requires that Check finds nothing.
func (m *machine) holds(rt *rapid.T, dir *tenancy.Directory, options tenancy.CheckOptions) {
	for violation, err := range dir.Check(m.ctx, options) {
		require.NoError(rt, err)
		rt.Fatalf("after %s: %v", m.last, violation)
	}
}

// Everything gives all records of a store, by identity.
func Everything(t testing.TB, store tenancy.Store) map[tenancy.Entry]tenancy.Record {
	t.Helper()
	return tenancytest.Records(t, store)
}
