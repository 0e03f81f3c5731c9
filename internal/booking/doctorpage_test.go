package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestTheDoctorPageShowsWhatIsPublic(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		location := c.place()
		checkUp := c.visitType("Check-up", 30, turno.AudienceAll)
		c.visitType("Follow-up", 15, turno.AudienceKnown)
		for _, rating := range []int{5, 4, 5} {
			patient := c.newPatient()
			visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: patient.UserID, ScheduledAt: c.clock.Now()})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Complete(t.Context(), c.desk, visit.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := c.GiveFeedback(t.Context(), patient, visit.ID, rating, ""); err != nil {
				t.Fatal(err)
			}
			c.clock.Advance(30 * time.Minute)
		}
		page, err := c.DoctorPage(t.Context(), policy.Caller{}, c.doctor.UserID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(booking.RatingCounts{0, 0, 0, 1, 2}, page.Ratings); diff != "" {
			t.Errorf("ratings (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]turno.VisitType{checkUp}, page.VisitTypes); diff != "" {
			t.Errorf("visit types (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(&location, page.Location); diff != "" {
			t.Errorf("location (-want +got):\n%s", diff)
		}
		if page.NextSlot == nil || !page.NextSlot.StartsAt.Equal(at(0, "11:30")) {
			t.Errorf("got the next slot %v, want 11:30", page.NextSlot)
		}
		if d := page.Doctor; d.Rating != 4.67 || d.Email+d.Username+d.LicenseNumber+d.Password != "" {
			t.Errorf("got %+v, want what is public", d)
		}

		c.write(func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.doctor.UserID, nil, nil, "") })
		_, err = c.DoctorPage(t.Context(), c.ana, c.doctor.UserID)
		wantCode(t, err, turno.CodeNotFound)
		if page, err := c.DoctorPage(t.Context(), c.doctor, c.doctor.UserID); err != nil || page.Bookable || page.NextSlot != nil {
			t.Errorf("the doctor sees their page, without times: %+v, %v", page, err)
		}
	})
}

func TestASlotWeekGroupsByTheDayOfTheReader(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		_, _, err := c.ReplaceAvailability(t.Context(), c.doctor, c.doctor.UserID, []turno.Availability{
			{DayOfWeek: turno.Tuesday, StartTime: 9 * 60, EndTime: 10 * 60}, {DayOfWeek: turno.Thursday, StartTime: 9 * 60, EndTime: 9*60 + 30}})
		if err != nil {
			t.Fatal(err)
		}
		counts := func(q booking.SlotWeekQuery) (map[string]int, booking.SlotWeek) {
			t.Helper()
			q.DoctorID = c.doctor.UserID
			week, err := c.SlotWeek(t.Context(), policy.Caller{}, q)
			if err != nil {
				t.Fatal(err)
			}
			n := map[string]int{}
			for _, day := range week.Days {
				n[day.Date.String()] = len(day.Slots)
			}
			return n, week
		}
		got, week := counts(booking.SlotWeekQuery{})
		want := map[string]int{"2027-01-04": 0, "2027-01-05": 2, "2027-01-06": 0, "2027-01-07": 1, "2027-01-08": 0, "2027-01-09": 0, "2027-01-10": 0}
		if diff := cmp.Diff(want, got); diff != "" || week.Zone != "Europe/Madrid" {
			t.Errorf("from today, in %s (-want +got):\n%s", week.Zone, diff)
		}
		got, _ = counts(booking.SlotWeekQuery{Zone: "Pacific/Kiritimati", Days: 3}) // 13 hours ahead of Madrid: the same times are at 22:00
		if diff := cmp.Diff(map[string]int{"2027-01-04": 0, "2027-01-05": 2, "2027-01-06": 0}, got); diff != "" {
			t.Errorf("far east (-want +got):\n%s", diff)
		}
		got, _ = counts(booking.SlotWeekQuery{Zone: "Pacific/Auckland", From: turno.Date{Year: 2027, Month: 1, Day: 5}, Days: 2})
		if diff := cmp.Diff(map[string]int{"2027-01-05": 2, "2027-01-06": 0}, got); diff != "" {
			t.Errorf("Auckland (-want +got):\n%s", diff)
		}
		_, week = counts(booking.SlotWeekQuery{From: turno.Date{Year: 2027, Month: 1, Day: 8}, Days: 2})
		if week.Next == nil || !week.Next.StartsAt.Equal(at(8, "09:00")) {
			t.Errorf("after two empty days: next %v, want next Tuesday", week.Next)
		}
		_, week = counts(booking.SlotWeekQuery{From: turno.Date{Year: 2027, Month: 6, Day: 1}})
		if week.Next != nil {
			t.Errorf("beyond the horizon: next %v, want none", week.Next)
		}
		_, err = c.SlotWeek(t.Context(), policy.Caller{}, booking.SlotWeekQuery{DoctorID: c.doctor.UserID, Zone: "Mars/Olympus"})
		wantCode(t, err, turno.CodeInvalid)
	})
}
