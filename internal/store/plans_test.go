package store_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// grows are the tables that get longer with the years. No statement that people or
// jobs wait for may read one of them from end to end.
var grows = []string{
	"appointments", "audit_logs", "busy_periods", "calendar_changes", "feedback", "holds",
	"idempotent_answers", "mails", "outbox", "patients", "record_reads", "time_off", "users", "visit_rollups",
}

// thorough are statements that may, in a Read that nobody waits for.
var thorough = []string{
	"SELECT DISTINCT owner_id\n\t\t  FROM busy_periods", // whose periods are over
	"FROM outbox\n\t\t WHERE run_at < $1",               // events of a month ago
}

// plansSize is how large the clinic is. In the suite it is S, and PostgreSQL is told
// that whole reads are dear, as they would be if its tables had grown. With
// TURNO_PLANS_SIZE=m they have, which takes minutes, and it chooses as it likes.
func plansSize() demo.Size {
	if size := os.Getenv("TURNO_PLANS_SIZE"); size != "" {
		return demo.Size(size)
	}
	return demo.S
}

// TestNothingHotReadsAWholeTable does in a demo clinic what people do all day, asks
// each database how it goes about every statement of that, and looks for tables that
// are read from end to end.
func TestNothingHotReadsAWholeTable(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			p := newPlans(t, engine)
			p.work()
			for _, sql := range slices.Sorted(maps.Keys(p.statements)) {
				for _, fault := range p.faults(sql) {
					t.Errorf("%s in\n%s", fault, sql)
				}
			}
			if len(p.statements) < 100 {
				t.Errorf("only %d statements were looked at", len(p.statements))
			}
		})
	}
}

// plans is a demo clinic whose statements are noted.
type plans struct {
	t   *testing.T
	db  *sqldb.DB
	now func() time.Time
	box *seal.Box

	mu         sync.Mutex
	noting     bool
	statements map[string][]any // with the arguments of the last time
}

func newPlans(t *testing.T, engine sqldb.Engine) *plans {
	t.Helper()
	p := &plans{t: t, now: storetest.NewClock(storetest.Monday()).Now, statements: map[string][]any{}}
	dsn := storetest.DSN(t, engine)
	filling, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: p.now, Deadline: 10 * time.Minute}) // for demo m
	if err != nil {
		t.Fatal(err)
	}
	defer filling.Close()
	if p.box, err = seal.NewBox(seal.NewKey()); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), filling); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(t.Context(), filling, plansSize(), p.now(), p.box, nil); err != nil {
		t.Fatal(err)
	}
	p.db, err = sqldb.Open(t.Context(), dsn, sqldb.Options{Now: p.now, Trace: p.note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() })
	p.mail(p.person("patient"))
	return p
}

// mail adds what a demo lacks, and lets the database count.
func (p *plans) mail(to policy.Caller) {
	p.must(p.db.WriteLong(p.t.Context(), func(tx *sqldb.Tx) error {
		for i := range 500 {
			if err := store.InsertMail(tx, store.Mail{ID: turno.NewID(), Key: fmt.Sprint(i), Kind: "booked", UserID: to.UserID}); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE mails SET state = 'sent', sent_at = $1 WHERE key <> '0'`, tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(`ANALYZE`)
		return err
	}))
}

// watch begins to note statements, or ends it.
func (p *plans) watch(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noting = on
}

func (p *plans) note(sql string, args []any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.noting {
		p.statements[sql] = args
	}
}

// person is a caller of the demo by username.
func (p *plans) person(username string) policy.Caller {
	p.t.Helper()
	var c policy.Caller
	err := p.db.Read(p.t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT id, role, COALESCE(CAST(staff_level AS text), '') FROM users WHERE username = $1`, username).
			Scan(&c.UserID, &c.Role, &c.StaffLevel)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	c.Address = "192.0.2.1"
	return c
}

// work is a day of everybody.
func (p *plans) work() {
	patient, doctor, admin, desk := p.person("patient"), p.person("doctor"), p.person("admin"), p.person("desk")
	p.watch(true)
	defer p.watch(false)
	index := freetime.New(p.db, freetime.Config{Now: p.now})
	index.Start(p.t.Context())
	defer index.Stop()
	if !index.AwaitFilled(p.t.Context()) {
		p.t.Fatal("the open times were not read")
	}
	visits := booking.New(p.db, booking.Config{Box: p.box, FreeTime: index})
	p.look(visits, patient, doctor, desk)
	p.book(visits, patient, doctor)
	p.report(admin, doctor, patient)
	p.keepHouse(visits)
}

func (p *plans) look(visits *booking.Service, patient, doctor, desk policy.Caller) {
	ctx, now := p.t.Context(), p.now()
	for _, q := range []booking.Search{
		{}, {Query: "car"}, {SpecializationID: 1}, {Sort: booking.SortName}, {Sort: booking.SortRating, MinRating: 3}, {Days: 3, Zone: "UTC"},
	} {
		_, _, err := visits.SearchDoctors(ctx, policy.Caller{}, q)
		p.must(err)
	}
	for _, past := range []bool{true, false} {
		_, _, err := visits.MyVisits(ctx, patient, booking.MyVisits{Past: past})
		p.must(err)
	}
	for _, q := range []booking.VisitSearch{
		{}, {Doctor: doctor.UserID, Newest: true}, {Unanswered: true, Doctor: doctor.UserID}, {Patients: []uuid.UUID{patient.UserID}},
		{Statuses: []turno.Status{turno.StatusPending}, Doctor: doctor.UserID}, {From: now, To: now.AddDate(0, 0, 7)},
	} {
		_, _, err := visits.Visits(ctx, desk, q)
		p.must(err)
	}
	for _, f := range []booking.VisitFilter{{}, {DoctorID: &doctor.UserID}, {From: now, To: now.AddDate(0, 0, 1)}} {
		_, _, err := visits.Appointments(ctx, desk, f)
		p.must(err)
	}
	_, err := visits.Home(ctx, policy.Caller{}, 6)
	p.must(err)
	_, err = visits.DoctorPage(ctx, policy.Caller{}, doctor.UserID)
	p.must(err)
	_, _, err = visits.Feedback(ctx, policy.Caller{}, doctor.UserID, 20, "")
	p.must(err)
	_, err = visits.SlotWeek(ctx, policy.Caller{}, booking.SlotWeekQuery{DoctorID: doctor.UserID})
	p.must(err)
	_, err = visits.Agenda(ctx, doctor, doctor.UserID, now, now.AddDate(0, 0, 7))
	p.must(err)
	_, _, err = visits.Requests(ctx, doctor, doctor.UserID, 20, "")
	p.must(err)
	_, _, err = visits.Unanswered(ctx, doctor, doctor.UserID, 20, "")
	p.must(err)
	_, err = visits.ClinicDay(ctx, desk, booking.ClinicDayQuery{})
	p.must(err)
	_, err = visits.Calendar(ctx, doctor, func(booking.Calendar) bool { return false })
	p.must(err)
}

// book has a patient book, move and cancel, and the doctor confirm.
func (p *plans) book(visits *booking.Service, patient, doctor policy.Caller) {
	ctx := p.t.Context()
	open, err := visits.Slots(ctx, patient, doctor.UserID, p.now(), p.now().AddDate(0, 0, 60), nil)
	p.must(err)
	if len(open) < 3 {
		p.t.Fatalf("the doctor has %d open times", len(open))
	}
	slots := []time.Time{open[0].StartsAt, open[len(open)/2].StartsAt, open[len(open)-1].StartsAt}
	_, err = visits.Hold(ctx, patient, booking.NewHold{DoctorID: doctor.UserID, StartsAt: slots[0]})
	p.must(err)
	_, err = visits.Offer(ctx, patient, booking.OfferQuery{DoctorID: doctor.UserID, StartsAt: slots[0]})
	p.must(err)
	visit, err := visits.Book(ctx, patient, booking.NewVisit{DoctorID: doctor.UserID, ScheduledAt: slots[0], Reason: "A cough.",
		Idempotency: booking.Idempotency{Key: "once", BodyHash: make([]byte, 32)}})
	p.must(err)
	_, err = visits.Book(ctx, patient, booking.NewVisit{DoctorID: doctor.UserID, ScheduledAt: slots[0]})
	if turno.KindOf(err) != turno.KindConflict {
		p.t.Errorf("a taken time: %v", err)
	}
	_, err = visits.Visit(ctx, doctor, visit.ID)
	p.must(err)
	_, err = visits.Confirm(ctx, doctor, visit.ID)
	p.must(err)
	_, err = visits.Move(ctx, patient, visit.ID, slots[1])
	p.must(err)
	_, err = visits.Cancel(ctx, patient, visit.ID, "Better again")
	p.must(err)
	_, _, err = visits.AddTimeOff(ctx, doctor, booking.NewTimeOff{DoctorID: doctor.UserID, Interval: turno.Interval{StartsAt: slots[2], EndsAt: slots[2].Add(time.Minute)}})
	p.must(err)
}

func (p *plans) report(admin, doctor, patient policy.Caller) {
	ctx := p.t.Context()
	numbers := insight.New(p.db)
	for _, caller := range []policy.Caller{admin, doctor} {
		_, _, err := numbers.AppointmentsPerDay(ctx, caller, insight.Days{TimeZone: "Europe/Madrid"}, insight.ByBooking)
		p.must(err)
		_, err = numbers.Access(ctx, caller, insight.Days{TimeZone: "Europe/Madrid"})
		p.must(err)
		_, _, err = numbers.DoctorRatings(ctx, caller, 20, "")
		p.must(err)
	}
	_, err := numbers.Today(ctx, admin, "Europe/Madrid")
	p.must(err)
	for _, f := range []insight.TrailFilter{
		{}, {ActionBy: &doctor.UserID}, {EntityID: patient.UserID.String()}, {Subject: &patient.UserID}, {From: p.now().AddDate(0, -1, 0), To: p.now()},
	} {
		_, _, err := numbers.AuditTrail(ctx, admin, f)
		p.must(err)
	}
	_, _, err = numbers.AccessLog(ctx, patient, insight.AccessFilter{})
	p.must(err)
	people := account.New(p.db, account.Config{Box: p.box})
	for _, search := range []account.UserSearch{{}, {Role: turno.RoleDoctor}} {
		_, _, err = people.Users(ctx, admin, search)
		p.must(err)
	}
	_, err = people.Authenticate(ctx, "no such token")
	if turno.KindOf(err) != turno.KindUnauthenticated {
		p.t.Errorf("a token that is none: %v", err)
	}
}

// keepHouse is what runs by the clock.
func (p *plans) keepHouse(visits *booking.Service) {
	ctx := p.t.Context()
	for _, task := range jobs.Tasks(p.db, jobs.Booking{ExpirePending: visits.ExpirePending, SweepHolds: visits.SweepHolds, ClearPast: visits.ClearPast}, 10, nil) {
		if err := task.Run(ctx); err != nil {
			p.t.Errorf("%s: %v", task.Name, err)
		}
	}
	p.must(p.db.Write(ctx, func(tx *sqldb.Tx) error {
		events, err := store.WaitingEvents(tx, []string{"appointment.booked", "appointment.reminder"}, 500)
		if err != nil {
			return err
		}
		due, err := store.DueMails(tx, 20)
		if err != nil {
			return err
		}
		_, err = store.TakeMails(tx, due, tx.Now.Add(time.Minute))
		if err == nil && len(events) > 0 {
			_, err = store.TakeEvents(tx, []uuid.UUID{events[0].ID})
		}
		return err
	}))
	p.must(p.db.Read(ctx, func(tx *sqldb.Tx) error {
		for _, f := range []store.MailFilter{{Limit: 20}, {State: store.MailIsFailed, Limit: 20}} {
			if _, err := store.Mails(tx, f); err != nil {
				return err
			}
			if _, err := store.CountMails(tx, f); err != nil {
				return err
			}
		}
		_, err := store.CountWaitingMails(tx)
		return err
	}))
}

func (p *plans) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
