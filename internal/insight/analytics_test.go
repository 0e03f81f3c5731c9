package insight_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestEveryDayHasARowAlsoWithoutVisits(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor := c.doctor()
		c.visit(doctor, time.Date(2027, time.January, 4, 22, 45, 0, 0, time.UTC), nil) // 23:45 in Madrid
		c.visit(doctor, time.Date(2027, time.January, 4, 23, 0, 0, 0, time.UTC), status(turno.StatusPending))
		c.visit(doctor, time.Date(2027, time.January, 6, 12, 0, 0, 0, time.UTC), cancelled(turno.CancelledNoShow, 0))
		c.visit(doctor, time.Date(2027, time.January, 6, 23, 0, 0, 0, time.UTC), nil) // the day after, in Madrid
		want := []insight.DayCount{
			{Day: day(2027, 1, 4), Confirmed: 1},
			{Day: day(2027, 1, 5), Pending: 1},
			{Day: day(2027, 1, 6), Cancelled: 1},
		}
		days := insight.Days{From: day(2027, 1, 4), To: day(2027, 1, 7)}
		for _, by := range []policy.Caller{c.owner, doctor} {
			got, asked, err := c.AppointmentsPerDay(t.Context(), by, days, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seen by a %s (-want +got):\n%s", by.Role, diff)
			}
			if asked.TimeZone != "Europe/Madrid" {
				t.Errorf("counted in %s, want the caller's own zone", asked.TimeZone)
			}
		}
	})
}

func TestADoctorSeesOnlyTheirOwnVisits(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		mine, other := c.doctor(), c.doctor()
		c.visit(mine, storetest.Monday(), nil)
		c.visit(other, storetest.Monday(), nil)
		days := insight.Days{From: day(2027, 1, 4), To: day(2027, 1, 5)}
		for caller, want := range map[policy.Caller]int64{mine: 1, other: 1, c.owner: 2} {
			rows, _, err := c.AppointmentsPerDay(t.Context(), caller, days, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := rows[0].Total(); got != want {
				t.Errorf("a %s counts %d visits, want %d", caller.Role, got, want)
			}
		}
	})
}

func TestWhoMayAskForNumbers(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, tt := range []struct {
			name   string
			caller policy.Caller
			want   turno.Kind
		}{
			{"nobody", policy.Caller{}, turno.KindUnauthenticated},
			{"a patient", c.ana, turno.KindForbidden},
			{"the front desk", c.desk, turno.KindForbidden},
		} {
			_, _, perDay := c.AppointmentsPerDay(t.Context(), tt.caller, insight.Days{}, "")
			_, _, ratings := c.DoctorRatings(t.Context(), tt.caller, 0, "")
			_, access := c.Access(t.Context(), tt.caller, insight.Days{})
			_, _, trail := c.AuditTrail(t.Context(), tt.caller, insight.TrailFilter{})
			for what, err := range map[string]error{"visits per day": perDay, "ratings": ratings, "access": access, "the trail": trail} {
				if err == nil || turno.KindOf(err) != tt.want {
					t.Errorf("%s asks for %s: %v", tt.name, what, err)
				}
			}
		}
	})
}

func TestRangesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for name, days := range map[string]insight.Days{
			"ends before it begins":   {From: day(2027, 1, 2), To: day(2027, 1, 1)},
			"is empty":                {From: day(2027, 1, 1), To: day(2027, 1, 1)},
			"is longer than 10 years": {From: day(2007, 1, 1), To: day(2027, 1, 1)},
			"is in an unknown zone":   {From: day(2027, 1, 1), To: day(2027, 1, 2), TimeZone: "Europe/Atlantis"},
			"is in the server's zone": {From: day(2027, 1, 1), To: day(2027, 1, 2), TimeZone: "Local"},
		} {
			if _, _, err := c.AppointmentsPerDay(t.Context(), c.owner, days, ""); turno.KindOf(err) != turno.KindInvalid {
				t.Errorf("a range that %s: %v", name, err)
			}
		}
		if _, _, err := c.AppointmentsPerDay(t.Context(), c.owner, insight.Days{}, "updated_at"); turno.KindOf(err) != turno.KindInvalid {
			t.Errorf("an unknown instant: %v", err)
		}
	})
}

// In every zone, by either instant, however far the job has come, staff and the
// doctor see what counting the visits would give.
func TestDaysAddUpInEveryZone(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor := c.doctor()
		var visits []turno.Appointment
		for hour := range 80 {
			start := time.Date(2027, time.March, 26, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * 101 * time.Minute)
			visits = append(visits, c.visit(doctor, start, nil))
		}
		rapid.Check(t, func(r *rapid.T) {
			c.rollUp(rapid.IntRange(1, 5).Draw(r, "changes"))
			zone := rapid.SampledFrom([]string{"UTC", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe"}).Draw(r, "zone")
			by := rapid.SampledFrom([]insight.By{insight.ByVisit, insight.ByBooking}).Draw(r, "by")
			from := day(2027, 3, 20).AddDays(rapid.IntRange(0, 8).Draw(r, "from"))
			to := from.AddDays(rapid.IntRange(1, 12).Draw(r, "days"))
			want := plainCount(visits, zone, by, from, to)
			for _, caller := range []policy.Caller{c.owner, doctor} {
				got, _, err := c.AppointmentsPerDay(r.Context(), caller, insight.Days{From: from, To: to, TimeZone: zone}, by)
				if err != nil {
					r.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					r.Fatalf("seen by a %s (-plain +got):\n%s", caller.Role, diff)
				}
			}
		})
	})
}

func plainCount(visits []turno.Appointment, zone string, by insight.By, from, to turno.Date) []insight.DayCount {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	rows := make([]insight.DayCount, from.DaysUntil(to))
	for i := range rows {
		rows[i].Day = from.AddDays(i)
		for _, v := range visits {
			at := v.ScheduledAt
			if by == insight.ByBooking {
				at = v.CreatedAt
			}
			if turno.DateOf(at, loc) == rows[i].Day {
				rows[i].Confirmed++
			}
		}
	}
	return rows
}

func TestRatingsAreListedBestFirst(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctors := []policy.Caller{c.doctor(), c.doctor(), c.doctor(), c.doctor()}
		for i, kept := range []struct {
			sum, count int
			mean       float64
		}{{0, 0, 0}, {13, 3, 4.33}, {26, 6, 4.33}, {5, 1, 5}} {
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`
					UPDATE doctors
					   SET rating_sum = $2,
					       rating_count = $3,
					       rating = $4
					 WHERE user_id = $1`, doctors[i].UserID, kept.sum, kept.count, kept.mean)
				return err
			})
		}
		type row struct {
			ID      uuid.UUID
			Average float64
			Count   int64
		}
		want := []row{{doctors[3].UserID, 5, 1}, {doctors[2].UserID, 4.33, 6}, {doctors[1].UserID, 4.33, 3}, {doctors[0].UserID, 0, 0}}
		var got []row
		cursor := ""
		for pages := 1; ; pages++ {
			items, next, err := c.DoctorRatings(t.Context(), c.owner, 1, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range items {
				got = append(got, row{item.DoctorID, item.Average, item.Count})
			}
			if cursor = next; next == "" || pages > 4 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ratings page by page (-want +got):\n%s", diff)
		}
		own, _, err := c.DoctorRatings(t.Context(), doctors[1], 0, "")
		if err != nil || len(own) != 1 || own[0].DoctorID != doctors[1].UserID {
			t.Errorf("a doctor sees %v, %v; want their own row", own, err)
		}
		if _, _, err := c.DoctorRatings(t.Context(), c.owner, 0, "rubbish"); turno.KindOf(err) != turno.KindInvalid {
			t.Errorf("a made-up cursor: %v", err)
		}
	})
}

func TestAccessAheadAndPast(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor, idle := c.doctor(), c.doctor()
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`DELETE FROM availability WHERE doctor_id = $1`, idle.UserID)
			return err
		})
		// Now is Monday 09:00 and patients need an hour's notice: of Monday's four
		// slots two are taken, so the third open one is Tuesday's first.
		for _, hour := range []int{10, 11} {
			c.claim(c.visit(doctor, time.Date(2027, time.January, 4, hour, 0, 0, 0, time.UTC), nil))
		}
		december := func(d int) time.Time { return time.Date(2026, time.December, d, 10, 0, 0, 0, time.UTC) }
		c.visit(doctor, december(1), status(turno.StatusCompleted))
		c.visit(doctor, december(2), status(turno.StatusCompleted))
		c.visit(doctor, december(3), cancelled(turno.CancelledNoShow, 0))
		c.visit(doctor, december(4), cancelled(turno.CancelledByPatient, 23*time.Hour))
		c.visit(doctor, december(5), cancelled(turno.CancelledByPatient, 24*time.Hour))
		c.visit(doctor, december(6), cancelled(turno.CancelledByPractice, time.Hour))
		c.visit(doctor, december(7), func(v *turno.Appointment) { // a walk-in, entered later
			v.Status, v.CreatedAt = turno.StatusCompleted, v.ScheduledAt.Add(10*time.Minute)
		})
		days := insight.Days{From: day(2026, 12, 1), To: day(2027, 1, 1)}
		for _, caller := range []policy.Caller{c.owner, doctor} {
			a, err := c.Access(t.Context(), caller, days)
			if err != nil {
				t.Fatal(err)
			}
			const open = (8*4 - 2) * 30 // four weeks of two days of four slots
			got := map[string]any{
				"third next": *a.Doctors[0].ThirdNextDays, "of the field": *a.Specializations[0].ThirdNextDays,
				"booked": a.Ahead.BookedMinutes, "open": a.Ahead.OpenMinutes, "full": *a.Ahead.Rate(),
				"visits": a.Past.Visits(), "lead": *a.Past.LeadMinutes(), "cancelled": *a.Past.CancellationRate(),
				"late": *a.Past.LateCancellationRate(), "missed": *a.Past.NoShowRate(),
			}
			want := map[string]any{
				"third next": 1, "of the field": 1.0,
				"booked": int64(60), "open": int64(open), "full": 60.0 / (60 + open),
				"visits": int64(7), "lead": 6 * 48 * 60 / 7.0, "cancelled": 3 / 7.0, "late": 1 / 7.0, "missed": 1 / 4.0,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seen by a %s (-want +got):\n%s", caller.Role, diff)
			}
		}
		a, err := c.Access(t.Context(), idle, days)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Doctors) != 1 || a.Doctors[0].ThirdNextDays != nil || a.Specializations[0].Closed != 1 {
			t.Errorf("a doctor without hours: %+v", a.Doctors)
		}
		if a.Ahead.Rate() != nil || a.Past.LeadMinutes() != nil || a.Past.NoShowRate() != nil {
			t.Error("there is nothing to divide by, and yet there is a rate")
		}
	})
}

// Doctors are remembered as they were measured: after every change, and as time
// passes, they must be what somebody who remembers nothing measures.
func TestAccessFollowsWhatChanges(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor, other := c.doctor(), c.doctor()
		execute := func(sql string, args ...any) {
			c.write(func(tx *sqldb.Tx) error { _, err := tx.Exec(sql, args...); return err })
		}
		ten := time.Date(2027, time.January, 4, 10, 0, 0, 0, time.UTC)
		var booked turno.Appointment
		for _, step := range []struct {
			name string
			do   func()
		}{
			{"nothing", func() {}},
			{"a visit is booked", func() { booked = c.visit(doctor, ten, nil); c.claim(booked) }},
			{"nothing since", func() {}},
			{"it is called off", func() {
				execute(`DELETE FROM busy_periods WHERE owner_id = $1`, doctor.UserID)
				execute(`UPDATE appointments SET status = 'cancelled', cancellation_kind = 'practice', cancelled_at = $2 WHERE id = $1`, booked.ID, ten)
			}},
			{"hours change", func() {
				execute(`DELETE FROM availability WHERE doctor_id = $1 AND day_of_week = 'Monday'`, other.UserID)
			}},
			{"a doctor is verified no longer", func() {
				c.write(func(tx *sqldb.Tx) error { return store.SetVerification(tx, other.UserID, nil, nil, "expired") })
			}},
			{"somebody new begins", func() { c.doctor() }},
			{"a minute passes", func() { c.clock.Advance(time.Minute) }},
			{"half the morning passes, while somebody looks", func() {
				for range 9 {
					c.clock.Advance(10 * time.Minute)
					if _, err := c.Access(t.Context(), c.owner, insight.Days{}); err != nil {
						t.Fatal(err)
					}
				}
			}},
			{"a day passes", func() { c.clock.Advance(24 * time.Hour) }},
		} {
			step.do()
			want, err := insight.New(c.db).Access(t.Context(), c.owner, insight.Days{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Access(t.Context(), c.owner, insight.Days{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(insight.Past{})); diff != "" {
				t.Errorf("after %s (-measured anew +remembered):\n%s", step.name, diff)
			}
		}
	})
}
