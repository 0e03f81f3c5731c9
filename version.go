package turno

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// Version names a state of what people change in a form: two of the same state are
// equal. A form holds the one that it was shown with, so that it does not take back
// unseen what somebody else has saved since. The empty Version is any state.
type Version string

// Check refuses what was begun from another state than the one that is saved now.
// Errors: KindConflict with CodeConflict and the Version now, from which saving once
// more is on purpose.
func (v Version) Check(now Version) error {
	if v == "" || v == now {
		return nil
	}
	e := Conflict(CodeConflict, "This was changed meanwhile, in another window or by somebody else. Here is what you typed: save again to replace theirs.")
	e.Version = now
	return e
}

// PersonVersion is the state of what a profile shows. The patient is nil for
// somebody who is none.
func PersonVersion(u User, p *Patient) Version {
	parts := []string{u.FullName, u.Email, u.TimeZone, u.Locale}
	if p != nil {
		parts = append(parts, p.DateOfBirth.String(), string(p.Gender), p.ContactNumber)
	}
	return versionOf(parts...)
}

// Version is the state of a kind of visit.
func (t VisitType) Version() Version {
	return versionOf(t.Name, strconv.Itoa(t.Minutes), string(t.Mode), string(t.Audience), t.Instructions, strconv.FormatBool(t.Active))
}

// Version is the state of a place.
func (l Location) Version() Version {
	return versionOf(l.Name, l.Phone, l.AddressLine1, l.AddressLine2, l.City, l.State, l.PostalCode, l.Country, l.Directions, l.TimeZone)
}

// HoursVersion is the state of a doctor's hours and of the rules of booking.
func (d Doctor) HoursVersion() Version { return Version(strconv.FormatInt(d.CalendarVersion, 10)) }

// versionOf is a digest of texts, which hold no NUL.
func versionOf(parts ...string) Version {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return Version(base64.RawURLEncoding.EncodeToString(sum[:12]))
}
