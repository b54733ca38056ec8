package pgstore_test

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/pgstore"
)

// writer does operations that belong together, round after round. Each has an ID that
// the writer notes before, and notes again when the operation was acknowledged.
type writer struct {
	ctx     context.Context
	dir     *tenancy.Directory
	names   *scenes.NameServer
	common  tenancy.SignedUp // whose organization all writers write to
	say     func(string)
	stop    <-chan struct{}
	err     error // why the round was given up
	settled int   // outcomes that Outcome had to tell
	again   int   // calls that were made once more
}

// errRound ends a round without a fault: the writer is to stop, or an operation was
// done and its result was lost.
var errRound = errors.New("the round is over")

func newWriter(t testing.TB, store tenancy.Store, say func(string), stop <-chan struct{}) *writer {
	w := &writer{ctx: context.WithoutCancel(t.Context()), names: &scenes.NameServer{}, say: say, stop: stop}
	var err error
	w.dir, err = tenancy.New(store, &tenancy.Options{Resolver: w.names, InvitationsPerDay: -1})
	require.NoError(t, err)
	return w
}

func (w *writer) write() {
	for !ended(w.stop) {
		w.err = nil
		w.round()
	}
}

var theHost = tenancy.Actor{}

func acting(dir *tenancy.Directory, actor tenancy.Actor) *tenancy.Platform {
	if actor == theHost {
		return dir.System()
	}
	return &tenancy.Platform{Session: dir.As(actor.User)}
}

// patient is how long a call is made again while the server is not there.
const patient = 2 * time.Minute

// persists makes a call again while its error is the store's. It returns the first
// other error, or nil.
func (w *writer) persists(call func() error) error {
	for begun := time.Now(); ; w.again++ {
		err := call()
		if code := tenancy.CodeOf(err); err == nil || code != "" && code != tenancy.CodeBusy ||
			time.Since(begun) > patient {
			return err
		}
		soon(20 * time.Millisecond)
	}
}

// did does an operation until it is known to be done, whatever happens to the server
// meanwhile.
func did[T any](w *writer, actor tenancy.Actor, name string, operation func(*tenancy.Platform) (T, error)) (result T) {
	if w.err == nil && ended(w.stop) {
		w.err = errRound
	}
	if w.err != nil {
		return result
	}
	id := tenancy.NewOperationID()
	session := acting(w.dir, actor)
	w.say(fmt.Sprint("begin ", actor, " ", id, " ", name))
	for {
		err := w.persists(func() (err error) {
			result, err = operation(session.Once(id))
			return err
		})
		if errors.Is(err, tenancy.CodeAmbiguous) {
			w.settled++
			err = w.persists(func() error {
				_, err := session.Outcome(w.ctx, id, time.Now())
				if errors.Is(err, tenancy.CodeAmbiguous) {
					return errors.New("not yet")
				}
				return err
			})
			if errors.Is(err, tenancy.CodeNotFound) {
				continue
			}
			if err == nil {
				err = tenancy.CodeAlreadyDone
			}
		}
		switch {
		case err == nil:
			w.say(fmt.Sprint("done ", id))
		case errors.Is(err, tenancy.CodeAlreadyDone):
			w.say(fmt.Sprint("done ", id))
			w.err = errRound // what it gave, a secret perhaps, was lost with the connection
		default:
			w.refused(name, err)
		}
		return result
	}
}

// refused gives up the round, and says so. Nothing that a writer does is refused,
// unless something that was acknowledged is not there.
func (w *writer) refused(name string, err error) {
	w.err = err
	w.say(fmt.Sprint("refused ", name, " ", err))
}

// none returns a result for operations that have none.
func none(err error) (struct{}, error) { return struct{}{}, err }

// round founds an organization, and does to it most of what can be done to
// organizations.
func (w *writer) round() {
	ctx, mark := w.ctx, strings.ToLower(cryptorand.Text())
	domain, guest := mark+".example.com", "ben@"+mark+".example.net"
	ana := did(w, theHost, "SignUp", func(s *tenancy.Platform) (tenancy.SignedUp, error) {
		return s.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@" + domain), Name: "Ana"})
	})
	owner := tenancy.Actor{User: ana.User.ID}
	toAccount := did(w, owner, "InviteToAccount", func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
		return s.InviteToAccount(ctx, ana.Account.ID,
			tenancy.NewAccountInvitation{Email: guest, Roles: tenancy.Roles(tenancy.Support)})
	})
	ben := did(w, theHost, "SignUp", func(s *tenancy.Platform) (tenancy.SignedUp, error) {
		return s.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(guest), Name: "Ben",
			Secret: toAccount.Secret})
	})
	member := tenancy.Actor{User: ben.User.ID}
	sent := did(w, owner, "InviteUser", func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
		return s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: guest})
	})
	did(w, member, "AcceptInvitation", func(s *tenancy.Platform) (tenancy.AcceptedInvitation, error) {
		return s.AcceptInvitation(ctx, tenancy.Acceptance{Secret: sent.Secret})
	})
	did(w, member, "CreateAccount", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Ben's"})
	})
	did(w, owner, "Atomically", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.Session.Atomically(ctx, func(ctx context.Context, s *tenancy.Session) error {
			_, err1 := s.CreateAccount(ctx, ana.Organization.ID, tenancy.NewAccount{Name: "Block"})
			_, err2 := s.InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "cy@" + domain})
			return errors.Join(err1, err2)
		}))
	})
	did(
		w,
		tenancy.Actor{User: w.common.User.ID},
		"InviteUser",
		func(s *tenancy.Platform) (tenancy.SentInvitation, error) {
			return s.InviteUser(ctx, w.common.Organization.ID, tenancy.NewInvitation{Email: "dee@" + domain})
		},
	)
	w.merges(ana, domain)
	did(w, owner, "DeleteUser", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.DeleteUser(ctx, ben.User.ID, tenancy.UserDeletion{AccountsTo: ana.User.ID}))
	})
	did(w, owner, "DeleteOrganization", func(s *tenancy.Platform) (struct{}, error) {
		return none(s.DeleteOrganization(ctx, ana.Organization.ID, tenancy.OrganizationDeletion{}))
	})
}

// merges founds another organization of the same Owner and merges it into the first.
func (w *writer) merges(ana tenancy.SignedUp, domain string) {
	ctx, owner := w.ctx, tenancy.Actor{User: ana.User.ID}
	did(w, theHost, "VerifyPhone", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.VerifyPhone(ctx, ana.Account.ID, "+15550100")
	})
	second := did(w, owner, "CreateOrganization", func(s *tenancy.Platform) (tenancy.FoundedOrganization, error) {
		return s.CreateOrganization(ctx, tenancy.NewOrganization{Name: "Second", AllStay: true})
	})
	did(w, owner, "CreateAccount", func(s *tenancy.Platform) (tenancy.Account, error) {
		return s.CreateAccount(ctx, second.ID, tenancy.NewAccount{Name: "Merged"})
	})
	claim := did(w, owner, "AddDomain", func(s *tenancy.Platform) (tenancy.Domain, error) {
		return s.AddDomain(ctx, ana.Organization.ID, domain)
	})
	if w.err == nil {
		w.names.Publish(claim.RecordName, claim.RecordValue)
		w.err = w.persists(func() error { // it takes no ID (GEN-13), and does no harm a second time
			_, err := w.dir.As(ana.User.ID).VerifyDomain(ctx, claim.ID)
			if errors.Is(err, tenancy.CodeAmbiguous) {
				return errors.New("once more")
			}
			return err
		})
		if w.err != nil {
			w.refused("VerifyDomain", w.err)
		}
	}
	did(w, owner, "MergeOrganizations", func(s *tenancy.Platform) (tenancy.Organization, error) {
		return s.MergeOrganizations(ctx, ana.Organization.ID, second.ID)
	})
}

// shared signs up the Owner of an organization that all writers write to.
func shared(t *testing.T, store tenancy.Store) tenancy.SignedUp {
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	up, err := dir.System().SignUp(t.Context(),
		tenancy.NewSignUp{Email: tenancy.Proven("common@common.example.com"), Name: "Common"})
	require.NoError(t, err)
	return up
}

// ids writes down an organization and its Owner for a child. sharedBy reads that.
func ids(up tenancy.SignedUp) string { return fmt.Sprint(up.User.ID, " ", up.Organization.ID) }

func sharedBy(t *testing.T, text string) (up tenancy.SignedUp) {
	user, org, _ := strings.Cut(text, " ")
	id, err := tenancy.ParseID[tenancy.UserID](user)
	require.NoError(t, err)
	up.User.ID, up.Organization = id, &tenancy.Organization{}
	up.Organization.ID, err = tenancy.ParseID[tenancy.OrganizationID](org)
	require.NoError(t, err)
	return up
}

func childWrites(t *testing.T, pool *pgxpool.Pool, o *orders) {
	w := newWriter(t, pgstore.New(pool, nil), func(said string) { say(said) }, o.stop)
	w.common = sharedBy(t, os.Getenv(told))
	w.write()
}
