package reference

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// Reached counts what came of operations. The zero value is ready for use.
type Reached struct {
	mu      sync.Mutex
	steps   int
	done    map[string]int
	refused map[string]map[tenancy.Code]int
}

// Steps returns how many operations were called and compared.
func (r *Reached) Steps() int { return r.steps }

// Done returns how often each operation succeeded.
func (r *Reached) Done() map[string]int { return maps.Clone(r.done) }

// Refused returns how often each operation was refused with each code.
func (r *Reached) Refused() map[string]map[tenancy.Code]int { return maps.Clone(r.refused) }

func (r *Reached) note(op string, code tenancy.Code) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done == nil {
		r.done, r.refused = map[string]int{}, map[string]map[tenancy.Code]int{}
	}
	r.steps++
	if code == "" {
		r.done[op]++
		return
	}
	if r.refused[op] == nil {
		r.refused[op] = map[tenancy.Code]int{}
	}
	r.refused[op][code]++
}

// Store is a store that is compared with the model.
type Store struct {
	Name  string
	Store tenancy.Store
}

// host is what the machine's Directories name of the host's (ROLE-7, ROLE-9).
var (
	hostRoles = tenancy.RoleOptions{
		Permissions: []tenancy.Permission{"deploy"},
		Roles: map[tenancy.AccountRole][]tenancy.Permission{
			"releaser": {"deploy", tenancy.ReadUsage},
			"lead":     {tenancy.ManageMembers, tenancy.TransferAccount},
		},
	}
	hostRanks = tenancy.OrganizationRoleOptions{
		Permissions: []tenancy.OrganizationPermission{"read_invoices"},
		Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
			"auditor": {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains, tenancy.ReadLog, "read_invoices"},
			"people":  {tenancy.ManageUsers, tenancy.CreateAccounts},
			"keeper": {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.ManageDomains,
				tenancy.ManageOrganization},
		},
	}
)

// side is a Directory over a store.
type side struct {
	Store
	dir  *tenancy.Directory
	keys map[tenancy.KeyID]*tenancy.Session // of Authenticate

	committed atomic.Int64 // Updates
	readAt    int64        // how many had committed when records was read
	records   map[tenancy.Entry]tenancy.Record
	state     *State
	counts    Counts
}

// watched is a side's store, whose commits are counted: only after one is it read again.
type watched struct {
	tenancy.Store
	side *side
}

func (w watched) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	defer w.side.committed.Add(1) // also if it is not known whether it did
	return w.Store.Update(ctx, fn)
}

// read reads what the store holds.
func (s *side) read(tb testing.TB) {
	if committed := s.committed.Load(); s.records == nil || s.readAt != committed {
		s.records, s.readAt = tenancytest.Records(tb, s.Store.Store), committed
		s.state, s.counts = Read(s.records)
	}
}

// session returns what an actor acts by.
func (s *side) session(by Actor) *tenancy.Session {
	switch {
	case by.System:
		return s.dir.System().Session
	case by.Operator != "":
		return s.dir.Operator(by.Operator).Session
	case by.Key != tenancy.KeyID{}:
		return s.keys[by.Key]
	}
	return s.dir.As(by.User)
}

func (s *side) platform(by Actor) *tenancy.Platform { return &tenancy.Platform{Session: s.session(by)} }

// sent is an invitation's secret, and where it went.
type sent struct {
	secret  tenancy.Secret
	id      tenancy.InvitationID
	address string
}

// machine is one run: the model, and the stores that are compared with it.
type machine struct {
	ctx     context.Context
	tb      testing.TB
	rt      *rapid.T
	sides   []*side
	clock   *tenancytest.Clock
	zone    *zone
	model   *Model
	reached *Reached
	draws   uint64

	secrets    []sent
	keySecrets []tenancy.CreatedKey
	sessions   []Actor // with keys
	terms      map[tenancy.TermsToken]Terms
	deck       []string // of led steps
	trail      []string // the last operations, for messages
	said       string   // the input of the next one
}

// zone answers for name servers: which domains' records are published, and which names fail.
type zone struct {
	mu        sync.Mutex
	records   map[tenancy.DomainID]tenancy.Domain
	published map[tenancy.DomainID]bool
	fails     map[string]bool // by the domain's name
}

// LookupTXT is Resolver.LookupTXT.
func (z *zone) LookupTXT(ctx context.Context, name string) (texts []string, err error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for id, d := range z.records {
		switch {
		case d.RecordName != name:
		case z.fails[d.Name]:
			return tenancytest.Servfail(ctx, name)
		case z.published[id]:
			texts = append(texts, d.RecordValue)
		}
	}
	return append(texts, "v=spf1 -all"), nil
}

func (z *zone) record(id tenancy.DomainID) Lookup {
	z.mu.Lock()
	defer z.mu.Unlock()
	switch {
	case z.fails[z.records[id].Name]:
		return Failed
	case z.published[id]:
		return Found
	}
	return Missing
}

// newMachine begins a run over fresh stores. mutant takes a rule out of the model.
func newMachine(tb testing.TB, rt *rapid.T, reached *Reached, mutant string, stores []Store) *machine {
	m := &machine{ctx: context.WithoutCancel(tb.Context()), tb: tb, rt: rt, clock: tenancytest.NewClock(), reached: reached,
		terms: map[tenancy.TermsToken]Terms{}}
	m.zone = &zone{records: map[tenancy.DomainID]tenancy.Domain{}, published: map[tenancy.DomainID]bool{},
		fails: map[string]bool{}}
	m.model = &Model{State: NewState(), AccountRoles: hostRoles.Roles, Permissions: hostRoles.Permissions,
		Ranks: hostRanks.Roles, RankRights: hostRanks.Permissions, Record: m.zone.record, Mutant: mutant}
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], rapid.Uint64().Draw(rt, "seed"))
	for _, store := range stores {
		s := &side{Store: store, keys: map[tenancy.KeyID]*tenancy.Session{}}
		dir, err := tenancy.New(watched{store.Store, s}, &tenancy.Options{Now: m.clock.Now, Random: rand.NewChaCha8(seed),
			Resolver: m.zone, Roles: hostRoles, OrganizationRoles: hostRanks})
		if err != nil {
			rt.Fatalf("New: %v", err)
		}
		s.dir = dir
		m.sides = append(m.sides, s)
	}
	return m
}

// outcome is what an operation gave on one side.
type outcome[R any] struct {
	result R
	code   tenancy.Code
	err    error
}

// do calls an operation on every side and in the model, and compares: the sides among each
// other, the code with those that the model allows, the essence of the result, and then all
// that the stores hold with the model's state.
func do[R any](m *machine, op string, by Actor, call func(*side) (R, error), model func(R) Answer, essence func(R) any) (
	result R, ok bool) {
	m.model.Now = instant(m.clock.Now())
	m.trail = append(m.trail, fmt.Sprintf("%s by %s%s", op, describe(by), m.said))
	m.said = ""
	var outcomes []outcome[R]
	for _, s := range m.sides {
		r, err := call(s)
		o := outcome[R]{result: r, err: err, code: tenancy.CodeOf(err)}
		if err != nil && o.code == "" {
			m.fail("%s: an error without a code: %v", s.Name, err)
		}
		outcomes = append(outcomes, o)
	}
	first := outcomes[0]
	for i, o := range outcomes {
		if o.code != first.code {
			m.fail("%s answers %q, and %s %q", m.sides[0].Name, first.code, m.sides[i].Name, o.code)
		}
		if first.err == nil && essence != nil && !Alike(essence(o.result), essence(first.result)) {
			m.fail("%s gives %+v, and %s %+v", m.sides[0].Name, essence(first.result), m.sides[i].Name, essence(o.result))
		}
	}
	m.reached.note(op, first.code)
	answer := model(first.result)
	if by == (Actor{}) { // a session of nobody is no form of one, and refuses everything
		answer.Codes = append(answer.Codes, tenancy.CodeActor)
	}
	switch {
	case first.err != nil && !slices.Contains(answer.Codes, first.code):
		m.fail("answers %q (%v), and the model %s", first.code, first.err, answer.allowed())
	case first.err == nil && answer.Codes != nil && !answer.Open:
		m.fail("succeeds, and the model says %q", answer.Codes)
	case first.err == nil:
		if answer.Open && answer.Then != nil {
			answer.Then()
		}
		if essence != nil && answer.Result != nil && !Alike(essence(first.result), answer.Result) {
			m.fail("gives\n  %+v, and the model\n  %+v", essence(first.result), answer.Result)
		}
	}
	m.compare()
	return first.result, first.err == nil
}

// Alike compares what is printed of two results: so that no list is an empty one.
func Alike(a, b any) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

// allowed describes what an answer allows.
func (a Answer) allowed() string {
	switch {
	case a.Codes == nil:
		return "says that it succeeds"
	case a.Open:
		return fmt.Sprintf("says %q, or that it succeeds", a.Codes)
	}
	return fmt.Sprintf("says %q", a.Codes)
}

// compare compares all that the stores hold with the model.
func (m *machine) compare() {
	for _, s := range m.sides {
		s.read(m.tb)
		if found := Differences(s.state, s.counts, m.model); found != nil {
			m.fail("%s differs from the model:\n%s", s.Name, strings.Join(found, "\n"))
		}
		if !maps.Equal(s.records, m.sides[0].records) {
			m.fail("%s does not hold the same records as %s", s.Name, m.sides[0].Name)
		}
	}
}

// fail ends the run with what went before.
func (m *machine) fail(format string, args ...any) {
	last := m.trail[max(0, len(m.trail)-12):]
	m.rt.Fatalf("after %q:\n%s", last, fmt.Sprintf(format, args...))
}

// say keeps the input of the next operation for messages.
func (m *machine) say(input ...any) { m.said = fmt.Sprintf(": %+v", input) }

func describe(by Actor) string {
	switch {
	case by.System:
		return "System"
	case by.Operator != "":
		return "an Operator"
	}
	return by.User.String()
}

func instant(t time.Time) tenancy.Instant { return tenancy.Instant(t.UnixMicro()) }

// errOf is a result that is not looked at.
func errOf[T any](_ T, err error) (struct{}, error) { return struct{}{}, err }

func only(err error) (struct{}, error) { return struct{}{}, err }
