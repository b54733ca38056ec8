package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/webhook"
)

// receiver is an endpoint: it keeps the messages that it accepted, and answers as told.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	accepted []received
	refused  int
	answer   func(http.ResponseWriter, *http.Request) bool // writes an answer; false: it accepts
}

type received struct {
	header http.Header
	body   string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	answer := r.answer
	r.mu.Unlock()
	answered := answer != nil && answer(w, request)
	r.mu.Lock()
	defer r.mu.Unlock()
	if answered {
		r.refused++
		return
	}
	r.accepted = append(r.accepted, received{request.Header, string(body)})
}

// answers lets the receiver answer in a way; nil: it accepts.
func (r *receiver) answers(answer func(http.ResponseWriter, *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(code)
		return true
	}
}

// numbers returns the numbers of the messages that were accepted, by stream.
func (r *receiver) numbers(t *testing.T) map[string][]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	numbers := map[string][]int{}
	for _, m := range r.accepted {
		var body struct {
			Data struct {
				Organization, User string
				Sequence           int
			}
		}
		require.NoError(t, json.Unmarshal([]byte(m.body), &body))
		stream := body.Data.Organization + body.Data.User
		numbers[stream] = append(numbers[stream], body.Data.Sequence)
	}
	return numbers
}

func (r *receiver) attempts() (refused, accepted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused, len(r.accepted)
}

// desk is a directory whose events go to endpoints.
type desk struct {
	*testing.T
	dir    *tenancy.Directory
	clock  *scene.Clock
	store  webhook.Store
	sender *webhook.Sender
	off    []string // which endpoints were switched off, and why
	users  int
}

// options are those of the tests: loopback is allowed, and the waits are exact.
func (d *desk) options() *webhook.Options {
	return &webhook.Options{Insecure: true, Now: d.clock.Now, Jitter: func() float64 { return 0 },
		OnDisabled: func(_ context.Context, endpoint string, why error) {
			d.off = append(d.off, fmt.Sprint(endpoint, " ", why))
		}}
}

func newDesk(t *testing.T, store webhook.Store) *desk {
	d := &desk{T: t, clock: scene.NewClock(), store: store}
	var err error
	d.dir, err = tenancy.New(memstore.New(), &tenancy.Options{Now: d.clock.Now})
	require.NoError(t, err)
	d.sender, err = webhook.New(store, d.options())
	require.NoError(t, err)
	return d
}

// found makes an organization, which has five events.
func (d *desk) found() tenancy.OrganizationID {
	d.users++
	made, err := d.dir.System().SignUp(d.Context(), tenancy.NewSignUp{
		Email: tenancy.Proven(fmt.Sprintf("ana@acme%d.com", d.users)), Name: "Ana Personal",
		Organization: "Acme Personal", Account: "Main Personal"})
	require.NoError(d, err)
	return made.Organization.ID
}

// relay notes what is pending.
func (d *desk) relay() {
	d.Helper()
	_, err := d.dir.System().Relay(d.Context(), d.sender.Note)
	require.NoError(d, err)
}

func (d *desk) put(id, url string, more ...webhook.Endpoint) webhook.Secret {
	d.Helper()
	e := webhook.Endpoint{}
	for _, m := range more {
		e = m
	}
	secret := webhook.NewSecret()
	e.ID, e.URL = id, url
	e.Secrets = append([]webhook.Secret{secret}, e.Secrets...)
	require.NoError(d, d.sender.PutEndpoint(d.Context(), e))
	return secret
}

func (d *desk) deliver() int {
	d.Helper()
	n, err := d.sender.Deliver(d.Context())
	require.NoError(d, err)
	return n
}

func (d *desk) state(id string) webhook.State {
	d.Helper()
	state, err := d.sender.State(d.Context(), id)
	require.NoError(d, err)
	return state
}

// inOrder wants the numbers of each stream from 1 on, each once.
func inOrder(t *testing.T, numbers map[string][]int) {
	t.Helper()
	for _, of := range numbers {
		for i, n := range of {
			require.Equal(t, i+1, n)
		}
	}
}

// TestSender sends over each store.
func TestSender(t *testing.T) {
	for name, store := range stores() {
		t.Run(name, func(t *testing.T) { testSender(t, store) })
	}
}

func testSender(t *testing.T, store func(*testing.T) webhook.Store) {
	desk := func(t *testing.T) (*desk, *receiver) { return newDesk(t, store(t)), newReceiver(t) }
	t.Run("SEC-30 SEC-31 messages are signed, come in order and hold nothing personal", func(t *testing.T) {
		d, r := desk(t)
		org := d.found()
		secret := d.put("crm", r.URL)
		d.relay()
		n := d.deliver()
		require.NotZero(t, n)
		require.Equal(t, n, len(r.numbers(t)[org.String()]))
		inOrder(t, r.numbers(t))
		hook, err := standardwebhooks.NewWebhook(secret.Reveal())
		require.NoError(t, err)
		ids := map[string]bool{}
		for _, m := range r.accepted {
			require.NoError(t, hook.VerifyIgnoringTimestamp([]byte(m.body), m.header))
			require.NotContains(t, m.body, "Personal")
			require.NotContains(t, m.body, "ana")
			ids[m.header.Get("webhook-id")] = true
		}
		require.Len(t, ids, n)
		require.Zero(t, d.deliver())
	})
	t.Run("an endpoint gets the organization and the types that it asked for", func(t *testing.T) {
		d, r := desk(t)
		mine, types := newReceiver(t), newReceiver(t)
		org := d.found()
		d.found()
		d.put("all", r.URL)
		d.put("mine", mine.URL, webhook.Endpoint{Organization: org})
		d.put("types", types.URL, webhook.Endpoint{Types: []string{"OrganizationCreated"}})
		d.relay()
		d.deliver()
		require.Len(t, r.numbers(t), 2)
		require.Equal(t, []string{org.String()}, slices.Collect(maps.Keys(mine.numbers(t))))
		_, n := types.attempts()
		require.Equal(t, 2, n)
	})
	t.Run("an endpoint that fails waits, twice as long each time, and no other does", func(t *testing.T) {
		d, r := desk(t)
		sound := newReceiver(t)
		org := d.found()
		d.put("fails", r.URL)
		d.put("sound", sound.URL)
		r.answers(status(500))
		d.relay()
		require.NotZero(t, d.deliver())
		inOrder(t, sound.numbers(t))
		require.NotEmpty(t, sound.numbers(t)[org.String()])
		wait := 10 * time.Second
		for failures := 1; failures < 8; failures++ {
			refused, accepted := r.attempts()
			require.Equal(t, failures, refused, "one attempt, with the first message")
			require.Zero(t, accepted)
			d.clock.Advance(wait - time.Microsecond)
			require.Zero(t, d.deliver())
			refused, _ = r.attempts()
			require.Equal(t, failures, refused, "it is not yet time")
			d.clock.Advance(time.Microsecond)
			require.Zero(t, d.deliver())
			wait *= 2
		}
		r.answers(nil)
		d.clock.Advance(wait)
		require.NotZero(t, d.deliver())
		inOrder(t, r.numbers(t))
		require.Zero(t, d.state("fails"))
	})
	t.Run("one that fails for five days is switched off, and goes on where it stopped", func(t *testing.T) {
		d, r := desk(t)
		d.found()
		d.put("crm", r.URL)
		d.relay()
		r.answers(status(503))
		began := d.clock.Now()
		longest := time.Duration(0)
		for d.state("crm").Disabled.IsZero() {
			require.Zero(t, d.deliver())
			is := d.state("crm")
			longest = max(longest, is.Next.Sub(d.clock.Now()))
			d.clock.Advance(is.Next.Sub(d.clock.Now()))
		}
		off := d.state("crm").Disabled
		require.GreaterOrEqual(t, off.Sub(began), 5*24*time.Hour)
		require.Less(t, off.Sub(began), 6*24*time.Hour+time.Hour)
		require.Equal(t, 24*time.Hour, longest)
		require.Equal(t, []string{"crm webhook: the endpoint did not accept the message: 503"}, d.off)
		r.answers(nil)
		d.clock.Advance(30 * 24 * time.Hour)
		d.found()
		d.relay()
		require.Zero(t, d.deliver(), "it is off")
		require.NoError(t, d.sender.Enable(t.Context(), "crm"))
		require.NotZero(t, d.deliver())
		require.Len(t, r.numbers(t), 2)
		inOrder(t, r.numbers(t))
	})
	t.Run("410 switches off at once", func(t *testing.T) {
		d, r := desk(t)
		d.found()
		d.put("crm", r.URL)
		d.relay()
		r.answers(status(410))
		require.Zero(t, d.deliver())
		require.Len(t, d.off, 1)
	})
	t.Run("SEC-30 a secret is changed without a gap", func(t *testing.T) {
		d, r := desk(t)
		old := d.put("crm", r.URL)
		renewed := d.put("crm", r.URL, webhook.Endpoint{Secrets: []webhook.Secret{old}})
		d.found()
		d.relay()
		require.NotZero(t, d.deliver())
		for _, secret := range []webhook.Secret{old, renewed} {
			hook, err := standardwebhooks.NewWebhook(secret.Reveal())
			require.NoError(t, err)
			for _, m := range r.accepted {
				require.NoError(t, hook.VerifyIgnoringTimestamp([]byte(m.body), m.header))
			}
		}
		hook, err := standardwebhooks.NewWebhook(webhook.NewSecret().Reveal())
		require.NoError(t, err)
		require.Error(t, hook.VerifyIgnoringTimestamp([]byte(r.accepted[0].body), r.accepted[0].header))
	})
	t.Run("several processes send each message once", func(t *testing.T) {
		d, r := desk(t)
		other := newReceiver(t)
		for range 6 {
			d.found()
		}
		d.put("one", r.URL)
		d.put("two", other.URL)
		d.relay()
		d.relay()
		total := make([]int, 4)
		var wg sync.WaitGroup
		for i := range total {
			sender, err := webhook.New(d.store, d.options())
			require.NoError(t, err)
			wg.Go(func() {
				n, err := sender.Deliver(t.Context())
				if err != nil {
					t.Error(err)
				}
				total[i] = n
			})
		}
		wg.Wait()
		sum := 0
		for _, n := range total {
			sum += n
		}
		inOrder(t, r.numbers(t))
		inOrder(t, other.numbers(t))
		_, one := r.attempts()
		_, two := other.attempts()
		require.Equal(t, one, two)
		require.Equal(t, one+two, sum)
		require.Len(t, r.numbers(t), 6)
	})
	t.Run("a process that ends in the middle loses nothing", func(t *testing.T) {
		d, r := desk(t)
		org := d.found()
		d.put("crm", r.URL)
		d.relay()
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		r.answers(func(_ http.ResponseWriter, request *http.Request) bool {
			if count++; count == 3 {
				cancel()
				<-request.Context().Done()
				return true
			}
			return false
		})
		n, err := d.sender.Deliver(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 2, n)
		require.Zero(t, d.state("crm"), "it is no failure of the endpoint")
		r.answers(nil)
		require.NotZero(t, d.deliver())
		inOrder(t, r.numbers(t))
		head, err := d.dir.System().LogHead(t.Context(), tenancy.Stream{Organization: org})
		require.NoError(t, err)
		require.Len(t, r.numbers(t)[org.String()], int(head.Sequence))
	})
	t.Run("a lease is one process's, until it is over", func(t *testing.T) {
		d, r := desk(t)
		d.found()
		d.put("crm", r.URL)
		d.relay()
		now := d.clock.Now()
		until := now.Add(time.Minute)
		first, err := d.store.Lease(t.Context(), "", "a", now, until)
		require.NoError(t, err)
		require.Equal(t, "crm", first.ID)
		require.Zero(t, d.deliver())
		d.clock.Advance(time.Minute)
		second, err := d.store.Lease(t.Context(), "", "b", until, until.Add(time.Minute))
		require.NoError(t, err)
		require.NotNil(t, second)
		require.ErrorIs(t, d.store.Sent(t.Context(), "a", webhook.Message{}, webhook.State{}, "crm", until, until), webhook.ErrLease)
		require.NoError(t, d.store.Release(t.Context(), "crm", "a"))
		require.Zero(t, d.deliver(), "only who has it gives it back")
		require.NoError(t, d.store.Release(t.Context(), "crm", "b"))
		require.NotZero(t, d.deliver())
	})
	t.Run("a new endpoint starts now, or at a number", func(t *testing.T) {
		d, r := desk(t)
		org := d.found()
		d.relay()
		d.put("crm", r.URL)
		require.Zero(t, d.deliver())
		events := func() iter.Seq2[tenancy.LoggedEvent, error] {
			return d.dir.System().Events(t.Context(), tenancy.Stream{Organization: org}, tenancy.EventQuery{})
		}
		require.ErrorIs(t, d.sender.Replay(t.Context(), "none", events()), webhook.ErrNotFound)
		for range 2 {
			require.NoError(t, d.sender.Replay(t.Context(), "crm", events()))
		}
		require.NotZero(t, d.deliver())
		inOrder(t, r.numbers(t))
	})
	t.Run("endpoints are replaced and deleted", func(t *testing.T) {
		d, r := desk(t)
		d.found()
		d.put("crm", "https://elsewhere.example/")
		d.relay()
		d.put("crm", r.URL)
		d.put("gone", r.URL)
		require.NoError(t, d.sender.DeleteEndpoint(t.Context(), "gone"))
		require.NoError(t, d.sender.DeleteEndpoint(t.Context(), "gone"))
		require.ErrorIs(t, d.sender.Enable(t.Context(), "gone"), webhook.ErrNotFound)
		_, err := d.sender.State(t.Context(), "gone")
		require.ErrorIs(t, err, webhook.ErrNotFound)
		require.NotZero(t, d.deliver(), "what is queued goes to where the endpoint is now")
		all, err := d.store.Endpoints(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 1)
	})
}

// TestAnswers has endpoints answer badly.
func TestAnswers(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	for name, c := range map[string]struct {
		answer   func(http.ResponseWriter, *http.Request) bool
		accepted bool
	}{
		"500": {status(500), false},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return true
		}, false},
		"a body without end": {func(w http.ResponseWriter, _ *http.Request) bool {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return true
				}
			}
		}, true},
		"headers without end": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
			return true
		}, false},
		"a connection that breaks": {func(w http.ResponseWriter, _ *http.Request) bool {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}
			return true
		}, false},
		"nothing": {func(_ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-r.Context().Done():
			case <-forever:
			}
			return true
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d, r := newDesk(t, webhook.NewMemory()), newReceiver(t)
			if name == "nothing" {
				o := d.options()
				o.Timeout = 100 * time.Millisecond
				var err error
				d.sender, err = webhook.New(d.store, o)
				require.NoError(t, err)
			}
			d.found()
			d.put("crm", r.URL)
			d.relay()
			r.answers(c.answer)
			n := d.deliver()
			require.Equal(t, c.accepted, n > 0)
			is := d.state("crm")
			require.Equal(t, c.accepted, is == webhook.State{})
			if !c.accepted {
				require.Equal(t, 1, is.Failures)
				refused, _ := r.attempts()
				require.LessOrEqual(t, refused, 1, "nothing is followed")
			}
		})
	}
	t.Run("a certificate that nobody vouches for", func(t *testing.T) {
		d := newDesk(t, webhook.NewMemory())
		r := &receiver{}
		server := httptest.NewUnstartedServer(r)
		server.Config.ErrorLog = nil
		server.StartTLS()
		t.Cleanup(server.Close)
		d.found()
		d.put("crm", server.URL)
		d.relay()
		require.Zero(t, d.deliver())
		require.Equal(t, 1, d.state("crm").Failures)
	})
}

// names are the addresses that a resolver gives, one list after the other.
type names struct {
	mu      sync.Mutex
	answers [][]string
	asked   int
}

func (n *names) LookupNetIP(context.Context, string, string) (all []netip.Addr, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if len(n.answers) == 0 {
		return nil, errors.New("no such host")
	}
	for _, text := range n.answers[0] {
		all = append(all, netip.MustParseAddr(text))
	}
	if len(n.answers) > 1 {
		n.answers = n.answers[1:]
	}
	return all, nil
}

// TestAddresses has names lead into the host's own network (SEC-29).
func TestAddresses(t *testing.T) {
	r := newReceiver(t)
	_, port, err := net.SplitHostPort(r.Listener.Addr().String())
	require.NoError(t, err)
	why := func(t *testing.T, url string, insecure bool, answers ...[]string) error {
		d := newDesk(t, webhook.NewMemory())
		var told error
		resolver := &names{answers: answers}
		strict := d.options()
		strict.Insecure, strict.Resolver, strict.GiveUp = insecure, resolver, 1
		strict.OnDisabled = func(_ context.Context, _ string, why error) { told = why }
		var err error
		d.put("crm", url)
		d.sender, err = webhook.New(d.store, strict)
		require.NoError(t, err)
		d.found()
		d.relay()
		require.Zero(t, d.deliver())
		d.clock.Advance(10 * time.Second)
		require.Zero(t, d.deliver())
		return told
	}
	for _, address := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "1::1", "4000::1", "10.1.2.3", "172.16.0.1",
		"192.168.1.1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
		"100.100.100.200", "64:ff9b::7f00:1", "2002:7f00:1::"} {
		t.Run("SEC-29 a name that leads to "+address, func(t *testing.T) {
			require.ErrorIs(t, why(t, "http://hooks.example:"+port, false, []string{address}), webhook.ErrAddress)
		})
		t.Run("SEC-29 "+address+" itself", func(t *testing.T) {
			host := net.JoinHostPort(address, port)
			require.ErrorIs(t, why(t, "http://"+host, false), webhook.ErrAddress)
		})
	}
	t.Run("SEC-29 other ways to write loopback are names", func(t *testing.T) {
		for _, host := range []string{"127.1", "0x7f000001", "2130706433", "localhost"} {
			require.ErrorIs(t, why(t, "http://"+host+":"+port, false, []string{"127.0.0.1"}), webhook.ErrAddress)
		}
	})
	t.Run("SEC-29 an answer that changes is checked again when it is dialled", func(t *testing.T) {
		err := why(t, "http://hooks.example:"+port, false, nil, []string{"127.0.0.1"})
		require.ErrorIs(t, err, webhook.ErrAddress)
	})
	t.Run("SEC-29 insecure allows loopback, and nothing else", func(t *testing.T) {
		require.ErrorIs(t, why(t, "http://hooks.example:"+port, true, []string{"10.1.2.3"}), webhook.ErrAddress)
	})
	refused, accepted := r.attempts()
	require.Zero(t, refused+accepted, "nothing came through")
	t.Run("a name is resolved, and the first address that answers is used", func(t *testing.T) {
		d := newDesk(t, webhook.NewMemory())
		o := d.options()
		o.Resolver = &names{answers: [][]string{{"10.0.0.1", "127.0.0.1"}}}
		d.sender, err = webhook.New(d.store, o)
		require.NoError(t, err)
		d.put("crm", "http://hooks.example:"+port)
		d.found()
		d.relay()
		require.NotZero(t, d.deliver())
	})
}

// TestClient has the client for others' URLs meet a name that leads inside, a redirect, and
// a server on loopback (SEC-29).
func TestClient(t *testing.T) {
	came := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	for _, o := range []*webhook.Options{nil, {Timeout: -1}, {Resolver: &names{answers: [][]string{{"127.0.0.1"}}}}} {
		for _, host := range []string{"127.0.0.1", "localhost"} {
			_, err := webhook.NewClient(o).Get("http://" + host + ":" + port)
			require.ErrorIs(t, err, webhook.ErrAddress)
		}
	}
	require.Zero(t, came)
	client := webhook.NewClient(&webhook.Options{Insecure: true, Timeout: time.Minute})
	require.Equal(t, time.Minute, client.Timeout)
	response, err := client.Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusFound, response.StatusCode)
	require.Equal(t, 1, came)
	require.Positive(t, webhook.NewClient(&webhook.Options{Timeout: -1}).Timeout)
}

func TestEndpoints(t *testing.T) {
	d := newDesk(t, webhook.NewMemory())
	strict, err := webhook.New(d.store, nil)
	require.NoError(t, err)
	secret := []webhook.Secret{webhook.NewSecret()}
	good := webhook.Endpoint{ID: "crm", URL: "https://hooks.example/in?token=1", Secrets: secret}
	require.NoError(t, strict.PutEndpoint(t.Context(), good))
	for name, change := range map[string]func(*webhook.Endpoint){
		"no ID":              func(e *webhook.Endpoint) { e.ID = "" },
		"a long ID":          func(e *webhook.Endpoint) { e.ID = strings.Repeat("x", 65) },
		"no URL":             func(e *webhook.Endpoint) { e.URL = "" },
		"http":               func(e *webhook.Endpoint) { e.URL = "http://hooks.example/" },
		"another scheme":     func(e *webhook.Endpoint) { e.URL = "file:///etc/passwd" },
		"no host":            func(e *webhook.Endpoint) { e.URL = "https:///x" },
		"a user":             func(e *webhook.Endpoint) { e.URL = "https://a:b@hooks.example/" },
		"a fragment":         func(e *webhook.Endpoint) { e.URL = "https://hooks.example/#x" },
		"no such type":       func(e *webhook.Endpoint) { e.Types = []string{"UserJoined"} },
		"no secret":          func(e *webhook.Endpoint) { e.Secrets = nil },
		"six secrets":        func(e *webhook.Endpoint) { e.Secrets = slices.Repeat(secret, 6) },
		"the zero secret":    func(e *webhook.Endpoint) { e.Secrets = []webhook.Secret{{}} },
		"control characters": func(e *webhook.Endpoint) { e.URL = "https://hooks.example/\n" },
	} {
		e := good
		change(&e)
		require.ErrorIs(t, strict.PutEndpoint(t.Context(), e), webhook.ErrEndpoint, name)
	}
	for _, o := range []*webhook.Options{{Timeout: -1}, {FirstWait: -1}, {GiveUp: -1}, {Lease: -1}, {AtOnce: -1}} {
		_, err := webhook.New(d.store, o)
		require.Error(t, err)
	}
	_, err = webhook.New(nil, nil)
	require.Error(t, err)
}

// TestSecrets wants secrets to show themselves nowhere, and only sound ones to be read
// (SEC-31).
func TestSecrets(t *testing.T) {
	secret := webhook.NewSecret()
	text := secret.Reveal()
	read, err := webhook.ParseSecret(text)
	require.NoError(t, err)
	require.Equal(t, secret, read)
	for _, bad := range []string{"", "whsec_", "whsec_AAAA", text[len("whsec_"):], text + "!", "whsec_" + strings.Repeat("A", 200)} {
		_, err := webhook.ParseSecret(bad)
		require.ErrorIs(t, err, webhook.ErrSecret, bad)
	}
	e := webhook.Endpoint{ID: "crm", Secrets: []webhook.Secret{secret}}
	encoded, err := json.Marshal(e)
	require.NoError(t, err)
	for _, shown := range []string{string(encoded), fmt.Sprint(secret), fmt.Sprintf("%v %+v %#v %s", e, e, e, e)} {
		require.NotContains(t, shown, text[len("whsec_"):])
	}
}
