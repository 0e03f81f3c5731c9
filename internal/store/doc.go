// Package store is every SQL statement of Turno, once: one file for each
// aggregate, and the migrations that make the tables.
//
// It owns how the vocabulary lies in rows, on SQLite and on PostgreSQL alike. It
// must never decide who may do something or whether a visit may change: it
// writes what the use cases tell it to, and says how many rows that was.
package store
