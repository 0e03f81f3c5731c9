// Package demo makes a clinic worth looking at: people, hours, two years of
// visits and the weeks to come, the same ones on every run of a day.
//
// It owns what the demo clinic is like and that it is never poured into a
// database with real people. It writes rows in bulk, so it must obey the rules
// that the use cases keep; its tests check them. It must never know an entry
// point, and nothing but the command for the demo may call it.
package demo
