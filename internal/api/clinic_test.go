package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// clinicURL is where the clinic's pages are.
const clinicURL = "https://turno.example.org"

// password is everybody's.
const password = "correct-horse-battery-staple"

// person is somebody who has signed in.
type person struct {
	policy.Caller
	username string
	token    string
}

// clinic is a server on a real database, on Monday 4 January 2027 at 09:00 UTC:
// two doctors who work from Monday to Friday, 10:00 to 17:00 UTC, in slots of 30
// minutes; two patients and somebody who looks after one of them; staff.
type clinic struct {
	t       *testing.T
	db      *sqldb.DB
	clock   *storetest.Clock
	api     *api.API
	handler http.Handler
	log     *bytes.Buffer
	account *account.Service
	booking *booking.Service

	full, desk, doctor, otherDoctor, patient, otherPatient, proxy *person

	visits int // made so far by newVisit
}

// eachClinic runs a test on a fresh clinic on each engine.
func eachClinic(t *testing.T, test func(t *testing.T, c *clinic)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		test(t, newClinic(t, db, clock))
	})
}

func newClinic(t *testing.T, db *sqldb.DB, clock *storetest.Clock) *clinic {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	c := &clinic{t: t, db: db, clock: clock, log: &bytes.Buffer{}}
	c.booking = booking.New(db, booking.Config{Box: box})
	c.account = account.New(db, account.Config{
		Now: clock.Now, Box: box, CancelOpenVisits: c.booking.CancelOpenVisits, OpenVisits: c.booking.OpenVisits, StaffIdle: time.Hour, PublicURL: clinicURL,
		Hashing: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
	})
	c.serve(api.Config{})
	c.people()
	return c
}

// serve starts an API with these limits on the clinic.
func (c *clinic) serve(config api.Config) {
	c.t.Helper()
	config.Booking, config.Now = c.booking, c.clock.Now
	if config.Authenticate == nil {
		config.Authenticate = c.account.Authenticate
	}
	config.Insight, config.Account = insight.New(c.db), c.account
	server, err := api.New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.api = server
	c.handler = httpx.Chain{Logger: c.logger(), Now: c.clock.Now}.Wrap(server)
}

// logger keeps errors for the test to look at.
func (c *clinic) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(io.MultiWriter(c.log, c.t.Output()), &slog.HandlerOptions{Level: slog.LevelError}))
}

func (c *clinic) people() {
	c.t.Helper()
	owner, err := c.account.CreateAdmin(c.t.Context(), "owner", "owner@example.org", "Olga Owner", password)
	c.must(err)
	c.full = &person{Caller: policy.Caller{UserID: owner.ID, Role: turno.RoleAdmin, StaffLevel: turno.StaffFull, AuthenticatedAt: c.clock.Now()}}
	_, err = c.account.CreateUser(c.t.Context(), c.full.Caller, account.NewUser{Username: "desk", Email: "desk@example.org",
		FullName: "Dina Desk", Password: password, Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk, TimeZone: "UTC"})
	c.must(err)
	c.full, c.desk = c.signIn("owner"), c.signIn("desk")
	c.doctor, c.otherDoctor = c.newDoctor("doctor"), c.newDoctor("other-doctor")
	c.patient, c.otherPatient, c.proxy = c.newPatient("patient"), c.newPatient("other-patient"), c.newPatient("proxy")
	_, err = c.account.AddProxy(c.t.Context(), c.desk.Caller, c.patient.UserID, account.NewProxy{Username: "proxy", Relation: "mother"})
	c.must(err)
}

func (c *clinic) newPatient(username string) *person {
	c.t.Helper()
	_, err := c.account.RegisterPatient(c.t.Context(), policy.Caller{}, account.NewUser{Username: username,
		Email: username + "@example.org", Password: password, FullName: "Pat " + username, TimeZone: "UTC",
		DateOfBirth: turno.Date{Year: 1990, Month: 2, Day: 3}})
	c.must(err)
	return c.signIn(username)
}

func (c *clinic) newDoctor(username string) *person {
	c.t.Helper()
	field, err := c.account.CreateSpecialization(c.t.Context(), c.full.Caller, "Field of "+username)
	c.must(err)
	doctor, err := c.account.RegisterDoctor(c.t.Context(), policy.Caller{}, account.NewUser{Username: username,
		Email: username + "@example.org", Password: password, FullName: "Dr " + username, TimeZone: "UTC",
		SpecializationID: field.ID, LicenseNumber: "L-" + username, YearsOfExperience: 7})
	c.must(err)
	_, err = c.account.VerifyDoctor(c.t.Context(), c.full.Caller, doctor.ID, "")
	c.must(err)
	p := c.signIn(username)
	var week []turno.Availability
	for _, day := range turno.Weekdays()[:5] {
		week = append(week, turno.Availability{DayOfWeek: day, StartTime: 10 * 60, EndTime: 17 * 60})
	}
	_, _, err = c.booking.ReplaceAvailability(c.t.Context(), p.Caller, doctor.ID, week)
	c.must(err)
	return p
}

func (c *clinic) signIn(username string) *person {
	c.t.Helper()
	in, err := c.account.Login(c.t.Context(), policy.Caller{}, account.Credentials{Login: username, Password: password})
	c.must(err)
	caller, err := c.account.Authenticate(c.t.Context(), in.Token)
	c.must(err)
	return &person{Caller: caller, username: username, token: in.Token}
}

// newVisit books a free time of the patient with the doctor, each call a later
// one, and takes it to the status.
func (c *clinic) newVisit(status turno.Status) turno.Appointment {
	c.t.Helper()
	at := c.clock.Now().Add(-time.Minute) // has begun, so that it can be completed
	if status == turno.StatusPending || status == turno.StatusConfirmed {
		at = c.clock.Now().AddDate(0, 0, 3).Add(time.Duration(c.visits) * 30 * time.Minute)
	}
	c.visits++
	visit, err := c.booking.Book(c.t.Context(), c.desk.Caller, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.patient.UserID, ScheduledAt: at})
	c.must(err)
	switch status {
	case turno.StatusCompleted:
		visit, err = c.booking.Complete(c.t.Context(), c.doctor.Caller, visit.ID)
		c.must(err)
		c.clock.Advance(time.Hour)
	case turno.StatusCancelled:
		visit, err = c.booking.Cancel(c.t.Context(), c.desk.Caller, visit.ID, "")
		c.must(err)
	}
	return visit
}

func (c *clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// response is an answer that has been read.
type response struct {
	status int
	header http.Header
	body   []byte
}

// decoded is the body as JSON.
func (r response) decoded(t *testing.T) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(r.body, &body); err != nil {
		t.Fatalf("the body is not an object: %v\n%s", err, r.body)
	}
	return body
}

// code is the code of a problem, or "".
func (r response) code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(r.body, &p)
	return p.Code
}

// ask sends JSON as somebody, or as nobody.
func (c *clinic) ask(as *person, method, path, body string, headers ...string) response {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != nil {
		r.Header.Set("Authorization", "Bearer "+as.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return c.send(r)
}

func (c *clinic) send(r *http.Request) response {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return response{w.Code, w.Header(), w.Body.Bytes()}
}

func at(hour, minute int) time.Time {
	return time.Date(2027, time.January, 5, hour, minute, 0, 0, time.UTC)
}

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func bookBody(doctor uuid.UUID, when time.Time) string {
	return fmt.Sprintf(`{"doctor_id": %q, "scheduled_at": %q}`, doctor, rfc(when))
}
