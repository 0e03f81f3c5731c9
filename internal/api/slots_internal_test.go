package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
)

func TestOpenTimesAreWrittenAsAnyList(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC)
	slot := func(from time.Time, length time.Duration) turno.Interval {
		return turno.Interval{StartsAt: from, EndsAt: from.Add(length)}
	}
	for _, row := range []struct {
		name string
		open []turno.Interval
	}{
		{"none", nil},
		{"one", []turno.Interval{slot(start, 30*time.Minute)}},
		{"many", []turno.Interval{slot(start, 30*time.Minute), slot(start.AddDate(0, 1, 0), 24*time.Hour), slot(start.AddDate(150, 0, 0), time.Hour)}},
		{"at fractions of a second", []turno.Interval{slot(start.Add(time.Microsecond), time.Millisecond), slot(start.Add(120*time.Millisecond), time.Second)}},
		{"in another zone", []turno.Interval{slot(start.In(time.FixedZone("Kathmandu", 20700)), 20*time.Minute)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			body := listOf(row.open, "", viewSlot)
			want, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := asJSON(body)
			if diff := cmp.Diff(string(want)+"\n", string(got)); diff != "" || err != nil {
				t.Errorf("%v (-encoding/json +own):\n%s", err, diff)
			}
		})
	}
}
