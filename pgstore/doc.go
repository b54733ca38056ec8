// Package pgstore keeps a directory in PostgreSQL, for any number of processes on any
// number of machines. It is a tenancy.Store on native pgx.
//
//	pool, err := pgxpool.New(ctx, url)
//	store := pgstore.New(pool, nil)
//	err = store.Migrate(ctx) // creates the tables, or brings them up to date
//	dir, err := tenancy.New(store, nil)
//
// The tables are next to the host's own. Transact puts rows of the host's and
// operations of a Directory into one transaction, and WithTx joins a transaction that
// the host has begun.
//
// # Guarantees
//
// Every Update is SERIALIZABLE, whatever the database's default is: the outcome is that
// of one operation after the other. An Update that loses to another one (SQLSTATE
// 40001, 40P01, 23505) is run again for as long as Options.RetryFor. It is
// tenancy.CodeBusy then. Updates of one Store that append to the same stream queue in
// the process, and do not lose to each other. A View reads one snapshot and is never
// run again.
//
// An operation that has returned without error is as durable as the server makes a
// commit; synchronous_commit=off gives that up. If the connection breaks after COMMIT
// may have been sent, nobody knows whether the server carried it out. That is
// tenancy.CodeAmbiguous, which the library settles by itself as long as it reaches the
// database: no operation is done twice, and none that was acknowledged is lost. The
// store does not rely on the driver's word that an attempt is safe to make again. Only
// the server's own words count.
//
// What an operation reads in one step is one round trip, BEGIN included, and what it
// writes goes with COMMIT in one more. So an operation takes two to three round trips,
// whatever the number of records that a merge, a deletion or a batch of an import
// changes.
//
// # Errors
//
// Besides the codes of package tenancy, the errors are ErrSchema (Migrate has not been
// called, or the schema is two versions ahead of this package or more), ErrIsolation
// (WithTx), and those of the driver. What could hold a row's values is removed from a
// *pgconn.PgError. A tracer of the host's on the pool sees the statements' arguments,
// which hold personal data.
//
// # Settings
//
// The pool is the host's. An Update holds one connection from its first read to its
// end. An Update that waits in a queue holds none. Behind PgBouncer in transaction
// pooling, set default_query_exec_mode=cache_describe in the pool's connection string,
// unless PgBouncer keeps prepared statements (since 1.21, with
// max_prepared_statements). A client that disappears in the middle of a transaction
// keeps its locks until the server notices. Set idle_in_transaction_session_timeout and
// tcp_keepalives_idle to some seconds there.
//
// # Upgrades
//
// The host calls Migrate when it deploys; New changes no schema. The migrations are
// part of this package. They are numbered and only go forward. If several processes
// call Migrate at once, each migration is carried out once. The tables are created in
// the first schema of the search_path.
//
// A Store checks the schema's version before its first transaction and in every Update. It
// works on the schema of its own version of this package and on the one after it, so that
// processes are replaced one by one after Migrate (GEN-18). With a schema two versions
// ahead its Updates get ErrSchema, and so does its first transaction. The versions are in
// tenancy_schema.
//
// # Tables
//
// Every table's name begins with tenancy_. docs/stores.md describes the tables, and the
// files in schema define them. A host may read all of them and join them with its own
// tables. It may have foreign keys without actions to tables whose rows stay. It may
// never write to them, nor create triggers on them: records, log and outbox go
// together, and rules are decided by what was read, not by constraints. A row that the
// library cannot have written is an error when it is read.
//
// YugabyteDB and CockroachDB take the statements as well, as far as their documentation
// says. Neither was run.
package pgstore
