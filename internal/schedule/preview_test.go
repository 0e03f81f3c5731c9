package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

func TestPreviewRemarksOnChangesOfTheClocks(t *testing.T) {
	t.Parallel()
	const spring, autumn = "2026-03-29", "2026-10-25"
	tests := []struct {
		name       string
		zone, date string
		hours      string
		want       string // windows in UTC, slots, remark
	}{
		{"nothing to say of an ordinary day", "Europe/Madrid", "2026-03-30", "09:00-11:00", "07:00-09:00 4 slots"},
		{"nor of hours after the change", "Europe/Madrid", spring, "09:00-11:00", "07:00-09:00 4 slots"},
		{"spring takes an hour", "Europe/Madrid", spring, "01:00-05:00", "00:00-03:00 6 slots shorter by 1h0m0s: 01:00-05:00"},
		{"autumn gives an hour", "Europe/Madrid", autumn, "01:00-05:00", "23:00-04:00 10 slots longer by 1h0m0s: 01:00-05:00"},
		{"a skipped start is later on the clock", "Europe/Madrid", spring, "02:30-05:00", "01:30-03:00 3 slots shorter by 1h0m0s: 03:30-05:00"},
		{"hours within what is skipped begin later", "Europe/Madrid", spring, "02:00-03:00", "0 slots gone by 1h0m0s: 03:00-03:00"},
		{"or are shifted", "Europe/Madrid", spring, "02:00-02:30", "01:00-01:30 1 slots shifted by 0s: 03:00-03:30"},
		{"hours that end in the repeated hour end in its first half", "Europe/Madrid", autumn, "01:00-02:30", "23:00-00:30 3 slots"},
		{"half an hour may change", "Australia/Lord_Howe", "2026-10-04", "01:00-03:00", "14:30-16:00 3 slots shorter by 30m0s: 01:00-03:00"},
		{"the evening before may have the repeated hour", "America/Havana", "2026-10-31", "22:00-24:00", "02:00-04:00 4 slots"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			date, err := turno.ParseDate(test.date)
			if err != nil {
				t.Fatal(err)
			}
			rules := schedule.Rules{Zone: zonetest.Zone(t, test.zone), SlotMinutes: 30, Weekly: []turno.Availability{weekly(date.Weekday(), test.hours)}}
			got := ""
			day := schedule.Preview(rules, date, 1)[0]
			for _, w := range day.Windows {
				got += w.StartsAt.Format("15:04") + "-" + w.EndsAt.Format("15:04") + " "
			}
			got += fmt.Sprintf("%d slots", day.Slots)
			for _, r := range day.Remarks {
				got += fmt.Sprintf(" %s by %s: %s-%s", r.Kind, r.By, r.Begins, r.Ends)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPreviewSaysWhenTheClocksChange(t *testing.T) {
	t.Parallel()
	madrid := zonetest.Zone(t, "Europe/Madrid")
	want := []schedule.ClockChange{
		{At: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), By: time.Hour, Date: turno.Date{Year: 2026, Month: 3, Day: 29}, From: 120, To: 180},
		{At: time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), By: -time.Hour, Date: turno.Date{Year: 2026, Month: 10, Day: 25}, From: 120, To: 180},
	}
	from := time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC)
	if diff := cmp.Diff(want, schedule.ClockChanges(madrid, from, from.AddDate(1, 0, 0))); diff != "" {
		t.Errorf("a year of Madrid (-want +got):\n%s", diff)
	}
	if got := schedule.ClockChanges(madrid, want[0].At.Add(-time.Minute), want[0].At); got != nil {
		t.Errorf("a change belongs to the time from it on, got %v", got)
	}
	if got := schedule.ClockChanges(time.UTC, from, from.AddDate(10, 0, 0)); got != nil {
		t.Errorf("UTC never changes, got %v", got)
	}
	days := schedule.Preview(schedule.Rules{Zone: madrid, SlotMinutes: 30}, turno.Date{Year: 2026, Month: 3, Day: 28}, 3)
	if len(days[0].Changes) != 0 || len(days[2].Changes) != 0 || cmp.Diff(want[:1], days[1].Changes) != "" {
		t.Errorf("got the changes %v, %v, %v", days[0].Changes, days[1].Changes, days[2].Changes)
	}
}

// Every change that a search by brute force finds is listed, in every zone.
func TestNoChangeOfTheClocksIsMissed(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 12, 30, 12, 0, 0, 0, time.UTC) // over the end of a leap year
	for _, zone := range zonetest.Zones(t) {
		next := zonetest.NextChange(start, zone)
		changes := schedule.ClockChanges(zone, start, start.AddDate(2, 0, 0))
		if next.Equal(start) != (len(changes) == 0) || len(changes) > 0 && !changes[0].At.Equal(next) {
			t.Errorf("%s: got %v, want the first at %v", zone, changes, next)
		}
	}
}

func TestPreviewCountsWhatFitsWithTheBuffer(t *testing.T) {
	t.Parallel()
	rules := schedule.Rules{Zone: time.UTC, SlotMinutes: 30, BufferMinutes: 10, Weekly: []turno.Availability{weekly(turno.Monday, "09:00-12:00")}}
	day := schedule.Preview(rules, turno.Date{Year: 2026, Month: 3, Day: 2}, 1)[0]
	if day.Slots != 6 || day.Visits != 3 {
		t.Errorf("got %d slots and %d visits, want 6 and 3", day.Slots, day.Visits)
	}
}

func TestSpreadGivesEverybodyAChoiceOfTheirOwn(t *testing.T) {
	t.Parallel()
	slots := func(clocks ...string) (all []turno.Interval) {
		for _, clock := range clocks {
			all = append(all, turno.Interval{StartsAt: on(clock), EndsAt: on(clock).Add(30 * time.Minute)})
		}
		return all
	}
	open := slots("08:00", "08:30", "12:00", "12:30")
	tests := []struct {
		name   string
		visits []schedule.Displaced
		buffer time.Duration
		want   [][]string
	}{
		{"the nearest first, the earlier of two", []schedule.Displaced{{StartsAt: on("10:15"), Open: open}}, 0,
			[][]string{{"08:30", "12:00", "08:00"}}},
		{"nobody gets a second before all have a first", []schedule.Displaced{{StartsAt: on("10:00"), Open: open}, {StartsAt: on("10:00"), Open: open}}, 0,
			[][]string{{"08:30", "12:00"}, {"08:00", "12:30"}}},
		{"the buffer counts", []schedule.Displaced{{StartsAt: on("12:00"), Open: open}, {StartsAt: on("12:30"), Open: open}}, 10 * time.Minute,
			[][]string{{"12:00"}, {"08:30"}}},
		{"not when the patient is elsewhere", []schedule.Displaced{{StartsAt: on("10:00"), Open: open, Busy: busy("08:15-12:10")}}, 0,
			[][]string{{"12:30"}}},
		{"who would have none shares", []schedule.Displaced{{StartsAt: on("12:00"), Open: slots("12:00")}, {StartsAt: on("12:30"), Open: slots("12:00")}}, 0,
			[][]string{{"12:00"}, {"12:00"}}},
		{"nothing is open", []schedule.Displaced{{StartsAt: on("12:00")}}, 0, [][]string{nil}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got [][]string
			for _, found := range schedule.Spread(test.visits, test.buffer, 3) {
				got = append(got, starts(found, zonetest.Zone(t, "Europe/Madrid")))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("slots (-want +got):\n%s", diff)
			}
		})
	}
}
