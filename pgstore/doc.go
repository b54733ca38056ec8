// Package pgstore keeps a directory in PostgreSQL, for any number of processes on any number of machines. It is a tenancy.Store on native pgx.
//
//	pool, err := pgxpool.New(ctx, url)
//	store := pgstore.New(pool, nil)
//	err = store.Migrate(ctx) // makes the tables, or brings them up to date
//	dir, err := tenancy.New(store, nil)
//
// The tables stand next to the host's own. Transact makes rows of the host's and operations of a Directory one transaction, and WithTx joins one that the
// host has begun.
//
// # Guarantees
//
// Every Update is SERIALIZABLE, whatever the database's default is: what comes out is what would come out if one operation had gone after the other. When
// one loses to another (SQLSTATE 40001, 40P01, 23505) it is run again, for as long as Options.RetryFor says; then it is tenancy.CodeBusy. Updates of one
// Store that append to the same stream queue for it in the process, and do not lose to each other. A View reads one snapshot and is never run again.
//
// When an operation has returned without error it is as durable as the server makes a commit: synchronous_commit=off gives that up. When the connection
// breaks after COMMIT may have been sent, nobody knows whether it was carried out. That is tenancy.CodeAmbiguous, which the library settles by
// itself as long as it reaches the database: no operation is done twice, and none that was acknowledged is lost. What a driver says of its being safe to try again is not
// asked: only the server's own words count.
//
// What an operation reads in one step is one round trip, BEGIN included, and what it writes goes with COMMIT in one more: two to three round trips, whatever the number of
// records that a merge, a deletion or a batch of an import changes.
//
// # Errors
//
// Beside the codes of package tenancy: ErrSchema (Migrate has not been called, or the database is newer than this package) and ErrIsolation (WithTx). Others are
// the driver's; of a *pgconn.PgError, what could hold a row's values is taken out. A tracer of the host's on the pool sees the statements' arguments, which
// hold personal data.
//
// # Settings
//
// The pool is the host's. An Update holds one connection from its first read to its end; one that waits in a queue holds none. Behind PgBouncer in
// transaction pooling, set default_query_exec_mode=cache_describe in the pool's connection string unless PgBouncer keeps prepared statements (since 1.21, with
// max_prepared_statements). A client that disappears in the midst of a transaction keeps its locks until the server notices: set
// idle_in_transaction_session_timeout and tcp_keepalives_idle to some seconds there.
//
// # Upgrades
//
// Migrate is a call of its own, for the host to make when it deploys: New changes no schema. The migrations are part of this package, numbered, and only go forward;
// processes that call Migrate at once do each once. The tables are made in the first schema of the search_path.
//
// # Tables
//
// Every table's name begins with tenancy_, and schema/0001.sql says what stands in each. A host may read all of them, and join them with its own; instants
// are microseconds since 1970. It may never write to them, nor put triggers or foreign keys with actions on them: state, log and outbox go together,
// and rules are decided by what was read, not by constraints. A row that nobody but the library can have written in this way is an error when it is read.
//
// The statements are such that YugabyteDB and CockroachDB take them too, by their documentation; neither was run.
package pgstore
