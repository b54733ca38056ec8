package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/bench/internal/stores"
)

// stage is two organizations in one database, each with a domain whose people join: one
// that the library works on, and one for the transactions that are written by hand.
type stage struct {
	db          database
	dir         *tenancy.Directory
	ours, other party
	drawn       uint64
}

// party is an organization with its Owner and its domain.
type party struct {
	org    tenancy.OrganizationID
	owner  tenancy.UserID
	domain string
}

// tables are those that the transactions write to.
var tables = []string{"tenancy_organizations", "tenancy_users", "tenancy_members", "tenancy_words", "tenancy_heads",
	"tenancy_events", "tenancy_event_subjects", "tenancy_outbox", "tenancy_operations"}

// openStage makes a stage over a store of a kind, and returns how to close it.
func openStage(ctx context.Context, kind string) (*stage, func(), error) {
	opened, err := stores.Open(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	names := &stores.Names{}
	s := &stage{}
	s.dir, err = tenancy.New(opened.Store, &tenancy.Options{Resolver: names})
	if err == nil {
		s.ours, err = s.found(ctx, names, "ours.example")
	}
	if err == nil {
		s.other, err = s.found(ctx, names, "other.example")
	}
	if err == nil {
		s.db, err = openByHand(opened)
	}
	if err != nil {
		opened.Close()
		return nil, nil, err
	}
	return s, func() { s.db.close(); opened.Close() }, nil
}

// found signs up an Owner, and proves their domain.
func (s *stage) found(ctx context.Context, names *stores.Names, domain string) (party, error) {
	up, err := s.dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("owner@" + domain), Name: "The Owner"})
	if err != nil {
		return party{}, err
	}
	p := party{up.Organization.ID, up.User.ID, domain}
	owner := s.dir.As(p.owner)
	d, err := owner.AddDomain(ctx, p.org, domain)
	if err != nil {
		return p, err
	}
	names.Publish(d.RecordName, d.RecordValue)
	if _, err := owner.VerifyDomain(ctx, d.ID); err != nil {
		return p, err
	}
	_, err = owner.SetSignUpPolicy(ctx, p.org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic})
	return p, err
}

// newID draws an ID as the library does.
func (s *stage) newID() (id [16]byte) {
	_, _ = rand.Read(id[8:]) // it never fails
	s.drawn++
	binary.BigEndian.PutUint64(id[:], uint64(time.Now().UnixMilli())<<16|0x7000|s.drawn&0xfff)
	return id
}

var (
	errRefused  = errors.New("the transaction by hand refuses")
	errUnlike   = errors.New("the transaction by hand does not do what the library does")
	errNoHead   = errors.New("there is no head")
	errNothing  = errors.New("nothing was changed")
	errNotThere = errors.New("what was written is not there")
)

// The statements. Both operations look up whether the operation's ID is used up, and read
// the organization and the head of its stream; both append events and write the new head
// and the operation.
const (
	readOperation = "SELECT name FROM tenancy_operations WHERE actor_key = $1 AND id = $2"
	readOrg       = "SELECT state, suspended, name, limited, limit_members, seats FROM tenancy_organizations WHERE id = $1"
	readHead      = "SELECT sequence, hash FROM tenancy_heads WHERE stream = $1"
	readActor     = `SELECT inactive_organization, inactive_operator, inactive_directory, unclaimed, deleted
		FROM tenancy_users WHERE id = $1`
	readMember  = "SELECT role FROM tenancy_members WHERE organization_id = $1 AND user_id = $2"
	readAddress = "SELECT id FROM tenancy_users WHERE address_key = $1"
	readDomain  = "SELECT organization_id, state, policy FROM tenancy_domains WHERE verified_key = $1"
	readSent    = "SELECT id FROM tenancy_invitations WHERE address_group = $1 LIMIT 1"
	readAsked   = "SELECT id FROM tenancy_requests WHERE address_group = $1 LIMIT 1"
	readPending = "SELECT id FROM tenancy_invitations WHERE target_id = $1 AND pending_key = $2"

	writeName  = "UPDATE tenancy_organizations SET name = $1 WHERE id = $2"
	writeSeats = "UPDATE tenancy_organizations SET seats = $1 WHERE id = $2"
	writeHead  = "UPDATE tenancy_heads SET sequence = $1, hash = $2 WHERE stream = $3"
	writeEvent = `INSERT INTO tenancy_events (stream, sequence, of_user, id, time, actor, name, operation_id, part, step,
		correlation, type, data, previous, hash) VALUES ($1, $2, FALSE, $3, $4, $5, $6, $7, 0, $8, '', $9, $10, $11, $12)`
	writeSubject = "INSERT INTO tenancy_event_subjects (stream, subject, happened, sequence) VALUES ($1, $2, $3, $4)"
	writeOutbox  = "INSERT INTO tenancy_outbox (stream, sequence) VALUES ($1, $2)"
	writeCall    = `INSERT INTO tenancy_operations (actor, id, name, call_id, time, fence, made, events, actor_key, due)
		VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7, $8, $9)`
	writeUser = `INSERT INTO tenancy_users (id, service_account, inactive_organization, inactive_operator,
		inactive_directory, unclaimed, deleted, managed, created, keys, email, address, name, address_key, domain_group, managed_key)
		VALUES ($1, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, $2, 0, $3, $4, $5, $6, $7, $8)`
	writeMember = `INSERT INTO tenancy_members (organization_id, user_id, role, exempt, since)
		VALUES ($1, $2, 'standard_user', FALSE, $3)`
	writeWord = `INSERT INTO tenancy_words (organization_id, user_id, independent, word, word_key)
		VALUES ($1, $2, FALSE, $3, $4)`
)

// stream is the end of an organization's stream within a transaction.
type stream struct {
	s         *stage
	org       [16]byte
	sequence  int64
	hash      []byte
	now       int64
	actor     string
	operation [16]byte
	name      string
	events    int
	writes    []statement
}

func (l *stream) write(text string, arguments ...any) {
	l.writes = append(l.writes, statement{text, arguments})
}

// append writes an event, which is about some things, and chains it to the one before.
func (l *stream) append(kind string, subjects ...[16]byte) {
	db := l.s.db
	data := make([]byte, 0, 64)
	for _, id := range subjects {
		data = append(binary.BigEndian.AppendUint64(data, 16), id[:]...)
	}
	l.sequence++
	previous := l.hash
	sum := sha256.Sum256(append(append([]byte(kind+l.actor+l.name), previous...), data...))
	l.hash = sum[:]
	l.write(writeEvent, db.id(l.org), l.sequence, db.id(l.s.newID()), l.now, l.actor, l.name, db.id(l.operation),
		int64(l.events), kind, data, previous, l.hash)
	for _, id := range subjects {
		if id == l.org { // an event's stream is none of its subjects
			continue
		}
		l.write(writeSubject, db.id(l.org), db.id(id), l.now, l.sequence)
	}
	l.write(writeOutbox, db.id(l.org), l.sequence)
	l.events++
}

// end writes the head and the operation, and returns all that is to be written.
func (l *stream) end(made string) []statement {
	db := l.s.db
	l.write(writeHead, l.sequence, l.hash, db.id(l.org))
	l.write(writeCall, l.actor, db.id(l.operation), l.name, db.id(l.s.newID()), l.now, made, int64(l.events),
		db.key(l.actor), db.key(fmt.Sprintf("%019d %s", l.now, l.actor)))
	return l.writes
}

// orgRow is a row of readOrg.
type orgRow struct {
	state, name        string
	suspended, limited bool
	most, seats        int64
}

// common are the readings of both operations, and what they read into.
func (s *stage) common(l *stream, o *orgRow) []*reading {
	var used string
	return []*reading{
		{statement: statement{readOperation, []any{s.db.key(l.actor), s.db.id(l.operation)}}, into: []any{&used}},
		{statement: statement{readOrg, []any{s.db.id(l.org)}},
			into: []any{&o.state, &o.suspended, &o.name, &o.limited, &o.most, &o.seats}},
		{statement: statement{readHead, []any{s.db.id(l.org)}}, into: []any{&l.sequence, &l.hash}},
	}
}

// rename renames the other organization by hand.
func (s *stage) rename(ctx context.Context, name string) error {
	p := s.other
	l := &stream{s: s, org: p.org, now: time.Now().UnixMicro(), actor: p.owner.String(), operation: s.newID(), name: "RenameOrganization"}
	var o orgRow
	var holds [5]bool
	var role string
	reads := append(s.common(l, &o),
		&reading{statement: statement{readActor, []any{s.db.id(p.owner)}},
			into: []any{&holds[0], &holds[1], &holds[2], &holds[3], &holds[4]}},
		&reading{statement: statement{readMember, []any{s.db.id(p.org), s.db.id(p.owner)}}, into: []any{&role}})
	return s.db.transact(ctx, reads, func() ([]statement, error) {
		may := role == string(tenancy.Owner) || role == string(tenancy.Administrator)
		switch {
		case reads[0].found || !reads[1].found || !reads[3].found || !reads[4].found || holds != [5]bool{} || !may:
			return nil, errRefused
		case !reads[2].found:
			return nil, errNoHead
		case o.state != string(tenancy.StateActive) || o.suspended:
			return nil, errRefused
		case o.name == name:
			return nil, errNothing
		}
		l.write(writeName, name, s.db.id(p.org))
		l.append("OrganizationRenamed", p.org)
		return l.end(""), nil
	})
}

// join signs up a person by hand, who joins the other organization by their domain.
func (s *stage) join(ctx context.Context, address, name string) error {
	p := s.other
	l := &stream{s: s, org: p.org, now: time.Now().UnixMicro(), actor: "system", operation: s.newID(), name: "SignUp"}
	domain := address[strings.LastIndexByte(address, '@')+1:]
	var o orgRow
	var taken, sent, asked, pending []byte
	var org []byte
	var state, policy string
	group := func(text string) any { return s.db.id(hashKey(text)) }
	reads := append(s.common(l, &o),
		&reading{statement: statement{readAddress, []any{s.db.key(address)}}, into: []any{&taken}},
		&reading{statement: statement{readDomain, []any{s.db.key(domain)}}, into: []any{&org, &state, &policy}},
		&reading{statement: statement{readSent, []any{group(address)}}, into: []any{&sent}},
		&reading{statement: statement{readAsked, []any{group(address)}}, into: []any{&asked}},
		&reading{statement: statement{readPending, []any{s.db.id(p.org), s.db.key(address)}}, into: []any{&pending}})
	return s.db.transact(ctx, reads, func() ([]statement, error) {
		switch {
		case reads[0].found || !reads[1].found || reads[3].found || !reads[4].found:
			return nil, errRefused
		case !reads[2].found:
			return nil, errNoHead
		case reads[5].found || reads[6].found || reads[7].found: // an invitation or a request is another case
			return nil, errRefused
		case [16]byte(org) != p.org || state == string(tenancy.StateUnverified):
			return nil, errRefused
		case o.state != string(tenancy.StateActive) || o.suspended || o.limited && o.most > 0 && o.seats >= o.most:
			return nil, errRefused
		}
		user := tenancy.UserID(s.newID())
		l.write(writeUser, s.db.id(user), l.now, address, address, name, s.db.key(address), group(domain), s.db.key("managed"))
		l.write(writeMember, s.db.id(p.org), s.db.id(user), l.now)
		words := strings.Fields(strings.ToUpper(name + " " + address))
		for i, word := range words {
			if begins(word, slices.Delete(slices.Clone(words), i, i+1)) {
				continue // what finds the other finds it
			}
			l.write(writeWord, s.db.id(p.org), s.db.id(user), word, s.db.key(word))
		}
		l.write(writeSeats, o.seats+1, s.db.id(p.org))
		l.append("UserCreated", user)
		l.append("MemberJoined", p.org, user)
		return l.end(user.String()), nil
	})
}

// begins reports whether some word begins with this one.
func begins(word string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(other, word) })
}

// hashKey is what a column that ends with _group holds of a text.
func hashKey(text string) [16]byte {
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

// renameOurs is what rename does, by the library.
func (s *stage) renameOurs(ctx context.Context, name string) error {
	_, err := s.dir.As(s.ours.owner).RenameOrganization(ctx, s.ours.org, name)
	return err
}

// joinOurs is what join does, by the library.
func (s *stage) joinOurs(ctx context.Context, address, name string) error {
	up, err := s.dir.System().SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(address), Name: name})
	if err == nil && up.Result != tenancy.SignUpJoined {
		return fmt.Errorf("%w: %s", errUnlike, up.Result)
	}
	return err
}

// grows returns how many rows each table gets by something.
func (s *stage) grows(ctx context.Context, by func() error) (map[string]int, error) {
	grown := map[string]int{}
	for _, sign := range []int{-1, 1} {
		for _, table := range tables {
			n, err := s.db.count(ctx, table)
			if err != nil {
				return nil, err
			}
			grown[table] += sign * n
		}
		if sign < 0 {
			if err := by(); err != nil {
				return nil, err
			}
		}
	}
	return grown, nil
}

// proves compares what the library does with what the transactions by hand do: both add
// as many rows to each table, and the library reads what either has written.
func (s *stage) proves(ctx context.Context) error {
	for what, pair := range map[string][2]func() error{
		"rename": {func() error { return s.renameOurs(ctx, "Proof") }, func() error { return s.rename(ctx, "Proof") }},
		"join": {func() error { return s.joinOurs(ctx, "proof@"+s.ours.domain, "Proof Person") },
			func() error { return s.join(ctx, "proof@"+s.other.domain, "Proof Person") }},
	} {
		var grown [2]map[string]int
		for i, by := range pair {
			var err error
			if grown[i], err = s.grows(ctx, by); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
		if fmt.Sprint(grown[0]) != fmt.Sprint(grown[1]) {
			return fmt.Errorf("%w: %s: the library %v, by hand %v", errUnlike, what, grown[0], grown[1])
		}
	}
	for _, p := range []party{s.ours, s.other} {
		o, err := s.dir.As(p.owner).Organization(ctx, p.org)
		if err != nil {
			return err
		}
		u, err := s.dir.System().UserByEmail(ctx, "proof@"+p.domain)
		if err != nil {
			return err
		}
		d, err := s.dir.System().CanInOrganization(ctx, u.ID, tenancy.CreateAccounts, p.org)
		if err != nil {
			return err
		}
		found := 0
		for _, err := range s.dir.As(p.owner).Users(ctx, p.org, tenancy.UserQuery{Search: "proof"}) {
			if err != nil {
				return err
			}
			found++
		}
		if o.Name.Reveal() != "Proof" || !d.Allowed || found != 1 {
			return fmt.Errorf("%w: %s: %q, %t, %d found", errNotThere, p.domain, o.Name.Reveal(), d.Allowed, found)
		}
	}
	return nil
}

// transactions measures the library beside transactions by hand, over one database.
func (o options) transactions(ctx context.Context, t *table, name, kind string) error {
	rename, join := "Rename an organization, "+name, "Sign up, and join, "+name
	if !o.wanted(rename) && !o.wanted(join) {
		return nil
	}
	s, closed, err := openStage(ctx, kind)
	if err != nil {
		return err
	}
	defer closed()
	if err := s.proves(ctx); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	named := func(n int) string { return fmt.Sprintf("Name %d", n) }
	addressed := func(n int, p party) string { return fmt.Sprintf("person%d@%s", n, p.domain) }
	return o.run(ctx, t,
		contest{rename, []contender{
			{name: "a transaction by hand", do: func(ctx context.Context, n int) error { return s.rename(ctx, named(n)) }},
			{name: "tenancy, RenameOrganization", do: func(ctx context.Context, n int) error { return s.renameOurs(ctx, named(n)) }},
		}},
		contest{join, []contender{
			{name: "a transaction by hand", do: func(ctx context.Context, n int) error {
				return s.join(ctx, addressed(n, s.other), "Some Person")
			}},
			{name: "tenancy, SignUp", do: func(ctx context.Context, n int) error {
				return s.joinOurs(ctx, addressed(n, s.ours), "Some Person")
			}},
		}},
	)
}
