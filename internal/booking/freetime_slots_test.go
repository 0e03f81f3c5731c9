package booking_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/policy"
)

// span is when open times are asked for; zero fields are left to the product.
type span struct {
	From, To time.Time
	Days     int
}

func (w *world) aSpan() (s span) {
	some := func(most int) time.Duration { return time.Duration(w.random.IntN(most)) * time.Minute }
	if w.random.IntN(3) == 0 {
		s.From = w.clock.Now().Add(some(60*24*60) - 10*24*time.Hour)
	}
	if w.random.IntN(3) > 0 {
		s.To = w.clock.Now().Add(some(62*24*60) - 24*time.Hour) // sometimes refused
	}
	s.Days = w.random.IntN(10)
	return s
}

// doctorTimes is all that is said about when a doctor is open, or why nothing is.
type doctorTimes struct {
	Slots, Typed []turno.Interval // of the doctor's length, and of a kind
	Week, Own    booking.SlotWeek // as a patient sees it, and as the doctor does
	Next         *turno.Interval
	Errors       []string
}

// openTimes lists the open times of every doctor.
func (w *world) openTimes(s *booking.Service, in span) map[uuid.UUID]doctorTimes {
	w.t.Helper()
	all := map[uuid.UUID]doctorTimes{}
	stranger, at := policy.Caller{}, turno.Date{}
	if !in.From.IsZero() {
		at = turno.DateOf(in.From, time.UTC)
	}
	for _, doctor := range w.doctors {
		var d doctorTimes
		note := func(err error) {
			if turno.KindOf(err) == turno.KindInternal && err != nil {
				w.t.Error(err)
			}
			d.Errors = append(d.Errors, fmt.Sprint(err))
		}
		id, ctx := doctor.UserID, w.t.Context()
		kinds, err := s.VisitTypes(ctx, w.desk, id)
		note(err)
		d.Slots, err = s.Slots(ctx, stranger, id, in.From, in.To, nil)
		note(err)
		query := booking.SlotWeekQuery{DoctorID: id, From: at, Days: in.Days}
		d.Own, err = s.SlotWeek(ctx, doctor, query)
		note(err)
		if len(kinds) > 0 {
			query.VisitTypeID = &kinds[0].ID
			d.Typed, err = s.Slots(ctx, stranger, id, in.From, in.To, query.VisitTypeID)
			note(err)
		}
		d.Week, err = s.SlotWeek(ctx, stranger, query)
		note(err)
		page, err := s.DoctorPage(ctx, stranger, id)
		note(err)
		d.Next = page.NextSlot
		all[id] = d
	}
	return all
}

// Nobody waits for the database any more, so whatever is answered comes from memory.
func TestWhoMayBeAnsweredFromMemory(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		still := c.clock.Now()
		node := c.searchNode(c.db, freetime.Config{Now: func() time.Time { return still }, Poll: time.Hour})
		node.index.Stop()
		unknown := c.newDoctor()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		slots := func(by policy.Caller, doctor uuid.UUID) ([]turno.Interval, error) {
			return node.Slots(gone, by, doctor, at(1, "09:00"), at(3, "09:00"), nil)
		}
		want, err := c.Slots(t.Context(), c.ana, c.doctor.UserID, at(1, "09:00"), at(3, "09:00"), nil)
		if err != nil || len(want) == 0 {
			t.Fatal(want, err)
		}
		for name, by := range map[string]policy.Caller{"a stranger": {}, "a patient": c.ana, "another doctor": unknown} {
			if open, err := slots(by, c.doctor.UserID); err != nil || !slices.Equal(open, want) {
				t.Errorf("%s is not told what is known: %v\n%s", name, err, cmp.Diff(want, open))
			}
		}
		for _, row := range []struct {
			name   string
			by     policy.Caller
			doctor uuid.UUID
		}{
			{"the doctor, who sees more", c.doctor, c.doctor.UserID},
			{"the front desk, which sees more", c.desk, c.doctor.UserID},
			{"whoever asks for a doctor who is not known", c.ana, unknown.UserID},
		} {
			if open, err := slots(row.by, row.doctor); err == nil {
				t.Errorf("%s is told %v", row.name, open)
			}
		}
		node.index.Changed(c.doctor.UserID)
		if open, err := slots(c.ana, c.doctor.UserID); err == nil {
			t.Errorf("what has changed is told as it was: %v", open)
		}
	})
}
