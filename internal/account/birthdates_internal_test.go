package account

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
)

func TestBirthDatesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	date := func(month time.Month, day int) turno.Date { return turno.Date{Year: 1980, Month: month, Day: day} }
	for word, want := range map[string][]turno.Date{
		"1980-03-12": {date(3, 12)},
		"12/03/1980": {date(3, 12), date(12, 3)}, // in Madrid, in Boston
		"3/3/1980":   {date(3, 3)},
		"31.12.1980": {date(12, 31)},
		"12-31-1980": {date(12, 31)},
		"31/31/1980": nil,
		"12/03/80":   nil, // of which century?
		"1980":       nil,
		"600/12/34":  nil,
	} {
		if diff := cmp.Diff(want, birthDates(word)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}
