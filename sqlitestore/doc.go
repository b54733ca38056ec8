// Package sqlitestore keeps a directory in a SQLite file: for one machine, any number of processes. It is a tenancy.Store on modernc.org/sqlite, which needs no C
// compiler.
//
//	store, err := sqlitestore.Open(ctx, "directory.db", nil) // a file of its own
//	err = store.Migrate(ctx)                                 // makes the tables, or brings them up to date
//	dir, err := tenancy.New(store, nil)
//
// New takes a host's own *sql.DB instead, so that the host's tables and ours are in one database. Either way Transact makes rows of the host's and operations
// of a Directory one transaction, and WithTx joins one that the host has begun.
//
// # Guarantees
//
// When an operation has returned without error it is on the disk: the log is synced at every commit, and a process that is killed, or a machine that loses
// power, takes nothing back. What had not returned is there whole or not at all. Every Update begins with the write lock (BEGIN IMMEDIATE), so that nobody
// changes what it decides on; it runs once. A View reads a snapshot, waits for no Update, and keeps none waiting.
//
// Updates of one Store wait for each other in a queue, in the order they came, as long as their contexts let them. Those of other processes, and of other Stores, they
// wait for as long as Options.RetryFor says, trying again every few milliseconds: then they are tenancy.CodeBusy. There is no order among processes.
//
// The outcome of a commit is known, but for an I/O error in the midst of it: the log may hold it or not, and that shows when the file is opened again. That
// is tenancy.CodeAmbiguous, and the library finds out by itself what became of the operation. A full disk is no such case: nothing was committed.
//
// # Errors
//
// Beside the codes of package tenancy: ErrFile (Open: the path names no file that it can use), ErrSchema (Migrate has not been called, or the database is newer
// than this package), ErrSettings (a host's database that is not set as it must be), ErrTransaction (a host's transaction that can't be joined or has ended),
// ErrClosed. Others are the driver's, as *sqlite.Error. None holds what is in a row.
//
// # Settings
//
// Open sets journal_mode=WAL, synchronous=FULL, secure_delete=ON, busy_timeout and cache_size=-16384 (16 MB for each connection) on its connections: one that
// writes and up to Options.Readers that read. A host that hands a *sql.DB to New sets the first three itself, in the name of the data source, so that they hold on every
// connection; the Store looks at each, and refuses others with ErrSettings:
//
//	sql.Open("sqlite", "host.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)")
//
// New keeps up to Options.Readers+1 connections of the host's for itself, with its statements prepared on them. SetMaxOpenConns must leave the host enough beside
// these; where it leaves none the Store borrows a connection for each transaction instead, which works and is slower. In a database that allows a single
// connection, a View within an Update waits for itself.
//
// The file must be on a disk of the machine: SQLite's locks and its shared memory do not work over a network.
//
// # Upgrades
//
// Migrate is a call of its own, for the host to make when it deploys: Open and New change no schema, and every Update looks at the schema's version. The
// migrations are part of this package, numbered, and only go forward; all that are missing are one transaction, and processes that call Migrate at once do
// it once. Processes with an older version of this package refuse to write (ErrSchema) from then on. The versions stand in tenancy_schema; user_version and
// application_id are the host's.
//
// # Backups
//
// Backup writes a consistent copy while everything goes on (VACUUM INTO); so does the backup API, and the command line's .backup. Copying the file is no backup: what was
// committed last stands in the file beside it that ends in -wal, and the two change while they are copied. Never delete that file: it holds operations that were
// acknowledged. When the last process closes the database in order, it is gone.
//
// The log goes back to its beginning once what it holds is written to the database file, which happens by itself every thousand pages, unless a View is still reading
// an older snapshot: a View that lasts for hours lets the log grow for hours.
//
// # Erasure
//
// With secure_delete what is erased is overwritten in the file, but for what SQLite has moved between pages now and then; and the log still holds pages as they
// were, until it is begun anew. Call Vacuum after Purge, or once a day, and neither has them any more. Backups that were made before do.
//
// # Tables
//
// Every table's name begins with tenancy_, and schema/0001.sql says what stands in each. A host may read all of them, and join them with its own; IDs are BLOBs of 16
// bytes, instants are microseconds since 1970. It may never write to them, nor put triggers or foreign keys with actions on them: state, log and outbox go together, and
// rules are decided by what was read, not by constraints. A row that nobody but the library can have written in this way is an error when it is read. Dropping an
// index of ours removes a net. Tables of the host's own may be in the same file, of Open too once Migrate has been called.
package sqlitestore
