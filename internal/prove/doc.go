// Package prove shows that nobody is ever double-booked: it races many clients
// for the same time in every way that we know, and counts who won.
//
// It owns the races and what they must come to. It must never touch a database
// that is in use: the caller hands it an empty one.
package prove
