// Package archtest is a test only: it reads the source tree and fails when an
// import points up, when a clock or a context appears out of nothing, or when a
// package does not say what it is for.
//
// It owns the arrows of docs/design.md. It must never know what the code does.
package archtest
