package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
)

// load is clients who book one open time after the other, as fast as they can,
// and remember what was acknowledged.
type load struct {
	nodes    []*process
	doctor   string
	admin    string
	patients []string // tokens
	slots    []string
	next     atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]string // id of the visit -> token of its patient
	odd          []string          // answers that are neither 201 nor a kind refusal
}

// newLoad makes a clinic with a doctor who works around the clock.
func newLoad(t testing.TB, p *process, dsn string, clients int) *load {
	t.Helper()
	if out, err := turno(t, processPassword+"\n", "admin", "create", "--database", dsn,
		"--username", "admin", "--email", "admin@example.org", "--full-name", "Ada Admin"); err != nil {
		t.Fatalf("admin create: %v\n%s", err, out)
	}
	l := &load{nodes: []*process{p}, admin: p.login(t, "admin"), acknowledged: map[string]string{}}
	specialization := p.must(t, http.StatusCreated, http.MethodPost, l.admin, "/specializations", map[string]any{"name": "General practice"})
	doctor := p.must(t, http.StatusCreated, http.MethodPost, "", "/auth/register-doctor", map[string]any{
		"username": "doctor", "email": "doctor@example.org", "password": processPassword, "full_name": "Dana Doctor",
		"specialization_id": specialization["id"], "license_number": "L-1", "years_of_experience": 5, "time_zone": "UTC",
	})
	l.doctor = doctor["id"].(string) //nolint:forcetypeassert // a test
	p.must(t, http.StatusOK, http.MethodPost, l.admin, "/doctors/"+l.doctor+"/verify", map[string]any{})
	p.must(t, http.StatusOK, http.MethodPut, l.admin, "/doctors/"+l.doctor+"/availability", aroundTheClock())
	p.must(t, http.StatusOK, http.MethodPatch, l.admin, "/doctors/"+l.doctor, map[string]any{"slot_minutes": 5, "horizon_days": 90})
	for i := range clients {
		name := fmt.Sprintf("patient%d", i)
		p.must(t, http.StatusCreated, http.MethodPost, "", "/auth/register", map[string]any{"username": name, "email": name + "@example.org",
			"password": processPassword, "full_name": "Pat " + name, "date_of_birth": "1980-01-01"})
		l.patients = append(l.patients, p.login(t, name))
	}
	slots := p.must(t, http.StatusOK, http.MethodGet, "", "/doctors/"+l.doctor+"/slots?to="+time.Now().AddDate(0, 0, 62).UTC().Format(time.RFC3339), nil)
	for _, item := range slots["items"].([]any) { //nolint:forcetypeassert // a test
		l.slots = append(l.slots, item.(map[string]any)["starts_at"].(string)) //nolint:forcetypeassert // a test
	}
	return l
}

func aroundTheClock() []map[string]any {
	var week []map[string]any
	for _, day := range strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday") {
		week = append(week, map[string]any{"day_of_week": day, "start_time": "00:00", "end_time": "24:00"})
	}
	return week
}

// during books until so many visits are acknowledged, does what hurts in the
// middle of it, and goes on for a moment.
func (l *load) during(t *testing.T, visits int, hurt func()) {
	t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i, patient := range l.patients {
		all.Go(func() { l.book(l.nodes[i%len(l.nodes)], patient, stop) })
	}
	for deadline := time.Now().Add(patience); l.count() < visits && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if l.count() < visits {
		t.Errorf("only %d visits were booked in %v", l.count(), patience)
	}
	hurt()
	time.Sleep(500 * time.Millisecond) // the clients run into it
	close(stop)
	all.Wait()
}

func (l *load) book(node *process, patient string, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		// Two clients after each time, so that some lose.
		i := int(l.next.Add(1)-1) / 2
		if i >= len(l.slots) {
			return
		}
		status, answer, err := node.send(http.MethodPost, patient, "/appointments",
			map[string]any{"doctor_id": l.doctor, "scheduled_at": l.slots[i], "reason": "Load."})
		if err != nil {
			time.Sleep(10 * time.Millisecond) // nobody is there
			continue
		}
		l.note(status, answer, patient)
	}
}

func (l *load) note(status int, answer map[string]any, patient string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch status {
	case http.StatusCreated:
		l.acknowledged[answer["id"].(string)] = patient //nolint:forcetypeassert // a test
	case http.StatusConflict:
	default:
		l.odd = append(l.odd, fmt.Sprintf("%d %v", status, answer["code"]))
	}
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

// verify looks for every visit that was acknowledged, asks the program itself to
// check the tables, and waits until the jobs have caught up.
func (l *load) verify(t *testing.T, node *process, dsn string) {
	t.Helper()
	t.Logf("%d visits were acknowledged", l.count())
	for id, patient := range l.acknowledged {
		if status, answer, err := node.send(http.MethodGet, patient, "/appointments/"+id, nil); status != http.StatusOK {
			t.Errorf("visit %s was acknowledged and is lost: %d %v %v", id, status, answer, err)
		}
	}
	if out, err := turno(t, "", "prove", "--check", "--database", dsn); err != nil {
		t.Errorf("prove --check: %v\n%s", err, out)
	}
	l.booksAgain(t, node)
	catchUp(t, dsn)
}

// catchUp waits until the jobs have worked off what the bookings left them: the
// quarter hours to roll up.
func catchUp(t *testing.T, dsn string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: time.Now, Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	left := 1
	for deadline := time.Now().Add(patience); left > 0 && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT COUNT(*) FROM visit_changes`).Scan(&left)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if left > 0 {
		t.Errorf("after %v the jobs have left %d changes", patience, left)
	}
}

// booksAgain shows that life goes on.
func (l *load) booksAgain(t *testing.T, node *process) {
	t.Helper()
	for range 20 {
		i := int(l.next.Add(2)) / 2
		status, answer, err := node.send(http.MethodPost, l.patients[0], "/appointments",
			map[string]any{"doctor_id": l.doctor, "scheduled_at": l.slots[i]})
		if err == nil && status == http.StatusCreated {
			return
		}
		t.Logf("book again: %d %v %v", status, answer["code"], err)
	}
	t.Error("nobody can book after the crash")
}
