package sqlitestore_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// TestErased searches the bytes of the file and of its log for markers that every name
// and address carries. All are there at first, and none after deletion, Purge and
// Vacuum (SEC-27).
func TestErased(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	store := openFile(t, path)
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	dir, err := tenancy.New(store, &tenancy.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	host, staff := dir.System(), dir.Operator("staff")
	var marks []string
	mark := func() string {
		marks = append(marks, "m"+strings.ToLower(rand.Text()))
		return marks[len(marks)-1]
	}
	email := func() string { return mark() + "@" + mark() + ".example.com" }
	held := func() (found []string) {
		all := contents(t, path) + contents(t, path+"-wal")
		for _, m := range marks {
			if strings.Contains(all, m) {
				found = append(found, m)
			}
		}
		return found
	}
	folded := func() (found []string) { // as the words of a search have it
		all := contents(t, path) + contents(t, path+"-wal")
		for _, m := range marks {
			if strings.Contains(all, strings.ToUpper(m)) {
				found = append(found, m)
			}
		}
		return found
	}
	var users []tenancy.UserID
	ana, err := host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven(email()), Name: mark(),
		Organization: mark(), Account: "account"})
	require.NoError(t, err)
	users = append(users, ana.User.ID)
	owner, org := dir.As(ana.User.ID), ana.Organization.ID
	for range 40 { // enough for pages to be split and joined
		to := email()
		sent, err := owner.InviteUser(t.Context(), org, tenancy.NewInvitation{Email: to})
		require.NoError(t, err)
		ben, err := host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven(to), Name: mark(),
			Secret: sent.Secret})
		require.NoError(t, err)
		users = append(users, ben.User.ID)
		to = email()
		sent, err = owner.InviteToAccount(t.Context(), ana.Account.ID,
			tenancy.NewAccountInvitation{Email: to, Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		guest, err := host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven(to), Name: mark(),
			Secret: sent.Secret})
		require.NoError(t, err)
		users = append(users, guest.User.ID)
		_, err = owner.InviteToAccount(t.Context(), ana.Account.ID,
			tenancy.NewAccountInvitation{Email: email(), Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
	}
	_, err = owner.RenameOrganization(t.Context(), org, mark())
	require.NoError(t, err)
	_, err = owner.AddDomain(t.Context(), org, mark()+".example")
	require.NoError(t, err)
	_, err = owner.CreateGroup(t.Context(), org, tenancy.NewGroup{Name: mark(), ExternalID: mark()})
	require.NoError(t, err)
	robot, err := owner.CreateServiceAccount(t.Context(), org, tenancy.NewServiceAccount{Name: mark()})
	require.NoError(t, err)
	_, err = owner.CreateKey(t.Context(), robot.ID, tenancy.NewKey{Name: mark()})
	require.NoError(t, err)
	require.ElementsMatch(t, marks, held())
	require.Len(t, folded(), 81*3+1, "the names and addresses of all users, and the name of the service account")
	require.NoError(t, store.Checkpoint(t.Context()))

	require.NoError(t, staff.DeleteOrganization(t.Context(), org, tenancy.OrganizationDeletion{}))
	_, err = owner.CloseAccount(t.Context(), ana.Account.ID)
	require.NoError(t, err)
	for _, user := range users {
		require.NoError(t, staff.DeleteUser(t.Context(), user, tenancy.UserDeletion{}))
	}
	now = now.Add(60 * 24 * time.Hour)
	_, err = host.Purge(t.Context())
	require.NoError(t, err)
	require.NoError(t, store.Vacuum(t.Context()))
	require.Empty(t, held())
	require.Empty(t, folded())
	sound(t, store)

	backup := fresh(t)
	require.NoError(t, store.Backup(t.Context(), backup))
	require.ErrorIs(t, store.Backup(t.Context(), backup), os.ErrExist)
	sound(t, openFile(t, backup))
}

// TestFormerMembersErased searches the bytes of the file and of its log for markers of
// former members (SEC-27).
func TestFormerMembersErased(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	store := openFile(t, path)
	scene.FormerMembersErased(t, store, inFile(t, store, path))
}

// TestDirectoriesErased searches the bytes of the file and of its log for markers of what
// directories say (SEC-27).
func TestDirectoriesErased(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	store := openFile(t, path)
	scene.DirectoriesErased(t, store, inFile(t, store, path))
}

// inFile returns a function that vacuums a file, and returns those of some markers that are
// found in it or in its log, as they are or folded.
func inFile(t *testing.T, store *sqlitestore.Store, path string) func(marks []string) []string {
	return func(marks []string) (found []string) {
		require.NoError(t, store.Vacuum(t.Context()))
		all := contents(t, path) + contents(t, path+"-wal")
		for _, m := range marks {
			if strings.Contains(all, m) || strings.Contains(all, strings.ToUpper(m)) {
				found = append(found, m)
			}
		}
		return found
	}
}

// TestCheckpointWaits calls Checkpoint while a View holds on to the log. It does not
// report success: it tries again until its context ends, or until RetryFor is over.
func TestCheckpointWaits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	path := fresh(t)
	openFile(t, path)
	patient := opened(t, path, &sqlitestore.Options{RetryFor: time.Hour,
		OnRetry: func(context.Context, error) { cancel() }})
	hasty := opened(t, path, &sqlitestore.Options{RetryFor: 1})
	require.NoError(t, patient.Update(t.Context(), increment))
	require.NoError(t, patient.View(t.Context(), func(_ context.Context, tx tenancy.ReadTx) error {
		_, err := tx.Read(t.Context(), tenancy.Lookup{Index: tenancy.IndexHeads, Limit: 10})
		require.NoError(t, err)
		require.NoError(t, patient.Update(t.Context(), increment))
		require.ErrorIs(t, hasty.Checkpoint(t.Context()), tenancy.CodeBusy)
		require.ErrorIs(t, patient.Checkpoint(ctx), context.Canceled)
		return nil
	}))
	require.NoError(t, patient.Checkpoint(t.Context()))
	require.Empty(t, contents(t, path+"-wal"))
}
