// Package storetest hands each test a fresh, real database on each engine.
//
// It owns how such a database is made and dropped, and the clock that a test
// sets. It must never know what a test does with them, fake a database or skip:
// without PostgreSQL a test fails and says how to get it. Only tests import it.
package storetest
