package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	google "github.com/google/btree"
	"github.com/hashicorp/go-memdb"
	tidwall "github.com/tidwall/btree"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// keeper keeps users by ID, by address, and in the order of their IDs on their domain. All
// of them are on one.
type keeper interface {
	// read reads one by ID.
	read(ctx context.Context, id tenancy.UserID) (tenancy.UserRecord, error)
	// find reads the ID of one by address, and reports whether there is one.
	find(ctx context.Context, address string) (tenancy.UserID, bool, error)
	// update reads one by ID and gives it another address, in one transaction.
	update(ctx context.Context, id tenancy.UserID, address string) error
	// page reads up to fifty that come after an ID, and appends their IDs.
	page(ctx context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error)
}

const (
	pageLength = 50
	onDomain   = "@example.com"
)

var errNotFound = errors.New("not found")

func readdressed(u tenancy.UserRecord, address string) tenancy.UserRecord {
	u.Personal.Email, u.Personal.Address = tenancy.NewPersonal(address), tenancy.NewPersonal(address)
	return u
}

func addressOf(u *tenancy.UserRecord) string { return u.Personal.Address.Reveal() }

// plainKeeper is the floor: two maps and a sorted list behind a lock. It has no snapshots,
// and cannot take back what it has changed.
type plainKeeper struct {
	mu        sync.RWMutex
	users     map[tenancy.UserID]*tenancy.UserRecord
	addresses map[string]tenancy.UserID
	sorted    []tenancy.UserID
}

func (k *plainKeeper) read(_ context.Context, id tenancy.UserID) (tenancy.UserRecord, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if u := k.users[id]; u != nil {
		return *u, nil
	}
	return tenancy.UserRecord{}, errNotFound
}

func (k *plainKeeper) find(_ context.Context, address string) (tenancy.UserID, bool, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	id, found := k.addresses[address]
	return id, found, nil
}

func (k *plainKeeper) update(_ context.Context, id tenancy.UserID, address string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	old := k.users[id]
	if old == nil {
		return errNotFound
	}
	changed := readdressed(*old, address)
	k.users[id] = &changed
	delete(k.addresses, addressOf(old))
	k.addresses[address] = id
	return nil
}

func (k *plainKeeper) page(_ context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	from, found := slices.BinarySearchFunc(k.sorted, after, compareIDs)
	if found {
		from++
	}
	page := make([]*tenancy.UserRecord, 0, pageLength)
	for _, id := range k.sorted[from:min(from+pageLength, len(k.sorted))] {
		page = append(page, k.users[id])
	}
	return append(ids, idsOf(page)...), nil
}

func compareIDs(a, b tenancy.UserID) int { return bytes.Compare(a[:], b[:]) }

func idsOf(page []*tenancy.UserRecord) []tenancy.UserID {
	ids := make([]tenancy.UserID, 0, pageLength)
	for _, u := range page {
		ids = append(ids, u.ID)
	}
	return ids
}

// storeKeeper is memstore.
type storeKeeper struct{ *memstore.Store }

func domainKey() [16]byte {
	sum := sha256.Sum256([]byte(strings.TrimPrefix(onDomain, "@")))
	return [16]byte(sum[:16])
}

func (k storeKeeper) read(ctx context.Context, id tenancy.UserID) (u tenancy.UserRecord, err error) {
	err = k.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: id}})
		if err != nil {
			return err
		}
		found, ok := answers[0].Record.(tenancy.UserRecord)
		if !ok {
			return errNotFound
		}
		u = found
		return nil
	})
	return u, err
}

func (k storeKeeper) find(ctx context.Context, address string) (id tenancy.UserID, found bool, err error) {
	err = k.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: address}})
		if err != nil {
			return err
		}
		u, ok := answers[0].Record.(tenancy.UserRecord)
		id, found = u.ID, ok
		return nil
	})
	return id, found, err
}

func (k storeKeeper) update(ctx context.Context, id tenancy.UserID, address string) error {
	return k.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: id}})
		if err != nil {
			return err
		}
		u, ok := answers[0].Record.(tenancy.UserRecord)
		if !ok {
			return errNotFound
		}
		return tx.Put(ctx, readdressed(u, address))
	})
}

func (k storeKeeper) page(ctx context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error) {
	err := k.View(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexUsersOnDomain,
			Key: tenancy.Key{In: domainKey(), Text: "free", ID: after}, Limit: pageLength})
		if err != nil {
			return err
		}
		for _, r := range answers[0].Records {
			ids = append(ids, r.(tenancy.UserRecord).ID)
		}
		return nil
	})
	return ids, err
}

// userEntry is a user, and where it is found.
type userEntry struct {
	id   tenancy.UserID
	user *tenancy.UserRecord
}

// addressEntry is where an address is found.
type addressEntry struct {
	address string
	id      tenancy.UserID
}

func lessUser(a, b userEntry) bool       { return compareIDs(a.id, b.id) < 0 }
func lessAddress(a, b addressEntry) bool { return a.address < b.address }
func lessID(a, b tenancy.UserID) bool    { return compareIDs(a, b) < 0 }

// tidwallTrees are three trees of tidwall/btree.
type tidwallTrees struct {
	users     *tidwall.BTreeG[userEntry]
	addresses *tidwall.BTreeG[addressEntry]
	domain    *tidwall.BTreeG[tenancy.UserID]
}

// tidwallKeeper has its trees behind an atomic pointer. One update at a time works on
// copies of them, which share what they do not change.
type tidwallKeeper struct {
	mu      sync.Mutex
	current atomic.Pointer[tidwallTrees]
}

func newTidwallKeeper(users []tenancy.UserRecord) *tidwallKeeper {
	plain := tidwall.Options{NoLocks: true}
	t := &tidwallTrees{tidwall.NewBTreeGOptions(lessUser, plain), tidwall.NewBTreeGOptions(lessAddress, plain),
		tidwall.NewBTreeGOptions(lessID, plain)}
	for i := range users {
		u := &users[i]
		t.users.Set(userEntry{u.ID, u})
		t.addresses.Set(addressEntry{addressOf(u), u.ID})
		t.domain.Set(u.ID)
	}
	k := &tidwallKeeper{}
	k.current.Store(t)
	return k
}

func (k *tidwallKeeper) read(_ context.Context, id tenancy.UserID) (tenancy.UserRecord, error) {
	if u, found := k.current.Load().users.Get(userEntry{id: id}); found {
		return *u.user, nil
	}
	return tenancy.UserRecord{}, errNotFound
}

func (k *tidwallKeeper) find(_ context.Context, address string) (tenancy.UserID, bool, error) {
	e, found := k.current.Load().addresses.Get(addressEntry{address: address})
	return e.id, found, nil
}

func (k *tidwallKeeper) update(_ context.Context, id tenancy.UserID, address string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.current.Load()
	old, found := t.users.Get(userEntry{id: id})
	if !found {
		return errNotFound
	}
	next := &tidwallTrees{t.users.IsoCopy(), t.addresses.IsoCopy(), t.domain} // the ID stays where it is
	changed := readdressed(*old.user, address)
	next.users.Set(userEntry{id, &changed})
	next.addresses.Delete(addressEntry{address: addressOf(old.user)})
	next.addresses.Set(addressEntry{address, id})
	k.current.Store(next)
	return nil
}

func (k *tidwallKeeper) page(_ context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error) {
	t := k.current.Load()
	page := make([]*tenancy.UserRecord, 0, pageLength)
	t.domain.Ascend(after, func(id tenancy.UserID) bool {
		if id != after {
			u, _ := t.users.Get(userEntry{id: id})
			page = append(page, u.user)
		}
		return len(page) < pageLength
	})
	return append(ids, idsOf(page)...), nil
}

// googleTrees are three trees of google/btree.
type googleTrees struct {
	users     *google.BTreeG[userEntry]
	addresses *google.BTreeG[addressEntry]
	domain    *google.BTreeG[tenancy.UserID]
}

// googleKeeper has its trees behind an atomic pointer, as tidwallKeeper has.
type googleKeeper struct {
	mu      sync.Mutex
	current atomic.Pointer[googleTrees]
}

const degree = 32

func newGoogleKeeper(users []tenancy.UserRecord) *googleKeeper {
	t := &googleTrees{google.NewG(degree, lessUser), google.NewG(degree, lessAddress), google.NewG(degree, lessID)}
	for i := range users {
		u := &users[i]
		t.users.ReplaceOrInsert(userEntry{u.ID, u})
		t.addresses.ReplaceOrInsert(addressEntry{addressOf(u), u.ID})
		t.domain.ReplaceOrInsert(u.ID)
	}
	k := &googleKeeper{}
	k.current.Store(t)
	return k
}

func (k *googleKeeper) read(_ context.Context, id tenancy.UserID) (tenancy.UserRecord, error) {
	if u, found := k.current.Load().users.Get(userEntry{id: id}); found {
		return *u.user, nil
	}
	return tenancy.UserRecord{}, errNotFound
}

func (k *googleKeeper) find(_ context.Context, address string) (tenancy.UserID, bool, error) {
	e, found := k.current.Load().addresses.Get(addressEntry{address: address})
	return e.id, found, nil
}

func (k *googleKeeper) update(_ context.Context, id tenancy.UserID, address string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.current.Load()
	old, found := t.users.Get(userEntry{id: id})
	if !found {
		return errNotFound
	}
	next := &googleTrees{t.users.Clone(), t.addresses.Clone(), t.domain}
	changed := readdressed(*old.user, address)
	next.users.ReplaceOrInsert(userEntry{id, &changed})
	next.addresses.Delete(addressEntry{address: addressOf(old.user)})
	next.addresses.ReplaceOrInsert(addressEntry{address, id})
	k.current.Store(next)
	return nil
}

func (k *googleKeeper) page(_ context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error) {
	t := k.current.Load()
	page := make([]*tenancy.UserRecord, 0, pageLength)
	t.domain.AscendGreaterOrEqual(after, func(id tenancy.UserID) bool {
		if id != after {
			u, _ := t.users.Get(userEntry{id: id})
			page = append(page, u.user)
		}
		return len(page) < pageLength
	})
	return append(ids, idsOf(page)...), nil
}

// memdbKeeper is a table of go-memdb with three indexes.
type memdbKeeper struct{ *memdb.MemDB }

const memdbTable = "users"

// memdbIndexer makes the key of an index.
type memdbIndexer struct {
	of func(*tenancy.UserRecord) []byte
}

func (i memdbIndexer) FromObject(object any) (bool, []byte, error) {
	return true, i.of(object.(*tenancy.UserRecord)), nil
}

func (i memdbIndexer) FromArgs(arguments ...any) ([]byte, error) { return arguments[0].([]byte), nil }

// addressKey ends with a zero, so that no address is the beginning of another's key.
func addressKey(address string) []byte { return append([]byte(address), 0) }

func memdbDomainKey(id tenancy.UserID) []byte {
	domain := domainKeyBytes
	return append(domain[:], id[:]...)
}

var domainKeyBytes = domainKey()

func newMemdbKeeper(users []tenancy.UserRecord) (memdbKeeper, error) {
	index := func(name string, of func(*tenancy.UserRecord) []byte) *memdb.IndexSchema {
		return &memdb.IndexSchema{Name: name, Unique: true, Indexer: memdbIndexer{of}}
	}
	db, err := memdb.NewMemDB(&memdb.DBSchema{Tables: map[string]*memdb.TableSchema{memdbTable: {
		Name: memdbTable,
		Indexes: map[string]*memdb.IndexSchema{
			"id":      index("id", func(u *tenancy.UserRecord) []byte { return u.ID[:] }),
			"address": index("address", func(u *tenancy.UserRecord) []byte { return addressKey(addressOf(u)) }),
			"domain":  index("domain", func(u *tenancy.UserRecord) []byte { return memdbDomainKey(u.ID) }),
		},
	}}})
	if err != nil {
		return memdbKeeper{}, err
	}
	tx := db.Txn(true)
	for i := range users {
		if err := tx.Insert(memdbTable, &users[i]); err != nil {
			return memdbKeeper{}, err
		}
	}
	tx.Commit()
	return memdbKeeper{db}, nil
}

func (k memdbKeeper) read(_ context.Context, id tenancy.UserID) (tenancy.UserRecord, error) {
	found, err := k.Txn(false).First(memdbTable, "id", id[:])
	if err != nil {
		return tenancy.UserRecord{}, err
	}
	u, ok := found.(*tenancy.UserRecord)
	if !ok {
		return tenancy.UserRecord{}, errNotFound
	}
	return *u, nil
}

func (k memdbKeeper) find(_ context.Context, address string) (tenancy.UserID, bool, error) {
	found, err := k.Txn(false).First(memdbTable, "address", addressKey(address))
	u, ok := found.(*tenancy.UserRecord)
	if err != nil || !ok {
		return tenancy.UserID{}, false, err
	}
	return u.ID, true, nil
}

func (k memdbKeeper) update(_ context.Context, id tenancy.UserID, address string) error {
	tx := k.Txn(true)
	defer tx.Abort() // does nothing after Commit
	found, err := tx.First(memdbTable, "id", id[:])
	if err != nil {
		return err
	}
	u, ok := found.(*tenancy.UserRecord)
	if !ok {
		return errNotFound
	}
	changed := readdressed(*u, address)
	if err := tx.Insert(memdbTable, &changed); err != nil {
		return err
	}
	tx.Commit()
	return nil
}

func (k memdbKeeper) page(_ context.Context, after tenancy.UserID, ids []tenancy.UserID) ([]tenancy.UserID, error) {
	list, err := k.Txn(false).LowerBound(memdbTable, "domain", memdbDomainKey(after))
	if err != nil {
		return nil, err
	}
	page := make([]*tenancy.UserRecord, 0, pageLength)
	for next := list.Next(); next != nil && len(page) < pageLength; next = list.Next() {
		if u := next.(*tenancy.UserRecord); u.ID != after {
			page = append(page, u)
		}
	}
	return append(ids, idsOf(page)...), nil
}

// namedKeeper is a keeper and its name.
type namedKeeper struct {
	name, note string
	keeper
}

// newKeepers fills a keeper of each kind with the same users. The first is the floor. It
// returns their IDs in order, too.
func newKeepers(ctx context.Context, seed uint64, records int) ([]namedKeeper, []tenancy.UserID, error) {
	m := &maker{world: &world{}, random: rand.New(rand.NewPCG(seed, 3))}
	users := make([]tenancy.UserRecord, records)
	plain := &plainKeeper{users: map[tenancy.UserID]*tenancy.UserRecord{}, addresses: map[string]tenancy.UserID{}}
	all := make([]tenancy.Record, records)
	for i := range users {
		u := readdressed(tenancy.UserRecord{ID: m.id(), Created: 1}, fmt.Sprintf("user%d%s", i, onDomain))
		u.Personal.Name = tenancy.NewPersonal(fmt.Sprintf("User %d", i))
		users[i], all[i] = u, u
		plain.users[u.ID], plain.addresses[addressOf(&u)] = &users[i], u.ID
		plain.sorted = append(plain.sorted, u.ID)
	}
	slices.SortFunc(plain.sorted, compareIDs)
	store := memstore.New()
	if err := fill(ctx, store, all); err != nil {
		return nil, nil, err
	}
	db, err := newMemdbKeeper(users)
	if err != nil {
		return nil, nil, err
	}
	return []namedKeeper{
		{"plain maps", "maps and a sorted list behind a lock, without snapshots and without a way back", plain},
		{"memstore", "", storeKeeper{store}},
		{"go-memdb", "", db},
		{"tidwall/btree", "three trees, copied on write", newTidwallKeeper(users)},
		{"google/btree", "three trees, copied on write", newGoogleKeeper(users)},
	}, plain.sorted, nil
}

// proves compares what a keeper does with what it should do, some thousand times.
func proves(ctx context.Context, k namedKeeper, sorted []tenancy.UserID, random *rand.Rand) error {
	wrong := func(what string) error { return fmt.Errorf("%s: %s: %w", k.name, what, errDisagrees) }
	for n := range min(1000, len(sorted)) {
		id := sorted[random.IntN(len(sorted))]
		u, err := k.read(ctx, id)
		if err != nil || u.ID != id {
			return cmp.Or(err, wrong("read"))
		}
		before, address := addressOf(&u), fmt.Sprintf("proof%d%s", n, onDomain)
		if err := k.update(ctx, id, address); err != nil {
			return err
		}
		changed, err := k.read(ctx, id)
		if err != nil || changed != readdressed(u, address) {
			return cmp.Or(err, wrong("update"))
		}
		if at, found, err := k.find(ctx, address); err != nil || !found || at != id {
			return cmp.Or(err, wrong("the new address"))
		}
		if _, found, err := k.find(ctx, before); err != nil || found {
			return cmp.Or(err, wrong("the old address"))
		}
		from := random.IntN(len(sorted))
		page, err := k.page(ctx, sorted[from], nil)
		if err != nil || !slices.Equal(page, sorted[from+1:min(from+1+pageLength, len(sorted))]) {
			return cmp.Or(err, wrong("page"))
		}
	}
	return nil
}

// keepers measures the structures that could hold the records.
func (o options) keepers(ctx context.Context, t *table) error {
	title := func(what string) string { return fmt.Sprintf("%s, %d records", what, o.records) }
	read, update, page := title("Read one"), title("Update one, in 3 indexes"), title("Page of 50")
	if !o.wanted(read) && !o.wanted(update) && !o.wanted(page) {
		return nil
	}
	all, sorted, err := newKeepers(ctx, o.seed, o.records)
	if err != nil {
		return err
	}
	contests := []contest{{title: read}, {title: update}, {title: page}}
	for _, k := range all {
		if err := proves(ctx, k, sorted, rand.New(rand.NewPCG(o.seed, 4))); err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(o.seed, 5))
		buffer := make([]tenancy.UserID, 0, pageLength)
		for i, do := range []func(context.Context, int) error{
			func(ctx context.Context, _ int) error {
				_, err := k.read(ctx, sorted[random.IntN(len(sorted))])
				return err
			},
			func(ctx context.Context, n int) error {
				return k.update(ctx, sorted[random.IntN(len(sorted))], fmt.Sprintf("changed%d%s", n, onDomain))
			},
			func(ctx context.Context, _ int) error {
				_, err := k.page(ctx, sorted[random.IntN(len(sorted)-pageLength)], buffer[:0])
				return err
			},
		} {
			contests[i].contenders = append(contests[i].contenders, contender{name: k.name, note: k.note, do: do})
		}
	}
	return o.run(ctx, t, contests...)
}
