package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestExport(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, doctor := p.patient(), p.doctor()
		visit := p.visit(ana, doctor, p.clock.Now().Add(24*time.Hour), turno.StatusConfirmed, "A sore knee.")
		p.visit(p.patient(), doctor, p.clock.Now().Add(48*time.Hour), turno.StatusConfirmed, "Somebody else's.")
		_, err := p.CreateDependant(t.Context(), ana, account.NewDependant{
			FullName: "Leo", DateOfBirth: turno.Date{Year: 2020, Month: 6, Day: 1}, Relation: "mother",
		})
		p.must(err)
		export, err := p.ExportMe(t.Context(), ana)
		p.must(err)
		if len(export.Visits) != 1 || export.Visits[0].ID != visit || export.Visits[0].Reason != "A sore knee." ||
			export.Visits[0].DoctorName != "Dr Grace Okafor" {
			t.Errorf("the visits are %+v", export.Visits)
		}
		if export.Person.Patient.ContactNumber != "+34600111222" || len(export.Dependants) != 1 || export.Person.Password != "" {
			t.Errorf("the export is %+v", export)
		}
		trail := p.trail(ana.UserID)
		if last := trail[len(trail)-1]; last != "EXPORT user " {
			t.Errorf("the trail says %q", last)
		}
		now := p.clock.Now()
		past := turno.Interval{StartsAt: now.Add(-48 * time.Hour), EndsAt: now.Add(-47 * time.Hour)}
		off := turno.TimeOff{ID: turno.NewID(), DoctorID: doctor.UserID, Interval: past, Reason: "A funeral.", CreatedAt: now}
		extra := turno.ExtraHours{ID: turno.NewID(), DoctorID: doctor.UserID, Interval: past}
		p.must(p.db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := store.InsertExtraHours(tx, extra); err != nil {
				return err
			}
			b := tx.Batch()
			store.InsertTimeOffIn(b, off)
			return b.Run()
		}))
		p.session("doctor" + lastOf(p, doctor))
		own, err := p.ExportMe(t.Context(), doctor)
		p.must(err)
		if diff := cmp.Diff([]turno.TimeOff{off}, own.TimeOff); diff != "" {
			t.Errorf("the time off, past too (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]turno.ExtraHours{extra}, own.ExtraHours); diff != "" {
			t.Errorf("the extra hours, past too (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]account.Device{{CreatedAt: now, LastUsedAt: now}}, own.Devices); diff != "" {
			t.Errorf("the devices (-want +got):\n%s", diff)
		}
		if own.Person.Doctor == nil || len(own.Visits) != 0 {
			t.Errorf("the doctor's export holds %d visits of patients", len(own.Visits))
		}
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	eachBooked(t, func(t *testing.T, p *people) {
		db, clock := p.db, p.clock
		bookings := booking.New(db, booking.Config{Box: p.box})
		in := p.newPatient()
		person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		ana, doctor, sister := p.callerOf(person), p.doctor(), p.patient()
		p.session(in.Username)
		past := p.visit(ana, doctor, clock.Now().Add(-24*time.Hour), turno.StatusCompleted, "A sore knee.")
		future := p.visit(ana, doctor, clock.Now().Add(24*time.Hour), turno.StatusConfirmed, "The other knee.")
		_, err = p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister"})
		p.must(err)
		_, err = bookings.GiveFeedback(t.Context(), ana, past, 5, "Ana says thanks.")
		p.must(err)

		p.must(p.EraseMe(t.Context(), ana))

		t.Run("leaves a pseudonym", func(t *testing.T) {
			patient, err := p.Patient(t.Context(), p.owner, ana.UserID)
			p.must(err)
			now := clock.Now()
			want := turno.Patient{
				User: turno.User{
					ID: ana.UserID, Username: "erased-" + ana.UserID.String(), Email: turno.NoMailAddress(ana.UserID), Role: turno.RolePatient,
					FullName: "Erased person", TimeZone: "UTC", DeactivatedAt: &now, ErasedAt: &now, CreatedAt: now, UpdatedAt: now,
				},
				DateOfBirth: turno.Date{Year: 1990, Month: time.January, Day: 1},
			}
			if diff := cmp.Diff(want, patient, cmpopts.IgnoreFields(turno.User{}, "UpdatedAt")); diff != "" {
				t.Errorf("the patient (-want +got):\n%s", diff)
			}
		})
		t.Run("ends sessions, sign-in and proxies", func(t *testing.T) {
			sessions, err := p.Sessions(t.Context(), ana)
			p.must(err)
			if len(sessions) != 0 {
				t.Errorf("%d sessions are left", len(sessions))
			}
			_, err = p.signIn(in.Username)
			wantCode(t, err, turno.CodeWrongCredentials)
			_, err = p.Patient(t.Context(), sister, ana.UserID)
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("keeps the visits without their words, and cancels what was to come", func(t *testing.T) {
			err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
				for id, status := range map[uuid.UUID]turno.Status{past: turno.StatusCompleted, future: turno.StatusCancelled} {
					v, err := store.VisitByID(tx, id, ana.UserID)
					if err != nil {
						return err
					}
					if v.Status != status || v.SealedReason != nil || v.SealedCancellationReason != nil {
						t.Errorf("the visit is %+v", v)
					}
				}
				given, err := store.ExportFeedback(tx, ana.UserID)
				if err != nil {
					return err
				}
				if len(given) != 1 || given[0].Rating != 5 || given[0].Comments != "" {
					t.Errorf("the feedback is %+v", given)
				}
				return nil
			})
			p.must(err)
		})
		t.Run("the trail holds no name, and grows by one ERASE", func(t *testing.T) {
			trail := strings.Join(p.trail(ana.UserID), "\n")
			if strings.Count(trail, "ERASE user") != 1 || strings.Contains(trail, "Ana") || strings.Contains(trail, in.Email) {
				t.Errorf("the trail is\n%s", trail)
			}
		})
		t.Run("is never undone", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), p.owner, ana.UserID, account.Patch{Active: new(true)})
			wantCode(t, err, turno.CodeConflict)
			_, err = p.UpdatePatient(t.Context(), p.owner, ana.UserID, account.Patch{FullName: new("Ana")})
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("frees the username and the email for others", func(t *testing.T) {
			again := p.newPatient()
			again.Username, again.Email = in.Username, in.Email
			_, err := p.RegisterPatient(t.Context(), policy.Caller{}, again)
			p.must(err)
		})
		t.Run("full staff erase a doctor, whose licence is free then", func(t *testing.T) {
			before, err := p.Doctor(t.Context(), doctor, doctor.UserID)
			p.must(err)
			p.must(p.EraseUser(t.Context(), p.owner, doctor.UserID))
			profile, err := p.Doctor(t.Context(), p.owner, doctor.UserID)
			p.must(err)
			if profile.LicenseNumber == before.LicenseNumber || profile.Bio != "" || profile.VerifiedAt != nil ||
				profile.CalendarVersion != before.CalendarVersion+1 {
				t.Errorf("the doctor is %+v", profile)
			}
			_, err = p.VerifyDoctor(t.Context(), p.owner, doctor.UserID, "")
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("nobody else erases", func(t *testing.T) {
			wantCode(t, p.EraseUser(t.Context(), p.desk(), sister.UserID), turno.CodeForbidden)
		})
	})
}

// TestErasingACarer is about the patients who stay behind.
func TestErasingACarer(t *testing.T) {
	t.Parallel()
	const number, carersNumber = "+34911000111", "+34600111222" // the carer's is that of newPatient
	adult, child := turno.Date{Year: 1944, Month: time.March, Day: 2}, turno.Date{Year: 2020, Month: time.June, Day: 1}
	for name, row := range map[string]struct {
		born         turno.Date
		number       string
		father       bool // acts for the patient too
		fatherIsGone bool // and may not sign in
		wantNumber   string
		want         turno.Status
	}{
		"a child whom nobody else acts for loses the number and the visits": {born: child, number: carersNumber, want: turno.StatusCancelled},
		"a child's other number was the carer's word too":                   {born: child, number: number, want: turno.StatusCancelled},
		"a child without a number loses the visits":                         {born: child, want: turno.StatusCancelled},
		"a child with a father loses the carer's number only":               {born: child, number: carersNumber, father: true, want: turno.StatusConfirmed},
		"a child with a father keeps another number":                        {born: child, number: number, father: true, wantNumber: number, want: turno.StatusConfirmed},
		"a father who may not sign in is nobody":                            {born: child, father: true, fatherIsGone: true, want: turno.StatusCancelled},
		"an adult with a telephone of their own can be called":              {born: adult, number: number, wantNumber: number, want: turno.StatusConfirmed},
		"an adult with the carer's number can't":                            {born: adult, number: carersNumber, want: turno.StatusCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachBooked(t, func(t *testing.T, p *people) {
				mother, doctor := p.patient(), p.doctor()
				left, err := p.CreateDependant(t.Context(), mother, account.NewDependant{
					FullName: "Leo Pérez", DateOfBirth: row.born, ContactNumber: row.number, Relation: "mother",
				})
				p.must(err)
				visit := p.visit(policy.Caller{UserID: left.ID}, doctor, p.clock.Now().Add(24*time.Hour), turno.StatusConfirmed, "")
				if row.father {
					father := p.patient()
					_, err = p.AddProxy(t.Context(), p.owner, left.ID, account.NewProxy{UserID: &father.UserID, Relation: "father"})
					p.must(err)
					if row.fatherIsGone {
						_, err = p.UpdateUser(t.Context(), p.owner, father.UserID, account.Patch{Active: new(false)})
						p.must(err)
					}
				}
				alone, err := p.LeftAlone(t.Context(), mother)
				p.must(err)
				if told, want := len(alone) == 1, row.want == turno.StatusCancelled; told != want {
					t.Errorf("before, it is told of %+v", alone)
				}

				p.must(p.EraseMe(t.Context(), mother))

				p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
					v, err := store.VisitByID(tx, visit, left.ID)
					if err != nil {
						return err
					}
					patient, err := store.PatientByID(tx, left.ID)
					if v.Status != row.want || patient.ContactNumber != row.wantNumber || patient.FullName != "Leo Pérez" {
						t.Errorf("the visit is %s (%s), and %s has the number %q", v.Status, v.CancellationKind, patient.FullName, patient.ContactNumber)
					}
					if v.Status == turno.StatusCancelled && v.CancellationKind != turno.CancelledByPatient {
						t.Errorf("it was cancelled by %q", v.CancellationKind)
					}
					return err
				}))
			})
		})
	}
}

// eachBooked is eachEngine in a clinic whose visits are cancelled when somebody is
// erased.
func eachBooked(t *testing.T, test func(t *testing.T, p *people)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		var bookings *booking.Service
		p := newPeople(t, db, clock, account.Config{
			CancelOpenVisits: func(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) ([]uuid.UUID, error) {
				return bookings.CancelOpenVisits(tx, c, id)
			},
		})
		bookings = booking.New(db, booking.Config{Box: p.box})
		test(t, p)
	})
}

// Two who look after one child and are erased at once do not each count on the
// other.
func TestParentsErasedAtOnceLeaveTheChildNoVisit(t *testing.T) {
	t.Parallel()
	eachBooked(t, func(t *testing.T, p *people) {
		mother, father, doctor := p.patient(), p.patient(), p.doctor()
		child, err := p.CreateDependant(t.Context(), mother, account.NewDependant{
			FullName: "Leo Pérez", DateOfBirth: turno.Date{Year: 2020, Month: time.June, Day: 1}, Relation: "mother",
		})
		p.must(err)
		_, err = p.AddProxy(t.Context(), p.owner, child.ID, account.NewProxy{UserID: &father.UserID, Relation: "father"})
		p.must(err)
		visit := p.visit(policy.Caller{UserID: child.ID}, doctor, p.clock.Now().Add(24*time.Hour), turno.StatusConfirmed, "")
		p.must(p.during(child.ID, change(father.UserID, erased), func() error { return p.EraseMe(t.Context(), mother) }))
		p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
			v, err := store.VisitByID(tx, visit, child.ID)
			if err == nil && v.Status != turno.StatusCancelled {
				t.Errorf("the visit is %s", v.Status)
			}
			return err
		}))
	})
}
