package sqlitestore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/sqlitestore"
)

// contents returns what is in a file, or "" if there is none.
func contents(t testing.TB, path string) string {
	b, err := os.ReadFile(path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return string(b)
}

// TestOpenRefuses opens what is not a file of this package. Open returns ErrFile, and
// the file is as it was.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	refuse := func(t *testing.T, path string) {
		store, err := sqlitestore.Open(t.Context(), path, nil)
		require.ErrorIs(t, err, sqlitestore.ErrFile)
		require.Nil(t, store)
	}
	both := func(t *testing.T, path string) {
		refuse(t, path)
		db, err := sqlitestore.OpenDB(t.Context(), path)
		require.ErrorIs(t, err, sqlitestore.ErrFile)
		require.Nil(t, db)
	}
	t.Run("a directory", func(t *testing.T) { both(t, t.TempDir()) })
	t.Run("in a directory that is not there", func(t *testing.T) { both(t, fresh(t)+"/more/directory.db") })
	t.Run("no database", func(t *testing.T) {
		path := fresh(t)
		text := strings.Repeat("This is no database. ", 1000)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		both(t, path)
		require.Equal(t, text, contents(t, path))
	})
	t.Run("another application's", func(t *testing.T) {
		path := fresh(t)
		require.NoError(t, database(t, path, "").Close())
		before := contents(t, path)
		refuse(t, path)
		require.Equal(t, before, contents(t, path))
	})
}

// TestPaths passes Open, OpenDB and Backup what SQLite or its driver would not read as the path
// of a file. All return ErrFile and create no file.
func TestPaths(t *testing.T) { // not parallel: it changes the working directory
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("sub", 0o700))
	store := open(t)
	for _, path := range []string{
		"", ":memory:", ":", ":memory:?cache=shared", ":x", "sub/", t.TempDir() + "/",
		"file:", "file::memory:", "file::memory:?cache=shared", "file:directory.db", "FILE:directory.db",
		"file:sub/directory.db",
		"file:" + t.TempDir() + "/directory.db", "file:///directory.db?vfs=memdb",
		"file://localhost/directory.db", "file:/directory.db?mode=memory",
		"sqlite://directory.db", "sqlite3:///directory.db", "http://example.com/directory.db",
		"directory.db?", "directory.db?mode=memory", "directory.db?_pragma=journal_mode(OFF)",
		"?directory.db", "sub?/directory.db",
		"directory.db\x00", "directory.db\x00.txt",
	} {
		opened, err := sqlitestore.Open(t.Context(), path, nil)
		require.ErrorIs(t, err, sqlitestore.ErrFile, "%q", path)
		require.Nil(t, opened)
		db, err := sqlitestore.OpenDB(t.Context(), path)
		require.ErrorIs(t, err, sqlitestore.ErrFile, "%q", path)
		require.Nil(t, db)
		require.ErrorIs(t, store.Backup(t.Context(), path), sqlitestore.ErrFile, "%q", path)
	}
	left, err := filepath.Glob("*")
	require.NoError(t, err)
	require.Equal(t, []string{"sub"}, left)

	// These look like the ones above, and are paths. The last five show how to name a
	// file that has such a name.
	for _, path := range []string{"directory.db", "sub/directory", "sub/../a b", "memory", "a:memory:", "100%.db", "%3Fmode=ro", "a#b", "a&b=c", "ä", "'", "`",
		"./:memory:", "./file:directory.db", "./:", "sub/file::memory:", "sub/:memory:"} {
		opened, err := sqlitestore.Open(t.Context(), path, nil)
		require.NoError(t, err, "%q", path)
		require.NoError(t, opened.Migrate(t.Context()))
		require.NoError(t, opened.Update(t.Context(), increment))
		require.NoError(t, opened.Close())
		info, err := os.Stat(path)
		require.NoError(t, err, "%q", path)
		require.True(t, info.Mode().IsRegular())
		require.NoError(t, store.Backup(t.Context(), path+".copy"))
		require.FileExists(t, path+".copy")
		require.EqualValues(t, 1, counted(t, openFile(t, path)))
	}
}

// TestSchema uses a database without our tables, or with those of another version: ErrSchema says what to do, and nothing changes.
func TestSchema(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, tenancy.ReadTx) error { return nil }
	refuse := func(t *testing.T, store *sqlitestore.Store, db *sql.DB, says string) {
		before := contents(t, fileOf(t, db))
		for _, err := range []error{
			store.View(t.Context(), nothing), store.Update(t.Context(), increment),
			store.Transact(t.Context(), func(context.Context, *sql.Tx, tenancy.Store) error { return nil }),
			func() error {
				tx, err := db.BeginTx(t.Context(), nil)
				require.NoError(t, err)
				_, err = store.WithTx(t.Context(), tx)
				_ = tx.Rollback()
				return err
			}(),
		} {
			require.ErrorIs(t, err, sqlitestore.ErrSchema)
			require.ErrorContains(t, err, says)
		}
		require.Equal(t, before, contents(t, fileOf(t, db)))
	}
	for name, c := range map[string]struct{ statement, says string }{
		"none":              {"", "call Migrate"},
		"older":             {"UPDATE tenancy_schema SET version = 0", "call Migrate"},
		"newer":             {"UPDATE tenancy_schema SET version = 1000", "use a newer one"},
		"of something else": {"DROP TABLE tenancy_schema; CREATE TABLE tenancy_schema (x)", "not of this package"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t, fresh(t), asDocumented)
			store := sqlitestore.New(db, nil)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			if c.statement != "" {
				require.NoError(t, store.Migrate(t.Context()))
				_, err := db.ExecContext(t.Context(), c.statement)
				require.NoError(t, err)
			}
			refuse(t, store, db, c.says)
			if name == "newer" || name == "of something else" {
				require.ErrorIs(t, store.Migrate(t.Context()), sqlitestore.ErrSchema)
			}
		})
	}
	t.Run("newer, of a process that was running", func(t *testing.T) {
		t.Parallel()
		db := database(t, fresh(t), asDocumented)
		store := over(t, db, nil)
		require.NoError(t, store.View(t.Context(), nothing))
		require.NoError(t, store.Update(t.Context(), increment))
		_, err := db.ExecContext(t.Context(), "INSERT INTO tenancy_schema (version, applied) VALUES (1000, 0)")
		require.NoError(t, err)
		require.NoError(t, store.View(t.Context(), nothing), "its Views go on")
		const says = "the database has version 1000, this package works with 1 and 2: use a newer one"
		require.ErrorContains(t, store.Update(t.Context(), increment), says)
		require.ErrorContains(t,
			store.Transact(t.Context(), func(context.Context, *sql.Tx, tenancy.Store) error { return nil }), says)
		refuse(t, sqlitestore.New(db, nil), db, says)
		_, err = db.ExecContext(t.Context(), "DELETE FROM tenancy_schema WHERE version = 1000")
		require.NoError(t, err)
		require.NoError(t, store.Update(t.Context(), increment))
	})
	t.Run("what the host had stays", func(t *testing.T) {
		t.Parallel()
		db := database(t, fresh(t), asDocumented)
		store := sqlitestore.New(db, nil)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, store.Migrate(t.Context()))
		var version, application int
		require.NoError(
			t,
			db.QueryRowContext(t.Context(), "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id").
				Scan(&version, &application),
		)
		require.Equal(t, []int{7, 42}, []int{version, application})
		require.NoError(t, store.Update(t.Context(), increment))
	})
}

// TestMigrateForeign has Migrate meet what another application has made under a name of this package's. It is refused, and nothing is changed: neither
// what is there nor what is not.
func TestMigrateForeign(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a table with other columns":      "CREATE TABLE tenancy_users (of TEXT)",
		"of another case":                 "CREATE TABLE Tenancy_Users (of TEXT)",
		"the last table":                  "CREATE TABLE tenancy_outbox (of TEXT)",
		"a view":                          "CREATE VIEW tenancy_grants AS SELECT 1 AS one",
		"an index":                        "CREATE INDEX tenancy_organizations_due ON orders (note)",
		"tenancy_schema of other columns": "CREATE TABLE tenancy_schema (of TEXT)",
		"tenancy_schema of other types":   "CREATE TABLE tenancy_schema (version TEXT, applied TEXT); INSERT INTO tenancy_schema VALUES ('one', 'yesterday')",
		"tenancy_schema with a version":   "CREATE TABLE tenancy_schema (version INTEGER); INSERT INTO tenancy_schema VALUES (1)",
		"tenancy_schema without rows":     "CREATE TABLE tenancy_schema (version INTEGER, applied INTEGER)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t, fresh(t), asDocumented)
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
			store := sqlitestore.New(db, nil)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			before := contents(t, fileOf(t, db)) + contents(t, fileOf(t, db)+"-wal")
			err = store.Migrate(t.Context())
			require.ErrorIs(t, err, sqlitestore.ErrSchema)
			require.ErrorContains(t, err, "this package")
			require.ErrorIs(t, store.Update(t.Context(), increment), sqlitestore.ErrSchema)
			require.Equal(t, before, contents(t, fileOf(t, db))+contents(t, fileOf(t, db)+"-wal"))
		})
	}
}

// fileOf gives the path of a database.
func fileOf(t testing.TB, db *sql.DB) (path string) {
	require.NoError(t,
		db.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path))
	return path
}

// TestSettings uses databases that are not set as they must be.
func TestSettings(t *testing.T) {
	t.Parallel()
	for missing, says := range map[string]string{
		"_pragma=journal_mode(WAL)&": "WAL", "_pragma=synchronous(FULL)&": "FULL", "_pragma=secure_delete(ON)&": "secure_delete", "": "UTF-8",
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			options := strings.Replace(asDocumented, missing, "", 1)
			switch says {
			case "FULL":
				options += "&_pragma=synchronous(NORMAL)"
			case "UTF-8":
				options = strings.Replace(options, "?", "?_pragma=encoding('UTF-16')&", 1)
			}
			db := database(t, fresh(t), options)
			store := sqlitestore.New(db, nil)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			for _, err := range []error{store.Migrate(t.Context()), store.Update(t.Context(), increment),
				store.View(t.Context(), func(context.Context, tenancy.ReadTx) error { return nil })} {
				require.ErrorIs(t, err, sqlitestore.ErrSettings)
				require.ErrorContains(t, err, says)
			}
		})
	}
	t.Run("no SQLite at all", func(t *testing.T) {
		db, _ := sql.Open("sqlite", fresh(t)+"/no/such/directory")
		store := sqlitestore.New(db, nil)
		require.ErrorIs(t, store.Update(t.Context(), increment), sqlitestore.ErrFile)
		require.NoError(t, store.Close())
		require.NoError(t, db.Close())
	})
}

// TestClosed uses what is closed.
func TestClosed(t *testing.T) {
	t.Parallel()
	store, err := sqlitestore.Open(t.Context(), fresh(t), nil)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Update(t.Context(), increment))
	require.NoError(t, store.Close())
	require.NoError(t, store.Close())
	for _, err := range []error{store.Update(t.Context(), increment), store.Migrate(t.Context()), store.Checkpoint(t.Context()), store.Backup(t.Context(), fresh(t)),
		store.View(t.Context(), func(context.Context, tenancy.ReadTx) error { return nil })} {
		require.ErrorIs(t, err, sqlitestore.ErrClosed)
	}
	db := database(t, fresh(t), asDocumented)
	over := sqlitestore.New(db, nil)
	require.NoError(t, db.Close())
	require.Error(t, over.Update(t.Context(), increment))
	require.NoError(t, over.Close())
}

// TestFullDisk fills the disk: an error, nothing has changed, and when there is room again it goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	db := database(t, fresh(t), asDocumented+"&_pragma=max_page_count(1000000)")
	db.SetMaxOpenConns(1)
	store := over(t, db, &sqlitestore.Options{Readers: 1})
	require.NoError(t, store.Update(t.Context(), increment))
	limit := func(pages int) {
		var now int
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(pages)).Scan(&now))
	}
	fill := func(ctx context.Context, tx tenancy.Tx) error {
		if err := increment(ctx, tx); err != nil {
			return err
		}
		for range 2000 {
			if err := tx.Put(ctx, tenancy.UserRecord{ID: tenancy.UserID(newID())}); err != nil {
				return err
			}
		}
		return nil
	}
	limit(1)
	err := store.Update(t.Context(), fill)
	require.ErrorContains(t, err, "full")
	require.NotErrorIs(t, err, tenancy.CodeAmbiguous)
	require.EqualValues(t, 1, counted(t, store))
	limit(1_000_000)
	require.NoError(t, store.Update(t.Context(), fill))
	require.EqualValues(t, 2, counted(t, store))
}

// TestForeignRows writes rows as nobody but the library may: they are errors when they are read, never skipped, and no refusal.
func TestForeignRows(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	store := openFile(t, path)
	dir, err := tenancy.New(store, nil)
	require.NoError(t, err)
	ana, err := dir.System().
		SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.com"), Name: "Ana", Organization: "Acme", Account: "Main"})
	require.NoError(t, err)
	_, err = dir.As(ana.User.ID).
		InviteUser(t.Context(), ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.com"})
	require.NoError(t, err)
	stream := tenancy.Stream{Organization: ana.Organization.ID}
	read := map[string]func(context.Context, tenancy.ReadTx) error{
		"user":  lookUp(tenancy.Lookup{Index: tenancy.IndexUsers, Key: tenancy.Key{ID: ana.User.ID}}),
		"users": lookUp(tenancy.Lookup{Index: tenancy.IndexUsersByAddress, Key: tenancy.Key{Text: "bob@acme.com"}}),
		"domain": lookUp(
			tenancy.Lookup{Index: tenancy.IndexUsersOnDomain, Key: tenancy.Key{In: [16]byte{1}}, Limit: 10}),
		"members": lookUp(
			tenancy.Lookup{Index: tenancy.IndexMembers, Key: tenancy.Key{In: ana.Organization.ID}, Limit: 10}),
		"grants": lookUp(tenancy.Lookup{Index: tenancy.IndexGrantsOf, Key: tenancy.Key{In: ana.User.ID}, Limit: 10}),
		"head":   lookUp(tenancy.Lookup{Index: tenancy.IndexHeads, Key: tenancy.Key{ID: stream.Key()}}),
		"invitation": lookUp(
			tenancy.Lookup{Index: tenancy.IndexInvitationsIn, Key: tenancy.Key{In: ana.Organization.ID}, Limit: 10}),
		"access": func(ctx context.Context, tx tenancy.ReadTx) error {
			err := tx.Access(ctx, ana.User.ID, []tenancy.AccountID{ana.Account.ID}, tenancy.KeyID{}, make([]tenancy.AccessRow, 1))
			return err
		},
		"events": func(ctx context.Context, tx tenancy.ReadTx) error {
			_, err := tx.Events(ctx, stream, 1, 100)
			return err
		},
		"outbox": func(ctx context.Context, tx tenancy.ReadTx) error {
			_, err := tx.Outbox(ctx, tenancy.Stream{}, 100)
			return err
		},
	}
	for name, fn := range read {
		require.NoError(t, store.View(t.Context(), fn), name)
	}
	for statement, reads := range map[string]string{
		"UPDATE tenancy_grants SET roles = 'nonsense, more'":                                                                                    "grants",
		"UPDATE tenancy_grants SET roles = 'owner,owner'":                                                                                       "access",
		"UPDATE tenancy_users SET address_key = 'bob@acme.com'":                                                                                 "users",
		"UPDATE tenancy_users SET domain_group = x'01000000000000000000000000000000'":                                                           "domain",
		"UPDATE tenancy_heads SET stream = randomblob(16) WHERE user_id IS NOT NULL; UPDATE tenancy_heads SET organization_id = randomblob(16)": "head",
		"UPDATE tenancy_invitations SET inviter = 'who: ever'":                                                                                  "invitation",
		"UPDATE tenancy_invitations SET account_id = randomblob(16), kind = 'account'":                                                          "invitation",
		"UPDATE tenancy_events SET actor = 'who: ever'":                                                                                         "events",
		"UPDATE tenancy_events SET actor = 'operator/'":                                                                                         "outbox",
		"INSERT INTO tenancy_outbox VALUES (x'00000000000000000000000000000001', 1)":                                                            "outbox",
	} {
		t.Run(statement, func(t *testing.T) {
			copied := fresh(t)
			require.NoError(t, store.Backup(t.Context(), copied))
			other, err := sql.Open("sqlite", copied+asDocumented)
			require.NoError(t, err)
			defer func() { require.NoError(t, other.Close()) }()
			_, err = other.ExecContext(t.Context(), statement)
			require.NoError(t, err)
			err = openFile(t, copied).View(t.Context(), read[reads])
			require.Error(t, err)
			require.Empty(t, tenancy.CodeOf(err))
		})
	}
	for _, statement := range []string{ // what the schema refuses
		"UPDATE tenancy_users SET id = x'00'", "UPDATE tenancy_users SET created = 'yesterday'", "UPDATE tenancy_users SET deleted = 2",
		"UPDATE tenancy_heads SET hash = x'00'", "UPDATE tenancy_users SET name = NULL", "UPDATE tenancy_users SET name = x'00'",
	} {
		other, err := sql.Open("sqlite", path+asDocumented)
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), statement)
		require.Error(t, err, statement)
		require.NoError(t, other.Close())
	}
}

func lookUp(l tenancy.Lookup) func(context.Context, tenancy.ReadTx) error {
	return func(ctx context.Context, tx tenancy.ReadTx) error {
		_, err := tx.Read(ctx, l)
		return err
	}
}
