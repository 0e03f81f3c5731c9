package account_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// origin is where the clinic's pages are.
const origin = "https://turno.example.org"

const goodPassword = "five unrelated blue teapots"

// people is an empty clinic with one full admin, on Monday at 09:00 UTC.
type people struct {
	*account.Service
	t     *testing.T
	db    *sqldb.DB
	clock *storetest.Clock
	box   *seal.Box
	owner policy.Caller // a full admin who has just signed in
	count int
}

// eachEngine runs a test on a fresh clinic on each engine.
func eachEngine(t *testing.T, test func(t *testing.T, p *people)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		test(t, newPeople(t, db, clock, account.Config{}))
	})
}

func newPeople(t *testing.T, db *sqldb.DB, clock *storetest.Clock, config account.Config) *people {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	config.Now, config.Box, config.Hashing, config.PublicURL = clock.Now, box, cheap(), origin
	p := &people{Service: account.New(db, config), t: t, db: db, clock: clock, box: box}
	owner, err := p.CreateAdmin(t.Context(), "owner", "owner@example.org", "Olga Owner", goodPassword)
	p.must(err)
	p.owner = p.callerOf(owner)
	return p
}

// cheap makes hashing fast enough to do often.
func cheap() *argon2id.Params {
	return &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

func (p *people) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// callerOf is a person who has just given the password.
func (p *people) callerOf(person account.Person) policy.Caller {
	return policy.Caller{
		UserID: person.ID, Role: person.Role, StaffLevel: person.StaffLevel,
		AuthenticatedAt: p.clock.Now(), Address: "192.0.2.1",
	}
}

// newPatient is valid input for a patient whom nobody knows yet.
func (p *people) newPatient() account.NewUser {
	p.count++
	return account.NewUser{
		Username: fmt.Sprintf("patient%d", p.count), Email: fmt.Sprintf("patient%d@example.org", p.count), Password: goodPassword,
		FullName: "Ana Pérez", TimeZone: "Europe/Madrid", DateOfBirth: turno.Date{Year: 1990, Month: time.May, Day: 17},
		Gender: turno.GenderFemale, ContactNumber: "+34 600-111-222",
	}
}

func (p *people) patient() policy.Caller {
	p.t.Helper()
	person, err := p.RegisterPatient(p.t.Context(), policy.Caller{}, p.newPatient())
	p.must(err)
	return p.callerOf(person)
}

// newDoctor is valid input for a doctor whom nobody knows yet.
func (p *people) newDoctor() account.NewUser {
	p.t.Helper()
	p.count++
	specialization, err := p.CreateSpecialization(p.t.Context(), p.owner, fmt.Sprintf("Specialization %d", p.count))
	p.must(err)
	return account.NewUser{
		Username: fmt.Sprintf("doctor%d", p.count), Email: fmt.Sprintf("doctor%d@example.org", p.count), Password: goodPassword,
		FullName: "Dr Grace Okafor", TimeZone: "Africa/Lagos", SpecializationID: specialization.ID,
		LicenseNumber: fmt.Sprintf("MD-%d", p.count), YearsOfExperience: 12, Bio: "Listens.",
	}
}

// doctor is one whose licence is verified.
func (p *people) doctor() policy.Caller {
	p.t.Helper()
	person, err := p.RegisterDoctor(p.t.Context(), policy.Caller{}, p.newDoctor())
	p.must(err)
	_, err = p.VerifyDoctor(p.t.Context(), p.owner, person.ID, "Seen the certificate.")
	p.must(err)
	return p.callerOf(person)
}

func (p *people) desk() policy.Caller {
	p.t.Helper()
	p.count++
	person, err := p.CreateUser(p.t.Context(), p.owner, account.NewUser{
		Username: fmt.Sprintf("desk%d", p.count), Email: fmt.Sprintf("desk%d@example.org", p.count), Password: goodPassword,
		FullName: "Dora Desk", Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk,
	})
	p.must(err)
	return p.callerOf(person)
}

// signIn signs a person in with the good password.
func (p *people) signIn(login string) (account.SignedIn, error) {
	return p.Login(p.t.Context(), policy.Caller{Address: "192.0.2.1"}, account.Credentials{Login: login, Password: goodPassword})
}

// session is a person who has signed in with the good password.
func (p *people) session(username string) policy.Caller {
	p.t.Helper()
	signedIn, err := p.signIn(username)
	p.must(err)
	return p.caller(signedIn.Token)
}

// caller is who a token belongs to.
func (p *people) caller(token string) policy.Caller {
	p.t.Helper()
	caller, err := p.Authenticate(p.t.Context(), token)
	p.must(err)
	return caller
}

// eachStrict is eachEngine in a clinic that asks for a second factor.
func eachStrict(t *testing.T, require account.Requirement, test func(t *testing.T, p *people)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		test(t, newPeople(t, db, clock, account.Config{RequireSecond: require}))
	})
}

// username is the caller's.
func (p *people) username(c policy.Caller) string {
	p.t.Helper()
	me, err := p.Me(p.t.Context(), c)
	p.must(err)
	return me.Username
}

// notices are the kinds of what happened to the caller's account, the newest
// first.
func (p *people) notices(c policy.Caller) (kinds []account.NoticeKind) {
	p.t.Helper()
	notices, err := p.Notices(p.t.Context(), c)
	p.must(err)
	for _, n := range notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// visit writes a visit of the patient with the doctor as it would be found.
func (p *people) visit(patient, doctor policy.Caller, at time.Time, status turno.Status, reason string) uuid.UUID {
	p.t.Helper()
	v := store.Visit{Appointment: turno.Appointment{
		ID: turno.NewID(), PatientID: patient.UserID, DoctorID: doctor.UserID, ScheduledAt: at, EndsAt: at.Add(30 * time.Minute),
		Status: turno.StatusPending, CreatedAt: p.clock.Now(),
	}}
	v.SealedReason = p.box.Seal([]byte(reason), v.ID[:])
	p.must(p.db.Write(p.t.Context(), func(tx *sqldb.Tx) error {
		d, err := store.DoctorByID(tx, doctor.UserID)
		if err != nil {
			return err
		}
		var inserted, updated int64
		b := tx.Batch()
		store.InsertVisitIn(b, &inserted, v, d.CalendarVersion)
		v.Status, v.Sequence, v.UpdatedAt = status, 1, tx.Now
		if status == turno.StatusCancelled {
			v.CancellationKind, v.CancelledAt = turno.CancelledByPractice, &tx.Now
		}
		if status == turno.StatusCompleted {
			confirmed := v
			confirmed.Status = turno.StatusConfirmed
			store.UpdateVisitIn(b, &updated, confirmed)
			v.Sequence++
		}
		store.UpdateVisitIn(b, &updated, v)
		return b.Run()
	}))
	return v.ID
}

// trail lists what is in the trail about a subject, as "ACTION entity detail".
func (p *people) trail(subject uuid.UUID) []string {
	p.t.Helper()
	var lines []string
	p.must(p.db.Read(p.t.Context(), func(tx *sqldb.Tx) error {
		entries, err := store.ExportTrail(tx, subject, 1000)
		lines = nil
		for _, e := range entries {
			if e.SubjectID != nil && *e.SubjectID == subject {
				lines = append(lines, fmt.Sprintf("%s %s %s", e.Action, e.Entity, e.Detail))
			}
		}
		return err
	}))
	return lines
}

// wantCode fails the test unless err has the code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || turno.CodeOf(err) != code {
		t.Errorf("the error is %v, want one with code %s", err, code)
	}
}

// fieldsOf names the fields that an error marks.
func fieldsOf(err error) []string {
	var fields []string
	if e, ok := errors.AsType[*turno.Error](err); ok {
		for _, field := range e.Fields {
			fields = append(fields, field.Location)
		}
	}
	return fields
}
