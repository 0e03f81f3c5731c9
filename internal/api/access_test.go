package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// Every route is asked by every kind of caller, on a real database, and answers
// as access_table_test.go says. A route without a row there fails.
func TestEveryRouteByEveryCaller(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		a := &access{clinic: newClinic(t, db, clock)}
		table := accessTable()
		for _, route := range a.api.Routes() {
			t.Run(route.ID, func(t *testing.T) {
				row, ok := table[route.ID]
				if !ok {
					t.Fatalf("%s %s has no row in the table: who may?", route.Method, route.Path)
				}
				delete(table, route.ID)
				a.t = t
				a.check(route, row)
			})
		}
		a.t = t
		for id := range table {
			t.Errorf("%s has a row and is no route", id)
		}
		if a.log.Len() > 0 {
			t.Errorf("errors were logged:\n%s", a.log)
		}
	})
}

// callers are the columns of the table.
func callers() []string {
	return []string{"nobody", "patient", "other", "proxy", "doctor", "stranger", "desk", "full"}
}

// accessRow is what each caller gets, and how the request is made so that
// nothing but who asks can refuse it.
type accessRow struct {
	want      string // a word for each caller: yes, or the status
	throwaway bool   // the request ends its caller's session or account
	target    func(a *access, caller string, as *person) string
	path      func(a *access) string // appended to the route's path, such as a query
	body      func(a *access, target string) string
}

// access is a clinic with things to do something to.
type access struct {
	*clinic
	count     int
	shortType *uuid.UUID // a kind of visit of five minutes
	begun     int        // visits that have begun, since the clock last moved
}

func (a *access) check(route api.Route, row accessRow) {
	wanted := strings.Fields(row.want)
	if len(wanted) != len(callers()) {
		a.t.Fatalf("the row has %d words for %d callers", len(wanted), len(callers()))
	}
	a.nextRow()
	for i, caller := range callers() {
		as := a.as(caller, row.throwaway)
		target, body, more := "", "", ""
		if row.target != nil {
			target = row.target(a, caller, as)
		}
		if row.body != nil {
			body = row.body(a, target)
		}
		if row.path != nil {
			more = row.path(a)
		}
		path := api.Prefix + strings.Replace(route.Path, "{id}", target, 1)
		path = strings.Replace(path, "{proxy_user_id}", more, 1)
		if !strings.Contains(route.Path, "{proxy_user_id}") {
			path += more
		}
		got := a.ask(as, route.Method, path, body)
		ok := got.status == statusOf(wanted[i])
		if wanted[i] == "yes" {
			ok = got.status < http.StatusMultipleChoices
		}
		if !ok {
			a.t.Errorf("%s as %s: %d, want %s\n%s", route.ID, caller, got.status, wanted[i], got.body)
		}
	}
}

func statusOf(word string) int {
	var status int
	fmt.Sscan(word, &status)
	return status
}

// nextRow moves on to a time without visits, and signs everybody in again.
func (a *access) nextRow() {
	a.clock.Advance(65 * time.Minute)
	a.begun = 0
	for _, p := range []**person{&a.full, &a.desk, &a.doctor, &a.otherDoctor, &a.patient, &a.otherPatient, &a.proxy} {
		*p = a.signIn((*p).username)
	}
}

// as is the caller of a column, or somebody new of the same kind.
func (a *access) as(caller string, throwaway bool) *person {
	people := map[string]*person{"patient": a.patient, "other": a.otherPatient, "proxy": a.proxy,
		"doctor": a.doctor, "stranger": a.otherDoctor, "desk": a.desk, "full": a.full}
	p := people[caller]
	if p == nil || !throwaway {
		return p
	}
	switch p.Role {
	case turno.RolePatient:
		return a.newPatient(a.name())
	case turno.RoleDoctor:
		return a.newDoctor(a.name())
	}
	name := a.name()
	_, err := a.account.CreateUser(a.t.Context(), a.full.Caller, account.NewUser{Username: name, Email: name + "@example.org",
		FullName: "Staff " + name, Password: password, Role: turno.RoleAdmin, StaffLevel: p.StaffLevel, TimeZone: "UTC"})
	a.must(err)
	return a.signIn(name)
}

// name is one that nobody has.
func (a *access) name() string {
	a.count++
	return fmt.Sprintf("somebody-%d", a.count)
}

// openTime is the start of an open time of the doctor.
func (a *access) openTime() time.Time {
	open, err := a.booking.Slots(a.t.Context(), policy.Caller{}, a.doctor.UserID, time.Time{}, a.clock.Now().AddDate(0, 0, 30), nil)
	a.must(err)
	return open[len(open)-1].StartsAt
}

// requested is a visit that nobody has confirmed.
func (a *access) requested() turno.Appointment {
	visit, err := a.booking.Book(a.t.Context(), a.patient.Caller, booking.NewVisit{DoctorID: a.doctor.UserID, ScheduledAt: a.openTime()})
	a.must(err)
	return visit
}

// started is a confirmed visit that has begun.
func (a *access) started() turno.Appointment {
	if a.shortType == nil {
		short, err := a.booking.AddVisitType(a.t.Context(), a.doctor.Caller, turno.VisitType{DoctorID: a.doctor.UserID, Name: "Short", Minutes: 5})
		a.must(err)
		a.shortType = &short.ID
	}
	at := a.clock.Now().Add(time.Duration(5*a.begun-60) * time.Minute)
	a.begun++
	visit, err := a.booking.Book(a.t.Context(), a.desk.Caller, booking.NewVisit{DoctorID: a.doctor.UserID,
		PatientID: a.patient.UserID, ScheduledAt: at, VisitTypeID: a.shortType})
	a.must(err)
	return visit
}

// later is a stretch of time, each call another.
func (a *access) later() turno.Interval {
	a.count++
	start := a.clock.Now().AddDate(0, 1, 0).Add(time.Duration(a.count) * time.Hour)
	return turno.Interval{StartsAt: start, EndsAt: start.Add(30 * time.Minute)}
}
