package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestMailsAreListedAndCountedForFullStaff(t *testing.T) {
	t.Parallel()
	eachClinic(t, false, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(2, 10, 0))
		c.booked(c.child, at(2, 11, 0))
		c.run()
		c.requested(at(3, 10, 0)) // its mail is not made yet
		list := func(search notify.Search) (kinds []string, next string) {
			mails, next, err := c.notify.Mails(t.Context(), c.full, search)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mails {
				kinds = append(kinds, m.Kind+" "+string(m.State)+" to "+m.UserName)
			}
			return kinds, next
		}
		const mail = "booked kept to Carla Gómez"
		first, next := list(notify.Search{Limit: 1})
		second, end := list(notify.Search{Limit: 1, Cursor: next})
		if diff := cmp.Diff([][]string{{mail}, {mail}}, [][]string{first, second}); diff != "" || next == "" || end != "" {
			t.Errorf("two pages, then %q (-want +got):\n%s", end, diff)
		}
		for name, tt := range map[string]struct {
			search notify.Search
			want   []string
		}{
			"of a state":                {notify.Search{State: notify.Kept}, []string{mail, mail}},
			"of another":                {notify.Search{State: notify.Failed}, nil},
			"about a child":             {notify.Search{Person: c.child.UserID}, []string{mail}},
			"to somebody":               {notify.Search{Person: c.patient.UserID}, []string{mail, mail}},
			"to somebody without any":   {notify.Search{Person: c.doctor.UserID}, nil},
			"about a child, of a state": {notify.Search{Person: c.child.UserID, State: notify.Sent}, nil},
		} {
			if got, _ := list(tt.search); !cmp.Equal(tt.want, got) {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		}
		for person, want := range map[uuid.UUID]int{uuid.Nil: 2, c.child.UserID: 1, c.doctor.UserID: 0} {
			counts, err := c.notify.CountMails(t.Context(), c.full, person)
			if err != nil || counts[notify.Kept] != want || counts[notify.Sent] != 0 {
				t.Errorf("%v are counted (%v), want %d kept", counts, err, want)
			}
		}
		if _, _, err := c.notify.Mails(t.Context(), c.full, notify.Search{Cursor: "nonsense"}); turno.KindOf(err) != turno.KindInvalid {
			t.Errorf("a cursor that is none: %v", err)
		}
	})
}

func TestThatAMailAboutAPatientWasOpenedGoesToTheTrail(t *testing.T) {
	t.Parallel()
	eachClinic(t, false, func(t *testing.T, c *clinic) {
		c.booked(c.child, at(2, 11, 0))
		c.run()
		mail := c.only()
		for range 2 { // once an hour is enough
			opened, err := c.notify.OpenMail(t.Context(), c.full, mail.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !opened.Written || opened.To.FullName != "Carla Gómez" || opened.Birth == nil || opened.Visit.PatientName != "Dani Gómez" {
				t.Errorf("opened %+v", opened)
			}
		}
		var reads []turno.AuditEntry
		c.read(func(tx *sqldb.Tx) (err error) {
			reads, err = store.AuditEntries(tx, store.AuditFilter{Action: turno.AuditRead, Limit: 10})
			return err
		})
		if len(reads) != 1 || reads[0].Entity != "mail" || reads[0].EntityID != mail.ID.String() || *reads[0].SubjectID != c.child.UserID || *reads[0].ActionBy != c.full.UserID {
			t.Errorf("the trail has %+v", reads)
		}
		if _, err := c.notify.OpenMail(t.Context(), c.full, turno.NewID()); turno.KindOf(err) != turno.KindNotFound {
			t.Errorf("a mail that is none: %v", err)
		}
		for name, caller := range map[string]policy.Caller{"the desk": c.desk, "a doctor": c.doctor, "the patient": c.patient, "nobody": {}} {
			_, opened := c.notify.OpenMail(t.Context(), caller, mail.ID)
			_, _, listed := c.notify.Mails(t.Context(), caller, notify.Search{})
			_, counted := c.notify.CountMails(t.Context(), caller, uuid.Nil)
			for _, err := range []error{opened, listed, counted} {
				if kind := turno.KindOf(err); kind != turno.KindForbidden && kind != turno.KindUnauthenticated {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}
