package page

import (
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// BookPath is where a visit at an open time is booked. Without a visit type the
// page chooses the one that suits best.
func BookPath(doctor uuid.UUID, at time.Time, visitType *uuid.UUID) string {
	query := url.Values{"doctor": {doctor.String()}, "at": {Machine(at)}}
	if visitType != nil {
		query.Set("type", visitType.String())
	}
	return "/book?" + query.Encode()
}

// HeldKey names a time that is kept, for the other windows of the browser.
func HeldKey(doctor uuid.UUID, at time.Time) string { return doctor.String() + " " + Machine(at) }

// DoctorPath is a doctor's own page.
func DoctorPath(doctor uuid.UUID) string { return "/doctors/" + doctor.String() }

// VisitPath is the page of a visit.
func VisitPath(visit uuid.UUID) string { return "/appointments/" + visit.String() }

// CalendarPath is the file of a visit for calendar programs.
func CalendarPath(visit uuid.UUID) string { return VisitPath(visit) + "/visit.ics" }

// Base is where people reach the site: "https://clinic.example".
func (r *Request) Base() string {
	switch {
	case r.Site.BaseURL != "":
		return strings.TrimSuffix(r.Site.BaseURL, "/")
	case r.Site.HTTPS:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Machine is an instant as it stands in addresses and fields.
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Instant reads what Machine wrote; the zero time when it is none.
func Instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// In is a path with the way to go on after it, for the fields and parameters that
// are called "next".
func In(path, next string) string {
	if next == "" || !IsLocal(next) {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}
