package app_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// A search on a node offers nothing that it gave away itself, and nothing that
// another node acknowledged a second before.
func TestSearchesOnEveryNodeFollowBookings(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.DSN(t, sqldb.Postgres), newKey(t)
	here := startProcess(t, dsn, key)
	there := startProcess(t, dsn, key)
	l := newLoad(t, here, dsn, 1)
	offered := func(p *process) (starts []string) {
		found := p.must(t, http.StatusOK, http.MethodGet, "", "/doctors?sort=earliest", nil)
		for _, doctor := range found["items"].([]any) { //nolint:forcetypeassert // a test
			for _, slot := range doctor.(map[string]any)["next_slots"].([]any) { //nolint:forcetypeassert // a test
				starts = append(starts, slot.(map[string]any)["starts_at"].(string)) //nolint:forcetypeassert // a test
			}
		}
		return starts
	}
	time.Sleep(time.Second) // the other node has heard of the doctor
	for range 3 {
		both := offered(there)
		if len(both) != 3 {
			t.Fatalf("%v is offered, want three times", both)
		}
		wish := map[string]any{"doctor_id": l.doctor, "scheduled_at": both[0]}
		here.must(t, http.StatusCreated, http.MethodPost, l.patients[0], "/appointments", wish)
		if after := offered(here); slices.Contains(after, both[0]) {
			t.Errorf("%s was booked on this node, which offers it still: %v", both[0], after)
		}
		time.Sleep(time.Second)
		if after := offered(there); slices.Contains(after, both[0]) {
			t.Errorf("%s was booked a second ago on the other node, and is offered: %v", both[0], after)
		}
	}
}
