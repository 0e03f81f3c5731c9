package locale_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
)

// Days of this year go without it; those of another year have it, so that nobody
// comes a year early.
func TestDates(t *testing.T) {
	t.Parallel()
	type written struct{ Date, DateTime, ShortDay string }
	today := turno.Date{Year: 2026, Month: time.November, Day: 26}
	tests := []struct {
		name, language, zone, at string
		today                    turno.Date
		want                     written
	}{
		{"this year, English", "en", "UTC", "2026-12-31T09:30:00Z", today,
			written{"Thursday 31 December", "Thursday 31 December at 09:30", "Thu 31 Dec"}},
		{"this year, American", "en-US", "UTC", "2026-12-31T09:30:00Z", today,
			written{"Thursday, December 31", "Thursday, December 31 at 9:30\u00a0AM", "Thu, Dec 31"}},
		{"this year, Spanish", "es", "UTC", "2026-12-31T09:30:00Z", today,
			written{"jueves, 31 de diciembre", "jueves, 31 de diciembre a las 09:30", "jue 31 dic"}},
		{"next year, English", "en", "UTC", "2027-01-04T09:30:00Z", today,
			written{"Monday 4 January 2027", "Monday 4 January 2027 at 09:30", "Mon 4 Jan 2027"}},
		{"next year, American", "en-US", "UTC", "2027-01-04T09:30:00Z", today,
			written{"Monday, January 4, 2027", "Monday, January 4, 2027 at 9:30\u00a0AM", "Mon, Jan 4, 2027"}},
		{"next year, Spanish", "es", "UTC", "2027-01-04T09:30:00Z", today,
			written{"lunes, 4 de enero de 2027", "lunes, 4 de enero de 2027 a las 09:30", "lun 4 ene 2027"}},
		{"last year has passed, and says so", "en", "UTC", "2025-11-26T09:30:00Z", today,
			written{"Wednesday 26 November 2025", "Wednesday 26 November 2025 at 09:30", "Wed 26 Nov 2025"}},
		{"the year of the zone that the time is shown in", "en", "Asia/Tokyo", "2026-12-31T20:00:00Z", today,
			written{"Friday 1 January 2027", "Friday 1 January 2027 at 05:00", "Fri 1 Jan 2027"}},
		{"a new year for the reader too", "en", "Asia/Tokyo", "2026-12-31T20:00:00Z", turno.Date{Year: 2027, Month: time.January, Day: 1},
			written{"Friday 1 January", "Friday 1 January at 05:00", "Fri 1 Jan"}},
		{"the first of a time that comes twice", "en", "Europe/Madrid", "2026-10-25T00:00:00Z", today,
			written{"Sunday 25 October", "Sunday 25 October at 02:00\u00a0CEST", "Sun 25 Oct"}},
		{"the second", "es", "Europe/Madrid", "2026-10-25T01:30:00Z", today,
			written{"domingo, 25 de octubre", "domingo, 25 de octubre a las 02:30\u00a0CET", "dom 25 oct"}},
		{"the end of the hour that comes twice comes once", "en", "Europe/Madrid", "2026-10-25T02:00:00Z", today,
			written{"Sunday 25 October", "Sunday 25 October at 03:00", "Sun 25 Oct"}},
		{"in America", "en-US", "America/New_York", "2026-11-01T06:15:00Z", today,
			written{"Sunday, November 1", "Sunday, November 1 at 1:15\u00a0AM\u00a0EST", "Sun, Nov 1"}},
		{"where the offset has no name", "en", "America/Santiago", "2026-04-05T02:30:00Z", today,
			written{"Saturday 4 April", "Saturday 4 April at 23:30\u00a0UTC-03", "Sat 4 Apr"}},
		{"nobody said which day it is", "es", "UTC", "2026-12-31T09:30:00Z", turno.Date{},
			written{"jueves, 31 de diciembre de 2026", "jueves, 31 de diciembre de 2026 a las 09:30", "jue 31 dic 2026"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			words, day := locale.Match(test.language).On(test.today), turno.DateOf(at, zone)
			if diff := cmp.Diff(test.want, written{words.Date(day), words.DateTime(at, zone), words.ShortDay(day)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, english, spanish string }{
		{"Europe/Madrid", "Madrid time", "hora de Madrid"},
		{"Europe/London", "London time", "hora de Londres"},
		{"America/New_York", "New York time", "hora de Nueva York"},
		{"America/Argentina/Buenos_Aires", "Buenos Aires time", "hora de Buenos Aires"},
		{"America/Bogota", "Bogota time", "hora de Bogotá"},
		{"Asia/Tokyo", "Tokyo time", "hora de Tokio"},
		{"Australia/Eucla", "Eucla time", "hora de Eucla"}, // in no table
		{"UTC", "UTC", "UTC"},
		{"", "UTC", "UTC"},
		{"Etc/UTC", "UTC", "UTC"},
		{"Zulu", "UTC", "UTC"},
	} {
		if got := locale.Match("en").Zone(test.name); got != test.english {
			t.Errorf("%s in English: %q, want %q", test.name, got, test.english)
		}
		if got := locale.Match("es").Zone(test.name); got != test.spanish {
			t.Errorf("%s in Spanish: %q, want %q", test.name, got, test.spanish)
		}
	}
}

// Whole hours are written as short as reads well.
func TestHours(t *testing.T) {
	t.Parallel()
	for language, want := range map[string][]string{
		"en": {"00:00", "09:00", "12:00", "16:00"}, "es": {"00:00", "09:00", "12:00", "16:00"},
		"en-US": {"12\u00a0AM", "9\u00a0AM", "12\u00a0PM", "4\u00a0PM"},
	} {
		words := locale.Match(language)
		if diff := cmp.Diff(want, []string{words.Hour(0), words.Hour(9), words.Hour(12), words.Hour(16)}); diff != "" {
			t.Errorf("in %s (-want +got):\n%s", language, diff)
		}
	}
}
