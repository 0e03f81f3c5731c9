package openings_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/store"
)

func TestRulesOfACalendar(t *testing.T) {
	t.Parallel()
	var zones openings.Zones
	calendar := &store.Calendar{}
	calendar.TimeZone, calendar.SlotMinutes, calendar.BufferMinutes = "Europe/Madrid", 30, 10
	calendar.MinNoticeMinutes, calendar.HorizonDays = 60, 90
	rules, err := zones.Rules(calendar)
	if err != nil {
		t.Fatal(err)
	}
	got := []int{rules.SlotMinutes, rules.BufferMinutes, rules.MinNoticeMinutes, rules.HorizonDays}
	if diff := cmp.Diff([]int{30, 10, 60, 90}, got); diff != "" || rules.Zone.String() != "Europe/Madrid" {
		t.Errorf("zone %s; numbers (-want +got):\n%s", rules.Zone, diff)
	}
	if again, err := zones.Location("Europe/Madrid"); err != nil || again != rules.Zone {
		t.Errorf("the zone was loaded twice: %v", err)
	}
	calendar.TimeZone = "Europe/Nowhere"
	if _, err := zones.Rules(calendar); err == nil {
		t.Error("a zone that is none was taken")
	}
}

func TestWhatBlocks(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	hour := func(h int) turno.Interval {
		return turno.Interval{StartsAt: now.Add(time.Duration(h) * time.Hour), EndsAt: now.Add(time.Duration(h+1) * time.Hour)}
	}
	later := now.Add(time.Minute)
	mine := turno.NewID()
	busy := []turno.BusyPeriod{
		{Interval: hour(1)},
		{Interval: hour(2), ExpiresAt: &now},
		{Interval: hour(3), ExpiresAt: &later},
		{Interval: hour(4), AppointmentID: &mine},
	}
	own := func(p turno.BusyPeriod) bool { return p.CauseID() == mine }
	for _, test := range []struct {
		name   string
		except func(turno.BusyPeriod) bool
		want   []turno.Interval
	}{
		{"everything but an expired hold", nil, []turno.Interval{hour(1), hour(3), hour(4)}},
		{"not the visit that is being moved", own, []turno.Interval{hour(1), hour(3)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, openings.Blocking(busy, now, test.except)); diff != "" {
				t.Errorf("blocking (-want +got):\n%s", diff)
			}
		})
	}
}
