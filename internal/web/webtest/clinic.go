package webtest

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
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
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/page"
)

// Password is everybody's.
const Password = "correct-horse-battery-staple"

// Person is somebody with an account, and who they are to the use cases.
type Person struct {
	policy.Caller
	Username string
	FullName string
}

// Clinic is a web site on a real database. It begins with two doctors who work
// every day from 08:00 to 20:00 UTC in slots of 30 minutes, so that there is an
// open time whatever the day; two patients, and the mother of one of them; staff.
type Clinic struct {
	URL     string
	DB      *sqldb.DB
	Clock   *storetest.Clock
	Site    *page.Site
	Account *account.Service
	Booking *booking.Service
	Mail    *notify.Service // keeps what would be sent

	ResetLinks []string // for new passwords, as they were sent

	Full, Desk, Doctor, OtherDoctor, Patient, OtherPatient, Mother Person

	t     testing.TB
	short *uuid.UUID // a kind of visit of five minutes
	past  int        // visits that were made to have been
}

// Each runs a test on a fresh clinic on each engine, on Monday 4 January 2027 at
// 09:00 UTC.
func Each(t *testing.T, test func(t *testing.T, c *Clinic)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		test(t, New(t, db, clock))
	})
}

// EachNow is Each with clocks that stand at this moment, for a browser, whose own
// clock has to agree: for the few things that people do most, since it takes twice
// the time.
func EachNow(t *testing.T, test func(t *testing.T, c *Clinic)) {
	t.Helper()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := Now()
			test(t, New(t, storetest.New(t, engine, clock), clock))
		})
	}
}

// Now is a clock that stands at this moment, for a browser whose own clock has
// to agree.
func Now() *storetest.Clock { return storetest.NewClock(time.Now()) }

// OnSQLite is a fresh clinic for what does not depend on the engine: pictures,
// and what a real browser does.
func OnSQLite(t testing.TB, clock *storetest.Clock) *Clinic {
	t.Helper()
	return New(t, storetest.New(t, sqldb.SQLite, clock), clock)
}

// New makes the clinic in an empty database, with other settings if a test wants
// them.
func New(t testing.TB, db *sqldb.DB, clock *storetest.Clock, changes ...func(*account.Config)) *Clinic {
	t.Helper()
	c := Open(t, db, clock, changes...)
	c.people()
	return c
}

// Open serves what is in the database already.
func Open(t testing.TB, db *sqldb.DB, clock *storetest.Clock, changes ...func(*account.Config)) *Clinic {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return OpenWith(t, db, clock, box, changes...)
}

// OpenWith is Open for a database whose secrets were sealed with box.
func OpenWith(t testing.TB, db *sqldb.DB, clock *storetest.Clock, box *seal.Box, changes ...func(*account.Config)) *Clinic {
	t.Helper()
	c := &Clinic{t: t, DB: db, Clock: clock}
	server := httptest.NewUnstartedServer(nil)
	// Browsers know passkeys at a name, and not at the number of an address.
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	c.must(err)
	c.URL = "http://localhost:" + port
	logger := slog.New(slog.NewTextHandler(output{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	hub := live.New(db, live.Config{Logger: logger, Gap: 10 * time.Millisecond, Poll: 10 * time.Millisecond})
	hub.Start(t.Context())
	c.Booking = booking.New(db, booking.Config{Box: box, MaxOpenVisits: 100, Changed: hub.Changed})
	settings := account.Config{
		PublicURL: c.URL, DeliverReset: func(_ context.Context, url string) {
			c.ResetLinks = append(c.ResetLinks, strings.TrimPrefix(url, c.URL))
		},
		Now: clock.Now, Box: box, CancelOpenVisits: c.Booking.CancelOpenVisits, StaffIdle: time.Hour, Changed: hub.Changed,
		Hashing: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
	}
	for _, change := range changes {
		change(&settings)
	}
	c.Account = account.New(db, settings)
	c.must(c.Account.EnsureFirstLocation(t.Context(), turno.Location{
		Name: "Riverside Clinic", Phone: "+34 910 000 000", AddressLine1: "Calle del Río 1", City: "Madrid", PostalCode: "28001", Country: "ES",
		TimeZone: "UTC",
	}))
	c.Mail = notify.New(db, notify.Config{Now: clock.Now, PublicURL: c.URL})
	c.Site = &page.Site{
		Mail:    c.Mail,
		Account: c.Account, Booking: c.Booking, Insight: insight.New(db), Export: api.WriteExport, Live: hub,
		Box: box, Logger: logger, Now: clock.Now, Network: time.Now, Emergency: "112", Demo: true, Version: "test",
	}
	pages, err := web.New(c.Site)
	c.must(err)
	server.Config.Handler = httpx.Chain{Logger: logger, Now: clock.Now}.Wrap(pages)
	server.Start()
	t.Cleanup(server.Close) // once the streams below have ended
	t.Cleanup(hub.Stop)
	return c
}

// Neighbour is the clinic's other server, which shares the database and nothing
// else: what is done at one reaches the pages of the other through PostgreSQL. A
// clinic on SQLite has one server, and is its own neighbour.
func (c *Clinic) Neighbour() *Clinic {
	c.t.Helper()
	if c.DB.Engine() == sqldb.SQLite {
		return c
	}
	n := OpenWith(c.t, c.DB, c.Clock, c.Site.Box)
	n.Full, n.Desk, n.Doctor, n.OtherDoctor = c.Full, c.Desk, c.Doctor, c.OtherDoctor
	n.Patient, n.OtherPatient, n.Mother = c.Patient, c.OtherPatient, c.Mother
	return n
}

func (c *Clinic) people() {
	c.t.Helper()
	ctx := c.t.Context()
	owner, err := c.Account.CreateAdmin(ctx, "owner", "owner@example.org", "Olga Owner", Password)
	c.must(err)
	c.Full = Person{Caller: policy.Caller{UserID: owner.ID, Role: turno.RoleAdmin, StaffLevel: turno.StaffFull, AuthenticatedAt: c.Clock.Now()}}
	_, err = c.Account.CreateUser(ctx, c.Full.Caller, account.NewUser{Username: "desk", Email: "desk@example.org",
		FullName: "Dina Desk", Password: Password, Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk, TimeZone: "UTC"})
	c.must(err)
	c.Full, c.Desk = c.SignIn("owner", "Olga Owner"), c.SignIn("desk", "Dina Desk")
	c.Doctor = c.NewDoctor("amara", "Dr Amara Okafor", "Cardiology")
	c.OtherDoctor = c.NewDoctor("lucia", "Dr Lucía Martín", "Dermatology")
	c.Patient = c.NewPatient("pablo", "Pablo Paz")
	c.OtherPatient = c.NewPatient("olivia", "Olivia Orr")
	c.Mother = c.NewPatient("maria", "María Paz")
	asked, err := c.Account.InviteProxy(ctx, c.Patient.Caller, c.Patient.UserID, account.NewProxy{Username: "maria", Relation: "mother"})
	c.must(err)
	c.must(c.Account.AcceptInvitation(ctx, c.Mother.Caller, asked.ID))
}

// NewPatient registers a patient, born on 3 February 1990.
func (c *Clinic) NewPatient(username, name string) Person {
	c.t.Helper()
	_, err := c.Account.RegisterPatient(c.t.Context(), policy.Caller{}, account.NewUser{Username: username,
		Email: username + "@example.org", Password: Password, FullName: name, TimeZone: "UTC", ContactNumber: "+34 600 000 000",
		DateOfBirth: turno.Date{Year: 1990, Month: 2, Day: 3}})
	c.must(err)
	return c.SignIn(username, name)
}

// NewDoctor registers a doctor in a new specialization, verifies the licence and
// sets the hours.
func (c *Clinic) NewDoctor(username, name, field string) Person {
	c.t.Helper()
	ctx := c.t.Context()
	specialization, err := c.Account.CreateSpecialization(ctx, c.Full.Caller, field)
	c.must(err)
	doctor, err := c.Account.RegisterDoctor(ctx, policy.Caller{}, account.NewUser{Username: username,
		Email: username + "@example.org", Password: Password, FullName: name, TimeZone: "UTC",
		SpecializationID: specialization.ID, LicenseNumber: "L-" + username, YearsOfExperience: 7})
	c.must(err)
	_, err = c.Account.VerifyDoctor(ctx, c.Full.Caller, doctor.ID, "")
	c.must(err)
	p := c.SignIn(username, name)
	var week []turno.Availability
	for _, day := range turno.Weekdays() {
		week = append(week, turno.Availability{DayOfWeek: day, StartTime: 8 * 60, EndTime: 20 * 60})
	}
	_, _, err = c.Booking.ReplaceAvailability(ctx, p.Caller, doctor.ID, week)
	c.must(err)
	return p
}

// SignIn makes a session for the use cases, apart from any browser's.
func (c *Clinic) SignIn(username, name string) Person {
	c.t.Helper()
	in, err := c.Account.Login(c.t.Context(), policy.Caller{}, account.Credentials{Login: username, Password: Password})
	c.must(err)
	caller, err := c.Account.Authenticate(c.t.Context(), in.Token)
	c.must(err)
	return Person{caller, username, name}
}

// NewToken is the token of a new session, as a browser's cookie holds it.
func (c *Clinic) NewToken(username string) string {
	c.t.Helper()
	in, err := c.Account.Login(c.t.Context(), policy.Caller{}, account.Credentials{Login: username, Password: Password})
	c.must(err)
	return in.Token
}

// Dependant is somebody whom the mother cares for, made if need be, born on
// 2 January 2020.
func (c *Clinic) Dependant(name string) turno.Patient {
	c.t.Helper()
	patient, err := c.Account.CreateDependant(c.t.Context(), c.Mother.Caller, account.NewDependant{
		FullName: name, DateOfBirth: turno.Date{Year: 2020, Month: 1, Day: 2}, Relation: "mother",
	})
	c.must(err)
	return patient
}

// Visit books the patient with the doctor at a time, as the front desk does.
func (c *Clinic) Visit(at time.Time) turno.Appointment {
	c.t.Helper()
	visit, err := c.Booking.Book(c.t.Context(), c.Desk.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, PatientID: c.Patient.UserID, ScheduledAt: at})
	c.must(err)
	return visit
}

// VisitLink is the token of the link in the patient's mail about a visit.
func (c *Clinic) VisitLink(v turno.Appointment) (token string) {
	c.t.Helper()
	c.must(c.DB.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		patient, err := store.UserByID(tx, c.Patient.UserID)
		token = c.Booking.VisitLink(v, patient)
		return err
	}))
	return token
}

// Request is what the patient asks the doctor for: a visit that is not confirmed
// yet.
func (c *Clinic) Request(at time.Time) turno.Appointment {
	c.t.Helper()
	visit, err := c.Booking.Book(c.t.Context(), c.Patient.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: at})
	c.must(err)
	return visit
}

// PastVisit is a visit of the patient that has begun and was completed: a short
// one, each call another. There is room for twelve an hour.
func (c *Clinic) PastVisit() turno.Appointment {
	c.t.Helper()
	ctx := c.t.Context()
	if c.short == nil {
		short, err := c.Booking.AddVisitType(ctx, c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Short", Minutes: 5})
		c.must(err)
		c.short = &short.ID
	}
	if c.past%12 == 0 && c.past > 0 {
		c.Clock.Advance(65 * time.Minute)
	}
	at := c.Clock.Now().Add(time.Duration(5*(c.past%12)-60) * time.Minute)
	c.past++
	visit, err := c.Booking.Book(ctx, c.Desk.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, PatientID: c.Patient.UserID, ScheduledAt: at, VisitTypeID: c.short})
	c.must(err)
	visit, err = c.Booking.Complete(ctx, c.Doctor.Caller, visit.ID)
	c.must(err)
	return visit
}

// OpenTime is the doctor's nth open time from now on, from 0.
func (c *Clinic) OpenTime(n int) time.Time {
	c.t.Helper()
	open, err := c.Booking.Slots(c.t.Context(), policy.Caller{}, c.Doctor.UserID, c.Clock.Now(), c.Clock.Now().AddDate(0, 0, 7), nil)
	c.must(err)
	if n >= len(open) {
		c.t.Fatalf("the doctor has %d open times, and the test wants number %d", len(open), n)
	}
	return open[n].StartsAt
}

// SetUpMail has the clinic send mail, to a server that nobody connects to. It is to be
// called before pages are asked for.
func (c *Clinic) SetUpMail() {
	c.t.Helper()
	mailer, err := notify.NewMailer(notify.SMTP{Host: "localhost", Port: 1, Security: notify.Plain, From: mail.Address{Address: "clinic@example.org"}})
	c.must(err)
	c.Mail = notify.New(c.DB, notify.Config{Now: c.Clock.Now, PublicURL: c.URL, Mailer: mailer})
	c.Site.Mail, c.Site.Demo = c.Mail, false
}

// WriteMail makes and writes the mail that is due, as the jobs do.
func (c *Clinic) WriteMail() {
	c.t.Helper()
	handlers := c.Mail.Handlers()
	var events []store.Event
	c.must(c.DB.Read(c.t.Context(), func(tx *sqldb.Tx) (err error) {
		events, err = store.WaitingEvents(tx, slices.Collect(maps.Keys(handlers)), 1000)
		return err
	}))
	c.must(c.DB.Write(c.t.Context(), func(tx *sqldb.Tx) error {
		for _, e := range events {
			if err := handlers[e.Name](tx, e.Payload); err != nil {
				return err
			}
			if err := store.MarkRelayed(tx, []uuid.UUID{e.ID}); err != nil {
				return err
			}
		}
		return nil
	}))
	for more := true; more; {
		var err error
		_, more, err = c.Mail.Deliver(c.t.Context())
		c.must(err)
	}
}

// Must fails the test for an error.
func (c *Clinic) Must(err error) {
	c.t.Helper()
	c.must(err)
}

// Context is the test's.
func (c *Clinic) Context() context.Context { return c.t.Context() }

func (c *Clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// output is the test's log: what the server complains about.
type output struct{ t testing.TB }

var _ io.Writer = output{}

// Write implements io.Writer.
func (o output) Write(line []byte) (int, error) {
	return o.t.Output().Write(line)
}
