// Package keyset is how a list goes on: page by page, each after the last item
// of the one before, so that nothing is skipped or shown twice while items come
// and go.
//
// It owns the form of a cursor, how long a page is, and what of a cursor may be
// believed: clients can forge one, so its values are checked before they reach
// SQL. It must never know what is listed, in which order, or for whom.
package keyset
