// Package pgstore keeps a directory in PostgreSQL.
package pgstore
