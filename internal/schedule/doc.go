// Package schedule says where a doctor's slots are: working hours minus busy
// time.
//
// It owns the algebra of windows and slots in every time zone, and nothing
// else. It is pure: the rules, the busy periods and the present moment are
// handed in. It must never know a database, a clock on the wall, or who asks
// beyond "staff or not"; package turno is all that it imports of ours.
package schedule
