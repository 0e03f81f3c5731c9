// Package insight answers questions about what has happened: ratings, visits per
// day, how easy it is to be seen, and the trail of who did what.
//
// It owns the definitions of the numbers (docs/metrics.md) and reads kept sums
// and indexes, so that no answer grows dearer with history. It must never change
// anything, and never know who displays the answers.
package insight
