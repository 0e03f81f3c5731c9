package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func TestStaffFindVisits(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		patient, other := c.newPatient(), c.newPatient()
		request := c.mustBook(other, at(0, "16:00"))
		c.confirmed(patient, "11:00")
		missed := c.confirmed(patient, "12:00")
		gone := c.confirmed(patient, "13:00")
		if _, err := c.Cancel(t.Context(), c.desk, gone.ID, ""); err != nil {
			t.Fatal(err)
		}
		c.clock.Set(at(0, "15:00"))
		if _, err := c.Miss(t.Context(), c.desk, missed.ID); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			q    booking.VisitSearch
			want []string
		}{
			{"all, in the order of their time", booking.VisitSearch{}, []string{"11:00 confirmed", "12:00 cancelled", "13:00 cancelled", "16:00 pending"}},
			{"the latest first", booking.VisitSearch{Newest: true}, []string{"16:00 pending", "13:00 cancelled", "12:00 cancelled", "11:00 confirmed"}},
			{"of a patient", booking.VisitSearch{Patients: []uuid.UUID{other.UserID}}, []string{"16:00 pending"}},
			{"of nobody", booking.VisitSearch{Patients: []uuid.UUID{}}, nil},
			{"of a doctor", booking.VisitSearch{Doctor: c.doctor.UserID, Statuses: []turno.Status{turno.StatusPending}}, []string{"16:00 pending"}},
			{"of a doctor without any", booking.VisitSearch{Doctor: uuid.New()}, nil},
			{"those that were missed", booking.VisitSearch{Missed: true}, []string{"12:00 cancelled"}},
			{"those that were called off", booking.VisitSearch{CalledOff: true}, []string{"13:00 cancelled"}},
			{"those that nobody has answered for", booking.VisitSearch{Unanswered: true}, []string{"11:00 confirmed"}},
			{"of some hours", booking.VisitSearch{From: at(0, "12:00"), To: at(0, "16:00")}, []string{"12:00 cancelled", "13:00 cancelled"}},
		} {
			found, _, err := c.Visits(t.Context(), c.desk, test.q)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if diff := cmp.Diff(test.want, times(found)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
		first, next, err := c.Visits(t.Context(), c.desk, booking.VisitSearch{Limit: 3})
		if err != nil || len(first) != 3 || next == "" {
			t.Fatalf("the first page is %v, %q, %v", times(first), next, err)
		}
		last, end, err := c.Visits(t.Context(), c.desk, booking.VisitSearch{Limit: 3, Cursor: next})
		if err != nil || len(last) != 1 || last[0].ID != request.ID || end != "" {
			t.Errorf("the last page is %v, %q, %v", times(last), end, err)
		}
		if _, _, err := c.Visits(t.Context(), c.desk, booking.VisitSearch{Newest: true, Cursor: next}); turno.KindOf(err) != turno.KindInvalid {
			t.Errorf("a cursor of the other order: %v", err)
		}
		for _, stranger := range []policy.Caller{{}, patient, c.doctor} {
			if _, _, err := c.Visits(t.Context(), stranger, booking.VisitSearch{From: time.Time{}}); err == nil {
				t.Errorf("%s lists everybody's visits", stranger.Role)
			}
		}
	})
}
