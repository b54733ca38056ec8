package sqlitestore

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEveryConnection checks the settings of every connection that a Store uses, the
// writer's and all of the readers'.
func TestEveryConnection(t *testing.T) {
	t.Parallel()
	store, err := Open(t.Context(), filepath.Join(t.TempDir(), "directory.db"), &Options{Readers: 3})
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	for _, p := range []*pool{store.writer, store.readers} {
		var out []*session
		for range cap(p.slots) {
			c, err := p.get(t.Context(), time.Hour)
			require.NoError(t, err)
			out = append(out, c)
			settings := map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1",
				"encoding": "UTF-8", "cache_size": "-16384"}
			for name, want := range settings {
				var got string
				require.NoError(t, c.conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got))
				require.Equal(t, want, got, name)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := p.get(ctx, time.Hour)
		require.ErrorIs(t, err, context.Canceled)
		for _, c := range out {
			p.put(c)
		}
		require.Len(t, p.idle, len(out))
	}
	require.NoError(t, store.Close())
	require.Empty(t, store.writer.idle)
}

// TestSettingsAreLookedAt takes away one setting after the other.
func TestSettingsAreLookedAt(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(),
		"directory.db")+"?_pragma=journal_mode(WAL)&_pragma=secure_delete(ON)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	s := newStatements(conn.PrepareContext)
	defer s.close()
	require.NoError(t, s.settings(t.Context()))
	for _, c := range []struct{ off, on string }{
		{"synchronous = OFF", "synchronous = EXTRA"}, {"synchronous = NORMAL", "synchronous = FULL"},
		{"secure_delete = OFF", "secure_delete = ON"},
		{"secure_delete = FAST", "secure_delete = ON"}, {"journal_mode = DELETE", "journal_mode = WAL"},
	} {
		_, err := conn.ExecContext(t.Context(), "PRAGMA "+c.off)
		require.NoError(t, err)
		require.ErrorIs(t, s.settings(t.Context()), ErrSettings, c.off)
		_, err = conn.ExecContext(t.Context(), "PRAGMA "+c.on)
		require.NoError(t, err)
		require.NoError(t, s.settings(t.Context()), c.on)
	}
}
