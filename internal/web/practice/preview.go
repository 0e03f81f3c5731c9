package practice

import (
	"errors"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/schedule"
)

func asError(err error) *turno.Error {
	e, _ := errors.AsType[*turno.Error](err)
	if e == nil {
		return &turno.Error{}
	}
	return e
}

// weekTitle names a week of the preview.
func weekTitle(p practice, w booking.PreviewWeek) string {
	first, last := w.Days[0].Date, w.Days[len(w.Days)-1].Date
	return capital(p.T("%s to %s", p.ShortDay(first), p.ShortDate(last)))
}

// fit is how many visits fit into a date, or a dash for a day off.
func (p practice) fit(d booking.PreviewDay) string {
	if len(d.Windows) == 0 {
		return "–"
	}
	return p.count(d.Visits)
}

// windows is the hours of a date by the clock on the wall.
func (p practice) windows(zone *time.Location, d booking.PreviewDay) string {
	if len(d.Windows) == 0 {
		return p.T("Closed")
	}
	var parts []string
	for _, w := range d.Windows {
		end := p.Time(w.EndsAt, zone)
		if turno.DateOf(w.EndsAt, zone) != d.Date && w.EndsAt.In(zone).Hour() == 0 {
			end = p.Words.Clock(turno.EndOfDay)
		}
		parts = append(parts, p.Time(w.StartsAt, zone)+"–"+end)
	}
	return strings.Join(parts, ", ")
}

// clockNotes say what the changes of the clocks do to the hours of a week.
func clockNotes(p practice, w booking.PreviewWeek) []string {
	var notes []string
	for _, d := range w.Days {
		for _, change := range d.Changes {
			notes = append(notes, p.changeNote(change))
		}
		for _, remark := range d.Remarks {
			notes = append(notes, p.remarkNote(remark))
		}
	}
	return notes
}

func (p practice) changeNote(change schedule.ClockChange) string {
	day, from, to := capital(p.Date(change.Date)), p.Words.Clock(change.From), p.Words.Clock(change.To)
	if change.By > 0 {
		return p.T("%s: the clocks go forward, and there is no time from %s to %s.", day, from, to)
	}
	return p.T("%s: the clocks go back, and the time from %s to %s comes twice.", day, from, to)
}

func (p practice) remarkNote(r schedule.Remark) string {
	window := p.Words.Clock(r.Start) + "–" + p.Words.Clock(r.End)
	really := p.Words.Clock(r.Begins) + "–" + p.Words.Clock(r.Ends)
	by := p.Minutes(int(r.By.Minutes()))
	switch r.Kind {
	case schedule.RemarkShorter:
		return p.T("Your hours %s are %s shorter on that day.", window, by)
	case schedule.RemarkLonger:
		return p.T("Your hours %s are %s longer on that day.", window, by)
	case schedule.RemarkGone:
		return p.T("Nothing is left of your hours %s on that day.", window)
	case schedule.RemarkShifted:
	}
	return p.T("Your hours %s are really %s on that day.", window, really)
}

// zoneOf is the zone of a preview, which may be another than the saved one.
func zoneOf(p practice, preview booking.HoursPreview) *time.Location {
	zone, err := time.LoadLocation(preview.Zone)
	if err != nil {
		return p.Local
	}
	return zone
}
