package schedule_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

func BenchmarkSlots14Days(b *testing.B) {
	rules, busy, query := fortnight(b)
	b.ReportAllocs()
	for b.Loop() {
		schedule.Slots(rules, busy, query)
	}
}

func BenchmarkOffered(b *testing.B) {
	rules, busy, query := fortnight(b)
	b.ReportAllocs()
	for b.Loop() {
		schedule.Offered(rules, busy, query.From.Add(50*time.Hour), query)
	}
}

// Not parallel: AllocsPerRun counts for the whole process.
func TestAFortnightTakesAtMostTwoAllocations(t *testing.T) { //nolint:paralleltest // see above
	rules, busy, query := fortnight(t)
	if n := testing.AllocsPerRun(100, func() { schedule.Slots(rules, busy, query) }); n > 2 {
		t.Errorf("Slots allocates %v times, want at most 2", n)
	}
	room := make([]turno.Interval, 0, 1000)
	if n := testing.AllocsPerRun(100, func() { schedule.AppendSlots(room, rules, busy, query) }); n > 0 {
		t.Errorf("AppendSlots with room allocates %v times, want none", n)
	}
	if n := testing.AllocsPerRun(100, func() { schedule.Offered(rules, busy, query.From, query) }); n > 0 {
		t.Errorf("Offered allocates %v times, want none", n)
	}
}

// fortnight is a doctor with a long week, 40 bookings, and two weeks to search
// with a change of the clocks in them.
func fortnight(tb testing.TB) (schedule.Rules, []turno.Interval, schedule.Query) {
	now := time.Date(2026, time.March, 20, 5, 0, 0, 0, time.UTC)
	rules := schedule.Rules{Zone: zonetest.Zone(tb, "Europe/Madrid"), SlotMinutes: 20, BufferMinutes: 5, HorizonDays: 90}
	for _, day := range turno.Weekdays()[:6] {
		rules.Weekly = append(rules.Weekly, weekly(day, "08:30-13:00"), weekly(day, "14:00-18:30"))
	}
	var busy []turno.Interval
	for i := range 40 {
		start := now.Add(time.Duration(i)*8*time.Hour + 3*time.Hour)
		busy = append(busy, turno.Interval{StartsAt: start, EndsAt: start.Add(25 * time.Minute)})
	}
	return rules, busy, schedule.Query{From: now, To: now.AddDate(0, 0, 14), Now: now}
}
