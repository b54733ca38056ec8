package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// keyRecord gives a key as it is stored.
func (c *cast) keyRecord(key tenancy.KeyID) tenancy.KeyRecord {
	c.Helper()
	record, ok := stored[tenancy.KeyRecord](c.scene, tenancy.IndexKeys, tenancy.Key{ID: key})
	require.True(c, ok)
	return record
}

// keyed gives the session of a key.
func (c *cast) keyed(secret tenancy.Secret) *tenancy.Session {
	c.Helper()
	session, err := c.host.Authenticate(c.ctx(), secret)
	require.NoError(c, err)
	return session
}

func TestKeys(t *testing.T) {
	t.Parallel()
	t.Run("USR-22 the secret is shown once, and only its hash is stored", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", "")
		made, err := c.as(c.admin).CreateKey(t.Context(), robot, tenancy.NewKey{Name: " First "})
		require.NoError(t, err)
		require.Equal(t, "First", made.Name.Reveal())
		require.Equal(t, robot, made.ServiceAccount)
		require.Equal(t, tenancy.StateActive, made.State)
		require.Regexp(t, `^tenancy_sk_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$`, made.Secret.Reveal())
		for _, printed := range []string{fmt.Sprint(made), fmt.Sprintf("%+v", made), fmt.Sprintf("%#v", made)} {
			require.NotContains(t, printed, made.Secret.Reveal())
			require.NotContains(t, printed, "First")
		}
		for _, record := range c.everything() {
			require.NotContains(t, fmt.Sprintf("%#v", record), made.Secret.Reveal())
		}
		listed := items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{}))
		require.Len(t, listed, 1)
		require.Equal(t, made.ServiceAccountKey, listed[0].ServiceAccountKey)
		second, err := c.as(c.admin).CreateKey(t.Context(), robot, tenancy.NewKey{Name: "Second"})
		require.NoError(t, err)
		require.NotEqual(t, made.Secret, second.Secret)
	})
	t.Run("USR-22 the secret begins with the host's product, and outlives another name for it", func(t *testing.T) {
		store := memstore.New()
		c := &cast{scene: newSceneOver(t, store, tenancy.Options{Product: "acme-1"})}
		ana := c.found("ana")
		c.org, c.owner = ana.Organization.ID, ana.User.ID
		key := c.keyOf(c.owner, c.robot("Robot", ""))
		require.True(t, strings.HasPrefix(key.Secret.Reveal(), "acme-1_sk_"))
		renamed, err := tenancy.New(store, &tenancy.Options{Product: "other", Now: c.clock.Now})
		require.NoError(t, err)
		require.NoError(t, errOf(renamed.System().Authenticate(t.Context(), key.Secret)))
	})
	t.Run("USR-22 a revoked key does not hold where the clock is behind either", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		key := c.keyOf(c.owner, robot)
		behind, err := tenancy.New(c.store, &tenancy.Options{
			Now: func() time.Time { return c.clock.Now().Add(-2 * time.Second) },
		})
		require.NoError(t, err)
		session, err := behind.System().Authenticate(t.Context(), key.Secret)
		require.NoError(t, err)
		require.NoError(t, c.as(c.owner).RevokeKey(t.Context(), key.ID))
		c.unchanged(func() {
			refused(t, errOf(behind.System().Authenticate(t.Context(), key.Secret)), tenancy.CodeKey)
			refused(t, errOf(session.Can(t.Context(), robot, tenancy.ManageMembers, c.work)), tenancy.CodeActor)
			refused(t, errOf(session.RenameOrganization(t.Context(), c.org, "New")), tenancy.CodeActor)
		})
	})
	t.Run("GEN-5 the lookups do not tell a former key from a secret that never was one", func(t *testing.T) {
		c := newCast(t)
		key := c.keyOf(c.owner, c.robot("Robot", ""))
		require.NoError(t, c.as(c.owner).RevokeKey(t.Context(), key.ID))
		of := func(secret tenancy.Secret) int {
			steps, err := lookups(c.scene, func(dir *tenancy.Directory) error {
				return errOf(dir.System().Authenticate(t.Context(), secret))
			})
			refused(t, err, tenancy.CodeKey)
			return len(steps)
		}
		require.Equal(t, of(tenancy.ParseSecret(tenancy.KeySecretOf("tenancy", [32]byte{1}))), of(key.Secret))
	})
	t.Run("GEN-5 the lookups tell nobody but System a key from a secret that never was one", func(t *testing.T) {
		c := newCast(t)
		key := c.keyOf(c.owner, c.robot("Robot", ""))
		of := func(secret tenancy.Secret) [][]lookup {
			steps, err := lookups(c.scene, func(dir *tenancy.Directory) error {
				return errOf(dir.Operator("operator-1").Authenticate(t.Context(), secret))
			})
			refused(t, err, tenancy.CodeNotAllowed)
			return steps
		}
		require.Equal(t, of(tenancy.ParseSecret(tenancy.KeySecretOf("tenancy", [32]byte{1}))), of(key.Secret))
	})
	t.Run("USR-22 the Owner and Administrators who are persons make, list and revoke keys", func(t *testing.T) {
		c := newCast(t)
		robot, boss := c.robot("Robot", ""), c.robot("Boss", tenancy.Administrator)
		c.assign(c.owner, c.work, robot, tenancy.Support) // so that the account's managers see it
		key := c.keyOf(c.owner, robot)
		later := tenancy.NewKey{Name: "New", Expires: c.clock.Now().Add(time.Hour)}
		c.unchanged(func() {
			for by, code := range map[tenancy.UserID]tenancy.Code{
				c.dan: tenancy.CodeNotFound, c.other: tenancy.CodeNotFound, c.manager: tenancy.CodeNotAllowed,
				robot: tenancy.CodeServiceAccount, boss: tenancy.CodeServiceAccount,
			} {
				s := c.as(by)
				refused(t, errOf(s.CreateKey(t.Context(), robot, later)), code)
				refused(t, failure(s.Keys(t.Context(), robot, tenancy.KeyQuery{})), code)
				if by == c.manager { // who sees the service account, and not its keys (GEN-5)
					code = tenancy.CodeNotFound
				}
				refused(t, s.RevokeKey(t.Context(), key.ID), code)
			}
			owner := c.as(c.owner)
			refused(t, errOf(owner.CreateKey(t.Context(), c.dan, later)), tenancy.CodeNotFound) // a person
			refused(t, failure(owner.Keys(t.Context(), c.dan, tenancy.KeyQuery{})), tenancy.CodeNotFound)
			refused(t, errOf(owner.CreateKey(t.Context(), robot, tenancy.NewKey{})), tenancy.CodeName)
			refused(t, errOf(owner.CreateKey(t.Context(), tenancy.UserID{}, later)), tenancy.CodeID)
			refused(t, owner.RevokeKey(t.Context(), tenancy.KeyID{}), tenancy.CodeID)
			refused(t, owner.RevokeKey(t.Context(), tenancy.KeyID{1}), tenancy.CodeNotFound)
			for _, past := range []time.Time{c.clock.Now(), c.clock.Now().Add(-time.Hour), time.Unix(0, 0),
				time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)} {
				refused(t, errOf(owner.CreateKey(t.Context(), robot, tenancy.NewKey{Name: "New", Expires: past})), tenancy.CodeInput)
			}
			refused(t, c.staff.RevokeKey(t.Context(), key.ID), tenancy.CodeNotAllowed)
			refused(t, errOf(c.host.CreateKey(t.Context(), robot, later)), tenancy.CodeNotAllowed)
			require.Len(t, items(t, c.staff.Keys(t.Context(), robot, tenancy.KeyQuery{})), 1)
		})
	})
	t.Run("USR-22 GEN-6 revoking ends it at once, and again changes nothing", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		old := c.keyOf(c.owner, robot)
		c.clock.Advance(time.Second) // so that the list has the other one behind it
		fresh := c.keyOf(c.owner, robot)
		session, other := c.keyed(old.Secret), c.keyed(fresh.Secret)
		require.NoError(t, errOf(session.Organization(t.Context(), c.org)))
		require.Equal(t, []tenancy.EventData{tenancy.KeyRevoked{Key: old.ID, Revoked: tenancy.Instant(c.clock.Now().UnixMicro())}},
			c.said(organizationStream(c.org), func() { require.NoError(t, c.as(c.admin).RevokeKey(t.Context(), old.ID)) })[:1])
		c.unchanged(func() { require.NoError(t, c.as(c.admin).RevokeKey(t.Context(), old.ID)) })
		refused(t, errOf(session.Organization(t.Context(), c.org)), tenancy.CodeActor)
		refused(t, errOf(session.Can(t.Context(), robot, tenancy.ManageMembers, c.work)), tenancy.CodeActor)
		refused(t, errOf(session.Permissions(t.Context(), robot, c.work)), tenancy.CodeActor)
		refused(t, errOf(session.CanMany(t.Context(), robot, tenancy.Build, []tenancy.AccountID{c.work})), tenancy.CodeActor)
		refused(t, session.Atomically(t.Context(), func(context.Context, *tenancy.Session) error { return nil }), tenancy.CodeActor)
		require.NoError(t, errOf(other.Organization(t.Context(), c.org)), "the other key holds")
		keys := items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{}))
		require.Equal(t, []tenancy.State{tenancy.StateRevoked, tenancy.StateActive}, []tenancy.State{keys[0].State, keys[1].State})
	})
	t.Run("USR-22 it expires to the microsecond, for sessions too", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		ends := c.clock.Now().Add(time.Hour)
		key, err := c.as(c.owner).CreateKey(t.Context(), robot, tenancy.NewKey{Name: "Key", Expires: ends})
		require.NoError(t, err)
		session := c.keyed(key.Secret)
		c.clock.Set(ends.Add(-time.Microsecond))
		c.keyed(key.Secret)
		d, err := session.Can(t.Context(), robot, tenancy.ManageMembers, c.work)
		require.NoError(t, err)
		require.True(t, d.Allowed)
		c.clock.Set(ends)
		refused(t, errOf(c.host.Authenticate(t.Context(), key.Secret)), tenancy.CodeKey)
		refused(t, errOf(session.Can(t.Context(), robot, tenancy.ManageMembers, c.work)), tenancy.CodeActor)
		refused(t, errOf(session.Organization(t.Context(), c.org)), tenancy.CodeActor)
		require.Equal(t, tenancy.StateExpired, items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{}))[0].State)
	})
	t.Run("GEN-12 a limit on the keys of one, of which revoked ones take none", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", "")
		limits := tenancy.Limits{Keys: 1}
		require.NoError(t, errOf(c.staff.SetLimits(t.Context(), c.org, &limits)))
		key := c.keyOf(c.owner, robot)
		c.unchanged(func() {
			refused(t, errOf(c.as(c.owner).CreateKey(t.Context(), robot, tenancy.NewKey{Name: "New"})), tenancy.CodeKeyLimit)
		})
		require.NoError(t, c.as(c.owner).RevokeKey(t.Context(), key.ID))
		c.keyOf(c.owner, robot)
	})
	t.Run("USR-22 ORG-11 the name is kept for a year after its end, and then purged", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", "")
		key := c.keyOf(c.owner, robot)
		c.clock.Advance(time.Second) // so that the list has the other one behind it
		holds := c.keyOf(c.owner, robot)
		require.NoError(t, c.as(c.owner).RevokeKey(t.Context(), key.ID))
		named := func() tenancy.Personal {
			return items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{}))[0].Name
		}
		c.clock.Advance(365*24*time.Hour - time.Microsecond)
		require.NoError(t, errOf(c.host.Purge(t.Context())))
		require.Equal(t, "Key", named().Reveal())
		c.clock.Advance(time.Microsecond)
		require.Zero(t, named(), "no read gives it, purged or not")
		done, err := c.host.Purge(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, done.Keys)
		require.Zero(t, c.keyRecord(key.ID).Personal)
		require.NotZero(t, c.keyRecord(holds.ID).Personal)
		require.Len(t, items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{})), 2, "its ID and its times stay")
	})
	t.Run("USR-22 EVT-7 EVT-8 events name the key, are found by it, and say what it is called", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		key := c.keyOf(c.owner, robot)
		session := c.keyed(key.Secret)
		require.NoError(t, errOf(session.RenameOrganization(t.Context(), c.org, "By the key")))
		require.NoError(t, errOf(c.as(robot).RenameOrganization(t.Context(), c.org, "Without one")))
		log := items(t, c.as(c.owner).Events(t.Context(), organizationStream(c.org),
			tenancy.EventQuery{Subject: key.ID.String()}))
		require.Len(t, log, 2)
		require.Equal(t, "KeyCreated", tenancy.EventType(log[0].Data))
		require.Zero(t, log[0].Key)
		require.Equal(t, "OrganizationRenamed", tenancy.EventType(log[1].Data))
		require.Equal(t, key.ID, log[1].Key)
		require.Equal(t, tenancy.Actor{User: robot}, log[1].Actor)
		require.Equal(t, "Key", log[1].NameOf(key.ID.String()).Name.Reveal())
		require.Equal(t, "Robot", log[1].NameOf(robot.String()).Name.Reveal())
		by := items(t, c.as(c.owner).Events(t.Context(), organizationStream(c.org),
			tenancy.EventQuery{Actor: &tenancy.Actor{User: robot}}))
		require.Len(t, by, 2, "with a key and without one")
		for _, tampering := range items(t, c.as(c.owner).VerifyLog(t.Context(), organizationStream(c.org))) {
			require.Fail(t, "sound", tampering)
		}
	})
	t.Run("USR-22 GEN-13 an operation ID is the service account's, whichever key it acts with", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		old, fresh := c.keyed(c.keyOf(c.owner, robot).Secret), c.keyed(c.keyOf(c.owner, robot).Secret)
		id := tenancy.NewOperationID()
		in := tenancy.NewAccount{Name: "New", Owner: c.dan}
		require.NoError(t, errOf(old.Once(id).CreateAccount(t.Context(), c.org, in)))
		refused(t, errOf(fresh.Once(id).CreateAccount(t.Context(), c.org, in)), tenancy.CodeAlreadyDone)
	})
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	t.Run("USR-22 whatever is wrong with a key, the refusal is the same, byte for byte", func(t *testing.T) {
		c := newCast(t)
		robot, idle := c.robot("Robot", ""), c.robot("Idle", "")
		revoked, gone, inactive := c.keyOf(c.owner, robot), c.keyOf(c.owner, c.robot("Gone", "")), c.keyOf(c.owner, idle)
		expired, err := c.as(c.owner).CreateKey(t.Context(), robot, tenancy.NewKey{Name: "Key", Expires: c.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.NoError(t, c.as(c.owner).RevokeKey(t.Context(), revoked.ID))
		require.NoError(t, c.as(c.owner).DeleteUser(t.Context(), gone.ServiceAccount, tenancy.UserDeletion{}))
		require.NoError(t, errOf(c.as(c.owner).DeactivateUser(t.Context(), idle)))
		c.clock.Advance(time.Hour)
		want := errOf(c.host.Authenticate(t.Context(), tenancy.Secret{}))
		refused(t, want, tenancy.CodeKey)
		c.unchanged(func() {
			for what, secret := range map[string]tenancy.Secret{
				"revoked": revoked.Secret, "expired": expired.Secret, "of a deleted one": gone.Secret,
				"of an inactive one": inactive.Secret, "mistyped": tenancy.ParseSecret(revoked.Secret.Reveal() + "0"),
				"no key": tenancy.ParseSecret("nonsense"), "unknown": tenancy.ParseSecret(tenancy.KeySecretOf("tenancy", [32]byte{1})),
			} {
				require.Equal(t, want, errOf(c.host.Authenticate(t.Context(), secret)), what)
			}
		})
	})
	t.Run("USR-22 SEC-15 every single character changed is refused as an unknown key is, without asking the store", func(t *testing.T) {
		c := newCast(t)
		secret := c.keyOf(c.owner, c.robot("Robot", "")).Secret.Reveal()
		want := errOf(c.host.Authenticate(t.Context(), tenancy.Secret{}))
		away, err := tenancy.New(failing(c.store, 0, errors.New("asked")), nil)
		require.NoError(t, err)
		for i := range secret {
			for _, other := range []byte("0Aa_z-Z9 \x00\xff") {
				if secret[i] == other {
					continue
				}
				changed := secret[:i] + string([]byte{other}) + secret[i+1:]
				require.Equal(t, want, errOf(away.System().Authenticate(t.Context(), tenancy.ParseSecret(changed))), "character %d", i)
			}
		}
		for _, other := range []string{secret[:len(secret)-1], secret[1:], secret + "a", " " + secret, strings.ToUpper(secret),
			strings.Repeat("a", 1<<20), secret + secret, strings.Replace(secret, "_sk_", "_", 1)} {
			require.Equal(t, want, errOf(away.System().Authenticate(t.Context(), tenancy.ParseSecret(other))))
		}
		require.ErrorContains(t, errOf(away.System().Authenticate(t.Context(), tenancy.ParseSecret(secret))), "asked")
	})
	t.Run("USR-22 only System authenticates, and neither in a block nor in the host's transaction", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		secret := c.keyOf(c.owner, robot).Secret
		refused(t, errOf(c.staff.Authenticate(t.Context(), secret)), tenancy.CodeNotAllowed)
		for by, code := range map[tenancy.UserID]tenancy.Code{c.owner: tenancy.CodeNotAllowed, robot: tenancy.CodeServiceAccount} {
			p := &tenancy.Platform{Session: c.as(by)}
			refused(t, errOf(p.Authenticate(t.Context(), secret)), code)
			refused(t, errOf(p.Authenticate(t.Context(), tenancy.Secret{})), code)
		}
		require.NoError(t, c.host.Atomically(t.Context(), func(ctx context.Context, p *tenancy.Platform) error {
			refused(t, errOf(p.Authenticate(ctx, secret)), tenancy.CodeInTransaction)
			refused(t, errOf(p.Authenticate(ctx, tenancy.Secret{})), tenancy.CodeInTransaction)
			refused(t, errOf(c.host.Authenticate(ctx, secret)), tenancy.CodeInTransaction)
			return nil
		}))
		require.NoError(t, c.store.(*memstore.Store).Transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
			refused(t, errOf(c.dir.On(joined).System().Authenticate(ctx, secret)), tenancy.CodeInTransaction)
			return nil
		}))
	})
	t.Run("USR-22 GEN-11 in the host's transaction the session stays the key's", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		key := c.keyOf(c.owner, robot)
		session, err := c.host.Correlate("request-7").Authenticate(t.Context(), key.Secret)
		require.NoError(t, err)
		transact := c.store.(*memstore.Store).Transact
		var kept *tenancy.Session
		id := tenancy.NewOperationID()
		rename := func(ctx context.Context, s *tenancy.Session) error {
			return errOf(s.RenameOrganization(ctx, c.org, "By the key"))
		}
		require.NoError(t, transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
			refused(t, rename(ctx, session), tenancy.CodeInTransaction)
			kept = session.On(joined)
			require.Equal(t, session.Actor(), kept.Actor())
			require.NoError(t, rename(ctx, session.Once(id).On(joined)))
			return errOf(kept.Can(ctx, robot, tenancy.ManageMembers, c.work))
		}))
		refused(t, rename(t.Context(), kept), tenancy.CodeInTransaction)
		refused(t, rename(t.Context(), session.Once(id)), tenancy.CodeAlreadyDone)
		log := items(t, c.as(c.owner).Events(t.Context(), organizationStream(c.org), tenancy.EventQuery{Backwards: true}))
		require.Equal(t, key.ID, log[0].Key)
		require.Equal(t, tenancy.Actor{User: robot}, log[0].Actor)
		require.Equal(t, tenancy.Reference("request-7"), log[0].Correlation)
		undone := errors.New("undone")
		c.unchanged(func() {
			require.ErrorIs(t, transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
				in := session.On(joined)
				require.NoError(t, in.Atomically(ctx, rename))
				require.NoError(t, c.as(c.owner).On(joined).RevokeKey(ctx, key.ID))
				refused(t, rename(ctx, in), tenancy.CodeActor)
				refused(t, errOf(in.Can(ctx, robot, tenancy.ManageMembers, c.work)), tenancy.CodeActor)
				refused(t, errOf(in.Permissions(ctx, robot, c.work)), tenancy.CodeActor)
				refused(t, in.Atomically(ctx, rename), tenancy.CodeActor)
				return undone
			}), undone)
		})
		require.NoError(t, errOf(session.Organization(t.Context(), c.org)), "it was not revoked")
	})
	t.Run("USR-22 the session has the reference of the host's, and works in blocks", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", tenancy.Administrator)
		key := c.keyOf(c.owner, robot)
		session, err := c.host.Correlate("request-7").Authenticate(t.Context(), key.Secret)
		require.NoError(t, err)
		require.NoError(t, session.Atomically(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
			return errOf(s.RenameOrganization(ctx, c.org, "In a block"))
		}))
		log := items(t, c.as(c.owner).Events(t.Context(), organizationStream(c.org), tenancy.EventQuery{Backwards: true}))
		require.Equal(t, key.ID, log[0].Key)
		require.Equal(t, tenancy.Reference("request-7"), log[0].Correlation)
		require.NoError(t, errOf(session.Preview(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
			return errOf(s.RenameOrganization(ctx, c.org, "In a preview"))
		})))
	})
	t.Run("USR-22 the day of the last use is written once a day, and tells no event", func(t *testing.T) {
		c := newCast(t)
		robot := c.robot("Robot", "")
		key := c.keyOf(c.owner, robot)
		c.clock.Set(time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC))
		require.NoError(t, errOf(c.host.Purge(t.Context())))
		before := len(c.events())
		c.keyed(key.Secret)
		used := func() time.Time {
			return items(t, c.as(c.owner).Keys(t.Context(), robot, tenancy.KeyQuery{}))[0].Used
		}
		require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), used())
		c.unchanged(func() { c.keyed(key.Secret) })
		c.clock.Advance(time.Second)
		c.keyed(key.Secret)
		require.Equal(t, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), used())
		c.clock.Advance(-time.Hour)
		c.unchanged(func() { c.keyed(key.Secret) }) // a clock that was set back takes nothing away
		require.Len(t, c.events(), before)
	})
	t.Run("USR-22 a use that was noted for a later day meanwhile stays", func(t *testing.T) {
		c := newCast(t)
		key := c.keyOf(c.owner, c.robot("Robot", ""))
		ahead, err := tenancy.New(c.store, &tenancy.Options{Now: func() time.Time { return c.clock.Now().Add(24 * time.Hour) }})
		require.NoError(t, err)
		late := overtaken{c.store, func() { require.NoError(t, errOf(ahead.System().Authenticate(t.Context(), key.Secret))) }}
		dir, err := tenancy.New(late, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		require.NoError(t, errOf(dir.System().Authenticate(t.Context(), key.Secret)))
		later := tenancy.Instant(c.clock.Now().Add(24 * time.Hour).Truncate(24 * time.Hour).UnixMicro())
		require.Equal(t, later, c.keyRecord(key.ID).Used)
	})
	t.Run("USR-22 a write that loses or fails is no refusal, and the next use notes it", func(t *testing.T) {
		for _, fault := range []storetest.Fault{storetest.CallFails, storetest.CallFailsLate, storetest.CommitDoubted} {
			c := newCast(t)
			key := c.keyOf(c.owner, c.robot("Robot", ""))
			for n := 3; n <= 6; n++ { // the first calls read the key
				store := &storetest.Faulty{Store: c.store}
				dir, err := tenancy.New(store, &tenancy.Options{Now: c.clock.Now})
				require.NoError(t, err)
				store.Inject(fault, n)
				_, err = dir.System().Authenticate(t.Context(), key.Secret)
				if err != nil {
					require.ErrorIs(t, err, storetest.ErrInjected)
					continue
				}
			}
			c.keyed(key.Secret)
			require.NotZero(t, c.keyRecord(key.ID).Used)
		}
	})
	t.Run("USR-22 it reads and does not write, but for the day's first use", func(t *testing.T) {
		c := newCast(t)
		key := c.keyOf(c.owner, c.robot("Robot", ""))
		c.keyed(key.Secret)
		updates := 0
		dir, err := tenancy.New(counting{c.store, &updates}, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		for range 3 {
			require.NoError(t, errOf(dir.System().Authenticate(t.Context(), key.Secret)))
		}
		require.Zero(t, updates)
	})
}

func TestCanByKeyAllocatesNothing(t *testing.T) {
	c := newCast(t)
	robot := c.robot("Robot", "")
	c.assign(c.owner, c.work, robot, tenancy.Developer)
	key := c.keyOf(c.owner, robot)
	s, ctx := c.keyed(key.Secret), c.ctx()
	t.Run("USR-22 GEN-7 a key that holds", func(t *testing.T) {
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			if d, err := s.Can(ctx, robot, tenancy.Build, c.work); err != nil || !d.Allowed {
				t.Error(d, err)
			}
		}))
	})
}

// counting counts the Updates of a store.
type counting struct {
	tenancy.Store
	updates *int
}

func (s counting) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	*s.updates++
	return s.Store.Update(ctx, fn)
}

// overtaken is a store in which something is done before each Update.
type overtaken struct {
	tenancy.Store
	by func()
}

func (s overtaken) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	s.by()
	return s.Store.Update(ctx, fn)
}
