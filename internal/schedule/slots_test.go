package schedule_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

// In these tests Monday 2 March 2026 is an ordinary day in Madrid, an hour
// ahead of UTC, and Sunday 29 March and 25 October are those of the changes.

func TestSlots(t *testing.T) {
	t.Parallel()
	type change = func(*schedule.Rules, *schedule.Query)
	morning := "09:00-11:00"
	tests := []struct {
		name   string
		hours  string
		change change
		busy   []turno.Interval
		want   []string
	}{
		{"the grid fills the window", morning, nil, nil, []string{"09:00", "09:30", "10:00", "10:30"}},
		{"a window that ends at 24:00 reaches midnight", "23:00-24:00", nil, nil, []string{"23:00", "23:30"}},
		{"a rest shorter than a slot stays empty", "09:00-10:20", nil, nil, []string{"09:00", "09:30"}},
		{"back to back with a busy period is fine", morning, nil, busy("09:30-10:00"), []string{"09:00", "10:00", "10:30"}},
		{"a partial overlap takes both slots", morning, nil, busy("09:45-10:15"), []string{"09:00", "10:30"}},
		{"the buffer keeps the time before a visit free", morning,
			func(r *schedule.Rules, _ *schedule.Query) { r.BufferMinutes = 10 }, busy("10:00-10:40"), []string{"09:00"}},
		{"the buffer after the last slot may leave the window", "09:00-10:00",
			func(r *schedule.Rules, _ *schedule.Query) { r.BufferMinutes = 10 }, nil, []string{"09:00", "09:30"}},
		{"a longer visit keeps the grid and must fit wholly", morning,
			func(_ *schedule.Rules, q *schedule.Query) { q.Minutes = 50 }, nil, []string{"09:00", "09:30", "10:00"}},
		{"a shorter visit keeps the grid too", "09:00-10:00",
			func(_ *schedule.Rules, q *schedule.Query) { q.Minutes = 10 }, nil, []string{"09:00", "09:30"}},
		{"exactly the notice is enough", morning,
			func(r *schedule.Rules, q *schedule.Query) { q.Now, r.MinNoticeMinutes = on("09:00"), 60 }, nil, []string{"10:00", "10:30"}},
		{"exactly the horizon is near enough", morning,
			func(r *schedule.Rules, q *schedule.Query) { q.Now, r.HorizonDays = on("09:30").AddDate(0, 0, -3), 3 }, nil, []string{"09:00", "09:30"}},
		{"staff need no notice and see an hour back", morning,
			func(r *schedule.Rules, q *schedule.Query) {
				q.Now, q.ForStaff, r.MinNoticeMinutes, r.HorizonDays = on("10:30"), true, 600, 0
			}, nil, []string{"09:30", "10:00", "10:30"}},
		{"patients never see a window kept for staff", morning, released(0), nil, nil},
		{"patients see a released window's slots from so long before", morning,
			func(r *schedule.Rules, q *schedule.Query) {
				released(60)(r, q)
				q.Now = on("08:30")
			}, nil, []string{"09:00", "09:30"}},
		{"staff see what is not released", "09:00-09:30",
			func(r *schedule.Rules, q *schedule.Query) {
				released(0)(r, q)
				q.ForStaff = true
			}, nil, []string{"09:00"}},
		{"the range takes its start and leaves its end", morning,
			func(_ *schedule.Rules, q *schedule.Query) { q.From, q.To = on("09:30"), on("10:30") }, nil, []string{"09:30", "10:00"}},
		{"extra hours add a window with a grid of its own", "09:00-09:30", extra("13:10-14:10"), nil, []string{"09:00", "13:10", "13:40"}},
		{"extra hours win, and what remains keeps its grid", morning, extra("09:15-09:45"), nil, []string{"09:15", "10:00", "10:30"}},
		{"extra hours open what is kept for staff", morning,
			func(r *schedule.Rules, q *schedule.Query) {
				released(0)(r, q)
				extra("09:30-10:00")(r, q)
			}, nil, []string{"09:30"}},
		{"no grid offers nothing", morning, func(r *schedule.Rules, _ *schedule.Query) { r.SlotMinutes = 0 }, nil, nil},
		{"a range that ends before it starts is empty", morning,
			func(_ *schedule.Rules, q *schedule.Query) { q.From, q.To = q.To, q.From }, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rules := schedule.Rules{
				Zone: zonetest.Zone(t, "Europe/Madrid"), SlotMinutes: 30, HorizonDays: 90,
				Weekly: []turno.Availability{weekly(turno.Monday, test.hours)},
			}
			query := schedule.Query{From: on("00:00"), To: on("24:00"), Now: on("00:00").AddDate(0, 0, -3)}
			if test.change != nil {
				test.change(&rules, &query)
			}
			got := starts(schedule.Slots(rules, test.busy, query), rules.Zone)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("slots (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWindowsOverAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		zone, date string
		hours      []string // of every day of the week
		want       []string // in UTC
	}{
		{"a window over the spring change is an hour shorter", "Europe/Madrid", "2026-03-29", []string{"01:00-05:00"}, []string{"00:00-03:00"}},
		{"a window over the autumn change is an hour longer", "Europe/Madrid", "2026-10-25", []string{"01:00-05:00"}, []string{"23:00-04:00"}},
		{"a skipped start is read with the offset before", "Europe/Madrid", "2026-03-29", []string{"02:30-05:00"}, []string{"01:30-03:00"}},
		{"a skipped end is read with the offset before", "Europe/Madrid", "2026-03-29", []string{"01:00-02:30"}, []string{"00:00-01:30"}},
		{"a window that the change swallows is not there", "Europe/Madrid", "2026-03-29", []string{"02:15-03:10"}, nil},
		{"a window pushed onto the next cuts it", "Europe/Madrid", "2026-03-29",
			[]string{"01:00-02:30", "03:00-05:00"}, []string{"00:00-01:30", "01:30-03:00"}},
		{"a repeated start is the first", "Europe/Madrid", "2026-10-25", []string{"02:30-04:00"}, []string{"00:30-03:00"}},
		{"a repeated end is the first", "Europe/Madrid", "2026-10-25", []string{"02:00-02:30"}, []string{"00:00-00:30"}},
		{"midnight may be skipped", "America/Asuncion", "2023-10-01", []string{"00:00-02:00"}, []string{"04:00-05:00"}},
		{"half an hour may change", "Australia/Lord_Howe", "2026-10-04", []string{"01:00-03:00"}, []string{"14:30-16:00"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rules := schedule.Rules{Zone: zonetest.Zone(t, test.zone)}
			date, err := turno.ParseDate(test.date)
			if err != nil {
				t.Fatal(err)
			}
			for _, hours := range test.hours {
				rules.Weekly = append(rules.Weekly, weekly(date.Weekday(), hours))
			}
			var got []string
			for _, w := range schedule.Windows(rules, date.At(0, rules.Zone), date.At(turno.EndOfDay, rules.Zone)) {
				got = append(got, w.StartsAt.Format("15:04")+"-"+w.EndsAt.Format("15:04"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
		})
	}
}

// Samoa had no Friday 30 December 2011. Its hours are read with the offset
// before, which is the same time on Saturday.
func TestTheHoursOfASkippedDayLieOnTheNext(t *testing.T) {
	t.Parallel()
	rules := schedule.Rules{
		Zone:   zonetest.Zone(t, "Pacific/Apia"),
		Weekly: []turno.Availability{weekly(turno.Friday, "09:00-12:00"), weekly(turno.Saturday, "11:00-13:00")},
	}
	saturday := turno.Date{Year: 2011, Month: time.December, Day: 31}
	var got []string
	for _, w := range schedule.Windows(rules, saturday.At(0, rules.Zone), saturday.At(turno.EndOfDay, rules.Zone)) {
		got = append(got, w.StartsAt.In(rules.Zone).Format("Mon 15:04")+w.EndsAt.In(rules.Zone).Format("-15:04"))
	}
	if diff := cmp.Diff([]string{"Sat 09:00-12:00", "Sat 12:00-13:00"}, got); diff != "" {
		t.Errorf("windows (-want +got):\n%s", diff)
	}
}

func TestOutside(t *testing.T) {
	t.Parallel()
	rules := schedule.Rules{
		Zone:   zonetest.Zone(t, "Europe/Madrid"),
		Weekly: []turno.Availability{weekly(turno.Monday, "09:00-11:00"), weekly(turno.Monday, "11:00-12:00")},
	}
	tests := []struct {
		name, visit string
		outside     bool
	}{
		{"inside", "09:10-09:40", false},
		{"the whole window", "09:00-11:00", false},
		{"across two adjoining windows", "10:45-11:15", false},
		{"begins before the hours", "08:50-09:20", true},
		{"ends after the hours", "11:50-12:10", true},
		{"on no side of the hours", "15:00-15:30", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := schedule.Outside(rules, busy(test.visit))
			if outside := len(got) == 1; outside != test.outside {
				t.Errorf("outside = %v, want %v", outside, test.outside)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	rules := schedule.Rules{
		Zone: zonetest.Zone(t, "Europe/Madrid"), SlotMinutes: 30, HorizonDays: 90,
		Weekly: []turno.Availability{weekly(turno.Monday, "09:00-11:00")},
	}
	query := schedule.Query{Now: on("00:00").AddDate(0, 0, -3)}
	tests := []struct {
		name   string
		around string
		n      int
		want   []string
	}{
		{"on both sides of a lost slot", "09:30", 2, []string{"09:00", "10:00"}},
		{"all on one side where there are no others", "09:00", 2, []string{"09:30", "10:00"}},
		{"the earlier of two equally near", "09:30", 1, []string{"09:00"}},
		{"none when none is asked for", "09:30", 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lost := turno.Interval{StartsAt: on(test.around), EndsAt: on(test.around).Add(30 * time.Minute)}
			nearest := schedule.Nearest(rules, []turno.Interval{lost}, lost.StartsAt, test.n, query)
			if diff := cmp.Diff(test.want, starts(nearest, rules.Zone), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("alternatives (-want +got):\n%s", diff)
			}
		})
	}
}

// on is an instant on Monday 2 March 2026 in Madrid.
func on(clock string) time.Time {
	c, err := turno.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, time.March, 2, -1, int(c), 0, 0, time.UTC)
}

func busy(span string) []turno.Interval {
	return []turno.Interval{{StartsAt: on(span[:5]), EndsAt: on(span[6:])}}
}

func weekly(day turno.Weekday, span string) turno.Availability {
	start, startErr := turno.ParseClock(span[:5])
	end, endErr := turno.ParseClock(span[6:])
	if startErr != nil || endErr != nil {
		panic("not a span of time: " + span)
	}
	return turno.Availability{DayOfWeek: day, StartTime: start, EndTime: end}
}

func released(before int) func(*schedule.Rules, *schedule.Query) {
	return func(r *schedule.Rules, _ *schedule.Query) { r.Weekly[0].ReleaseMinutes = &before }
}

func extra(span string) func(*schedule.Rules, *schedule.Query) {
	return func(r *schedule.Rules, _ *schedule.Query) {
		r.Extra = append(r.Extra, turno.ExtraHours{Interval: busy(span)[0]})
	}
}

func starts(slots []turno.Interval, zone *time.Location) []string {
	var clocks []string
	for _, slot := range slots {
		clocks = append(clocks, slot.StartsAt.In(zone).Format("15:04"))
	}
	return clocks
}
