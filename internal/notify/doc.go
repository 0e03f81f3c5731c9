// Package notify is what is sent to people: mail about their visits, with the
// invitation that their calendars read, and about their accounts.
//
// It owns which mail there is, to whom, in which words, and how it leaves. A use
// case leaves an event; Handlers is what becomes of it: a row for each mail, made
// once. Deliver sends what is due, and writes it from what is true by then.
// It must never decide anything about a visit, know a page, or put into a mail what
// a visit is about.
package notify
