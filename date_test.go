package turno_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

func TestDateAt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, date, clock, want string
	}{
		{"an ordinary morning", "Europe/Madrid", "2026-03-02", "09:30", "2026-03-02T08:30:00Z"},
		{"24:00 is midnight at the end of the day", "Europe/Madrid", "2026-03-02", "24:00", "2026-03-02T23:00:00Z"},
		{"UTC has no changes", "UTC", "2026-03-29", "02:30", "2026-03-29T02:30:00Z"},
		{"a skipped time is read with the offset before", "Europe/Madrid", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"},
		{"the very moment of the change to summer is skipped", "Europe/Madrid", "2026-03-29", "02:00", "2026-03-29T01:00:00Z"},
		{"a repeated time is the first", "Europe/Madrid", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"},
		{"the end of the repeated hour occurs once", "Europe/Madrid", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
		{"west of Greenwich", "America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"},
		{"a repeated midnight is the first", "America/Havana", "2026-11-01", "00:30", "2026-11-01T04:30:00Z"},
		{"a skipped midnight", "America/Asuncion", "2023-10-01", "00:00", "2023-10-01T04:00:00Z"},
		{"a change of half an hour", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"},
		{"a day that Samoa skipped", "Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T19:00:00Z"},
		{"a day that Alaska repeated", "America/Juneau", "1867-10-18", "12:00", "1867-10-17T20:57:41Z"},
		{"the last day of a leap year, far ahead", "Europe/Madrid", "2096-12-31", "24:00", "2096-12-31T23:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := date(t, test.date).At(clock(t, test.clock), zonetest.Zone(t, test.zone)).Format(time.RFC3339)
			if got != test.want {
				t.Errorf("%s %s in %s is %s, want %s", test.date, test.clock, test.zone, got, test.want)
			}
		})
	}
}

// Around the changes of every zone: a local time that exists reads back the
// same and is the earliest that does; a skipped one has the offset before.
func TestDateAtInEveryZone(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		someDay := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 250*365).Draw(t, "day"))
		fromChange := time.Duration(rapid.IntRange(-26*60, 26*60).Draw(t, "minutes")) * time.Minute
		const share = 10 // a tenth of the zones in each check
		for i := rapid.IntRange(0, share-1).Draw(t, "first zone"); i < len(zones); i += share {
			checkAt(t, zonetest.NextChange(someDay, zones[i]).Add(fromChange).In(zones[i]))
		}
	})
}

// checkAt asks for the reading of local, and for the same on the days beside
// it, since a whole day may be missing.
func checkAt(t *rapid.T, local time.Time) {
	for days := range 3 {
		d := turno.DateOf(local, local.Location()).AddDays(days - 1)
		c := turno.Clock(local.Hour()*60 + local.Minute())
		got, want := d.At(c, local.Location()), naiveAt(d, c, local.Location())
		if !got.Equal(want) {
			t.Fatalf("%v %v in %s is %v, want %v", d, c, local.Location(), got, want)
		}
	}
}

// naiveAt looks at every quarter of an hour of three days.
func naiveAt(d turno.Date, c turno.Clock, zone *time.Location) time.Time {
	wanted := time.Date(d.Year, d.Month, d.Day, 0, int(c), 0, 0, time.UTC)
	var skipped, earliest time.Time
	begin := wanted.Add(-36 * time.Hour)
	ahead := offset(begin, zone) // of UTC, at t
	for t := begin; t.Before(wanted.Add(36 * time.Hour)); t = t.Add(15 * time.Minute) {
		candidate := wanted.Add(-ahead)
		if (earliest.IsZero() || candidate.Before(earliest)) && offset(candidate, zone) == ahead {
			earliest = candidate
		}
		next := offset(t.Add(15*time.Minute), zone)
		if skipped.IsZero() && !t.Add(ahead).After(wanted) && t.Add(15*time.Minute+next).After(wanted) {
			skipped = candidate
		}
		ahead = next
	}
	if !earliest.IsZero() {
		return earliest
	}
	return skipped
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// What clocks show at a quarter of an hour is shown twice when another quarter of
// that day and a half reads the same; a local time that no quarter reads is skipped.
func TestShownTwiceAndSkippedInEveryZone(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		someDay := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 130*365).Draw(t, "day"))
		quarters := time.Duration(rapid.IntRange(-12, 12).Draw(t, "quarters")) * 15 * time.Minute
		zone := zones[rapid.IntRange(0, len(zones)-1).Draw(t, "zone")]
		at := zonetest.NextChange(someDay, zone).Truncate(15 * time.Minute).Add(quarters).In(zone)
		wall := func(t time.Time) time.Time { return t.UTC().Add(offset(t, zone)) }
		reads := func(what time.Time) (times int) {
			for other := at.Add(-36 * time.Hour); other.Before(at.Add(36 * time.Hour)); other = other.Add(time.Minute) {
				if wall(other).Equal(what) {
					times++
				}
			}
			return times
		}
		if got, want := turno.ShownTwice(at, zone), reads(wall(at)) > 1; got != want {
			t.Fatalf("%v in %s is shown twice: %t, want %t", at, zone, got, want)
		}
		asked := wall(at).Truncate(time.Minute).Add(30 * time.Minute)
		day, clock := turno.DateOf(asked, time.UTC), turno.Clock(asked.Hour()*60+asked.Minute())
		if got, want := day.Has(clock, zone), reads(asked) > 0; got != want {
			t.Fatalf("%v has %v in %s: %t, want %t", day, clock, zone, got, want)
		}
	})
}

func TestDateOfIsTheDateOnTheWall(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, time.March, 2, 23, 30, 0, 0, time.UTC)
	if got := turno.DateOf(evening, zonetest.Zone(t, "Europe/Madrid")); got != date(t, "2026-03-03") {
		t.Errorf("in Madrid it is %v", got)
	}
	if got := turno.DateOf(evening, zonetest.Zone(t, "America/Lima")); got != date(t, "2026-03-02") {
		t.Errorf("in Lima it is %v", got)
	}
}

func TestParseDateRefusesAllOtherForms(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-3-2", "2026-02-30", "02/03/2026", "2026-03-02T00:00:00Z", "20260302", "2026-13-01"} {
		if got, err := turno.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, got)
		}
	}
}

func TestDatesKeepTheLawsOfTheCalendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := turno.Date{Year: 2000, Month: time.January, Day: 1}.AddDays(rapid.IntRange(-40_000, 40_000).Draw(t, "day"))
		n := rapid.IntRange(-4_000, 4_000).Draw(t, "n")
		other := d.AddDays(n)
		if got := d.DaysUntil(other); got != n {
			t.Fatalf("%v.DaysUntil(%v) = %d, want %d", d, other, got, n)
		}
		if got := d.Before(other); got != (n > 0) {
			t.Fatalf("%v.Before(%v) = %v", d, other, got)
		}
		if same := d.AddDays(7 * n).Weekday(); same != d.Weekday() {
			t.Fatalf("%v is a %s, %d weeks later it is a %s", d, d.Weekday(), n, same)
		}
		var back turno.Date
		text, _ := d.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%v reads back as %v, %v", d, back, err)
		}
	})
}

func TestTheZeroDateIsNone(t *testing.T) {
	t.Parallel()
	if !(turno.Date{}).IsZero() || date(t, "2026-03-02").IsZero() {
		t.Error("only the zero Date is zero")
	}
}

func TestABadDateLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	d := date(t, "2026-03-02")
	if err := d.UnmarshalText([]byte("tomorrow")); err == nil {
		t.Error("want an error")
	}
	if diff := cmp.Diff(date(t, "2026-03-02"), d); diff != "" {
		t.Error(diff)
	}
}

func date(tb testing.TB, s string) turno.Date {
	tb.Helper()
	d, err := turno.ParseDate(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func clock(tb testing.TB, s string) turno.Clock {
	tb.Helper()
	c, err := turno.ParseClock(s)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestLater(t *testing.T) {
	t.Parallel()
	first, second := turno.Date{Year: 2026, Month: time.December, Day: 31}, turno.Date{Year: 2027, Month: time.January, Day: 1}
	for _, got := range []turno.Date{turno.Later(first, second), turno.Later(second, first), turno.Later(second, second)} {
		if got != second {
			t.Errorf("the later day is %s, want %s", got, second)
		}
	}
}
