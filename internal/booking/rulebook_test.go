package booking_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

// The rules of a calendar are kept between bookings, and another node that changes
// them tells nobody. Whatever use case changed them, they count from the next
// booking on.
func TestRulesThatAnotherNodeChangedCountAtOnce(t *testing.T) {
	t.Parallel()
	type node struct {
		*booking.Service
		people *account.Service
		staff  policy.Caller
		doctor uuid.UUID
	}
	for what, test := range map[string]struct {
		change func(t *testing.T, n node) error
		wish   string // tomorrow
		want   string // a code; "": it can be booked
	}{
		"extra hours are open": {func(t *testing.T, n node) error {
			t.Helper()
			_, err := n.AddExtraHours(t.Context(), n.staff, n.doctor, turno.Interval{StartsAt: at(1, "20:00"), EndsAt: at(1, "21:00")})
			return err
		}, "20:00", ""},
		"the week has no hours any more": {func(t *testing.T, n node) error {
			t.Helper()
			_, _, err := n.ReplaceAvailability(t.Context(), n.staff, n.doctor, nil)
			return err
		}, "11:00", turno.CodeNotOffered},
		"slots are longer": {func(t *testing.T, n node) error {
			t.Helper()
			minutes := 60
			_, err := n.people.UpdateDoctor(t.Context(), n.staff, n.doctor, account.DoctorPatch{SlotMinutes: &minutes})
			return err
		}, "11:30", turno.CodeNotOffered},
		"the doctor works in another zone": {func(t *testing.T, n node) error {
			t.Helper()
			zone := "Asia/Tokyo"
			_, err := n.people.UpdateDoctor(t.Context(), n.staff, n.doctor, account.DoctorPatch{TimeZone: &zone})
			return err
		}, "11:00", turno.CodeNotOffered},
		"the licence is not verified any more": {func(t *testing.T, n node) error {
			t.Helper()
			_, err := n.people.UnverifyDoctor(t.Context(), n.staff, n.doctor)
			return err
		}, "11:00", turno.CodeNotFound},
		"the doctor may not sign in any more": {func(t *testing.T, n node) error {
			t.Helper()
			inactive := false
			_, err := n.people.UpdateUser(t.Context(), n.staff, n.doctor, account.Patch{Active: &inactive})
			return err
		}, "11:00", turno.CodeNotFound},
		"the doctor was erased": {func(t *testing.T, n node) error {
			t.Helper()
			return n.people.EraseUser(t.Context(), n.staff, n.doctor)
		}, "11:00", turno.CodeNotFound},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, func(t *testing.T, c *clinic) {
				elsewhere := booking.New(c.db, booking.Config{Box: c.box})
				people := account.New(c.db, account.Config{Now: c.clock.Now, Box: c.box,
					CancelOpenVisits: elsewhere.CancelOpenVisits, OpenVisits: elsewhere.OpenVisits})
				c.mustBook(c.ana, at(1, "09:00")) // this node keeps the rules
				staff := c.user(turno.RoleAdmin, turno.StaffFull)
				staff.AuthenticatedAt = c.clock.Now()
				if err := test.change(t, node{elsewhere, people, staff, c.doctor.UserID}); err != nil {
					t.Fatal(err)
				}
				_, err := c.book(c.ana, at(1, test.wish))
				if test.want == "" && err != nil {
					t.Errorf("the new time can't be booked: %v", err)
				}
				if test.want != "" {
					wantCode(t, err, test.want)
				}
			})
		})
	}
}

// A doctor who begins to confirm automatically does so for the next booking.
func TestRequestsAreConfirmedFromTheMomentThatTheDoctorSaysSo(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		people := account.New(c.db, account.Config{Now: c.clock.Now, Box: c.box})
		c.mustBook(c.ana, at(1, "09:00"))
		yes := true
		if _, err := people.UpdateDoctor(t.Context(), c.doctor, c.doctor.UserID, account.DoctorPatch{AutoConfirm: &yes}); err != nil {
			t.Fatal(err)
		}
		if visit := c.mustBook(c.ana, at(1, "10:00")); visit.Status != turno.StatusConfirmed {
			t.Errorf("the visit is %s", visit.Status)
		}
	})
}
