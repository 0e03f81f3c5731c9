package demo

import (
	"testing"

	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// BenchmarkFillS is what "turno demo" makes a newcomer wait for: at most three
// seconds.
func BenchmarkFillS(b *testing.B) {
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		db := storetest.New(b, sqldb.SQLite, storetest.NewClock(storetest.Monday()))
		b.StartTimer()
		if _, err := Fill(b.Context(), db, S, storetest.Monday(), box, nil); err != nil {
			b.Fatal(err)
		}
	}
}
