package notify_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// clinic is a practice in London on a real database: a doctor who works every day,
// a patient who lives in Madrid and reads Spanish, her child without an account, and
// the owner. It is Monday 4 January 2027, 09:00 UTC.
type clinic struct {
	t       *testing.T
	db      *sqldb.DB
	clock   *storetest.Clock
	visits  *booking.Service
	notify  *notify.Service
	config  notify.Config // of notify
	server  *mailServer   // nil: mail is kept
	doctor  policy.Caller
	patient policy.Caller
	child   policy.Caller
	full    policy.Caller
	desk    policy.Caller
	kind    turno.VisitType
}

// eachClinic runs a test on both engines; sending says whether a mail server is
// configured.
func eachClinic(t *testing.T, sending bool, test func(t *testing.T, c *clinic)) {
	t.Helper()
	start := startMailServer
	if !sending {
		start = func(*testing.T) *mailServer { return nil }
	}
	eachClinicWith(t, start, test)
}

// eachClinicWith is eachClinic with a mail server of one's own; nil: mail is kept.
func eachClinicWith(t *testing.T, start func(*testing.T) *mailServer, test func(t *testing.T, c *clinic)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		box, err := seal.NewBox(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		c := &clinic{t: t, db: db, clock: clock, visits: booking.New(db, booking.Config{Box: box, MaxOpenVisits: 10}), server: start(t)}
		c.config = notify.Config{Now: clock.Now, PublicURL: "https://turno.example.org", ResetLink: resetLink,
			VisitLink: c.visits.VisitLink,
			Less: func(user uuid.UUID, topic account.MailTopic) string {
				return "https://turno.example.org/unsubscribe?token=" + string(topic) + "-" + user.String() + strings.Repeat("x", 120) // as long as they are
			},
			VerifyURL: func(u turno.User) string { return "https://turno.example.org/verify-email?token=" + u.Username }}
		if c.server != nil {
			c.config.Mailer = c.server.mailer(2 * time.Second)
		}
		c.notify = notify.New(db, c.config)
		c.write(c.people)
		test(t, c)
	})
}

// patientServer has the clinic wait for its mail server for as long as clinics do.
func (c *clinic) patientServer(t *testing.T) {
	t.Helper()
	c.config.Mailer = c.server.mailer(15 * time.Second)
	c.notify = notify.New(c.db, c.config)
}

// wish is the one that there is for a new password.
var wish = uuid.MustParse("0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d05")

func resetLink(_ context.Context, id uuid.UUID) (string, error) {
	if id != wish {
		return "", turno.NotFound("password reset")
	}
	return "https://turno.example.org/reset?token=secret", nil
}

func (c *clinic) write(f func(tx *sqldb.Tx) error) {
	c.t.Helper()
	if err := c.db.Write(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) read(f func(tx *sqldb.Tx) error) {
	c.t.Helper()
	if err := c.db.Read(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

func user(tx *sqldb.Tx, role turno.Role, level turno.StaffLevel, username, name, zone, language string) (policy.Caller, error) {
	u := turno.User{ID: turno.NewID(), Username: username, Email: username + "@example.org", Role: role, StaffLevel: level,
		FullName: name, TimeZone: zone, Locale: language, EmailVerifiedAt: &tx.Now}
	if username == "" {
		u.Username, u.Email = u.ID.String(), turno.NoMailAddress(u.ID)
	}
	return policy.Caller{UserID: u.ID, Role: role, StaffLevel: level}, store.InsertUser(tx, u)
}

func (c *clinic) people(tx *sqldb.Tx) error {
	var errs [5]error
	c.doctor, errs[0] = user(tx, turno.RoleDoctor, "", "ana", "Dr Ana Pérez", "Europe/London", "en")
	c.patient, errs[1] = user(tx, turno.RolePatient, "", "carla", "Carla Gómez", "Europe/Madrid", "es")
	c.child, errs[2] = user(tx, turno.RolePatient, "", "", "Dani Gómez", "Europe/London", "")
	c.full, errs[3] = user(tx, turno.RoleAdmin, turno.StaffFull, "owner", "Olga Owner", "Europe/London", "en")
	c.desk, errs[4] = user(tx, turno.RoleAdmin, turno.StaffDesk, "desk", "Dora Desk", "Europe/London", "en")
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	specialization, err := store.InsertSpecialization(tx, "Oncology")
	if err != nil {
		return err
	}
	place := turno.Location{ID: turno.NewID(), Name: "Riverside Clinic", Phone: "+442079460000", AddressLine1: "1 Mill Lane",
		City: "London", PostalCode: "N1 1AA", Directions: "The blue door, second floor", TimeZone: "Europe/London"}
	doctor := turno.Doctor{User: turno.User{ID: c.doctor.UserID}, SpecializationID: specialization, LicenseNumber: "L-1",
		TimeZone: "Europe/London", LocationID: &place.ID}
	c.kind = turno.VisitType{ID: turno.NewID(), DoctorID: c.doctor.UserID, Name: "Chemotherapy", Minutes: 40, Mode: turno.ModeInPerson,
		Audience: turno.AudienceAll, Instructions: "Please bring your insurance card.", Active: true}
	birth := turno.Date{Year: 1990, Month: time.May, Day: 17}
	if err := errors.Join(
		store.InsertLocation(tx, place), store.InsertDoctor(tx, doctor),
		store.SetVerification(tx, c.doctor.UserID, &tx.Now, &c.full.UserID, ""),
		store.InsertPatient(tx, turno.Patient{User: turno.User{ID: c.patient.UserID}, DateOfBirth: birth}),
		store.InsertPatient(tx, turno.Patient{User: turno.User{ID: c.child.UserID}, DateOfBirth: birth}),
		store.PutProxy(tx, turno.Proxy{PatientID: c.child.UserID, ProxyUserID: c.patient.UserID, Relation: "mother", CreatedAt: tx.Now}),
	); err != nil {
		return err
	}
	var week []turno.Availability
	for _, day := range turno.Weekdays() {
		week = append(week, turno.Availability{ID: turno.NewID(), DayOfWeek: day, StartTime: 0, EndTime: 24 * 60})
	}
	if err := store.ReplaceAvailability(tx, c.doctor.UserID, week); err != nil {
		return err
	}
	if _, err = store.InsertVisitType(tx, c.kind); err != nil {
		return err
	}
	d, err := store.DoctorByID(tx, c.doctor.UserID)
	if err != nil {
		return err
	}
	d.MinNoticeMinutes = 0
	return store.UpdateDoctor(tx, d)
}

// at is a time of London on a day from the Monday on.
func at(day, hour, minute int) time.Time {
	return storetest.Monday().AddDate(0, 0, day).Add(time.Duration(hour-9)*time.Hour + time.Duration(minute)*time.Minute)
}

// booked is a visit of somebody, by the practice and so confirmed.
func (c *clinic) booked(patient policy.Caller, when time.Time) turno.Appointment {
	c.t.Helper()
	v, err := c.visits.Book(c.t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: patient.UserID,
		ScheduledAt: when, VisitTypeID: &c.kind.ID, Reason: "A lump that worries me"})
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// requested is a visit that the patient asked for, and that waits to be confirmed.
func (c *clinic) requested(when time.Time) turno.Appointment {
	c.t.Helper()
	v, err := c.visits.Book(c.t.Context(), c.patient, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: when, VisitTypeID: &c.kind.ID})
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// run does what is due, as the jobs do: it hands out the events of the outbox and then
// lets the mails go. It returns how often something will be tried again.
func (c *clinic) run() (failures int) {
	c.t.Helper()
	for {
		handled := c.events()
		done, _, err := c.notify.Deliver(c.t.Context())
		if err != nil {
			failures++
		}
		if handled == 0 && done == 0 {
			return failures
		}
	}
}

// events hands out the events of the outbox.
func (c *clinic) events() (handled int) {
	c.t.Helper()
	handlers := c.notify.Handlers()
	names := slices.Collect(maps.Keys(handlers))
	var events []store.Event
	c.read(func(tx *sqldb.Tx) (err error) {
		events, err = store.WaitingEvents(tx, names, 1000)
		return err
	})
	for _, e := range events {
		c.write(func(tx *sqldb.Tx) error {
			return errors.Join(handlers[e.Name](tx, e.Payload), store.MarkRelayed(tx, []uuid.UUID{e.ID}))
		})
	}
	return len(events)
}

// again does what is due after all pauses between two attempts.
func (c *clinic) again() (failures int) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE mails SET attempt_at = created_at WHERE state = 'waiting'`)
		return err
	})
	return c.run()
}

// rows are the mails by kind and state, the oldest first.
func (c *clinic) rows() (rows []string) {
	c.t.Helper()
	c.read(func(tx *sqldb.Tx) error {
		mails, err := store.Mails(tx, store.MailFilter{Limit: 100})
		for _, m := range mails {
			rows = append([]string{m.Kind + " " + string(m.State)}, rows...)
		}
		return err
	})
	return rows
}

// letter is a mail as its reader's program takes it apart.
type letter struct {
	header   mail.Header
	subject  string
	parts    []string // their media types, in order
	text     string
	html     string
	method   string // of the calendar part
	calendar []byte
}

func open(t *testing.T, r received) letter {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	l := letter{header: message.Header}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	media, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("the mail is %s (%v)", media, err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		l.take(t, part)
	}
}

func (l *letter) take(t *testing.T, part *multipart.Part) {
	t.Helper()
	media, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(params["charset"], "utf-8") {
		t.Fatalf("a part is %q (%v)", part.Header.Get("Content-Type"), err)
	}
	var decoded io.Reader
	switch encoding := part.Header.Get("Content-Transfer-Encoding"); encoding {
	case "quoted-printable":
		decoded = quotedprintable.NewReader(part)
	case "base64":
		decoded = base64.NewDecoder(base64.StdEncoding, part)
	default:
		t.Fatalf("a part is encoded as %q", encoding)
	}
	content, err := io.ReadAll(decoded)
	if err != nil {
		t.Fatal(err)
	}
	l.parts = append(l.parts, media)
	switch media {
	case "text/plain":
		l.text = strings.ReplaceAll(string(content), "\r\n", "\n")
	case "text/html":
		l.html = string(content)
	case "text/calendar":
		l.calendar, l.method = content, params["method"]
	default:
		t.Errorf("there is a part %s", media)
	}
}

// last is the newest mail that the server took.
func (c *clinic) last() letter {
	c.t.Helper()
	mails := c.server.mails()
	if len(mails) == 0 {
		c.t.Fatal("nothing was sent")
	}
	return open(c.t, mails[len(mails)-1])
}

func (c *clinic) must(_ turno.Appointment, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func contains(t *testing.T, what, in string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(in, want) {
			t.Errorf("%s does not say %q:\n%s", what, want, in)
		}
	}
}
