package booking_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// BenchmarkSearchOfThousands searches among 10,000 doctors (TURNO_FREETIME_DOCTORS
// says otherwise) for the first page of 20 with three open times each. It prints
// how long reading all calendars took, and what they take in memory.
func BenchmarkSearchOfThousands(b *testing.B) {
	many := 10_000
	if text := os.Getenv("TURNO_FREETIME_DOCTORS"); text != "" {
		var err error
		if many, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			clock := storetest.NewClock(storetest.Monday())
			c := newClinic(b, storetest.New(b, engine, clock), clock)
			c.addMany(many, 20)
			before, began := heap(), time.Now()
			node := c.searchNode(c.db, freetime.Config{Now: time.Now, Patience: 10 * time.Second})
			b.Logf("%s: %d doctors read in %s, %d bytes each", engine, node.index.Size(),
				time.Since(began).Round(time.Millisecond), (heap()-before)/uint64(node.index.Size()))
			benchmarkSearches(b, c, node)
		})
	}
}

func benchmarkSearches(b *testing.B, c *clinic, node *searchNode) {
	b.Helper()
	inAWeek := c.clock.Now().AddDate(0, 0, 7)
	_, second, err := node.SearchDoctors(b.Context(), policy.Caller{}, booking.Search{})
	if err != nil {
		b.Fatal(err)
	}
	for _, search := range []struct {
		name     string
		q        booking.Search
		bookings int // a second, meanwhile
	}{
		{"first page", booking.Search{}, 0},
		{"first page while 200 a second are booked", booking.Search{}, 200},
		{"kinds of visits with a week of days", booking.Search{Kinds: true, Days: 7, Zone: "Europe/Madrid"}, 0},
		{"second page", booking.Search{Cursor: second}, 0},
		{"from next week on", booking.Search{From: inAWeek}, 0},
		{"one specialization of forty", booking.Search{SpecializationID: 20}, 0},
		{"a name that few have", booking.Search{Query: "doctor 77"}, 0},
	} {
		b.Run(search.name, func(b *testing.B) {
			stop := c.bookSteadily(node, search.bookings)
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				found, _, err := node.SearchDoctors(b.Context(), policy.Caller{}, search.q)
				if err != nil || len(found) != 20 {
					b.Fatalf("found %d, %v", len(found), err)
				}
				took = append(took, time.Since(began))
			}
			booked := stop()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			if search.bookings > 0 {
				b.ReportMetric(float64(booked)/b.Elapsed().Seconds(), "bookings/s")
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// bookSteadily books so many visits a second, with anybody at an open time, until
// it is stopped, which says how many there were.
func (c *clinic) bookSteadily(n *searchNode, perSecond int) (stop func() int) {
	if perSecond == 0 {
		return func() int { return 0 }
	}
	ctx, cancel := context.WithCancel(c.t.Context())
	ticker := time.NewTicker(time.Second / time.Duration(perSecond))
	var booked atomic.Int64
	var wg sync.WaitGroup
	ids, patients := c.manyIDs(), make([]policy.Caller, 50)
	for i := range patients {
		patients[i] = c.newPatient()
	}
	book := func() {
		for ctx.Err() == nil {
			<-ticker.C
			visit := booking.NewVisit{DoctorID: ids[rand.IntN(len(ids))], PatientID: patients[rand.IntN(len(patients))].UserID,
				ScheduledAt: c.clock.Now().Add(time.Duration(rand.IntN(80_000)) * time.Minute)}
			if _, err := n.Book(ctx, c.desk, visit); err == nil {
				booked.Add(1)
			}
		}
	}
	for range 8 {
		wg.Go(book)
	}
	return func() int {
		cancel()
		wg.Wait()
		ticker.Stop()
		return int(booked.Load())
	}
}

func (c *clinic) manyIDs() (ids []uuid.UUID) {
	c.t.Helper()
	err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) (err error) {
		ids, err = sqldb.All(tx, func(row sqldb.Scanner) (id uuid.UUID, err error) {
			err = row.Scan(&id)
			return id, err
		}, `SELECT user_id FROM doctors WHERE verified_at IS NOT NULL`)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return ids
}

// addMany adds so many verified doctors of forty specializations, with two windows
// on five days and so many visits in the coming weeks.
func (c *clinic) addMany(many, visitsEach int) {
	c.t.Helper()
	c.count++
	start := 100_000 * c.count
	fields := make([]int, 40)
	c.write(func(tx *sqldb.Tx) (err error) {
		for i := range fields {
			if fields[i], err = store.InsertSpecialization(tx, fmt.Sprintf("Field %d", start+i)); err != nil {
				return err
			}
		}
		return nil
	})
	const atOnce = 100
	for first := start; first < start+many; first += atOnce {
		c.write(func(tx *sqldb.Tx) error {
			return c.addSome(tx, fields, first, min(first+atOnce, start+many), visitsEach)
		})
	}
}

func (c *clinic) addSome(tx *sqldb.Tx, fields []int, first, last, visitsEach int) error {
	var users, doctors, hours, visits, busy [][]any
	random := rand.New(rand.NewPCG(uint64(first), 1))
	for i := first; i < last; i++ {
		id, name := turno.NewID(), fmt.Sprintf("doctor %d", i)
		login := fmt.Sprintf("many%d", i)
		users = append(users, []any{id, login, login, login + "@example.org", login + "@example.org", "x", turno.RoleDoctor, name, name, tx.Now, tx.Now})
		slot := []int{15, 20, 30}[i%3]
		doctors = append(doctors, []any{id, fields[i%len(fields)], login, 5, "Europe/Madrid", slot, 60 * (1 + i%30), 60, tx.Now})
		for _, day := range turno.Weekdays()[:5] {
			hours = append(hours,
				[]any{turno.NewID(), id, day, turno.Clock(8*60 + 30), turno.Clock(13 * 60)},
				[]any{turno.NewID(), id, day, turno.Clock(14*60 + 30), turno.Clock(18 * 60)})
		}
		for day := range visitsEach {
			visit := turno.NewID()
			start := tx.Now.Truncate(24*time.Hour).AddDate(0, 0, 2*day).Add(time.Duration(8*60+30*random.IntN(16)) * time.Minute)
			end := start.Add(time.Duration(slot) * time.Minute)
			visits = append(visits, []any{visit, c.ana.UserID, id, start, end, turno.StatusConfirmed, tx.Now, tx.Now})
			busy = append(busy, []any{id, start, end, turno.BusyAppointment, visit})
		}
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"users", []string{"id", "username", "username_folded", "email", "email_folded", "password", "role", "full_name", "search_name", "created_at", "updated_at"}, users},
		{"doctors", []string{"user_id", "specialization_id", "license_number", "years_of_experience", "time_zone", "slot_minutes", "min_notice_minutes", "horizon_days", "verified_at"}, doctors},
		{"availability", []string{"id", "doctor_id", "day_of_week", "start_time", "end_time"}, hours},
		{"appointments", []string{"id", "patient_id", "doctor_id", "scheduled_at", "ends_at", "status", "created_at", "updated_at"}, visits},
		{"busy_periods", []string{"owner_id", "starts_at", "ends_at", "kind", "appointment_id"}, busy},
	} {
		if _, err := tx.CopyIn(table.name, table.columns, slices.Values(table.rows)); err != nil {
			return err
		}
	}
	return nil
}
