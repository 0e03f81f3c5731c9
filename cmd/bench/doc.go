// Command bench measures Turno on this machine: real servers over HTTP, on
// SQLite and PostgreSQL, beside what the databases can do alone. "make bench"
// runs it; docs/performance.md says what the figures mean.
//
// It owns the flags, signals and the exit status. What is measured is in package
// bench. It is no part of the shipped program.
package main
