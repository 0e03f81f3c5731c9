// Package jobs does what is to be done after a commit or by the clock: it hands
// committed outbox events to their handlers and runs the periodic tasks, through
// River (github.com/riverqueue/river) on both engines.
//
// It owns when something runs, how often it is tried again, and that several
// nodes do it once. It must never know what a visit is or what mail says: the
// use cases hand in functions.
package jobs
