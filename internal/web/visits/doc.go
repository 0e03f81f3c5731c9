// Package visits is where people book, and what they do with a visit afterwards: look at
// it, move it, cancel it, rate it.
package visits
