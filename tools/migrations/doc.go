// Package migrations holds tests only: the migrations of the SQL stores, run by tools
// that hosts use (GEN-18). It is a module of its own because of what they require.
package migrations
