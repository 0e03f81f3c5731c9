// Package booking is the use cases around time: find a doctor, see open times,
// hold one, book it, and everything that happens to a visit afterwards.
//
// It owns the promise that nobody is ever in two places at once, by asking the
// database to keep it and explaining kindly when it does. It must never know
// HTTP, HTML or who is signed in by which cookie.
package booking
