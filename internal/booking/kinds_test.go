package booking_test

import (
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

// Nobody is sent to a time that is too short for every kind of visit that they may
// book.
func TestASearchForKindsOffersWhatEverybodyMayBook(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, kind := range []turno.VisitType{
			{Name: "First visit", Minutes: 60, Audience: turno.AudienceNew},
			{Name: "Thorough", Minutes: 90, Audience: turno.AudienceAll},
			{Name: "Follow-up", Minutes: 15, Audience: turno.AudienceKnown},
			{Name: "Emergency", Minutes: 10, Audience: turno.AudienceStaff},
		} {
			kind.DoctorID, kind.Mode, kind.Active = c.doctor.UserID, turno.ModeInPerson, true
			if _, err := c.AddVisitType(t.Context(), c.doctor, kind); err != nil {
				t.Fatal(err)
			}
		}
		minutes := map[bool]float64{}
		for _, kinds := range []bool{false, true} {
			found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Kinds: kinds})
			if err != nil {
				t.Fatal(err)
			}
			for _, doctor := range found {
				if doctor.ID == c.doctor.UserID {
					slot := doctor.NextSlots[0]
					minutes[kinds] = slot.EndsAt.Sub(slot.StartsAt).Minutes()
				}
			}
		}
		if minutes[true] != 60 || minutes[false] != 30 {
			t.Errorf("the times are %v minutes for a kind and %v without, want 60 and 30", minutes[true], minutes[false])
		}
	})
}
