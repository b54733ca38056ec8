package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Options are what a host may choose. A zero field, and a nil *Options, mean the
// defaults named.
type Options struct {
	// Timeout is how long one attempt may take, connecting included. Zero means 15
	// seconds.
	Timeout time.Duration
	// FirstWait is how long an endpoint waits after its first failure, less a random part
	// of up to half. Each further wait is twice as long, up to a day. Zero means 10
	// seconds.
	FirstWait time.Duration
	// GiveUp is how long an endpoint may fail without a success before it is switched off.
	// Zero means 5 days.
	GiveUp time.Duration
	// AtOnce is how many endpoints one call of Deliver sends to at once. Zero means 8.
	AtOnce int
	// Lease is how long a process holds an endpoint without a message having been sent. It
	// is at least twice the Timeout. Zero means a minute, or that. It goes by Now, so the
	// clocks of processes have to agree to within half of it.
	Lease time.Duration
	// OnDisabled is told of each endpoint that was switched off, and why: ErrStatus,
	// ErrAddress or ErrConnection. The goroutine that sent calls it. Nil means that nobody
	// is told.
	OnDisabled func(ctx context.Context, endpoint string, why error)
	// Resolver finds addresses. Nil means net.DefaultResolver.
	Resolver Resolver
	// Insecure also allows http, and loopback addresses. It is for tests.
	Insecure bool
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// Jitter returns which part of a wait's half is left out, from 0 to 1. Nil means a
	// random one.
	Jitter func() float64
}

// attemptTime is how long one attempt may take, if the host says nothing else.
const attemptTime = 15 * time.Second

// longestWait is how long an endpoint waits at most between two attempts.
const longestWait = 24 * time.Hour

// Sender sends messages to endpoints. It is safe for concurrent use, and holds no state
// but its connections: any number of them, in any number of processes, can share a Store.
type Sender struct {
	store  Store
	o      Options
	client *http.Client
}

// New makes a Sender over a store. Nil options mean the defaults.
//
// Errors: one if the store is nil or an option is negative.
func New(store Store, o *Options) (*Sender, error) {
	s := &Sender{store: store, o: *cmp.Or(o, &Options{})}
	if store == nil || min(s.o.Timeout, s.o.FirstWait, s.o.GiveUp, s.o.Lease) < 0 || s.o.AtOnce < 0 {
		return nil, errors.New("webhook: no store, or a negative option")
	}
	s.o.Timeout = cmp.Or(s.o.Timeout, attemptTime)
	s.o.FirstWait = cmp.Or(s.o.FirstWait, 10*time.Second)
	s.o.GiveUp = cmp.Or(s.o.GiveUp, 5*24*time.Hour)
	s.o.AtOnce = cmp.Or(s.o.AtOnce, 8)
	s.o.Lease = max(cmp.Or(s.o.Lease, time.Minute), 2*s.o.Timeout)
	if s.o.Resolver == nil {
		s.o.Resolver = net.DefaultResolver
	}
	if s.o.Now == nil {
		s.o.Now = time.Now
	}
	if s.o.Jitter == nil {
		s.o.Jitter = mathrand.Float64
	}
	s.client = (&dialer{resolver: s.o.Resolver, insecure: s.o.Insecure}).client(s.o.Timeout)
	return s, nil
}

// PutEndpoint adds an endpoint, which gets the events that are noted from now on, or
// replaces the one with its ID: its URL, what it wants, its secrets. How it fares and
// what is queued stays.
//
// Errors: ErrEndpoint; the store's.
func (s *Sender) PutEndpoint(ctx context.Context, e Endpoint) error {
	if !e.valid(s.o.Insecure) {
		return ErrEndpoint
	}
	return s.store.PutEndpoint(ctx, e)
}

// Enable switches an endpoint on again, and forgets its failures. It goes on with the
// message that it stopped at.
//
// Errors: ErrNotFound; the store's.
func (s *Sender) Enable(ctx context.Context, endpoint string) error {
	return s.store.SetState(ctx, endpoint, State{})
}

// Note queues an event for each endpoint that wants it, also for those that are switched
// off. It is a function for tenancy.Platform.Relay: an event that is noted again is
// passed over, unless it was sent meanwhile.
//
// Errors: the store's.
func (s *Sender) Note(ctx context.Context, e tenancy.Event) error {
	endpoints, err := s.store.Endpoints(ctx)
	if err != nil {
		return err
	}
	var messages []Message
	for _, endpoint := range endpoints {
		if !endpoint.wants(e) {
			continue
		}
		m, err := messageOf(endpoint.ID, e)
		if err != nil {
			return err
		}
		messages = append(messages, m)
	}
	if len(messages) == 0 {
		return nil
	}
	return s.store.Queue(ctx, messages...)
}

// Replay queues past events for one endpoint, those that it wants, behind what is already
// queued: for a new endpoint that starts at an earlier number, and for one whose receiver
// has lost messages. The events are those of tenancy.Session.Events.
//
// Errors: ErrNotFound; the store's, and those of events.
func (s *Sender) Replay(ctx context.Context, endpoint string, events iter.Seq2[tenancy.LoggedEvent, error]) error {
	endpoints, err := s.store.Endpoints(ctx)
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if e.ID == endpoint {
			return s.replay(ctx, e, events)
		}
	}
	return ErrNotFound
}

func (s *Sender) replay(ctx context.Context, to Endpoint, events iter.Seq2[tenancy.LoggedEvent, error]) error {
	for e, err := range events {
		if err != nil {
			return err
		}
		if !to.wants(e.Event) {
			continue
		}
		m, err := messageOf(to.ID, e.Event)
		if err != nil {
			return err
		}
		if err := s.store.Queue(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// State returns how an endpoint fares.
//
// Errors: ErrNotFound; the store's.
func (s *Sender) State(ctx context.Context, endpoint string) (State, error) {
	return s.store.State(ctx, endpoint)
}

// DeleteEndpoint removes an endpoint with the messages that are queued for it. It is no
// error if there is none.
func (s *Sender) DeleteEndpoint(ctx context.Context, endpoint string) error {
	return s.store.DeleteEndpoint(ctx, endpoint)
}

// Deliver sends what is due, and returns how many messages were accepted. Each endpoint
// is served by one process at a time. One that fails waits, which is no error of Deliver:
// State says how it fares.
//
// Errors: the store's and the context's. What was sent before stays sent; a message whose
// acceptance could not be recorded is sent again.
func (s *Sender) Deliver(ctx context.Context) (accepted int, err error) {
	d := &delivery{Sender: s, holder: rand.Text()}
	var wg sync.WaitGroup
	for range s.o.AtOnce {
		wg.Go(func() { d.work(ctx) })
	}
	wg.Wait()
	return d.accepted, d.failed
}

// delivery is a call of Deliver.
type delivery struct {
	*Sender
	holder   string
	leasing  sync.Mutex
	after    string // the endpoint that was leased last: each is served once
	mu       sync.Mutex
	accepted int
	failed   error // the first error of the store
}

// work serves one endpoint after the other until none is left.
func (d *delivery) work(ctx context.Context) {
	for {
		leased, err := d.next(ctx)
		if err == nil && leased != nil {
			err = d.serve(ctx, leased)
		}
		if err != nil {
			d.mu.Lock()
			d.failed = cmp.Or(d.failed, err)
			d.mu.Unlock()
		}
		if leased == nil || err != nil {
			return
		}
	}
}

// next leases the next endpoint.
func (d *delivery) next(ctx context.Context) (*Leased, error) {
	d.leasing.Lock()
	defer d.leasing.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now := d.o.Now()
	leased, err := d.store.Lease(ctx, d.after, d.holder, now, now.Add(d.o.Lease))
	if leased != nil {
		d.after = leased.ID
	}
	return leased, err
}

// batch is how many messages are read at once.
const batch = 100

// serve sends an endpoint's messages until none is left or one is not accepted. Losing
// the lease is no error: another process goes on.
func (d *delivery) serve(ctx context.Context, to *Leased) (err error) {
	defer func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
		defer cancel()
		if released := d.store.Release(within, to.ID, d.holder); err == nil {
			err = released
		}
		if errors.Is(err, ErrLease) {
			err = nil
		}
	}()
	until := d.o.Now().Add(d.o.Lease)
	for {
		messages, err := d.store.Oldest(ctx, to.ID, batch)
		if err != nil || len(messages) == 0 {
			return err
		}
		for _, m := range messages {
			if !d.o.Now().Add(d.o.Timeout).Before(until) {
				return nil // too little of the lease is left for an attempt
			}
			refused := d.send(ctx, to.Endpoint, m)
			if err := ctx.Err(); err != nil && refused != nil {
				return err
			}
			if until, err = d.settle(ctx, to, m, refused); err != nil || refused != nil {
				return err
			}
		}
	}
}

// settle records what became of an attempt, also if the context has ended meanwhile, and
// returns until when the lease is.
func (d *delivery) settle(ctx context.Context, to *Leased, m Message, refused error) (time.Time, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	now := d.o.Now()
	until := now.Add(d.o.Lease)
	state := State{}
	if refused != nil {
		state, m = d.failedOnce(to.State, refused, now), Message{}
	}
	if err := d.store.Sent(ctx, d.holder, m, state, to.ID, now, until); err != nil {
		return until, err
	}
	to.State = state
	switch {
	case refused == nil:
		d.mu.Lock()
		d.accepted++
		d.mu.Unlock()
	case !state.Disabled.IsZero() && d.o.OnDisabled != nil:
		d.o.OnDisabled(ctx, to.ID, refused)
	}
	return until, nil
}

// errGone means that an endpoint wants no more messages.
var errGone = fmt.Errorf("%w: 410", ErrStatus)

// failedOnce returns the state of an endpoint after one more failure.
func (s *Sender) failedOnce(was State, why error, now time.Time) State {
	is := was
	is.Failures++
	if is.Failing.IsZero() {
		is.Failing = now
	}
	wait := longestWait
	if n := is.Failures - 1; n < 32 && s.o.FirstWait<<n>>n == s.o.FirstWait {
		wait = min(wait, s.o.FirstWait<<n)
	}
	wait -= time.Duration(float64(wait/2) * s.o.Jitter())
	is.Next = now.Add(wait)
	if errors.Is(why, errGone) || now.Sub(is.Failing) >= s.o.GiveUp {
		is.Disabled = now
	}
	return is
}

// send makes one attempt. An error says that the message was not accepted.
func (s *Sender) send(ctx context.Context, to Endpoint, m Message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, strings.NewReader(m.Body))
	if err != nil {
		return ErrEndpoint
	}
	now := s.o.Now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "tenancy-webhook")
	request.Header.Set("webhook-id", m.ID)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("webhook-signature", sign(to.Secrets, m.ID, now, m.Body))
	response, err := s.client.Do(request)
	if err != nil {
		return discreet(err)
	}
	// A little of the answer is read, so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
	_ = response.Body.Close()
	switch status := response.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return errGone
	default:
		return fmt.Errorf("%w: %d", ErrStatus, status)
	}
}

// discreet returns an error without the URL, which may hold a customer's token.
func discreet(err error) error {
	if errors.Is(err, ErrAddress) {
		return ErrAddress
	}
	return ErrConnection
}
