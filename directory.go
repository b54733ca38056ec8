package tenancy

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// Directory is all organizations, accounts and users in one Store. It has no
// operations itself: As, Operator and System say who acts.
//
// A Directory is safe for concurrent use. It holds no state but its options, so
// any number of them, in any number of processes, can share one store.
type Directory struct {
	store        Store
	joined       bool         // the store is the host's own transaction
	accessReader AccessReader // the store, if it is one and not joined; else nil
	mark         *mark        // of the contexts of that transaction; nil: they have none
	watch        *watch       // of the operation that this directory was made for; else nil
	options
}

// Options are what a host may choose. A zero field, and a nil *Options, mean the
// defaults named.
type Options struct {
	// Limits apply to every organization that has none of its own (GEN-12). Nil
	// means 100 domains and no other limit. In given limits zero means no limit.
	Limits *Limits
	// InvitationLife is how long an invitation can be accepted (USR-4). Zero means
	// 7 days.
	InvitationLife time.Duration
	// InvitationsPerDay is how many invitations one address gets within 24 hours
	// in the name of one Owner (USR-10). Zero means 5, a negative number no limit.
	InvitationsPerDay int
	// OperationLife is how long an operation ID is remembered (GEN-13), so that what was
	// done under it is not done again, and Outcome knows of it. Zero means 90 days, and 7
	// days is the least. All directories over one store should have the same.
	OperationLife time.Duration
	// FormerMembersFor is how long an organization keeps the name and the address of
	// somebody who left it (USR-21), and the name of a key from when it was revoked or
	// expired (USR-22): no read gives them after that, and Purge removes them. Zero means
	// 365 days.
	FormerMembersFor time.Duration
	// Product is the label of the TXT records that prove domains (DOM-2), and what the
	// secrets of keys begin with (USR-22): letters, digits and inner hyphens. Domains and
	// keys that were made under another one go on. Empty means "tenancy".
	Product Reference
	// DomainLive is how long a verified domain is live after its record was found
	// (DOM-4). Zero means 7 days.
	DomainLive time.Duration
	// Resolver looks up the records of domains. Nil means net.DefaultResolver.
	Resolver Resolver
	// MailProviders are the domains that nobody may claim (DOM-1). Nil means the
	// list that the library brings.
	MailProviders []string
	// Roles are account roles and permissions of the host's own (ROLE-7).
	Roles RoleOptions
	// OrganizationRoles are organization roles and permissions of the host's own (ROLE-9).
	OrganizationRoles OrganizationRoleOptions
	// RelayLease is how long a call of Relay holds a stream before it has to renew that,
	// and so how long the stream of a process that crashed waits until another relays it
	// (EVT-5). Zero means 30 seconds. It must not be less than a millisecond, and should
	// be many times what a transaction of the store takes.
	RelayLease time.Duration
	// Now is the clock. Nil means time.Now. Leases go by the store's own clock, where the
	// store has one.
	Now func() time.Time
	// Random is the source of IDs and secrets. Nil means crypto/rand.
	Random io.Reader
	// OnRefused is told of every refusal, once, after the last attempt, previews
	// included (EVT-1): who acted, and the *Error. The goroutine of the operation
	// calls it after the operation's own transaction or block. Within a transaction of
	// the host's (On) it is called at once, and again if the host runs that again: there
	// it must not use the store. Nil means that nobody is told.
	//
	// The Actor of As(UserID{}) and of Operator("") is the zero one, as System's is. Both
	// refuse every operation, as CodeActor and as CodeReference. CodeActor is never
	// System's; an Observer is told the kind of actor too.
	//
	// A panic of OnRefused passes through the operation to its caller. What a block has
	// committed stays committed, and of its other refusals nobody is told. A host's
	// transaction around the operation is rolled back, unless the host recovers within it.
	OnRefused func(context.Context, Actor, error)
	// Observer is told of every operation, at its start and at its end (GEN-17). Nil
	// means that nobody is told.
	Observer Observer
}

// options are Options made ready.
type options struct {
	limits            Limits
	life              time.Duration
	perDay            int
	formerFor         time.Duration
	product           Reference
	domainLive        time.Duration
	operationLife     time.Duration
	resolver          Resolver
	mailProviders     map[string]struct{}
	table             permissionTable
	organizationRules *organizationRules
	lease             time.Duration
	now               func() time.Time
	random            io.Reader
	drawing           *sync.Mutex // random's
	onRefused         func(context.Context, Actor, error)
	observer          Observer
}

// New makes a Directory over a store, and reads nothing from it. Nil options mean
// the defaults.
//
// Errors: CodeInput if the store is nil; CodeOption if an option makes no sense
// (ROLE-7, ROLE-9, GEN-13), a mail provider that is not a domain name included.
func New(store Store, o *Options) (*Directory, error) {
	if store == nil {
		return nil, &Error{Op: "New", Err: CodeInput}
	}
	ready, err := cmp.Or(o, &Options{}).ready()
	if err != nil {
		return nil, &Error{Op: "New", Err: err}
	}
	accessReader, _ := store.(AccessReader)
	return &Directory{store: store, accessReader: accessReader, options: ready}, nil
}

// ready fills in the defaults and checks the options.
func (o *Options) ready() (r options, err error) {
	r = options{
		limits:        *cmp.Or(o.Limits, &Limits{Domains: 100, AccountGroups: 100}),
		life:          cmp.Or(o.InvitationLife, 7*24*time.Hour),
		perDay:        cmp.Or(o.InvitationsPerDay, 5),
		formerFor:     cmp.Or(o.FormerMembersFor, 365*24*time.Hour),
		product:       cmp.Or(o.Product, "tenancy"),
		domainLive:    cmp.Or(o.DomainLive, 7*24*time.Hour),
		operationLife: cmp.Or(o.OperationLife, 90*24*time.Hour),
		resolver:      o.Resolver,
		lease:         cmp.Or(o.RelayLease, 30*time.Second),
		now:           o.Now,
		random:        o.Random,
		drawing:       new(sync.Mutex),
		onRefused:     o.OnRefused,
		observer:      o.Observer,
	}
	if r.resolver == nil {
		r.resolver = net.DefaultResolver
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.random == nil {
		r.random = rand.Reader
	}
	if r.mailProviders = defaultMailProviders(); o.MailProviders != nil {
		if r.mailProviders, err = mailProviders(o.MailProviders); err != nil {
			return r, err
		}
	}
	if r.table, err = newPermissionTable(o.Roles); err != nil {
		return r, err
	}
	if r.organizationRules, err = newOrganizationRules(o.OrganizationRoles); err != nil {
		return r, err
	}
	if r.life < 0 || r.formerFor < 0 || r.domainLive < 0 || r.operationLife < leastOperationLife ||
		r.lease < time.Millisecond || r.limits.negative() || !isLabel(r.product) {
		return r, CodeOption
	}
	return r, nil
}

// isLabel reports whether a text can be a label of a domain name.
func isLabel(r Reference) bool {
	return r.valid() && len(r) < 63 && !strings.ContainsAny(string(r), "._/") && r[0] != '-' &&
		r[len(r)-1] != '-'
}

// As returns the operations of a user whom the host has authenticated. Every
// operation checks whether the user exists and is active: CodeActor (GEN-2). A zero
// ID is CodeActor too, and never System.
func (d *Directory) As(user UserID) *Session {
	s := &Session{dir: d, actor: Actor{User: user}, kind: ActorUser}
	if user.IsZero() {
		s.malformed = CodeActor
	}
	return s
}

// Operator returns the operations of one of the host's staff, whom the host has
// authenticated. If the ID is not a Reference, every operation is refused:
// CodeReference.
func (d *Directory) Operator(id OperatorID) *Platform {
	s := &Session{dir: d, actor: Actor{Operator: id}, kind: ActorOperator}
	if !id.valid() {
		s.malformed = CodeReference
	}
	return &Platform{Session: s}
}

// System returns the operations of the host itself: its sign-up flow, its timers.
func (d *Directory) System() *Platform {
	return &Platform{Session: &Session{dir: d, kind: ActorSystem}}
}

// Session is what an actor can do. It is a small value over its Directory: make one
// for each request. It is safe for concurrent use, but the session of a block
// (Atomically, Preview) is for the block's goroutine alone.
type Session struct {
	dir         *Directory
	actor       Actor
	kind        ActorKind // of the actor, also if the actor is malformed
	correlation Reference
	key         KeyID           // that the actor, a service account, acts with; zero: none
	proof       *directoryProof // that the actor, a directory, acts with; nil: it is none
	once        OperationID
	block       *block
	malformed   error // every operation is refused with it
}

// Platform is what the host's staff (Operator) and the host itself (System) can do:
// a Session, and what no user may ask for (GEN-1).
type Platform struct{ *Session }

// Actor returns who acts: the user of As, the service account whose key Authenticate found
// (USR-22), the Operator, or System as the zero value (GEN-1). It asks nothing, so it does
// not say whether the actor is active or the key holds: each operation looks at that.
//
// The Actor of As(UserID{}) and of Operator("") is the zero one too, and these do nothing:
// every operation of theirs is refused.
func (s *Session) Actor() Actor { return s.actor }

// Once returns a session for one operation that writes, which has the given ID and is
// safe to repeat. Make a new session for each operation: one that writes under an ID
// that is used up is refused as CodeAlreadyDone, with what was done under it
// (OutcomeOf), or as CodeOperationTaken if that was another operation. The inputs are
// not compared, so the ID alone tells the operation that was meant. Reads are not
// affected, and a refused operation does not use the ID up (GEN-13).
//
// The Outcome holds the IDs of what was made, and nothing else of the first result. In
// particular secrets are returned only once. If that of an invitation was lost, use
// ResendInvitation; if that of a key, revoke the key and create another.
//
// The operation is refused as CodeID if the ID is zero, and as CodeInTransaction in
// a block, which has an ID already.
func (s *Session) Once(operation OperationID) *Session {
	with := *s
	with.once = operation
	switch {
	case s.malformed != nil:
	case operation.IsZero():
		with.malformed = CodeID
	case s.block != nil:
		with.malformed = CodeInTransaction
	}
	return &with
}

// Correlate returns a session whose events carry a reference of the host's, such as
// a request's ID. If it is not a Reference, the operation is refused:
// CodeReference.
func (s *Session) Correlate(reference Reference) *Session {
	with := *s
	with.correlation = reference
	if s.malformed == nil && !reference.valid() {
		with.malformed = CodeReference
	}
	return &with
}

// Once is Session.Once for a Platform.
func (p *Platform) Once(operation OperationID) *Platform { return &Platform{p.Session.Once(operation)} }

// Correlate is Session.Correlate for a Platform.
func (p *Platform) Correlate(reference Reference) *Platform {
	return &Platform{p.Session.Correlate(reference)}
}
