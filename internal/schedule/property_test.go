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

// situation is a doctor, what occupies them, and somebody who searches.
type situation struct {
	Rules schedule.Rules
	Busy  []turno.Interval
	Query schedule.Query
}

func TestSlotsObeyTheLawsOfTheCalendar(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		checkLaws(t, drawSituation(t, zone))
	})
}

func TestSlotsObeyTheLawsOfTheCalendarInEveryZone(t *testing.T) {
	t.Parallel()
	for i, zone := range zonetest.Zones(t) {
		draw := rapid.Custom(func(t *rapid.T) situation { return drawSituation(t, zone) })
		for k := range 4 {
			checkLaws(t, draw.Example(4*i+k))
		}
	}
}

func FuzzSlots(f *testing.F) {
	zones := zonetest.Zones(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		checkLaws(t, drawSituation(t, zone))
	}))
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkLaws(t failer, s situation) {
	t.Helper()
	slots := schedule.Slots(s.Rules, s.Busy, s.Query)
	if diff := cmp.Diff(reference(s), slots, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s: slots differ from the reference (-want +got):\n%s", s.Rules.Zone, diff)
	}
	checkEachSlot(t, s, slots)
	checkOffered(t, s, slots)
	checkNearest(t, s)
	checkLimit(t, s, slots)
}

func checkEachSlot(t failer, s situation, slots []turno.Interval) {
	t.Helper()
	windows := schedule.Windows(s.Rules, s.Query.From, s.Query.To.Add(48*time.Hour))
	for i := 1; i < len(windows); i++ {
		if windows[i].StartsAt.Before(windows[i-1].EndsAt) {
			t.Fatalf("windows %v and %v overlap or are out of order", windows[i-1], windows[i])
		}
	}
	for i, slot := range slots {
		if slot.Duration() != length(s) {
			t.Fatalf("slot %v is not of the real length %v", slot, length(s))
		}
		if i > 0 && length(s) <= minutes(s.Rules.SlotMinutes) && slot.Overlaps(slots[i-1]) {
			t.Fatalf("slots %v and %v overlap", slots[i-1], slot)
		}
		if !slices.ContainsFunc(windows, func(w schedule.Window) bool { return w.Contains(slot) }) {
			t.Fatalf("slot %v lies in no window", slot)
		}
		occupied := turno.Interval{StartsAt: slot.StartsAt, EndsAt: slot.EndsAt.Add(minutes(s.Rules.BufferMinutes))}
		if slices.ContainsFunc(s.Busy, occupied.Overlaps) {
			t.Fatalf("slot %v with its buffer overlaps a busy period", slot)
		}
	}
	if outside := schedule.Outside(s.Rules, slots); len(outside) > 0 {
		t.Fatalf("slots %v are outside the hours that they came from", outside)
	}
}

func checkOffered(t failer, s situation, slots []turno.Interval) {
	t.Helper()
	for start := s.Query.From; start.Before(s.Query.To); start = start.Add(time.Minute) {
		want := slices.ContainsFunc(slots, func(i turno.Interval) bool { return i.StartsAt.Equal(start) })
		if got := schedule.Offered(s.Rules, s.Busy, start, s.Query); got != want {
			t.Fatalf("Offered(%v) = %v, but Slots says %v", start, got, want)
		}
	}
}

func checkNearest(t failer, s situation) {
	t.Helper()
	around := s.Query.From.Add(s.Query.To.Sub(s.Query.From) / 2)
	distance := func(i turno.Interval) time.Duration { return i.StartsAt.Sub(around).Abs() }
	q := s.Query
	q.From, q.To = around.AddDate(0, 0, -14), around.AddDate(0, 0, 14)
	want := schedule.Slots(s.Rules, s.Busy, q)
	slices.SortStableFunc(want, func(a, b turno.Interval) int { return int(distance(a) - distance(b)) })
	want = want[:min(3, len(want))]
	slices.SortFunc(want, func(a, b turno.Interval) int { return a.StartsAt.Compare(b.StartsAt) })

	got := schedule.Nearest(s.Rules, s.Busy, around, 3, s.Query)
	if !slices.Equal(got, want) {
		t.Fatalf("nearest to %v: got %v, want %v", around, got, want)
	}
}

func checkLimit(t failer, s situation, slots []turno.Interval) {
	t.Helper()
	q := s.Query
	q.Limit = 2
	limited := schedule.Slots(s.Rules, s.Busy, q)
	if !slices.Equal(limited, slots[:min(2, len(slots))]) {
		t.Fatalf("with a limit of 2 got %v, want the soonest of %v", limited, slots)
	}
}

// drawSituation draws hours and bookings of whole minutes around a change of
// the clocks in zone. It stays after 1975: since then every offset is a whole
// number of minutes, which the reference needs.
func drawSituation(t *rapid.T, zone *time.Location) situation {
	epoch := time.Date(1975, time.January, 1, 0, 0, 0, 0, time.UTC)
	year := time.Duration(rapid.IntRange(0, 70).Draw(t, "year")) * 365 * 24 * time.Hour
	change := zonetest.NextChange(epoch.Add(year), zone)
	someTime := func(label string, low, high int) time.Time {
		return change.Add(minutes(rapid.IntRange(low, high).Draw(t, label)))
	}
	from := someTime("from", -36*60, 12*60)
	return situation{
		Rules: schedule.Rules{
			Zone:             zone,
			Weekly:           drawWeek(t),
			Extra:            drawExtra(t, someTime),
			SlotMinutes:      rapid.IntRange(5, 90).Draw(t, "slot minutes"),
			BufferMinutes:    rapid.IntRange(0, 30).Draw(t, "buffer"),
			MinNoticeMinutes: rapid.SampledFrom([]int{0, 0, 1, 120, 600}).Draw(t, "notice"),
			HorizonDays:      rapid.IntRange(1, 10).Draw(t, "horizon"),
		},
		Busy: drawBusy(t, someTime),
		Query: schedule.Query{
			From:     from,
			To:       from.Add(minutes(rapid.SampledFrom([]int{0, 90, 24 * 60, 48 * 60}).Draw(t, "range"))),
			Now:      someTime("now", -3*24*60, 12*60).Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "seconds")) * time.Second),
			Minutes:  rapid.SampledFrom([]int{0, 0, 5, 20, 45, 120}).Draw(t, "minutes"),
			ForStaff: rapid.Bool().Draw(t, "for staff"),
		},
	}
}

func drawWeek(t *rapid.T) []turno.Availability {
	var week []turno.Availability
	for _, weekday := range turno.Weekdays() {
		ends := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*4), 4, 4, rapid.ID[int]).Draw(t, "ends")
		slices.Sort(ends)
		for i := range rapid.SampledFrom([]int{0, 1, 2, 2}).Draw(t, "windows") {
			hours := turno.Availability{
				DayOfWeek: weekday,
				StartTime: turno.Clock(ends[2*i] * 15),
				EndTime:   turno.Clock(ends[2*i+1] * 15),
			}
			if release := rapid.SampledFrom([]int{-1, -1, 0, 300, 1440}).Draw(t, "release"); release >= 0 {
				hours.ReleaseMinutes = &release
			}
			week = append(week, hours)
		}
	}
	return rapid.Permutation(week).Draw(t, "week")
}

func drawExtra(t *rapid.T, someTime func(string, int, int) time.Time) []turno.ExtraHours {
	var extra []turno.ExtraHours
	for range rapid.IntRange(0, 3).Draw(t, "extra hours") {
		start := someTime("extra start", -36*60, 36*60)
		end := start.Add(minutes(rapid.IntRange(10, 600).Draw(t, "extra minutes")))
		extra = append(extra, turno.ExtraHours{Interval: turno.Interval{StartsAt: start, EndsAt: end}})
	}
	return extra
}

func drawBusy(t *rapid.T, someTime func(string, int, int) time.Time) []turno.Interval {
	var busy []turno.Interval
	start := someTime("first busy", -40*60, 0)
	for range rapid.IntRange(0, 12).Draw(t, "busy periods") {
		start = start.Add(minutes(rapid.IntRange(0, 300).Draw(t, "free before")))
		end := start.Add(minutes(rapid.IntRange(1, 120).Draw(t, "busy for")))
		busy = append(busy, turno.Interval{StartsAt: start, EndsAt: end})
		start = end
	}
	return busy
}

func length(s situation) time.Duration {
	if s.Query.Minutes > 0 {
		return minutes(s.Query.Minutes)
	}
	return minutes(s.Rules.SlotMinutes)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
