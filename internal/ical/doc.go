// Package ical reads and writes calendars as RFC 5545 has them: content lines,
// events, alarms, and time zones made from the tz database for the years that a
// calendar needs. RFC 5546 (methods), RFC 6868 (parameters) and RFC 7986 (a
// calendar's name, colour and refresh) where a clinic needs them.
//
// It owns the format. It must never know what an event is about, who may see it,
// or how it is sent.
package ical
