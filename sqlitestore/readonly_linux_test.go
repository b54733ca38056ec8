package sqlitestore_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/sqlitestore"
)

// TestReadOnly opens a file that may only be read. Open and OpenDB return
// ErrFile, and the file is as it was. Root may write everything, so the thread takes nobody's place in the
// file system.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	for name, migrated := range map[string]bool{"empty": false, "ours": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "directory.db")
			if migrated {
				store, err := sqlitestore.Open(t.Context(), path, nil)
				require.NoError(t, err)
				require.NoError(t, store.Migrate(t.Context()))
				require.NoError(t, store.Close())
			} else {
				require.NoError(t, os.WriteFile(path, nil, 0o600))
			}
			require.NoError(t, os.Chmod(path, 0o444))
			require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
			before := contents(t, path)
			err := asNobody(func() error { _, err := sqlitestore.Open(t.Context(), path, nil); return err })
			require.ErrorIs(t, err, sqlitestore.ErrFile)
			err = asNobody(func() error { _, err := sqlitestore.OpenDB(t.Context(), path); return err })
			require.ErrorIs(t, err, sqlitestore.ErrFile)
			require.Equal(t, before, contents(t, path))
		})
	}
}

// asNobody calls a function on a thread whose file system user is nobody.
func asNobody(fn func() error) error {
	const nobody = 65534
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		result <- fn()
	}()
	return <-result
}
