// Package account is the use cases around people: registering, signing in,
// profiles, those who act for others, the licence of a doctor, the clinic's
// specializations and locations, export and erasure.
//
// It owns the rules of passwords, sessions and throttling. It must never know
// HTTP, nor how times are offered and booked.
package account
