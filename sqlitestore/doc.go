// Package sqlitestore keeps a directory in a SQLite file, for one machine with any
// number of processes. It is a tenancy.Store on modernc.org/sqlite, which needs no C
// compiler.
//
//	store, err := sqlitestore.Open(ctx, "directory.db", nil) // a file of its own
//	err = store.Migrate(ctx)                                 // creates the tables, or brings them up to date
//	dir, err := tenancy.New(store, nil)
//
// New takes a host's own *sql.DB instead, so that the host's tables and ours are in one
// database. OpenDB opens one that is set as it must be:
//
//	db, err := sqlitestore.OpenDB(ctx, "host.db")
//	store := sqlitestore.New(db, nil)
//
// Either way, Transact puts rows of the host's and operations of a Directory
// into one transaction, and WithTx joins a transaction that the host has begun.
//
// # Guarantees
//
// An operation that has returned without error is on the disk: the log is synced at
// every commit, and neither a process that is killed nor a machine that loses power
// takes anything back. An operation that had not returned is there whole, or not at
// all. Every Update begins with the write lock (BEGIN IMMEDIATE), so that nobody
// changes what it decides on, and it runs once. A View reads a snapshot. It waits for
// no Update, and makes none wait.
//
// Updates of one Store wait for each other in a queue, in the order they came, for as
// long as their contexts let them. They wait for Updates of other processes and other
// Stores for as long as Options.RetryFor, and try again every few milliseconds. They
// are tenancy.CodeBusy then. There is no order among processes.
//
// The outcome of a commit is known, except after an I/O error in the middle of it: the
// log may hold it or not, and that shows when the file is opened again. That is
// tenancy.CodeAmbiguous, and the library finds out by itself what became of the
// operation. A full disk is not such a case: nothing was committed.
//
// # Errors
//
// Besides the codes of package tenancy, the errors are
//
//   - ErrFile if a path names no file that Open, OpenDB or Backup can use
//   - ErrSchema if Migrate has not been called, or the schema is two versions ahead of
//     this package or more
//   - ErrSettings if a host's database is not set as it must be
//   - ErrTransaction if a host's transaction can't be joined or has ended
//   - ErrClosed after Close
//
// Others are the driver's, as *sqlite.Error. No error holds what is in a row.
//
// # Settings
//
// Open sets journal_mode=WAL, synchronous=FULL, secure_delete=ON, busy_timeout and
// cache_size=-16384 (16 MB for each connection) on its connections. One of these
// writes, and up to Options.Readers read. OpenDB sets the first four, and foreign_keys=ON. A
// host that opens the *sql.DB for New by other means sets the first three itself, in the
// name of the data source, so that they hold on every connection. The Store checks each
// connection, and refuses others with ErrSettings:
//
//	sql.Open("sqlite", "host.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)")
//
// New keeps up to Options.Readers+1 connections of the host's for itself, with its
// statements prepared on them. SetMaxOpenConns must leave the host enough besides. If
// it leaves none, the Store borrows a connection for each transaction instead, which
// works and is slower. In a database that allows a single connection, a View within an
// Update waits for itself.
//
// The file must be on a disk of the machine. SQLite's locks and its shared memory do
// not work over a network.
//
// # Upgrades
//
// The host calls Migrate when it deploys; Open and New change no schema. The migrations
// are part of this package. They are numbered and only go forward. All that are missing
// are one transaction. If several processes call Migrate at once, it is done once.
//
// A Store checks the schema's version before its first transaction and in every Update. It
// works on the schema of its own version of this package and on the one after it, so that
// processes are replaced one by one after Migrate (GEN-18). With a schema two versions
// ahead its Updates get ErrSchema, and so does its first transaction. The versions are in
// tenancy_schema. The host may use user_version
// and application_id for itself.
//
// # Backups
//
// Backup writes a consistent copy while everything goes on (VACUUM INTO). So does the
// backup API, and .backup of the command line. A copy of the file is not a backup: what
// was committed last is in the file beside it that ends in -wal, and the two change
// while they are copied. Never delete that file. It holds operations that were
// acknowledged. It is gone when the last process has closed the database in order.
//
// The log starts over once what it holds is written to the database file. That happens
// by itself every thousand pages, unless a View still reads an older snapshot. A View
// that lasts for hours lets the log grow for hours.
//
// # Erasure
//
// With secure_delete, what is erased is overwritten in the file, except for what SQLite
// now and then has moved between pages. The log holds pages as they were until it
// starts over. Call Vacuum after Purge, or once a day, and neither has them any more.
// Backups that were made before still do.
//
// # Tables
//
// Every table's name begins with tenancy_. docs/stores.md describes the tables, and the
// files in schema define them. IDs are BLOBs of 16 bytes, and instants are microseconds
// since 1970. A host may read all tables and join them with its own. It may have
// foreign keys without actions to tables whose rows stay. It may never write to them,
// nor create triggers on them: records, log and outbox go together, and rules are
// decided by what was read, not by constraints. A row that the library cannot have
// written is an error when it is read. Dropping an index of ours removes a net. A host
// may have tables of its own in the same file, also in a file of Open's once Migrate
// has been called.
package sqlitestore
