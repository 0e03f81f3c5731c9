package schedule_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

// What was computed once says at any later moment what Slots says then: while
// notice and horizon move on, hours are released and holds expire.
func TestFreeTimeIsWhatSlotsSaysAtEveryMoment(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		s.Query.ForStaff = false
		s.Query.Limit = rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "limit")
		periods := drawHolds(t, s)
		built := s.Query.Now
		end := built.AddDate(0, 0, 40)
		free := schedule.NewFree(s.Rules, periods, s.Query.Minutes, built, end)
		for _, moment := range rapid.SliceOfN(rapid.IntRange(0, 5*24*60), 1, 8).Draw(t, "moments") {
			q := s.Query
			q.Now = built.Add(minutes(moment))
			q.From, q.To = rapid.SampledFrom([]time.Time{q.Now, q.From, q.Now.Add(-1)}).Draw(t, "from"), q.Now.AddDate(0, 0, rapid.IntRange(0, 12).Draw(t, "days"))
			want := schedule.Slots(s.Rules, blocking(periods, q.Now), q)
			if diff := cmp.Diff(want, free.AppendSlots(nil, q), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%v after it was computed (-Slots +Free):\n%s", q.Now.Sub(built), diff)
			}
			if n := free.Count(q); n != len(want) {
				t.Fatalf("%d slots are counted, want %d", n, len(want))
			}
			checkFirst(t, free, q, want)
		}
	})
}

// Computing anew, later, what periods that came, went or are others now can be in the
// way of comes to the same as computing everything.
func TestRenewedFreeTimeIsWhatComputingAllOfItSays(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		before, after, stretch := drawChanges(t, s)
		built, end := s.Query.Now, s.Query.Now.AddDate(0, 0, 40)
		free := schedule.NewFree(s.Rules, before, s.Query.Minutes, built, end)
		now := built.Add(minutes(rapid.IntRange(0, 5*24*60).Draw(t, "renewed")))
		reach := minutes(free.Minutes() + s.Rules.BufferMinutes)
		from, to := stretch.StartsAt.Add(-reach), stretch.EndsAt
		if from.Before(now) {
			from = now
		}
		if from.After(to) {
			return // what changed is past
		}
		near := slices.DeleteFunc(slices.Clone(after), func(p turno.BusyPeriod) bool {
			return p.Expired(now) || !p.EndsAt.After(from) || !p.StartsAt.Before(to.Add(reach))
		})
		got, want := free.Renewed(s.Rules, near, from, to), schedule.NewFree(s.Rules, after, s.Query.Minutes, now, end)
		for _, moment := range rapid.SliceOfN(rapid.IntRange(0, 5*24*60), 1, 4).Draw(t, "moments") {
			q := schedule.Query{Now: now.Add(minutes(moment)), From: now, To: end}
			if diff := cmp.Diff(want.AppendSlots(nil, q), got.AppendSlots(nil, q), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("renewed for what changed in %v (-computed +renewed):\n%s", stretch, diff)
			}
		}
	})
}

// drawChanges draws busy periods, what becomes of them, and where that changes any.
func drawChanges(t *rapid.T, s situation) (before, after []turno.BusyPeriod, stretch turno.Interval) {
	then, now := drawHolds(t, s), drawHolds(t, s)
	for i := range then {
		change := rapid.SampledFrom([]string{"none", "none", "came", "went", "is another", "is shorter"}).Draw(t, "change")
		if change != "came" {
			before = append(before, then[i])
		}
		if change == "none" {
			after = append(after, then[i])
			continue
		}
		if change == "is shorter" {
			now[i].EndsAt = now[i].StartsAt.Add(now[i].EndsAt.Sub(now[i].StartsAt) / 2)
		}
		if change != "went" {
			after = append(after, now[i])
		}
		if stretch.StartsAt.IsZero() {
			stretch.StartsAt = then[i].StartsAt
		}
		stretch.EndsAt = then[i].EndsAt
	}
	return before, after, stretch
}

func checkFirst(t failer, free *schedule.Free, q schedule.Query, want []turno.Interval) {
	t.Helper()
	at, found := free.First(q)
	if found != (len(want) > 0) || found && !want[0].StartsAt.Equal(time.UnixMicro(at)) {
		t.Fatalf("first is %v (%v), want that of %v", time.UnixMicro(at).UTC(), found, want)
	}
	if earliest, some := free.Earliest(q.Now); found && (!some || earliest > at) {
		t.Fatalf("%v is open, but nothing was said to be before %v (%v)", time.UnixMicro(at).UTC(), time.UnixMicro(earliest).UTC(), some)
	}
}

// drawHolds makes some of the busy periods holds, of which some have expired.
func drawHolds(t *rapid.T, s situation) []turno.BusyPeriod {
	periods := make([]turno.BusyPeriod, len(s.Busy))
	for i, busy := range s.Busy {
		periods[i].Interval = busy
		if rapid.Bool().Draw(t, "hold") {
			expires := s.Query.Now.Add(minutes(rapid.IntRange(-10, 5*24*60).Draw(t, "expires")))
			periods[i].ExpiresAt = &expires
		}
	}
	return periods
}

func blocking(periods []turno.BusyPeriod, now time.Time) []turno.Interval {
	var busy []turno.Interval
	for _, p := range periods {
		if !p.Expired(now) {
			busy = append(busy, p.Interval)
		}
	}
	return busy
}

// BenchmarkFree60Days does it with forty visits, and with a third of the slots busy.
func BenchmarkFree60Days(b *testing.B) {
	rules, few, query := fortnight(b)
	rules.HorizonDays = 60
	end := query.Now.AddDate(0, 0, 62)
	var full []turno.Interval
	for i, slot := range schedule.Slots(rules, nil, schedule.Query{From: query.Now, To: end, Now: query.Now}) {
		if i%3 == 0 {
			full = append(full, slot)
		}
	}
	for _, calendar := range []struct {
		name string
		busy []turno.Interval
	}{{"few visits", few}, {"a third of the slots busy", full}} {
		periods := make([]turno.BusyPeriod, len(calendar.busy))
		for i := range periods {
			periods[i].Interval = calendar.busy[i]
		}
		from := query.Now.AddDate(0, 0, 3)
		hour := slices.DeleteFunc(slices.Clone(periods), func(p turno.BusyPeriod) bool {
			return p.EndsAt.Before(from) || p.StartsAt.After(from.Add(2*time.Hour))
		})
		free := schedule.NewFree(rules, periods, 0, query.Now, end)
		for _, part := range []struct {
			name string
			run  func()
		}{
			{"compute", func() { schedule.NewFree(rules, periods, 0, query.Now, end) }},
			{"renew an hour", func() { free.Renewed(rules, hour, from, from.Add(time.Hour)) }},
			{"first", func() { free.First(query) }},
			{"three", func() {
				var room [3]turno.Interval
				q := query
				q.Limit = 3
				free.AppendSlots(room[:0], q)
			}},
		} {
			b.Run(calendar.name+"/"+part.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					part.run()
				}
			})
		}
	}
}
