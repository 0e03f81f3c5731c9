package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/calendar"
	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/locale"
)

func entry(change func(*booking.CalendarEntry)) booking.CalendarEntry {
	nine := time.Date(2027, 1, 5, 8, 0, 0, 0, time.UTC)
	e := booking.CalendarEntry{
		ID: uuid.MustParse("0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05"), Interval: turno.Interval{StartsAt: nine, EndsAt: nine.Add(30 * time.Minute)},
		Zone: "Europe/Madrid", Status: turno.StatusConfirmed, Sequence: 3, CreatedAt: nine.AddDate(0, 0, -7), UpdatedAt: nine.AddDate(0, 0, -6),
		DoctorName: "Dr Amara Okafor", PatientName: "Ana María Pérez", Mode: turno.ModeInPerson, Mine: true,
		Location: &turno.Location{Name: "Harbour Clinic", Phone: "+34 910 000 000", AddressLine1: "1 Quay Street", PostalCode: "28001", City: "Madrid"},
	}
	if change != nil {
		change(&e)
	}
	return e
}

func reader(language string, role turno.Role) calendar.Reader {
	return calendar.Reader{Words: locale.Match(language), Role: role, Base: "https://clinic.example"}
}

func TestWhatAnEntrySays(t *testing.T) {
	t.Parallel()
	practice := func(e *booking.CalendarEntry) { e.Mine = false }
	tests := []struct {
		name                           string
		language                       string
		role                           turno.Role
		change                         func(*booking.CalendarEntry)
		summary, location, description string
		status                         ical.Status
		free                           bool
	}{
		{"a patient's own", "en", turno.RolePatient, nil,
			"Visit with Dr Amara Okafor", "Harbour Clinic, 1 Quay Street, 28001 Madrid",
			"Questions? Call +34 910 000 000.\nWhat to bring, and how to move or cancel it: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
		{"in Spanish", "es", turno.RolePatient, nil,
			"Cita con Dr Amara Okafor", "Harbour Clinic, 1 Quay Street, 28001 Madrid",
			"¿Preguntas? Llama al +34 910 000 000.\nQué llevar, y cómo cambiarla o cancelarla: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
		{"of somebody whom the reader cares for", "en", turno.RolePatient, func(e *booking.CalendarEntry) { e.Mine, e.Caring, e.Location = false, true, nil },
			"Visit with Dr Amara Okafor for Ana María Pérez", "",
			"What to bring, and how to move or cancel it: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
		{"requested", "en", turno.RolePatient, func(e *booking.CalendarEntry) { e.Status, e.Mode = turno.StatusPending, turno.ModeVideo },
			"Requested: Visit with Dr Amara Okafor", "By video",
			"Requested, not yet confirmed\nQuestions? Call +34 910 000 000.\nWhat to bring, and how to move or cancel it: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Tentative, false},
		{"called off", "en", turno.RolePatient, func(e *booking.CalendarEntry) { e.Status, e.CalledOff = turno.StatusCancelled, true },
			"Cancelled: Visit with Dr Amara Okafor", "", "", ical.Cancelled, true},
		{"missed, of which it says nothing", "en", turno.RolePatient, func(e *booking.CalendarEntry) {
			e.Status, e.Mode, e.Location = turno.StatusCancelled, turno.ModePhone, nil
		},
			"Visit with Dr Amara Okafor", "By phone",
			"What to bring, and how to move or cancel it: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
		{"a doctor's", "en", turno.RoleDoctor, practice,
			"Visit: A. M. P.", "Harbour Clinic, 1 Quay Street, 28001 Madrid",
			"Who it is, and more: https://clinic.example/schedule/visits/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
		{"the desk's", "en", turno.RoleAdmin, practice,
			"Visit: A. M. P.", "Harbour Clinic, 1 Quay Street, 28001 Madrid",
			"Who it is, and more: https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", ical.Confirmed, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := reader(test.language, test.role).Visit(entry(test.change)).Events[0]
			got := []any{e.Summary, e.Location, e.Description, e.Status, e.Free}
			want := []any{test.summary, test.location, test.description, test.status, test.free}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What programs go by: which event it is, which version, when, and for whose eyes.
func TestHowAProgramUnderstandsAFeed(t *testing.T) {
	t.Parallel()
	off := turno.TimeOff{ID: uuid.MustParse("0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d06"), CreatedAt: entry(nil).CreatedAt, Interval: entry(nil).Interval, Reason: "secret"}
	feed := reader("en", turno.RoleDoctor).Feed(booking.Calendar{
		Entries: []booking.CalendarEntry{entry(nil)}, TimeOff: []turno.TimeOff{off}, Zone: "Europe/Madrid",
	}, "Harbour Clinic")
	read, err := ical.Read(feed.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	e := entry(nil)
	want := &ical.Calendar{
		Product: "-//Turno//Turno//EN", Name: "Visits at Harbour Clinic", Colour: "seagreen", Refresh: time.Hour,
		Events: []ical.Event{
			{
				UID: "0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05", Sequence: 3, Stamp: e.UpdatedAt, Created: e.CreatedAt, Modified: e.UpdatedAt,
				Starts: e.Interval.StartsAt, Ends: e.Interval.EndsAt, Zone: madrid, Status: ical.Confirmed, Private: true,
				Summary: feed.Events[0].Summary, Description: feed.Events[0].Description, Location: feed.Events[0].Location,
				URL: "https://clinic.example/appointments/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05",
			},
			{
				UID: "0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d06", Stamp: off.CreatedAt, Created: off.CreatedAt, Modified: off.CreatedAt,
				Starts: off.StartsAt, Ends: off.EndsAt, Zone: madrid, Status: ical.Confirmed, Private: true, Summary: "Time off",
			},
		},
	}
	sameZone := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, read, sameZone); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
