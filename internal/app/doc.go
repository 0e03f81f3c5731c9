// Package app puts Turno together: one command of the command line a file, the
// wiring of the server, and its orderly end.
//
// It owns the real clock, the keys, the log and the exit status. It must never
// hold a rule about visits or people: those are the use cases'.
package app
