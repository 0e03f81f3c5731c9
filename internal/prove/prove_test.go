package prove_test

import (
	"errors"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/prove"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// TestNobodyIsDoubleBooked runs every race on both engines. `turno prove` runs
// the same with more rounds.
func TestNobodyIsDoubleBooked(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			db := storetest.New(t, engine, storetest.NewClock(storetest.Monday()))
			report(t, db, prove.Config{Clients: 64, Rounds: 5, Elapsed: func() time.Duration { return 0 }})
		})
	}
}

func report(t *testing.T, db *sqldb.DB, config prove.Config) {
	t.Helper()
	results, err := prove.Run(t.Context(), db, config)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		t.Logf("%s: %d won, %d lost, %d errors", r.Race, r.Winners, r.Losers, len(r.Errors))
		if !r.OK() {
			t.Errorf("%s: %d winners, want %d; %d errors such as %v; flaws %v",
				r.Race, r.Winners, r.Expected, len(r.Errors), errors.Join(r.Errors[:min(3, len(r.Errors))]...), r.Flaws)
		}
	}
}
