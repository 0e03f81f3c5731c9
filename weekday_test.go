package turno_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
)

func TestWeekdayOfAgreesWithPackageTime(t *testing.T) {
	t.Parallel()
	for day := time.Sunday; day <= time.Saturday; day++ {
		if got := turno.WeekdayOf(day); string(got) != day.String() || !got.Valid() {
			t.Errorf("WeekdayOf(%v) = %q", day, got)
		}
	}
}

func TestTheWeekIsOrderedFromMonday(t *testing.T) {
	t.Parallel()
	week := turno.Weekdays()
	if len(week) != 7 || week[0] != turno.Monday || week[6] != turno.Sunday {
		t.Fatalf("the week is %v", week)
	}
	for i, earlier := range week {
		for j, later := range week {
			if got := earlier.Compare(later); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s.Compare(%s) = %d", earlier, later, got)
			}
		}
	}
}

func TestOnlyEnglishNamesAreWeekdays(t *testing.T) {
	t.Parallel()
	for _, w := range []turno.Weekday{"", "monday", "Mon", "Lunes", "1"} {
		if w.Valid() {
			t.Errorf("%q is valid", w)
		}
	}
}
