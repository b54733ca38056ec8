package pgstore_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/pgstore"
	"github.com/add4b1c6/tenancy/storetest"
)

// share returns how many operations each writer does.
func share() int {
	if testing.Short() {
		return 10
	}
	return 40
}

// contend lets writers do their shares in one organization at once. Each operation
// changes the organization and needs the head of its stream. contend returns how long
// each writer took.
func contend(t *testing.T, store tenancy.Store, up tenancy.SignedUp, writers, share int) []time.Duration {
	dir, err := tenancy.New(store, &tenancy.Options{InvitationsPerDay: -1})
	require.NoError(t, err)
	owner := dir.As(up.User.ID)
	took, failed := make([]time.Duration, writers), make([]error, writers)
	begin := make(chan struct{})
	var running sync.WaitGroup
	for i := range writers {
		running.Go(func() {
			<-begin
			defer func(begun time.Time) { took[i] = time.Since(begun) }(time.Now())
			for n := 0; n < share && failed[i] == nil; n++ {
				if n%2 == 0 {
					_, failed[i] = owner.CreateAccount(t.Context(), up.Organization.ID,
						tenancy.NewAccount{Name: "Account"})
				} else {
					to := fmt.Sprintf("w%d-%d-%d@guests.example.com", os.Getpid(), i, n)
					_, failed[i] = owner.InviteUser(t.Context(), up.Organization.ID,
						tenancy.NewInvitation{Email: to})
				}
			}
		})
	}
	close(begin)
	running.Wait()
	for _, err := range failed {
		require.NoError(t, err)
	}
	return took
}

// patience is how long transactions that contend try again. It is more than they need on the busiest machine.
const patience = 10 * time.Minute

// retries counts the attempts of a store that lost.
type retries struct{ atomic.Int64 }

func (r *retries) options() *pgstore.Options {
	return &pgstore.Options{RetryFor: patience, OnRetry: func(context.Context, error) { r.Add(1) }}
}

// childContends is one of several processes that contend. It is told whose organization
// it is, how many writers it has, and their share.
func childContends(t *testing.T, pool *pgxpool.Pool, o *orders) {
	words := strings.Fields(os.Getenv(told))
	up := sharedBy(t, strings.Join(words[:2], " "))
	writers, err := strconv.Atoi(words[2])
	require.NoError(t, err)
	share, err := strconv.Atoi(words[3])
	require.NoError(t, err)
	var lost retries
	store := pgstore.New(pool, lost.options())
	require.NoError(t, see(t, store))
	say("ready")
	<-o.begin
	for _, took := range contend(t, store, up, writers, share) {
		say("took", took.Microseconds())
	}
	say("lost", lost.Load())
}

// TestWriters lets eight writers write to one organization. Each does its share, and no
// operation is lost: the records and the stream have all of them (GEN-3). In one
// process they queue, and no attempt loses. In several, the database decides who wins.
func TestWriters(t *testing.T) {
	t.Parallel()
	const writers = 8
	counted := func(t *testing.T, store tenancy.Store, up tenancy.SignedUp) {
		dir, err := tenancy.New(store, nil)
		require.NoError(t, err)
		sound(t, dir)
		records, accounts, invitations := storetest.Everything(t, store), 0, 0
		for _, r := range records {
			switch r.(type) {
			case tenancy.AccountRecord:
				accounts++
			case tenancy.InvitationRecord:
				invitations++
			}
		}
		half := writers * share() / 2
		require.Equal(t, half, accounts-1) // one is the Owner's first
		require.Equal(t, half, invitations)
		operations := map[tenancy.OperationID]string{}
		for _, e := range logs(t, dir, records) {
			if e.Stream.Organization == up.Organization.ID {
				operations[e.Operation] = e.Name
			}
		}
		done := map[string]int{}
		for _, name := range operations {
			done[name]++
		}
		require.Equal(t, map[string]int{"SignUp": 1, "CreateAccount": half, "InviteUser": half}, done)
	}
	t.Run("in one process", func(t *testing.T) {
		var lost retries
		store, _ := open(t, lost.options())
		up := shared(t, store)
		took := contend(t, store, up, writers, share())
		t.Logf("each writer's %d operations took %v to %v", share(), slices.Min(took), slices.Max(took))
		require.Zero(t, lost.Load(), "attempts that lost")
		counted(t, store, up)
	})
	t.Run("in four processes", func(t *testing.T) {
		store, pool := open(t, nil)
		up := shared(t, store)
		var mu sync.Mutex
		var took []time.Duration
		lost := 0
		hear := func(said string) {
			mu.Lock()
			defer mu.Unlock()
			what, number, _ := strings.Cut(said, " ")
			n, _ := strconv.Atoi(number)
			switch what {
			case "took":
				took = append(took, time.Duration(n)*time.Microsecond)
			case "lost":
				lost += n
			}
		}
		var processes []*child
		for range 4 {
			processes = append(processes, start(t, "contender", pool,
				fmt.Sprint(ids(up), " ", writers/4, " ", share()), hear))
		}
		for _, p := range processes {
			<-p.spoke
		}
		for _, p := range processes {
			_, err := p.stdin.Write([]byte{'\n'})
			require.NoError(t, err)
		}
		for _, p := range processes {
			p.finish(t)
		}
		require.Len(t, took, writers)
		t.Logf("each writer's %d operations took %v to %v; %d serialization failures in %d commits",
			share(), slices.Min(took), slices.Max(took), lost, writers*share())
		counted(t, store, up)
	})
}

// TestAcceptors lets eight people accept invitations into one organization at once,
// from one process. Each learns only from what it reads first which organization, and
// so which queue, it needs. Still no attempt loses to another.
func TestAcceptors(t *testing.T) {
	t.Parallel()
	var lost retries
	store, _ := open(t, lost.options())
	dir, err := tenancy.New(store, &tenancy.Options{InvitationsPerDay: -1})
	require.NoError(t, err)
	up := shared(t, store)
	owner, ctx := dir.As(up.User.ID), t.Context()
	const acceptors = 8
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		var users []tenancy.UserID
		var secrets []tenancy.Secret
		for i := range acceptors {
			email := fmt.Sprintf("a%d-%d@guests.example.com", round, i)
			guest, err := owner.InviteToAccount(ctx, up.Account.ID,
				tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
			require.NoError(t, err)
			joined, err := dir.System().SignUp(ctx,
				tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "Guest", Secret: guest.Secret})
			require.NoError(t, err)
			sent, err := owner.InviteUser(ctx, up.Organization.ID, tenancy.NewInvitation{Email: email})
			require.NoError(t, err)
			users, secrets = append(users, joined.User.ID), append(secrets, sent.Secret)
		}
		lost.Store(0)
		failed := make([]error, acceptors)
		begin := make(chan struct{})
		var running sync.WaitGroup
		for i := range acceptors {
			running.Go(func() {
				<-begin
				_, failed[i] = dir.As(users[i]).AcceptInvitation(ctx, tenancy.Acceptance{Secret: secrets[i]})
			})
		}
		close(begin)
		running.Wait()
		for _, err := range failed {
			require.NoError(t, err)
		}
		require.Zero(t, lost.Load(), "attempts that lost, in round %d", round)
	}
	members := 0
	for _, err := range owner.Users(ctx, up.Organization.ID, tenancy.UserQuery{Kind: tenancy.KindManaged}) {
		require.NoError(t, err)
		members++
	}
	require.Equal(t, 1+rounds*acceptors, members)
	sound(t, dir)
}
