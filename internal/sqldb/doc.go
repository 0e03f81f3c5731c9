// Package sqldb runs one SQL text on two engines: PostgreSQL through pgx, and
// SQLite through a driver in pure Go.
//
// It owns connections, transactions, retries, the conversion of arguments and
// results, the meaning of the engines' errors, and the order of migrations. It
// must never know a table of ours, nor decide anything for a patient.
//
// A statement is written for PostgreSQL with $1, $2 ..., each from 1 to the
// number of its arguments. Rules for those who write closures:
//
//   - a closure of Write may run more than once: make ids outside, change
//     nothing but variables that each run sets anew;
//   - inside a closure there is no other transaction: it panics;
//   - after an error only the way out is left: the transaction is lost on both
//     engines, whatever the closure returns.
package sqldb
