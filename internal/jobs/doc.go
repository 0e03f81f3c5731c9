// Package jobs does what is to be done after a commit or by the clock: it hands
// committed outbox events to their handlers, asks for the work that waits in queues
// of others, and runs the periodic tasks: through River
// (github.com/riverqueue/river) on both engines, where a job is worth its cost.
//
// It owns when something runs, how often it is tried again, and that several
// nodes do it once. It must never know what a visit is or what mail says: the
// use cases hand in functions.
package jobs
