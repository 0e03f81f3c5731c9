package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func madrid() *time.Location {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		panic(err)
	}
	return zone
}

// times are the local clock readings of visits, with their states.
func times(visits []booking.VisitView) (all []string) {
	for _, v := range visits {
		all = append(all, v.ScheduledAt.In(madrid()).Format("15:04 ")+string(v.Status))
	}
	return all
}

// confirmed books and confirms.
func (c *clinic) confirmed(by policy.Caller, clock string) turno.Appointment {
	c.t.Helper()
	visit := c.mustBook(by, at(0, clock))
	visit, err := c.Confirm(c.t.Context(), c.desk, visit.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return visit
}

func TestAnAgendaIsWhatADoctorHasBeforeThem(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		done := c.confirmed(c.newPatient(), "10:00")
		c.confirmed(c.newPatient(), "10:30") // nobody says what became of it
		missed := c.confirmed(c.newPatient(), "11:00")
		c.confirmed(c.ana, "12:00")
		off := c.mustBook(c.newPatient(), at(0, "12:30"))
		c.mustBook(c.newPatient(), at(0, "13:00"))
		c.mustBook(c.newPatient(), at(1, "13:00"))
		other := c.newDoctor()
		if _, err := c.Cancel(t.Context(), c.desk, off.ID, ""); err != nil {
			t.Fatal(err)
		}
		timeOff, _, err := c.AddTimeOff(t.Context(), c.doctor, booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(0, "14:00"), EndsAt: at(0, "16:00")}, Reason: "Course"})
		if err != nil {
			t.Fatal(err)
		}
		extra, err := c.AddExtraHours(t.Context(), c.doctor, c.doctor.UserID, turno.Interval{StartsAt: at(0, "18:00"), EndsAt: at(0, "19:00")})
		if err != nil {
			t.Fatal(err)
		}
		c.clock.Set(at(0, "11:35"))
		for _, answer := range []func() error{
			func() error { _, err := c.Complete(t.Context(), c.doctor, done.ID); return err },
			func() error { _, err := c.Miss(t.Context(), c.doctor, missed.ID); return err },
		} {
			if err := answer(); err != nil {
				t.Fatal(err)
			}
		}
		a, err := c.Agenda(t.Context(), c.doctor, c.doctor.UserID, at(0, "00:00"), at(1, "00:00"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"10:00 completed", "10:30 confirmed", "11:00 cancelled", "12:00 confirmed", "13:00 pending"}, times(a.Visits)); diff != "" {
			t.Errorf("visits (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"12:30 cancelled"}, times(a.CalledOff)); diff != "" {
			t.Errorf("called off (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]turno.TimeOff{timeOff}, a.TimeOff); diff != "" {
			t.Errorf("time off (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]turno.ExtraHours{extra}, a.Extra); diff != "" {
			t.Errorf("extra hours (-want +got):\n%s", diff)
		}
		hours := []turno.Interval{{StartsAt: at(0, "09:00").UTC(), EndsAt: at(0, "17:00").UTC()}, {StartsAt: at(0, "18:00").UTC(), EndsAt: at(0, "19:00").UTC()}}
		if diff := cmp.Diff(hours, a.Hours); diff != "" {
			t.Errorf("hours (-want +got):\n%s", diff)
		}
		var free []string
		for _, slot := range a.Free {
			free = append(free, slot.StartsAt.In(madrid()).Format("15:04"))
		}
		if diff := cmp.Diff([]string{"12:30", "13:30", "16:00", "16:30", "18:00", "18:30"}, free); diff != "" {
			t.Errorf("free (-want +got):\n%s", diff)
		}
		want := booking.AgendaFacts{Today: 5, Left: 2, FreeToday: 6, Waiting: 2, Unanswered: 1}
		if diff := cmp.Diff(want, a.Facts); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
		if v := a.Visits[3]; v.PatientName != "Person 3" || !v.Can.Cancel || v.PatientBirth.IsZero() {
			t.Errorf("got %+v, want who comes and what can be done", v)
		}
		if n := c.reads(); n != 0 {
			t.Errorf("%d READ rows: an agenda is a list", n)
		}
		for name, row := range map[string]struct {
			by   policy.Caller
			code string
		}{"a patient": {c.ana, turno.CodeForbidden}, "another doctor": {other, turno.CodeForbidden}, "nobody": {policy.Caller{}, turno.CodeUnauthenticated}} {
			_, err := c.Agenda(t.Context(), row.by, c.doctor.UserID, at(0, "00:00"), at(1, "00:00"))
			if turno.CodeOf(err) != row.code {
				t.Errorf("%s: got %v, want %s", name, err, row.code)
			}
		}
		_, err = c.Agenda(t.Context(), c.desk, c.doctor.UserID, at(0, "00:00"), at(15, "00:00"))
		wantCode(t, err, turno.CodeInvalid)
	})
}

func TestQueuesListWhatWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		first := c.mustBook(c.newPatient(), at(2, "10:00"))
		c.clock.Advance(1)
		c.clock.Set(at(0, "10:01"))
		second := c.mustBook(c.newPatient(), at(1, "10:00"))
		c.confirmed(c.newPatient(), "10:30")
		c.confirmed(c.newPatient(), "11:00")
		c.confirmed(c.newPatient(), "12:00")
		c.mustBook(c.newPatient(), at(0, "11:30")) // passes without an answer
		c.clock.Set(at(0, "12:10"))
		requests, next, err := c.Requests(t.Context(), c.doctor, c.doctor.UserID, 1, "")
		if err != nil || len(requests) != 1 || requests[0].ID != first.ID {
			t.Fatalf("got %v, %v, want the oldest request", times(requests), err)
		}
		requests, next, err = c.Requests(t.Context(), c.doctor, c.doctor.UserID, 1, next)
		if err != nil || len(requests) != 1 || requests[0].ID != second.ID || next != "" || !requests[0].Can.Confirm {
			t.Errorf("got %v, next %q, %v, want the other request and the end", times(requests), next, err)
		}
		over, next, err := c.Unanswered(t.Context(), c.desk, c.doctor.UserID, 1, "")
		if err != nil || len(over) != 1 || next == "" {
			t.Fatalf("got %v, %v, want one of two", times(over), err)
		}
		rest, _, err := c.Unanswered(t.Context(), c.desk, c.doctor.UserID, 1, next)
		if diff := cmp.Diff([]string{"10:30 confirmed", "11:00 confirmed"}, times(append(over, rest...))); diff != "" || err != nil {
			t.Errorf("over and unanswered, %v (-want +got):\n%s", err, diff)
		}
		_, _, err = c.Requests(t.Context(), c.newDoctor(), c.doctor.UserID, 1, "")
		wantCode(t, err, turno.CodeForbidden)
	})
}

func TestAClinicDayHasAColumnForEveryDoctorWhoIsThere(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		ana := c.mustBook(c.ana, at(0, "12:00"))
		absent, former := c.newDoctor(), c.newDoctor()
		if _, _, err := c.ReplaceAvailability(t.Context(), absent, absent.UserID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Book(t.Context(), c.newPatient(), booking.NewVisit{DoctorID: former.UserID, ScheduledAt: at(0, "13:00")}); err != nil {
			t.Fatal(err)
		}
		c.write(func(tx *sqldb.Tx) error { return store.SetVerification(tx, former.UserID, nil, nil, "") })
		if _, _, err := c.AddTimeOff(t.Context(), c.desk, booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(0, "15:00"), EndsAt: at(1, "12:00")}}); err != nil {
			t.Fatal(err)
		}
		query := booking.ClinicDayQuery{Zone: "Europe/Madrid", Limit: 1}
		day, err := c.ClinicDay(t.Context(), c.desk, query)
		if err != nil || len(day.Columns) != 1 || day.Doctors != 2 || day.Next == "" || day.Date.String() != "2027-01-04" {
			t.Fatalf("got %+v, %v, want today, the first of two columns", day, err)
		}
		column := day.Columns[0]
		if column.DoctorID != c.doctor.UserID || column.DoctorName != "Person 2" || column.Specialization != "Specialization 2" {
			t.Errorf("got the column of %s, %s", column.DoctorName, column.Specialization)
		}
		if len(column.Visits) != 1 || column.Visits[0].ID != ana.ID || column.Visits[0].PatientName != "Person 3" {
			t.Errorf("got the visits %v, want Ana's", times(column.Visits))
		}
		if want := []turno.Interval{{StartsAt: at(0, "15:00").UTC(), EndsAt: at(1, "00:00").UTC()}}; cmp.Diff(want, column.TimeOff) != "" {
			t.Errorf("got time off %v, want that of the day", column.TimeOff)
		}
		if len(column.Free) != 9 { // 10:00 to 15:00 without 12:00
			t.Errorf("got %d free slots", len(column.Free))
		}
		query.Cursor = day.Next
		day, err = c.ClinicDay(t.Context(), c.desk, query)
		if err != nil || len(day.Columns) != 1 || day.Columns[0].DoctorID != former.UserID || day.Next != "" {
			t.Fatalf("got %+v, %v, want the doctor who still has a visit", day, err)
		}
		if day.Columns[0].Free != nil {
			t.Error("a doctor who can't be booked has no free slots")
		}
		day, err = c.ClinicDay(t.Context(), c.desk, booking.ClinicDayQuery{Zone: "Europe/Madrid", SpecializationID: 1 << 20})
		if err != nil || len(day.Columns) != 0 {
			t.Errorf("got %d columns of no specialization, %v", len(day.Columns), err)
		}
		_, err = c.ClinicDay(t.Context(), c.doctor, booking.ClinicDayQuery{})
		wantCode(t, err, turno.CodeForbidden)
		_, err = c.ClinicDay(t.Context(), c.desk, booking.ClinicDayQuery{Zone: "Nowhere"})
		wantCode(t, err, turno.CodeInvalid)
	})
}

// refused is the codes of the refusals by visit.
func refused(changes booking.Changes) map[uuid.UUID]string {
	codes := map[uuid.UUID]string{}
	for _, r := range changes.Refused {
		codes[r.ID] = r.Err.Code
	}
	return codes
}

func TestManyVisitsAreChangedAtOnce(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		one, two := c.mustBook(c.newPatient(), at(0, "10:30")), c.mustBook(c.newPatient(), at(0, "11:00"))
		later, gone := c.mustBook(c.newPatient(), at(0, "16:00")), c.mustBook(c.ana, at(0, "12:00"))
		if _, err := c.Cancel(t.Context(), c.ana, gone.ID, ""); err != nil {
			t.Fatal(err)
		}
		other := c.newDoctor()
		elsewhere, err := c.Book(t.Context(), c.newPatient(), booking.NewVisit{DoctorID: other.UserID, ScheduledAt: at(0, "11:00")})
		if err != nil {
			t.Fatal(err)
		}
		unknown := turno.NewID()
		changes, err := c.ConfirmAll(t.Context(), c.doctor, c.doctor.UserID, []uuid.UUID{one.ID, two.ID, two.ID, later.ID, gone.ID, elsewhere.ID, unknown})
		if err != nil || len(changes.Changed) != 3 {
			t.Fatalf("got %d confirmed, %v, want 3", len(changes.Changed), err)
		}
		want := map[uuid.UUID]string{gone.ID: turno.CodeInvalidTransition, elsewhere.ID: turno.CodeNotFound, unknown: turno.CodeNotFound}
		if diff := cmp.Diff(want, refused(changes)); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		if changes, err := c.ConfirmAll(t.Context(), c.desk, c.doctor.UserID, []uuid.UUID{elsewhere.ID}); err != nil || len(changes.Changed) != 0 {
			t.Errorf("the desk asked for one doctor's: %v, %v", changes, err)
		}

		c.clock.Set(at(0, "11:10"))
		changes, err = c.CompleteRest(t.Context(), c.doctor, c.doctor.UserID, turno.Date{Year: 2027, Month: 1, Day: 4})
		if err != nil || len(changes.Changed) != 2 {
			t.Fatalf("got %d completed, %v, want the two that have begun", len(changes.Changed), err)
		}
		if diff := cmp.Diff(map[uuid.UUID]string{later.ID: turno.CodeInvalidTransition}, refused(changes)); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		var audits, events int
		if err := c.db.Read(t.Context(), func(tx *sqldb.Tx) error {
			if err := tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_detail IN ('event=confirmed status=confirmed', 'event=completed status=completed')`).Scan(&audits); err != nil {
				return err
			}
			return tx.QueryRow(`SELECT COUNT(*) FROM outbox WHERE key LIKE '%confirmed%' OR key LIKE '%completed%' OR event LIKE '%confirmed%' OR event LIKE '%completed%' OR payload LIKE '%confirmed%' OR payload LIKE '%completed%'`).Scan(&events)
		}); err != nil || audits != 5 || events != 5 {
			t.Errorf("got %d audit and %d outbox rows, %v, want 5 of each", audits, events, err)
		}
		_, err = c.ConfirmAll(t.Context(), other, c.doctor.UserID, []uuid.UUID{one.ID})
		wantCode(t, err, turno.CodeNotFound)
		_, err = c.CompleteRest(t.Context(), c.ana, c.doctor.UserID, turno.Date{Year: 2027, Month: 1, Day: 4})
		wantCode(t, err, turno.CodeNotFound)
		c.sound()
	})
}

func TestTheHomePageShowsTheSoonestAndTheFields(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		hidden := c.newDoctor()
		c.write(func(tx *sqldb.Tx) error { return store.SetVerification(tx, hidden.UserID, nil, nil, "") })
		home, err := c.Home(t.Context(), policy.Caller{}, 0)
		if err != nil || len(home.Soonest) != 1 || !home.Soonest[0].NextSlots[0].StartsAt.Equal(at(0, "10:00")) {
			t.Fatalf("got %+v, %v, want the one doctor at once", home.Soonest, err)
		}
		if len(home.Specializations) != 1 || home.Specializations[0].Name != "Specialization 2" || home.Specializations[0].Doctors != 1 {
			t.Errorf("got %+v, want the one field with a doctor", home.Specializations)
		}
		for query, want := range map[string]int{"": 1, "person": 1, "nobody": 0} {
			if n, err := c.CountDoctors(t.Context(), policy.Caller{}, booking.Search{Query: query}); err != nil || n != want {
				t.Errorf("%q finds %d doctors, %v, want %d", query, n, err, want)
			}
		}
		found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Slots: 8})
		if err != nil || len(found[0].NextSlots) != 8 || found[0].Email != "" {
			t.Errorf("got %+v, %v, want 8 slots and nothing private", found, err)
		}
	})
}
