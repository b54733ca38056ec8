package webhook

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Store keeps endpoints, how they fare, and the messages that are on their way. All its
// methods may be called from several processes at once, and each is atomic. A Store has
// the errors ErrNotFound and ErrLease; those of its driver pass through.
type Store interface {
	// Endpoints returns all endpoints, ordered by ID.
	Endpoints(ctx context.Context) ([]Endpoint, error)
	// PutEndpoint adds an endpoint, or replaces the one with its ID, whose state and
	// messages stay.
	PutEndpoint(ctx context.Context, e Endpoint) error
	// DeleteEndpoint removes an endpoint with its messages. It is no error if there is
	// none.
	DeleteEndpoint(ctx context.Context, id string) error

	// State returns how an endpoint fares, or ErrNotFound.
	State(ctx context.Context, id string) (State, error)
	// SetState sets it, whoever has the endpoint's lease, or returns ErrNotFound.
	SetState(ctx context.Context, id string, s State) error

	// Queue adds messages at the ends of their endpoints' queues. A message that the queue
	// already has, by endpoint and ID, is passed over, and so is one of an endpoint that
	// does not exist.
	Queue(ctx context.Context, messages ...Message) error

	// Lease finds an endpoint after an ID, in the order of IDs, that has messages, is not
	// switched off, whose Next has come and which nobody else has leased at the time, and
	// leases it to the holder until then. It returns nil if there is none.
	Lease(ctx context.Context, after, holder string, now, until time.Time) (*Leased, error)
	// Oldest returns the first messages of an endpoint's queue, up to a limit.
	Oldest(ctx context.Context, endpoint string, limit int) ([]Message, error)
	// Sent removes a message and sets the state, if the holder has the endpoint's lease at
	// the time, and prolongs the lease. Otherwise it returns ErrLease. The zero Message
	// removes nothing.
	Sent(ctx context.Context, holder string, m Message, s State, endpoint string, now, until time.Time) error
	// Release ends a holder's lease. It is no error if it has none.
	Release(ctx context.Context, endpoint, holder string) error
}

// Leased is an endpoint that a call of Deliver has.
type Leased struct {
	Endpoint
	State
}

// Memory is a Store in memory, for tests and for a process that can lose what it holds.
type Memory struct {
	mu        sync.Mutex
	endpoints []*kept // ordered by ID
}

var _ Store = (*Memory)(nil)

// kept is an endpoint with all that belongs to it.
type kept struct {
	Leased
	holder string
	until  time.Time
	queue  []Message
}

// NewMemory makes an empty Memory.
func NewMemory() *Memory { return &Memory{} }

// find returns where an endpoint is, or would be, and the endpoint if it is there.
func (m *Memory) find(id string) (int, *kept) {
	at, found := slices.BinarySearchFunc(m.endpoints, id, func(k *kept, id string) int {
		switch {
		case k.ID < id:
			return -1
		case k.ID > id:
			return 1
		}
		return 0
	})
	if !found {
		return at, nil
	}
	return at, m.endpoints[at]
}

func copied(e Endpoint) Endpoint {
	e.Types, e.Secrets = slices.Clone(e.Types), slices.Clone(e.Secrets)
	return e
}

// Endpoints is Store.Endpoints.
func (m *Memory) Endpoints(context.Context) (all []Endpoint, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.endpoints {
		all = append(all, copied(k.Endpoint))
	}
	return all, nil
}

// PutEndpoint is Store.PutEndpoint.
func (m *Memory) PutEndpoint(_ context.Context, e Endpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, k := m.find(e.ID)
	if k == nil {
		k = &kept{}
		m.endpoints = slices.Insert(m.endpoints, at, k)
	}
	k.Endpoint = copied(e)
	return nil
}

// DeleteEndpoint is Store.DeleteEndpoint.
func (m *Memory) DeleteEndpoint(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, k := m.find(id); k != nil {
		m.endpoints = slices.Delete(m.endpoints, at, at+1)
	}
	return nil
}

// State is Store.State.
func (m *Memory) State(_ context.Context, id string) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, k := m.find(id); k != nil {
		return k.State, nil
	}
	return State{}, ErrNotFound
}

// SetState is Store.SetState.
func (m *Memory) SetState(_ context.Context, id string, s State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, k := m.find(id)
	if k == nil {
		return ErrNotFound
	}
	k.State = s
	return nil
}

// Queue is Store.Queue.
func (m *Memory) Queue(_ context.Context, messages ...Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range messages {
		if _, k := m.find(message.Endpoint); k != nil && !slices.Contains(k.queue, message) {
			k.queue = append(k.queue, message)
		}
	}
	return nil
}

// Lease is Store.Lease.
func (m *Memory) Lease(_ context.Context, after, holder string, now, until time.Time) (*Leased, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.endpoints {
		taken := k.holder != "" && k.holder != holder && now.Before(k.until)
		if k.ID <= after || len(k.queue) == 0 || !k.Disabled.IsZero() || now.Before(k.Next) || taken {
			continue
		}
		k.holder, k.until = holder, until
		return &Leased{copied(k.Endpoint), k.State}, nil
	}
	return nil, nil
}

// Oldest is Store.Oldest.
func (m *Memory) Oldest(_ context.Context, endpoint string, limit int) ([]Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, k := m.find(endpoint); k != nil {
		return slices.Clone(k.queue[:min(limit, len(k.queue))]), nil
	}
	return nil, nil
}

// Sent is Store.Sent.
func (m *Memory) Sent(_ context.Context, holder string, sent Message, s State, endpoint string,
	now, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, k := m.find(endpoint)
	if k == nil || k.holder != holder || !now.Before(k.until) {
		return ErrLease
	}
	k.queue = slices.DeleteFunc(k.queue, func(m Message) bool { return m.ID == sent.ID })
	k.State, k.until = s, until
	return nil
}

// Release is Store.Release.
func (m *Memory) Release(_ context.Context, endpoint, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, k := m.find(endpoint); k != nil && k.holder == holder {
		k.holder = ""
	}
	return nil
}
