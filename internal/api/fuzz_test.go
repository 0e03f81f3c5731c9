package api_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// secret stands wherever a password could: it must never come back.
const secret = "hunter2-never-echo-this"

// fuzzRounds is how often each caller asks each operation. TURNO_FUZZ_ROUNDS
// asks for more.
func fuzzRounds(t *testing.T) int {
	t.Helper()
	const usual = 8
	if more := os.Getenv("TURNO_FUZZ_ROUNDS"); more != "" {
		rounds, err := strconv.Atoi(more)
		if err != nil {
			t.Fatal(err)
		}
		return rounds
	}
	return usual
}

// Whatever is sent to whatever route by whoever: never a 5xx, never a hang,
// always a problem with a code, and no password comes back.
func TestHostileInputOnEveryOperation(t *testing.T) {
	t.Parallel()
	rounds := fuzzRounds(t)
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		a := &access{clinic: newClinic(t, db, clock)}
		document := readDocument(t, a.api.Document())
		reached := 0
		for i, route := range a.api.Routes() {
			w := a.world()
			f := &fuzzer{Rand: rand.New(rand.NewPCG(uint64(i), 7)), document: document, world: w}
			for _, as := range []*person{nil, w.patient, w.doctor, w.full} {
				for range rounds {
					if a.attack(f, route, as) < http.StatusMultipleChoices {
						reached++
					}
				}
			}
			if t.Failed() {
				return
			}
		}
		if reached < 5*len(a.api.Routes()) {
			t.Errorf("only %d requests were good enough to be answered: the fuzzer tests nothing but the door", reached)
		}
		if a.log.Len() > 0 {
			t.Errorf("errors were logged:\n%s", a.log)
		}
	})
}

// attack sends one request and returns the status of its answer.
func (a *access) attack(f *fuzzer, route api.Route, as *person) int {
	const patience = 3 * time.Minute
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	r := f.request(ctx, route)
	if as != nil {
		r.Header.Set("Authorization", "Bearer "+as.token)
	}
	sent := r.Method + " " + r.URL.String() + " " + f.body
	got := a.send(r)
	if ctx.Err() != nil {
		a.t.Errorf("no answer within %s: %.2000s", patience, sent)
	}
	if got.status >= http.StatusInternalServerError {
		a.t.Errorf("%d: %.2000s\n%s", got.status, sent, got.body)
	}
	if strings.Contains(string(got.body), secret) {
		a.t.Errorf("a password came back: %.2000s\n%s", sent, got.body)
	}
	if got.status < http.StatusBadRequest {
		return got.status
	}
	var p httpx.Problem
	err := json.Unmarshal(got.body, &p)
	if err != nil || p.Code == "" || p.Status != got.status || got.header.Get("Content-Type") != httpx.ProblemType {
		a.t.Errorf("%d is no problem with a code: %.2000s\n%s", got.status, sent, got.body)
	}
	return got.status
}

// world is a corner of the clinic that an attack may lay waste to.
type world struct {
	patient, doctor, full *person
	ids                   map[string]string // by the name of a field, or the path before {id}
	open                  []turno.Interval  // of the doctor
}

func (a *access) world() *world {
	a.t.Helper()
	a.nextRow()
	ctx, w := a.t.Context(), &world{patient: a.as("patient", true), doctor: a.as("doctor", true), full: a.as("full", true)}
	var err error
	w.open, err = a.booking.Slots(ctx, policy.Caller{}, w.doctor.UserID, time.Time{}, a.clock.Now().AddDate(0, 0, 30), nil)
	a.must(err)
	visit, err := a.booking.Book(ctx, w.patient.Caller, booking.NewVisit{DoctorID: w.doctor.UserID, ScheduledAt: w.open[len(w.open)-1].StartsAt})
	a.must(err)
	hold, err := a.booking.Hold(ctx, w.patient.Caller, booking.NewHold{DoctorID: w.doctor.UserID, StartsAt: w.open[0].StartsAt})
	a.must(err)
	extra, err := a.booking.AddExtraHours(ctx, w.doctor.Caller, w.doctor.UserID, a.later())
	a.must(err)
	off, _, err := a.booking.AddTimeOff(ctx, w.doctor.Caller, booking.NewTimeOff{DoctorID: w.doctor.UserID, Interval: a.later()})
	a.must(err)
	visitType, err := a.booking.AddVisitType(ctx, w.doctor.Caller, turno.VisitType{DoctorID: w.doctor.UserID, Name: "First", Minutes: 30})
	a.must(err)
	location, err := a.account.CreateLocation(ctx, a.full.Caller, turno.Location{Name: a.name(), TimeZone: "UTC"})
	a.must(err)
	w.ids = map[string]string{}
	for id, names := range map[uuid.UUID][]string{
		w.patient.UserID:    {"patient_id", "/patients/", "/users/", "user_id", "proxy_user_id", "entity_id"},
		w.doctor.UserID:     {"doctor_id", "/doctors/", "action_by"},
		w.patient.SessionID: {"/auth/sessions/"},
		visit.ID:            {"/appointments/"},
		hold.ID:             {"hold_id", "/holds/"},
		extra.ID:            {"/extra-hours/"},
		off.ID:              {"/time-off/"},
		visitType.ID:        {"visit_type_id", "/visit-types/"},
		location.ID:         {"location_id", "/locations/"},
	} {
		for _, name := range names {
			w.ids[name] = id.String()
		}
	}
	return w
}
