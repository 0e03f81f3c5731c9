package booking_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestHold(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		rival := c.newPatient()
		want := booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00")}
		hold, err := c.Hold(t.Context(), c.ana, want)
		if err != nil || hold.ExpiresAt.Sub(c.clock.Now()) != 5*time.Minute {
			t.Fatalf("got a hold until %s, %v", hold.ExpiresAt, err)
		}
		_, err = c.book(rival, at(1, "10:00"))
		wantCode(t, err, turno.CodeSlotTaken)
		_, err = c.Hold(t.Context(), rival, want)
		wantCode(t, err, turno.CodeSlotTaken)
		c.clock.Advance(3 * time.Minute)
		if hold, err = c.Hold(t.Context(), c.ana, want); err != nil || hold.ExpiresAt.Sub(c.clock.Now()) != 5*time.Minute {
			t.Fatalf("asking again renews: until %s, %v", hold.ExpiresAt, err)
		}
		if _, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "10:00")}); err != nil {
			t.Fatalf("the holder books: %v", err)
		}
		if c.busy(c.doctor.UserID) != 1 {
			t.Error("the booking must consume the hold")
		}
		err = c.ReleaseHold(t.Context(), c.ana, hold.ID, uuid.Nil)
		wantCode(t, err, turno.CodeNotFound) // it is used

		// A new hold replaces the old one.
		for _, clock := range []string{"11:00", "12:00"} {
			if _, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, clock)}); err != nil {
				t.Fatal(err)
			}
		}
		c.mustBook(rival, at(1, "11:00"))
		// An expired hold is in nobody's way.
		c.clock.Advance(5 * time.Minute)
		c.mustBook(c.newPatient(), at(1, "12:00"))
		c.sound()
	})
}

func TestBookingConsumesTheHoldWhereverItIs(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		if _, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00")}); err != nil {
			t.Fatal(err)
		}
		c.mustBook(c.ana, at(1, "12:00"))
		c.mustBook(c.newPatient(), at(1, "10:00")) // nobody holds it any more

		browser, visitor := uuid.New(), policy.Caller{Address: "198.51.100.9"}
		if _, err := c.Hold(t.Context(), visitor, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(2, "10:00"), Browser: browser}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(2, "10:00"), Browser: browser})
		if err != nil {
			t.Errorf("who held it before signing in books it: %v", err)
		}
		c.sound()
	})
}

func TestHoldsAreNotForHoarding(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, clock := range []string{"10:00", "11:00", "12:00"} {
			if _, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, clock)}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "13:00")})
		if e := wantCode(t, err, turno.CodeRateLimited); e.RetryAfter != 10*time.Minute {
			t.Errorf("got a pause of %s, want 10 minutes", e.RetryAfter)
		}
		c.clock.Advance(10 * time.Minute)
		if _, err = c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "13:00")}); err != nil {
			t.Errorf("after the pause: %v", err)
		}

		visitor := policy.Caller{Address: "198.51.100.7"}
		for i := range 3 {
			when := at(2, "10:00").Add(time.Duration(i) * time.Hour)
			if _, err := c.Hold(t.Context(), visitor, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: when, Browser: uuid.New()}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = c.Hold(t.Context(), visitor, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(2, "15:00"), Browser: uuid.New()})
		wantCode(t, err, turno.CodeRateLimited)
		_, err = c.Hold(t.Context(), policy.Caller{}, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(2, "15:00")})
		wantCode(t, err, turno.CodeUnauthenticated)
	})
}

func TestTimeOffIsWithinFiveYears(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		last := c.clock.Now().AddDate(5, 0, 0)
		for _, test := range []struct {
			name string
			ends time.Time
			code string
		}{
			{"a typing mistake, the year 9999", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), turno.CodeInvalid},
			{"a moment more than five years", last.Add(time.Minute), turno.CodeInvalid},
			{"five years from now", last, ""},
		} {
			t.Run(test.name, func(t *testing.T) {
				when := turno.Interval{StartsAt: test.ends.Add(-time.Hour), EndsAt: test.ends}
				_, looking := c.TimeOffConflicts(t.Context(), c.doctor, c.doctor.UserID, when)
				_, _, adding := c.AddTimeOff(t.Context(), c.doctor, booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: when})
				if test.code == "" {
					if looking != nil || adding != nil {
						t.Fatalf("got %v, %v", looking, adding)
					}
					return
				}
				for _, err := range []error{looking, adding} {
					e := wantCode(t, err, test.code)
					if len(e.Fields) != 1 || e.Fields[0].Message != "Time off ends within five years from now." {
						t.Errorf("it says %v", e.Fields)
					}
				}
			})
		}
	})
}

func TestTimeOff(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.settings(c.doctor, func(d *turno.Doctor) { d.BufferMinutes = 10 })
		before := c.mustBook(c.newPatient(), at(1, "09:30")) // its buffer reaches to 10:10
		inside := c.mustBook(c.ana, at(1, "11:30"))
		if _, err := c.Hold(t.Context(), c.newPatient(), booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "12:30")}); err != nil {
			t.Fatal(err)
		}
		off := booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(1, "10:00"), EndsAt: at(1, "14:00")}}
		_, _, err := c.AddTimeOff(t.Context(), c.ana, off)
		wantCode(t, err, turno.CodeForbidden)
		_, _, err = c.AddTimeOff(t.Context(), c.doctor, off)
		if e := wantCode(t, err, turno.CodeAppointmentsInTheWay); len(e.Appointments) != 1 || e.Appointments[0].ID != inside.ID {
			t.Errorf("got %v in the way, want the visit at 11:30", e.Appointments)
		}
		off.CancelVisits = true
		blocked, cancelled, err := c.AddTimeOff(t.Context(), c.doctor, off)
		if err != nil || len(cancelled) != 1 || cancelled[0].CancellationKind != turno.CancelledByPractice {
			t.Fatalf("got %v cancelled, %v", cancelled, err)
		}
		c.sound()
		_, err = c.book(c.ana, at(1, "13:00"))
		wantCode(t, err, turno.CodeSlotTaken)
		c.mustBook(c.ana, at(1, "14:00"))
		if _, _, err = c.AddTimeOff(t.Context(), c.doctor, off); err == nil {
			t.Error("time off can't overlap time off")
		}
		if err := c.DeleteTimeOff(t.Context(), c.desk, blocked.ID); err != nil {
			t.Fatal(err)
		}
		c.mustBook(c.newPatient(), at(1, "11:30"))
		if _, err := c.Confirm(t.Context(), c.doctor, before.ID); err != nil {
			t.Errorf("the visit before stays as it was: %v", err)
		}
		c.sound()
	})
}

func TestNewHours(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(1, "16:00"))
		week, outside, err := c.ReplaceAvailability(t.Context(), c.doctor, c.doctor.UserID, everyDay(9*60, 13*60))
		if err != nil || len(week) != 7 || len(outside) != 1 || outside[0].ID != visit.ID {
			t.Fatalf("got %d windows and %v outside, %v", len(week), outside, err)
		}
		_, err = c.book(c.newPatient(), at(1, "15:00"))
		wantCode(t, err, turno.CodeNotOffered)
		_, err = c.AddExtraHours(t.Context(), c.doctor, c.doctor.UserID, turno.Interval{StartsAt: at(1, "14:00"), EndsAt: at(1, "16:00")})
		if err != nil {
			t.Fatal(err)
		}
		c.mustBook(c.newPatient(), at(1, "15:00"))

		_, _, err = c.ReplaceAvailability(t.Context(), c.doctor, c.doctor.UserID, []turno.Availability{
			{DayOfWeek: turno.Monday, StartTime: 9 * 60, EndTime: 12 * 60},
			{DayOfWeek: turno.Monday, StartTime: 11 * 60, EndTime: 13 * 60},
		})
		if e := wantCode(t, err, turno.CodeInvalid); e.Fields[0].Location != "body[1].start_time" {
			t.Errorf("got the fault at %s", e.Fields[0].Location)
		}
		_, _, err = c.ReplaceAvailability(t.Context(), c.ana, c.doctor.UserID, nil)
		wantCode(t, err, turno.CodeForbidden)
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		late, never, hidden := c.newDoctor(), c.newDoctor(), c.newDoctor()
		hours := func(doctor policy.Caller, week []turno.Availability) {
			if _, _, err := c.ReplaceAvailability(t.Context(), c.desk, doctor.UserID, week); err != nil {
				t.Fatal(err)
			}
		}
		hours(late, everyDay(20*60, 22*60))
		hours(never, nil)
		c.write(func(tx *sqldb.Tx) error { return store.SetVerification(tx, hidden.UserID, nil, nil, "") })
		c.mustBook(c.ana, at(0, "10:00"))

		var order []uuid.UUID
		cursor := ""
		for {
			items, next, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Limit: 1, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range items {
				order = append(order, item.ID)
				if item.ID == c.doctor.UserID && !item.NextSlots[0].StartsAt.Equal(at(0, "10:30")) {
					t.Errorf("the next slot is %s, want 10:30, after the one that is taken", item.NextSlots[0].StartsAt)
				}
			}
			if cursor = next; next == "" {
				break
			}
		}
		if len(order) != 3 || order[0] != c.doctor.UserID || order[1] != late.UserID || order[2] != never.UserID {
			t.Errorf("got %v, want the soonest first and those without open times last", order)
		}
		found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Query: "sPECIALIZATION 2", Sort: booking.SortName})
		if err != nil || len(found) != 1 || found[0].ID != c.doctor.UserID {
			t.Errorf("got %d found by specialization, %v, want 1", len(found), err)
		}
		_, err = c.Slots(t.Context(), policy.Caller{}, hidden.UserID, time.Time{}, time.Time{}, nil)
		wantCode(t, err, turno.CodeNotFound)
		_, err = c.Slots(t.Context(), policy.Caller{}, c.doctor.UserID, at(0, "10:00"), at(63, "10:00"), nil)
		wantCode(t, err, turno.CodeInvalid)
	})
}
