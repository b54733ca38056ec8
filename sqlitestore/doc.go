// Package sqlitestore keeps a directory in a SQLite file.
package sqlitestore

import (
	_ "modernc.org/sqlite"

	_ "github.com/add4b1c6/tenancy"
)
