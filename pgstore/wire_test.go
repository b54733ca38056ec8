package pgstore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
)

// everyMessage makes TestWire go through every message of every operation, instead of a
// sample.
var everyMessage = flag.Bool("every-message", false,
	"have TestWire lose every message of every operation, not a sample of them")

// deed is a kind of operation. prepare makes what the operation acts on, and returns
// the operation, to be done through another directory by a given ID.
type deed struct {
	name    string
	prepare func(*scene) func(ctx context.Context, dir *tenancy.Directory, id tenancy.OperationID) error
	actor   func(*scene) tenancy.Actor
}

func system(*scene) tenancy.Actor  { return tenancy.Actor{} }
func owner(s *scene) tenancy.Actor { return tenancy.Actor{User: s.owner} }

// ownerDoes returns a deed of the Owner's.
func ownerDoes(name string, prepare func(s *scene) func(ctx context.Context, owner *tenancy.Session) error) deed {
	return deed{name, func(s *scene) func(context.Context, *tenancy.Directory, tenancy.OperationID) error {
		do := prepare(s)
		return func(ctx context.Context, dir *tenancy.Directory, id tenancy.OperationID) error {
			return do(ctx, dir.As(s.owner).Once(id))
		}
	}, owner}
}

func second[T any](_ T, err error) error { return err }

// deeds returns one of each shape of operation: few records and many, one stream and
// two, two steps and three, blocks.
func deeds(store tenancy.Store) []deed {
	return []deed{
		{"SignUp", func(s *scene) func(context.Context, *tenancy.Directory, tenancy.OperationID) error {
			email := s.email()
			return func(ctx context.Context, dir *tenancy.Directory, id tenancy.OperationID) error {
				return second(dir.System().Once(id).SignUp(ctx,
					tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "Somebody"}))
			}
		}, system},
		ownerDoes("CreateAccount", func(s *scene) func(context.Context, *tenancy.Session) error {
			return func(ctx context.Context, o *tenancy.Session) error {
				return second(o.CreateAccount(ctx, s.org, tenancy.NewAccount{Name: "Another"}))
			}
		}),
		ownerDoes("InviteUser", func(s *scene) func(context.Context, *tenancy.Session) error {
			email := s.email()
			return func(ctx context.Context, o *tenancy.Session) error {
				return second(o.InviteUser(ctx, s.org, tenancy.NewInvitation{Email: email}))
			}
		}),
		ownerDoes("RemoveUser", func(s *scene) func(context.Context, *tenancy.Session) error {
			user := s.member(tenancy.StandardUser)
			return func(ctx context.Context, o *tenancy.Session) error {
				return o.RemoveUser(ctx, s.org, user, tenancy.Removal{})
			}
		}),
		ownerDoes("DeleteUser", func(s *scene) func(context.Context, *tenancy.Session) error {
			user := s.member(tenancy.StandardUser)
			return func(ctx context.Context, o *tenancy.Session) error {
				return o.DeleteUser(ctx, user, tenancy.UserDeletion{})
			}
		}),
		ownerDoes("MergeOrganizations", func(s *scene) func(context.Context, *tenancy.Session) error {
			candidate := s.candidate(store, 3, 2)
			return func(ctx context.Context, o *tenancy.Session) error {
				return second(o.MergeOrganizations(ctx, s.org, candidate))
			}
		}),
		ownerDoes("Atomically", func(s *scene) func(context.Context, *tenancy.Session) error {
			email := s.email()
			return func(ctx context.Context, o *tenancy.Session) error {
				return o.Atomically(ctx, func(ctx context.Context, o *tenancy.Session) error {
					account, err := o.CreateAccount(ctx, s.org, tenancy.NewAccount{Name: "In a block"})
					if err != nil {
						return err
					}
					return second(o.InviteToAccount(ctx, account.ID,
						tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)}))
				})
			}
		}),
	}
}

// TestWire loses messages between the pool and the server in the middle of every kind
// of operation: requests and replies, COMMIT's among them. None is done twice, and none
// that was acknowledged is lost. A caller that is told that it failed can ask by its
// ID. The answer holds, even if what was on its way arrives after it (GEN-13).
func TestWire(t *testing.T) {
	t.Parallel()
	for _, what := range []fault{requestLost, replyLost, replyCut, callerGone, requestLate} {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			store, _ := open(t, nil)
			for _, d := range deeds(store) {
				t.Run(d.name, func(t *testing.T) { newWire(t).lose(what, d) })
			}
		})
	}
}

// wire is a database that is reached through a proxy, and past it.
type wire struct {
	t     *testing.T
	s     *scene
	pool  *pgxpool.Pool
	proxy *proxy
	tries map[string]int // how they ended
}

func newWire(t *testing.T) *wire {
	store, pool := open(t, nil)
	return &wire{t: t, s: newScene(t, store), pool: pool, proxy: newProxy(t), tries: map[string]int{}}
}

// through returns a directory whose messages go through the proxy, over a pool that has
// been used before.
func (w *wire) through() (*tenancy.Directory, *pgxpool.Pool) {
	pool := w.proxy.pool(w.t, w.pool.Config().ConnConfig.Database)
	dir, err := tenancy.New(pgstore.New(pool, nil), nil)
	require.NoError(w.t, err)
	_, _, err = dir.System().User(w.t.Context(), w.s.owner)
	require.NoError(w.t, err)
	return dir, pool
}

// lose does the deed again and again, each time with another of its messages lost,
// until all have been.
func (w *wire) lose(what fault, d deed) {
	step := 1
	if !*everyMessage && what != requestLate {
		step = 7
		if testing.Short() {
			step = 23
		}
	}
	store := pgstore.New(w.pool, nil)
	lost := 0
	for n := 0; w.once(what, n, d, d.with(store).prepare(w.s)); n += step {
		if lost++; *everyMessage { // anew each time: what is read of all there is would grow by as many messages as were lost
			w.s.sound()
			clear(w.t, w.pool)
			w.s = newScene(w.t, store)
		}
	}
	require.Positive(w.t, lost)
	w.t.Logf("%v", w.tries)
	w.s.sound()
}

// with returns the deed of the same name over another store.
func (d deed) with(store tenancy.Store) deed {
	for _, other := range deeds(store) {
		if other.name == d.name {
			return other
		}
	}
	panic(d.name)
}

// once does a deed while its n-th message is lost. It reports whether there was such a
// message.
func (w *wire) once(
	what fault, n int, d deed, do func(context.Context, *tenancy.Directory, tenancy.OperationID) error,
) bool {
	t, actor, id := w.t, d.actor(w.s), tenancy.NewOperationID()
	dir, pool := w.through()
	defer pool.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	// What is late in the middle of a block keeps the locks of its transaction. Whoever
	// does the block again waits for them, and their context ends then.
	doing, stop := context.WithCancel(ctx)
	plan := w.proxy.arm(what, n, stop)
	if what == requestLate {
		go w.endWait(doing, stop)
	}
	err := do(doing, dir, id)
	stop()
	hit := w.proxy.disarm()

	outcome, asked := w.s.dir.System().ActorOutcome(ctx, actor, id, time.Now())
	done := asked == nil
	message := fmt.Sprintf("%s with message %d lost: %v, then %v", d.name, n, err, asked)
	switch {
	case err == nil:
		require.True(t, done, message)
		w.tries["done"]++
	case errors.Is(err, tenancy.CodeAmbiguous), errors.Is(err, tenancy.CodeAlreadyDone):
		w.tries["ambiguous"]++
	default:
		require.False(t, done, message)
		w.tries["failed"]++
	}
	if !done {
		require.ErrorIs(t, asked, tenancy.CodeNotFound, message)
	}
	require.Equal(t, outcome.Events, w.events(id), message)
	close(plan.late)
	if hit {
		select {
		case <-plan.after:
		case <-ctx.Done():
			require.NoError(t, ctx.Err(), message)
		}
	}
	require.Equal(t, outcome.Events, w.events(id), message+", and later")
	return hit
}

// endWait calls stop as soon as a transaction waits for a lock of another one.
func (w *wire) endWait(ctx context.Context, stop func()) {
	if waitsForLock(ctx, w.pool) {
		stop()
	}
}

// waitsForLock waits until a transaction in a pool's database waits for a lock, and
// reports whether one did before the context ended.
func waitsForLock(ctx context.Context, pool *pgxpool.Pool) bool {
	for ctx.Err() == nil {
		var waits bool
		err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).
			Scan(&waits)
		if err == nil && waits {
			return true
		}
		soon(10 * time.Millisecond)
	}
	return false
}

// TestUnknownCommit loses every message of an Update in turn. What the store reports of
// the commit is true, and it never runs its function again once the commit may have
// been applied. A store that does is found out.
func TestUnknownCommit(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	sound := w.increments(func(*pgstore.Store) {}, func(counted) bool { return false })
	require.Zero(t, sound.wrong)
	require.NotZero(t, sound.doubtedDone, "COMMIT was applied and its reply lost")
	require.NotZero(t, sound.doubtedNot, "COMMIT was lost itself")
	weakened := w.increments(func(s *pgstore.Store) { pgstore.Weaken(s, "RETRY AFTER AN UNKNOWN COMMIT") },
		func(c counted) bool { return c.wrong > 0 })
	require.NotZero(t, weakened.wrong, "a store that runs its function again is found out")
}

// counted counts how Updates ended: other than was reported, or in doubt.
type counted struct{ wrong, doubtedDone, doubtedNot int }

// increments adds one to a number again and again, each time with another message lost,
// until all have been, or until enough was seen.
func (w *wire) increments(weaken func(*pgstore.Store), enough func(counted) bool) (c counted) {
	for _, what := range []fault{requestLost, replyLost, replyCut, callerGone} {
		for n, hit := 0, true; hit && !enough(c); n++ {
			_, pool := w.through()
			store := pgstore.New(pool, nil)
			weaken(store)
			require.NoError(w.t, see(w.t, store))
			before := w.number()
			ctx, stop := context.WithCancel(w.t.Context())
			w.proxy.arm(what, n, stop)
			err := store.Update(ctx, w.add(1))
			stop()
			hit = w.proxy.disarm()
			pool.Close()
			switch added := w.number() - before; {
			case errors.Is(err, tenancy.CodeAmbiguous) && added == 1:
				c.doubtedDone++
			case errors.Is(err, tenancy.CodeAmbiguous) && added == 0:
				c.doubtedNot++
			case err == nil && added != 1, err != nil && added != 0:
				c.wrong++
			}
		}
	}
	return c
}

var number = tenancy.HeadRecord{Stream: tenancy.Stream{User: tenancy.UserID{1}}}

// add adds to the number. It returns a function for Update.
func (w *wire) add(n uint64) func(context.Context, tenancy.Tx) error {
	return func(ctx context.Context, tx tenancy.Tx) error {
		answers, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexHeads, Key: number.Entries(nil)[0].Key})
		if err != nil {
			return err
		}
		next, ok := answers[0].Record.(tenancy.HeadRecord)
		if !ok {
			next = number
		}
		next.Sequence += n
		return tx.Put(ctx, next)
	}
}

// number reads the number past the proxy, by writing: that comes after whatever is on
// its way has ended.
func (w *wire) number() (n int) {
	require.NoError(w.t, pgstore.New(w.pool, nil).Update(w.t.Context(), w.add(0)))
	require.NoError(w.t, w.pool.QueryRow(w.t.Context(),
		"SELECT sequence FROM tenancy_heads WHERE stream = $1", [16]byte(number.Stream.User)).Scan(&n))
	return n
}

// TestRoundTrips counts how often the pool waits for the server in an operation. That
// is two to three times if the operation's size is fixed, and otherwise as often for
// many records as for few.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	dir, _ := w.through()
	store := pgstore.New(w.pool, nil)
	trips := func(d deed) int64 {
		do := d.prepare(w.s)
		require.NoError(t, do(t.Context(), dir, tenancy.NewOperationID()))
		do = d.prepare(w.s)
		before := w.proxy.trips.Load()
		require.NoError(t, do(t.Context(), dir, tenancy.NewOperationID()))
		return w.proxy.trips.Load() - before
	}
	for _, d := range deeds(store) {
		n := trips(d)
		t.Logf("%s: %d", d.name, n)
		if d.name != "Atomically" {
			require.LessOrEqual(t, n, int64(3), d.name)
		}
	}
	for name, of := range growing(store) {
		few, many := trips(of(3)), trips(of(150)) // ImportUsers has a transaction for every 1,000
		t.Logf("%s: %d for 3 records, %d for 150", name, few, many)
		require.Equal(t, few, many, name)
		require.LessOrEqual(t, few, int64(6), name)
	}
}

// growing returns the operations that change as many records as there are.
func growing(store tenancy.Store) map[string]func(int) deed {
	return map[string]func(int) deed{
		"MergeOrganizations": func(n int) deed {
			return ownerDoes("MergeOrganizations", func(s *scene) func(context.Context, *tenancy.Session) error {
				candidate := s.candidate(store, n, n/2)
				return func(ctx context.Context, o *tenancy.Session) error {
					return second(o.MergeOrganizations(ctx, s.org, candidate))
				}
			})
		},
		"DeleteOrganization": func(n int) deed {
			return ownerDoes("DeleteOrganization", func(s *scene) func(context.Context, *tenancy.Session) error {
				candidate := s.candidate(store, n, n/2)
				return func(ctx context.Context, o *tenancy.Session) error {
					return o.DeleteOrganization(ctx, candidate, tenancy.OrganizationDeletion{})
				}
			})
		},
		"ImportUsers": func(n int) deed {
			return deed{
				"ImportUsers",
				func(s *scene) func(context.Context, *tenancy.Directory, tenancy.OperationID) error {
					require.NoError(s.t, errOf(s.operator.SetImportEntitlement(s.t.Context(), s.org,
						tenancy.ImportEntitlement{On: true, Reference: "contract-1"})))
					s.candidate(store, 0, 0) // which proves the domain
					emails := s.loners(store, n)
					return func(ctx context.Context, dir *tenancy.Directory, _ tenancy.OperationID) error {
						return second(dir.As(s.owner).ImportUsers(ctx, s.org, tenancy.UserImport{Emails: emails}))
					}
				},
				owner,
			}
		},
	}
}

// events counts the events of an operation, each once, in however many streams it is.
func (w *wire) events(id tenancy.OperationID) (count int) {
	require.NoError(w.t, w.pool.QueryRow(w.t.Context(),
		"SELECT count(*) FROM tenancy_events WHERE operation_id = $1", [16]byte(id)).Scan(&count))
	return count
}
