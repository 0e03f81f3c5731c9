// Package desk is where staff work: the day at the front desk, and the clinic's
// administration.
package desk
