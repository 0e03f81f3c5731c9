// Package calendar puts visits into people's calendars: what an entry says, in the
// reader's language, and how a calendar program is to understand it.
//
// It owns those words. It must never know what a visit is about, who may see it
// (the use cases have decided that), or how the calendar is sent.
package calendar
