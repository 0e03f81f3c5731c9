// Package system is the use cases around the installation itself: how it is doing,
// and having a failed job tried again.
//
// It owns what an administrator is shown of the machinery. It must never show what
// a job is about: jobs carry ids only, and so do their errors.
package system
