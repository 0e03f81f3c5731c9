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

// place gives the doctor a location, which visits copy.
func (c *clinic) place() turno.Location {
	c.t.Helper()
	l := turno.Location{ID: turno.NewID(), Name: "Casa de Salud", Phone: "+34910000000", AddressLine1: "Calle Mayor 1",
		Directions: "Second floor.", TimeZone: "Europe/Madrid"}
	c.write(func(tx *sqldb.Tx) error { return store.InsertLocation(tx, l) })
	c.settings(c.doctor, func(d *turno.Doctor) { d.LocationID = &l.ID })
	return l
}

// care lets one person act for another.
func (c *clinic) care(patient, proxy policy.Caller) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		return store.PutProxy(tx, turno.Proxy{PatientID: patient.UserID, ProxyUserID: proxy.UserID, Relation: "mother"})
	})
}

func (c *clinic) visitType(name string, minutes int, audience turno.Audience) turno.VisitType {
	c.t.Helper()
	t, err := c.AddVisitType(c.t.Context(), c.doctor, turno.VisitType{DoctorID: c.doctor.UserID, Name: name, Minutes: minutes, Audience: audience})
	if err != nil {
		c.t.Fatal(err)
	}
	return t
}

func TestAVisitSaysEverythingThatAPersonReads(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		location := c.place()
		first := c.visitType("First visit", 40, turno.AudienceAll)
		booked, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "10:00"), VisitTypeID: &first.ID, Reason: "A cough."})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Visit(t.Context(), c.ana, booked.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := booking.VisitView{
			Appointment: booked, DoctorName: "Person 2", Specialization: "Specialization 2", DoctorZone: "Europe/Madrid",
			PatientName: "Person 3", PatientMail: true, PatientBirth: turno.Date{Year: 1990, Month: 1, Day: 2},
			Location: &location, VisitType: &first, Mine: true,
			Can: booking.VisitActions{Cancel: true, Move: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("visit (-want +got):\n%s", diff)
		}
		_, err = c.Visit(t.Context(), c.newPatient(), booked.ID)
		wantCode(t, err, turno.CodeNotFound)
		_, err = c.Visit(t.Context(), policy.Caller{}, booked.ID)
		wantCode(t, err, turno.CodeUnauthenticated)
		if _, err := c.Visit(t.Context(), c.doctor, booked.ID); err != nil {
			t.Fatal(err)
		}
		if n := c.reads(); n != 1 {
			t.Errorf("got %d READ rows, want one: the doctor opened it, and Ana her own", n)
		}
	})
}

// reads counts the noted readings.
func (c *clinic) reads() int {
	c.t.Helper()
	var n int
	err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_type = 'READ'`).Scan(&n)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// What a visit says can be done is what its life and the access table allow.
func TestAVisitSaysWhatCanBeDoneNow(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		mother := c.newPatient()
		c.care(c.ana, mother)
		visit := c.mustBook(c.ana, at(0, "10:30"))
		type can = booking.VisitActions
		steps := []struct {
			name                      string
			now                       time.Time
			do                        func() error
			patient, proxy, theDoctor can
		}{
			{"requested", at(0, "10:00"), nil,
				can{Cancel: true, Move: true}, can{Cancel: true, Move: true}, can{Confirm: true, Cancel: true, Move: true}},
			{"confirmed", at(0, "10:00"), func() error { _, err := c.Confirm(t.Context(), c.doctor, visit.ID); return err },
				can{Cancel: true, Move: true}, can{Cancel: true, Move: true}, can{Cancel: true, Move: true}},
			{"begun", at(0, "10:30"), nil,
				can{}, can{}, can{Complete: true, Miss: true, Cancel: true, Move: true}},
			{"missed", at(0, "10:45"), func() error { _, err := c.Miss(t.Context(), c.doctor, visit.ID); return err },
				can{}, can{}, can{Complete: true, Correct: true}},
			{"completed after all", at(0, "10:50"), func() error { _, err := c.Complete(t.Context(), c.doctor, visit.ID); return err },
				can{Rate: true}, can{}, can{Miss: true, Correct: true}},
			{"rated", at(0, "11:30"), func() error { _, err := c.GiveFeedback(t.Context(), c.ana, visit.ID, 5, ""); return err },
				can{}, can{}, can{}},
		}
		for _, step := range steps {
			c.clock.Set(step.now)
			if step.do != nil {
				if err := step.do(); err != nil {
					t.Fatalf("%s: %v", step.name, err)
				}
			}
			for name, reader := range map[string]struct {
				c    policy.Caller
				want can
			}{"the patient": {c.ana, step.patient}, "a proxy": {mother, step.proxy}, "the doctor": {c.doctor, step.theDoctor}, "the desk": {c.desk, step.theDoctor}} {
				got, err := c.Visit(t.Context(), reader.c, visit.ID)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(reader.want, got.Can); diff != "" {
					t.Errorf("%s, %s (-want +got):\n%s", step.name, name, diff)
				}
			}
		}
	})
}

func TestMyVisitsAreMineAndOfThoseILookAfter(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		child, stranger := c.newPatient(), c.newPatient()
		c.care(child, c.ana)
		over := c.mustBook(c.ana, at(0, "10:30"))
		called := c.mustBook(c.ana, at(3, "10:00"))
		childs := c.mustBook(child, at(1, "09:00"))
		mine := c.mustBook(c.ana, at(2, "09:00"))
		running := c.mustBook(child, at(0, "11:00"))
		c.mustBook(stranger, at(1, "12:00"))
		if _, err := c.Cancel(t.Context(), c.ana, called.ID, ""); err != nil {
			t.Fatal(err)
		}
		c.clock.Set(at(0, "11:10"))
		all := func(q booking.MyVisits) (names []string) {
			t.Helper()
			of := map[string]string{over.ID.String(): "over", called.ID.String(): "called off", childs.ID.String(): "the child's",
				mine.ID.String(): "mine", running.ID.String(): "running"}
			for q.Limit = 2; ; {
				items, next, err := c.MyVisits(t.Context(), c.ana, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range items {
					names = append(names, of[v.ID.String()])
				}
				if q.Cursor = next; next == "" {
					return names
				}
			}
		}
		if diff := cmp.Diff([]string{"running", "the child's", "mine"}, all(booking.MyVisits{})); diff != "" {
			t.Errorf("ahead (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"called off", "over"}, all(booking.MyVisits{Past: true})); diff != "" {
			t.Errorf("past (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"running", "the child's"}, all(booking.MyVisits{PatientID: child.UserID})); diff != "" {
			t.Errorf("the child's (-want +got):\n%s", diff)
		}
		if got := all(booking.MyVisits{PatientID: stranger.UserID}); got != nil {
			t.Errorf("a stranger's: %v, want none", got)
		}
	})
}

func TestWhatAVisitIsAboutIsForThePatientAndTheDoctor(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "12:00"), Reason: "A cough"})
		if err != nil {
			t.Fatal(err)
		}
		for name, row := range map[string]struct {
			by   policy.Caller
			want string
		}{"the patient": {c.ana, "A cough"}, "the doctor": {c.doctor, "A cough"}, "the desk": {c.desk, ""}} {
			if view, err := c.Visit(t.Context(), row.by, visit.ID); err != nil || view.Reason != row.want {
				t.Errorf("%s reads %q, %v", name, view.Reason, err)
			}
		}
	})
}
