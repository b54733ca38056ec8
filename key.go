package tenancy

import (
	"context"
	"iter"
	"time"
)

// ServiceAccountKey is a key of a service account (USR-22). Its secret is shown once, when
// it is made.
type ServiceAccountKey struct {
	ID             KeyID     `json:"id,omitzero"`
	ServiceAccount UserID    `json:"serviceAccount,omitzero"`
	Name           Personal  `json:"name,omitzero"`    // zero: erased
	State          State     `json:"state,omitzero"`   // StateActive, StateExpired or StateRevoked
	Created        time.Time `json:"created,omitzero"` //
	Expires        time.Time `json:"expires,omitzero"` // zero: never
	Revoked        time.Time `json:"revoked,omitzero"` // zero: it was not
	Used           time.Time `json:"used,omitzero"`    // the day (UTC) on which it was last used; zero: never
}

// NewKey is the input of CreateKey.
type NewKey struct {
	Name    string
	Expires time.Time // from when on it no longer holds; zero: never
}

// CreatedKey is what CreateKey returns: the key and its secret, which is shown only this
// once.
type CreatedKey struct {
	ServiceAccountKey
	Secret Secret `json:"secret,omitzero"`
}

// KeyQuery says where a list of keys begins. The zero value is from the start.
type KeyQuery struct {
	After Cursor `json:"after,omitzero"` // of an item; "": from the start
}

// ListedKey is an item of Keys.
type ListedKey struct {
	ServiceAccountKey
	listed
}

// CreateKey makes a key of a service account, and returns its secret this once (USR-22).
// The secret is a text such as "acme_sk_…": Options.Product, a random part of 256 bits
// and a checksum, so that scanners find one that was published. The library stores its
// SHA-256. A service account may have several keys, so that a program gets a new one
// before the old one is revoked. Expired keys count towards Limits.Keys until they are
// revoked. The Owner and Administrators of its organization may
// call it, if they are persons.
//
// Errors: CodeID, CodeName; CodeInput if it would expire in the past; CodeNotFound, also
// for a user who is a person; CodeNotAllowed; CodeKeyLimit; CodeOrganizationSuspended.
func (s *Session) CreateKey(ctx context.Context, serviceAccount UserID, in NewKey) (CreatedKey, error) {
	var check form
	check.id(serviceAccount)
	in.Name = check.name(in.Name)
	var expires Instant
	if at := in.Expires.UTC(); !at.IsZero() {
		check.that(at.Unix() > 0 && at.Year() <= 9999, CodeInput)
		expires = instantOf(at)
	}
	return update(ctx, s, call{opCreateKey, serviceAccount.String(), check.err},
		func(r *reads) createKeyFacts { return r.loadCreateKey(serviceAccount) },
		func(f createKeyFacts, c *changes) (CreatedKey, error) { return decideCreateKey(f, in.Name, expires, c) })
}

// createKeyFacts is the service account that gets a key.
type createKeyFacts struct {
	target       sight
	organization *OrganizationRecord // the service account's
}

func (r *reads) loadCreateKey(user UserID) createKeyFacts {
	f := createKeyFacts{target: r.sight(user)}
	for _, m := range f.target.memberships {
		f.organization = find(r, organizationByID(m.Organization))
	}
	return f
}

func decideCreateKey(f createKeyFacts, name string, expires Instant, c *changes) (CreatedKey, error) {
	if ended(expires, c.now) {
		return CreatedKey{}, CodeInput
	}
	if err := c.authorizeKeys(f.target); err != nil {
		return CreatedKey{}, err
	}
	user := f.target.user
	if exceeds(user.Keys, 1, c.dir.limitsOf(*f.organization).Keys) {
		return CreatedKey{}, CodeKeyLimit
	}
	made := KeyID(c.tape.id())
	c.makes(made)
	c.say(KeyCreated{made, user.ID, c.now, expires}, f.target.streams()...)
	secret := c.dir.keySecret(c.tape.secret())
	edit(c.world, keyByID(made), func(k *KeyRecord) {
		k.Personal = KeyPersonal{NewPersonal(name), secret.hash()}
	})
	return CreatedKey{c.viewKey(*get(c.world, keyByID(made))), secret}, nil
}

// authorizeKeys decides whether the actor may do this operation to the keys of a service
// account. Nobody else has keys: a person is CodeNotFound.
func (c *changes) authorizeKeys(s sight) error {
	if err := c.authorizeUser(s); err != nil {
		return err
	}
	if !s.user.ServiceAccount {
		return CodeNotFound
	}
	return c.tends(s)
}

// Keys lists the keys of a service account by ID, revoked and expired ones too (GEN-9).
// The name of one that has ended is shown for as long as that of somebody who left
// (Options.FormerMembersFor). The Owner and Administrators of its organization may call
// it, if they are persons, and Operators and System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, also for a user who is a person;
// CodeNotAllowed.
func (s *Session) Keys(
	ctx context.Context, serviceAccount UserID, query KeyQuery,
) iter.Seq2[ListedKey, error] {
	l := listOf("Keys", serviceAccount.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedKey], error) {
		check := form{malformed}
		check.id(serviceAccount)
		return look(ctx, s, call{opKeys, serviceAccount.String(), check.err},
			func(r *reads) keysFacts { return r.loadKeys(serviceAccount, from) },
			func(f keysFacts, c *changes) (page[ListedKey], error) { return decideKeys(f, l, c) })
	})
}

// keysFacts is a page of a service account's keys.
type keysFacts struct {
	target sight
	keys   []KeyRecord
}

func (r *reads) loadKeys(user UserID, from place) keysFacts {
	return keysFacts{r.sight(user), list(r, keysOf(user, KeyID(from.key.ID)), pageSize)}
}

func decideKeys(f keysFacts, l listID, c *changes) (page[ListedKey], error) {
	if err := c.authorizeKeys(f.target); err != nil {
		return page[ListedKey]{}, err
	}
	p := page[ListedKey]{end: len(f.keys) < pageSize}
	for _, record := range f.keys {
		p.next = place{key: Key{ID: record.ID}}
		p.items = append(p.items, ListedKey{c.viewKey(record), listedAt(l, p.next)})
	}
	return p, nil
}

// RevokeKey ends a key for good, at once: sessions that Authenticate gave are refused from
// then on as well (USR-22). What was done with it stays: invitations that it sent can
// still be accepted. After a leak, look through the organization's Events for those whose
// Key it is, and revoke the invitations with RevokeInvitation. Revoking a revoked one
// changes nothing (GEN-6). The Owner and Administrators of the service account's
// organization may call it, if they are persons.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed.
func (s *Session) RevokeKey(ctx context.Context, key KeyID) error {
	var check form
	check.id(key)
	return change(ctx, s, call{opRevokeKey, key.String(), check.err},
		func(r *reads) revokeKeyFacts { return r.loadRevokeKey(key) }, decideRevokeKey)
}

// revokeKeyFacts is a key, and the service account that it is of.
type revokeKeyFacts struct {
	key    *KeyRecord // nil: there is none
	target sight
}

func (r *reads) loadRevokeKey(key KeyID) (f revokeKeyFacts) {
	if f.key = find(r, keyByID(key)); f.key != nil {
		f.target = r.sightByRank(f.key.User)
	}
	return f
}

func decideRevokeKey(f revokeKeyFacts, c *changes) error {
	if err := c.authorizeKeys(f.target); err != nil {
		if c.actor.isUser() {
			return CodeNotFound // who does not see the keys sees none of them (GEN-5)
		}
		return err
	}
	if f.key.Revoked == 0 {
		c.say(KeyRevoked{f.key.ID, c.now}, f.target.streams()...)
	}
	return nil
}

// Authenticate finds the service account whose key has a secret, and returns a session
// that acts as it (USR-22). A host's handler calls it with what a request brings in
// "Authorization: Bearer", by ParseSecret. Each operation of the session looks again
// whether the key holds, and is refused as CodeActor if it does not; its events name the
// key, and its Actor is the service account. The session has the Platform's correlation
// reference.
//
// Only System may call it. It reads, and once a day it notes in a transaction of its own
// when the key was last used. If it cannot note it, that is no error. Within a block and
// within a host's transaction it is refused: CodeInTransaction. There Session.On takes a
// session that it gave before.
//
// Errors: CodeInTransaction; CodeNotAllowed; CodeKey, the same for a secret that is
// malformed or unknown, and for a key that has expired or was revoked, or whose service
// account is inactive or deleted.
func (p *Platform) Authenticate(ctx context.Context, secret Secret) (*Session, error) {
	key, err := observe(ctx, p.Session, opAuthenticate.name,
		func(ctx context.Context, s *Session) (KeyRecord, error) { return s.authenticate(ctx, secret) })
	if err != nil {
		return nil, err
	}
	session := p.dir.As(key.User)
	session.key, session.correlation = key.ID, p.correlation
	return session, nil
}

// authenticate is Authenticate, of which the observer was told.
func (s *Session) authenticate(ctx context.Context, secret Secret) (KeyRecord, error) {
	c := call{row: opAuthenticate, form: s.alone(ctx)}
	hash, sound := secret.hash(), isKeySecret(secret.reveal())
	if c.form == nil && s.actor.isSystem() && !sound {
		return KeyRecord{}, s.fail(ctx, c, CodeKey) // the store is not asked
	}
	key, err := look(ctx, s, c, func(r *reads) authenticateFacts { return r.loadAuthenticate(hash) },
		decideAuthenticate)
	if err == nil {
		s.noteUse(ctx, key)
	}
	return key, err
}

// authenticateFacts is the key that has a secret, and the service account that it is of.
type authenticateFacts struct {
	key  *KeyRecord  // nil: none has it
	user *UserRecord // nil: there is no key, or it does not hold
}

// loadAuthenticate reads no more for a key that has ended than for a secret that never was
// one (GEN-5).
func (r *reads) loadAuthenticate(hash [32]byte) (f authenticateFacts) {
	if !r.actor.isSystem() {
		return f
	}
	if f.key = find(r, keyBySecret(hash)); f.key != nil && f.key.holds(r.now) {
		f.user = find(r, userByID(f.key.User))
	}
	return f
}

func decideAuthenticate(f authenticateFacts, c *changes) (KeyRecord, error) {
	if err := c.platform(); err != nil {
		return KeyRecord{}, err
	}
	if f.user == nil || f.user.State() != StateActive {
		return KeyRecord{}, CodeKey
	}
	return *f.key, nil
}

// day is how precisely the time is kept when a key was last used.
const day = Instant(24 * time.Hour / time.Microsecond)

// noteTime is how long Authenticate waits at most for the transaction that notes a key's
// use.
const noteTime = time.Second

// noteUse notes the day on which a key was used, unless that is noted. It writes no event,
// and whatever keeps it from writing is no reason to refuse the key: the next use notes it.
func (s *Session) noteUse(ctx context.Context, key KeyRecord) {
	now := instantOf(s.dir.now())
	today := now - now%day
	if key.Used >= today {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, noteTime)
	defer cancel()
	_ = s.dir.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		r := s.reads(now)
		var there *KeyRecord
		err := r.gather(ctx, tx, func() { there = find(r, keyByID(key.ID)) })
		if there == nil {
			return err
		}
		there.Used = max(there.Used, today)
		return tx.Put(ctx, *there)
	})
}

// viewKey returns a key as those who manage it see it.
func (c *changes) viewKey(k KeyRecord) ServiceAccountKey {
	view := ServiceAccountKey{ID: k.ID, ServiceAccount: k.User, State: k.stateAt(c.now), Created: k.Created.Time(),
		Expires: k.Expires.Time(), Revoked: k.Revoked.Time(), Used: k.Used.Time()}
	view.Name = c.keyName(k)
	return view
}

// keyName returns a key's name for as long as it may be read.
func (c *changes) keyName(k KeyRecord) Personal {
	if c.dir.forgetsKey(k, c.now) {
		return Personal{}
	}
	return k.Personal.Name
}

func (k KeyRecord) stateAt(now Instant) State {
	switch {
	case k.Revoked != 0:
		return StateRevoked
	case !k.holds(now):
		return StateExpired
	}
	return StateActive
}

// forgetsKey reports whether the time is over for which the name of a key that has ended is
// kept: as long as that of a former member (USR-21).
func (d *Directory) forgetsKey(k KeyRecord, now Instant) bool {
	return k.ended() != 0 && now >= k.ended().add(d.formerFor)
}

// A key's secret is the product, "_sk_", 43 digits of base 62 that are its 256 random bits,
// and a checksum (base62.go).
const (
	keyMark      = "_sk_"
	randomDigits = 43
)

// keySecret returns the secret that has the given random bits.
func (d *Directory) keySecret(random [32]byte) Secret {
	return summed(string(d.product) + keyMark + digits62(random[:], randomDigits))
}

// isKeySecret reports whether a text has the form of a key's secret, whichever product it
// is of, and its checksum: a host that gives its product another name keeps its keys.
func isKeySecret(text string) bool {
	text, sound := unsummed(text)
	if !sound {
		return false
	}
	_, sound = cutDigits(text, keyMark, randomDigits)
	return sound
}

// KeyCreated says that a service account has a new key.
type KeyCreated struct {
	Key     KeyID   `json:"key,omitzero"`
	User    UserID  `json:"user,omitzero"` // the service account
	Created Instant `json:"created,omitzero"`
	Expires Instant `json:"expires,omitzero"` // zero: never
}

// KeyRevoked says that a key no longer holds.
type KeyRevoked struct {
	Key     KeyID   `json:"key,omitzero"`
	Revoked Instant `json:"revoked,omitzero"`
}

func (e KeyCreated) apply(w *world) {
	w.create(KeyRecord{ID: e.Key, User: e.User, Created: e.Created, Expires: e.Expires})
}

func (e KeyRevoked) apply(w *world) {
	edit(w, keyByID(e.Key), func(k *KeyRecord) { k.Revoked = e.Revoked })
}

// keysToEnd asks for the keys that end with a user. Only a service account has some.
func (r *reads) keysToEnd(user UserID) []KeyRecord {
	if u := find(r, userByID(user)); !u.isService() {
		return nil
	}
	return all(r, keysOf(user, KeyID{}))
}

// forgetKeys erases the names of the keys of a batch, which are those that are due. It
// returns how many these are.
func (f purgeFacts) forgetKeys(c *changes) int {
	for _, k := range f.keys {
		edit(c.world, keyByID(k.ID), func(k *KeyRecord) { k.Personal = KeyPersonal{} })
	}
	return len(f.keys)
}
