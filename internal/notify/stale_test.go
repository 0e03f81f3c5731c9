package notify_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// What a mail asks or tells is looked at again when it leaves, however long it waited.
func TestWhatIsPastIsNotToldWhenItLeaves(t *testing.T) {
	t.Parallel()
	rated := func(c *clinic, v turno.Appointment) {
		c.t.Helper()
		if _, err := c.visits.GiveFeedback(c.t.Context(), c.patient, v.ID, 5, ""); err != nil {
			c.t.Fatal(err)
		}
	}
	asked := func(c *clinic) turno.Appointment {
		v := c.attended(c.patient, at(1, 10, 0))
		c.clock.Set(at(1, 13, 30))
		return v
	}
	calledOff := func(c *clinic) turno.Appointment {
		v := c.booked(c.patient, at(2, 10, 0))
		c.must(c.visits.Cancel(c.t.Context(), c.desk, v.ID, ""))
		return v
	}
	ranOut := func(c *clinic) turno.Appointment {
		v := c.requested(at(2, 10, 0))
		c.clock.Set(at(2, 12, 0))
		if n, err := c.visits.ExpirePending(c.t.Context()); n != 1 || err != nil {
			c.t.Fatalf("%d requests expired (%v)", n, err)
		}
		return v
	}
	day := func(day, hour int) func(*clinic, turno.Appointment) {
		return func(c *clinic, _ turno.Appointment) { c.clock.Set(at(day, hour, 0)) }
	}
	for _, tt := range []struct {
		name    string
		happens func(c *clinic) turno.Appointment
		then    func(c *clinic, v turno.Appointment)
		kind    string
		told    bool
	}{
		{"a visit that nobody rated yet is asked about", asked, day(15, 10), "feedback", true},
		{"one that was rated meanwhile is not", asked, rated, "feedback", false},
		{"nor one of two weeks ago", asked, day(15, 11), "feedback", false},
		{"a visit that was called off is told of until its time", calledOff, day(2, 9), "cancelled", true},
		{"and not from then on", calledOff, day(2, 10), "cancelled", false},
		{"a request that ran out is told of afterwards", ranOut, day(16, 9), "expired", true},
		{"but not when everybody has forgotten it", ranOut, day(16, 10), "expired", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				v := tt.happens(c)
				c.unverified() // what is about visits is withheld
				c.run()
				if want := tt.kind + " withheld"; !slices.Contains(c.rows(), want) {
					t.Fatalf("mails are %q, want %s", c.rows(), want)
				}
				tt.then(c, v)
				c.verified()
				c.run()
				want := tt.kind + " dropped"
				if tt.told {
					want = tt.kind + " sent"
				}
				if !slices.Contains(c.rows(), want) {
					t.Errorf("mails are %q, want %s", c.rows(), want)
				}
			})
		})
	}
}

func TestAWarningGoesOnlyToAnAddressThatIsVerifiedWhenItLeaves(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		sending bool
		address func(*turno.User)
		want    string
	}{
		{"the address is the same", true, func(*turno.User) {}, "new_sign_in sent"},
		{"it is another by then", true, func(u *turno.User) { u.Email, u.EmailVerifiedAt = "thief@example.net", nil }, "new_sign_in dropped"},
		{"where nothing is sent it can be read", false, func(u *turno.User) { u.EmailVerifiedAt = nil }, "new_sign_in kept"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, tt.sending, func(t *testing.T, c *clinic) {
				c.write(func(tx *sqldb.Tx) error {
					return store.InsertMail(tx, store.Mail{ID: turno.NewID(), Key: "new_sign_in/1", Kind: "new_sign_in", UserID: c.patient.UserID, About: "Firefox"})
				})
				c.write(func(tx *sqldb.Tx) error {
					u, err := store.UserByID(tx, c.patient.UserID)
					if err != nil {
						return err
					}
					tt.address(&u)
					return store.UpdateUser(tx, u)
				})
				c.run()
				if diff := cmp.Diff([]string{tt.want}, c.rows()); diff != "" {
					t.Errorf("mails (-want +got):\n%s", diff)
				}
			})
		})
	}
}
