// Package policy is the one access table: which relation to a thing lets
// somebody do what with it.
//
// It owns the answer to "may they?" and nothing else. It must never read a
// database: a use case finds out how the caller relates to the thing, and asks.
package policy
