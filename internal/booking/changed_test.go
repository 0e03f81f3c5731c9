package booking_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

// Whoever looks at a calendar is to look again after each of these.
func TestEveryChangeOfACalendarIsToldOnce(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		var told []uuid.UUID
		c.Service = booking.New(c.db, booking.Config{Box: c.box, Changed: func(id uuid.UUID) { told = append(told, id) }})
		ctx, doctor, other := t.Context(), c.doctor.UserID, c.newDoctor().UserID
		var visit turno.Appointment
		var hold turno.Hold
		var off turno.TimeOff
		var hours turno.ExtraHours
		for _, step := range []struct {
			name string
			do   func() error
			want []uuid.UUID
		}{
			{"a hold", func() (err error) {
				hold, err = c.Hold(ctx, c.ana, booking.NewHold{DoctorID: other, StartsAt: at(1, "10:00")})
				return err
			}, []uuid.UUID{other}},
			{"a booking with one doctor, which gives back what was held with another", func() (err error) {
				visit, err = c.book(c.ana, at(1, "10:00"))
				return err
			}, []uuid.UUID{doctor, other}},
			{"a booking of a taken time changes nothing", func() error {
				_, err := c.book(c.newPatient(), at(1, "10:00"))
				wantCode(t, err, turno.CodeSlotTaken)
				return nil
			}, nil},
			{"a confirmation", func() error { _, err := c.Confirm(ctx, c.doctor, visit.ID); return err }, []uuid.UUID{doctor}},
			{"a move", func() error { _, err := c.Move(ctx, c.ana, visit.ID, at(1, "11:00")); return err }, []uuid.UUID{doctor}},
			{"a cancellation", func() error { _, err := c.Cancel(ctx, c.ana, visit.ID, ""); return err }, []uuid.UUID{doctor}},
			{"a hold again", func() (err error) {
				hold, err = c.Hold(ctx, c.ana, booking.NewHold{DoctorID: doctor, StartsAt: at(1, "10:00")})
				return err
			}, []uuid.UUID{doctor}},
			{"a hold that is given back", func() error { return c.ReleaseHold(ctx, c.ana, hold.ID, uuid.Nil) }, []uuid.UUID{doctor}},
			{"time off", func() (err error) {
				off, _, err = c.AddTimeOff(ctx, c.doctor, booking.NewTimeOff{DoctorID: doctor,
					Interval: turno.Interval{StartsAt: at(3, "09:00"), EndsAt: at(3, "17:00")}})
				return err
			}, []uuid.UUID{doctor}},
			{"time off that is taken back", func() error { return c.DeleteTimeOff(ctx, c.doctor, off.ID) }, []uuid.UUID{doctor}},
			{"many requests confirmed", func() error {
				one, err := c.book(c.newPatient(), at(3, "09:00"))
				if err != nil {
					return err
				}
				told = nil
				_, err = c.ConfirmAll(ctx, c.doctor, doctor, []uuid.UUID{one.ID, turno.NewID()})
				return err
			}, []uuid.UUID{doctor}},
			{"none confirmed", func() error {
				_, err := c.ConfirmAll(ctx, c.doctor, doctor, []uuid.UUID{turno.NewID()})
				return err
			}, nil},
			{"visits moved out of the way of time off", func() error {
				one, err := c.book(c.newPatient(), at(5, "12:00"))
				if err != nil {
					return err
				}
				told = nil
				_, err = c.MoveOutOfTheWay(ctx, c.doctor, booking.NewTimeOff{DoctorID: doctor,
					Interval: turno.Interval{StartsAt: at(5, "12:00"), EndsAt: at(5, "17:00")}}, []booking.Relocation{{ID: one.ID, To: at(5, "09:00")}})
				return err
			}, []uuid.UUID{doctor}},
			{"a hold taken over, in place of one with another doctor", func() error {
				browser := turno.NewID()
				if _, err := c.Hold(ctx, c.ana, booking.NewHold{DoctorID: other, StartsAt: at(1, "12:00")}); err != nil {
					return err
				}
				if _, err := c.Hold(ctx, policy.Caller{Address: "192.0.2.7"}, booking.NewHold{DoctorID: doctor, StartsAt: at(1, "12:00"), Browser: browser}); err != nil {
					return err
				}
				told = nil
				_, err := c.TakeOverHold(ctx, c.ana, browser)
				return err
			}, []uuid.UUID{other}},
			{"extra hours", func() (err error) {
				hours, err = c.AddExtraHours(ctx, c.doctor, doctor, turno.Interval{StartsAt: at(3, "20:00"), EndsAt: at(3, "21:00")})
				return err
			}, []uuid.UUID{doctor}},
			{"extra hours that are taken back", func() error { return c.DeleteExtraHours(ctx, c.doctor, hours.ID) }, []uuid.UUID{doctor}},
			{"another week", func() error {
				_, _, err := c.ReplaceAvailability(ctx, c.doctor, doctor, everyDay(8*60, 16*60))
				return err
			}, []uuid.UUID{doctor}},
			{"a visit type", func() error {
				_, err := c.AddVisitType(ctx, c.doctor, turno.VisitType{DoctorID: doctor, Name: "First visit", Minutes: 40})
				return err
			}, []uuid.UUID{doctor}},
			{"a request that expires", func() error {
				if _, err := c.book(c.ana, at(1, "10:00")); err != nil {
					return err
				}
				told = nil
				c.clock.Set(at(1, "10:31"))
				_, err := c.ExpirePending(ctx)
				return err
			}, []uuid.UUID{doctor}},
			{"holds that expire", func() error {
				for _, clock := range []string{"10:00", "11:00"} {
					if _, err := c.Hold(ctx, c.newPatient(), booking.NewHold{DoctorID: doctor, StartsAt: at(2, clock)}); err != nil {
						return err
					}
				}
				c.clock.Set(c.clock.Now().Add(turno.HoldLifetime))
				told = nil
				_, err := c.SweepHolds(ctx)
				return err
			}, []uuid.UUID{doctor}},
		} {
			told = nil
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if diff := cmp.Diff(sorted(step.want), sorted(told)); diff != "" {
				t.Errorf("%s: calendars (-want +got):\n%s", step.name, diff)
			}
		}
	})
}

func sorted(ids []uuid.UUID) []string {
	var texts []string
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	slices.Sort(texts)
	return texts
}
