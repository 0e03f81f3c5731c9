// Package bench measures servers of Turno as their clients see them, beside what
// the database can do alone, in slices that take turns; and writes what it saw
// as a table, as JSON and as plots.
//
// It owns the load, the clocks, the processes and the databases of a run, and
// ends and removes them. It must never know how a use case does its work: it
// speaks HTTP, and asks the system about the process.
package bench
