package desk

import (
	"slices"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
)

// The desk reads by the clinic's clocks. A doctor whose clocks go otherwise has
// their own time beside it everywhere, for that is the hour the patient has to
// be at the doctor's.

// clinicZone is how the clocks go where the desk stands.
func clinicZone(r *page.Request) *time.Location { return r.ZoneNamed(r.Clinic().TimeZone, time.UTC) }

// elsewhere reports whether the clocks of a doctor and of the clinic differ at an
// instant.
func elsewhere(r *page.Request, at time.Time, doctorZone string) bool {
	return !page.SameClocks(at, clinicZone(r), r.ZoneNamed(doctorZone, time.UTC))
}

// theirTime is a time as the doctor's clocks show it: "11:30 Madrid time"; ""
// when the clinic's show the same.
func theirTime(r *page.Request, at time.Time, doctorZone string) string {
	if !elsewhere(r, at, doctorZone) {
		return ""
	}
	zone := r.ZoneNamed(doctorZone, time.UTC)
	clock := r.Time(at, zone)
	if day := turno.DateOf(at, zone); day != turno.DateOf(at, clinicZone(r)) {
		clock = r.ShortDay(day) + ", " + clock
	}
	return clock + " " + r.Words.Zone(doctorZone)
}

// when is a day in full and a time by the clinic's clocks, which are named when
// the reader's or the doctor's differ, and then by the doctor's.
func when(r *page.Request, at turno.Interval, doctorZone string) string {
	zone, theirs := clinicZone(r), theirTime(r, at.StartsAt, doctorZone)
	text := r.DateOfYear(turno.DateOf(at.StartsAt, zone)) + ", " + r.Time(at.StartsAt, zone) + "–" + r.Time(at.EndsAt, zone)
	if theirs != "" || zone.String() != r.Zone.String() {
		text += " (" + r.Words.Zone(zone.String()) + ")"
	}
	if theirs != "" {
		text += " · " + r.T("%s where the doctor is", theirs)
	}
	return text
}

// moment is when something was noted, by the reader's clocks, which are named.
func moment(r *page.Request, at time.Time) string {
	return r.ShortDateTime(at, r.Zone) + " (" + r.Words.Zone(r.Zone.String()) + ")"
}

// timesNote says whose clocks a page of the doctor's times goes by; "" when all
// clocks show the same.
func timesNote(r *page.Request, at time.Time, doctorZone string) string {
	clinic := r.Words.Zone(clinicZone(r).String())
	switch {
	case elsewhere(r, at, doctorZone):
		return r.T("Times are in %s, as at the clinic. The doctor's own are in %s.", clinic, r.Words.Zone(doctorZone))
	case clinicZone(r).String() != r.Zone.String():
		return r.T("Times are in %s, as at the clinic.", clinic)
	}
	return ""
}

// zoneNote says whose clocks the day goes by, and that there are doctors with
// others.
func (v dayView) zoneNote() string {
	clinic := v.r.Words.Zone(v.Zone.String())
	if slices.ContainsFunc(v.Columns, v.elsewhere) {
		return v.r.T("Times are in %s, as at the clinic. Doctors whose clocks go otherwise have their own time beside each visit.", clinic)
	}
	if v.Zone.String() == v.r.Zone.String() {
		return ""
	}
	return v.r.T("Times are in %s, as at the clinic.", clinic)
}

func (v dayView) elsewhere(c booking.DayColumn) bool {
	return elsewhere(v.r, v.Desk.StartsAt, c.DoctorZone) || elsewhere(v.r, v.Desk.EndsAt, c.DoctorZone)
}

// columnNote is what stands below a doctor's name: the specialization, and the
// zone of one whose clocks go otherwise.
func (v dayView) columnNote(c booking.DayColumn) string {
	if v.elsewhere(c) {
		return c.Specialization + " · " + v.r.Words.Zone(c.DoctorZone)
	}
	return c.Specialization
}

// dotted follows another note, when there is something to say.
func dotted(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}
