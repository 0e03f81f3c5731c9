// Package turno is the vocabulary of a doctor appointment system: the people,
// the calendar, the life of a visit, and the errors that the rest of the
// program speaks in.
//
// It owns what the words mean and nothing else. It must never know a database,
// a network or a wall clock: the standard library and uuid are all it imports,
// and the present moment is always handed in.
package turno
