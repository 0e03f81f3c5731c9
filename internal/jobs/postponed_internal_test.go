package jobs

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/metric/metrictest"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// Somebody who reads the trail for hours, as pg_dump does, alarms nobody as long as
// this month's entries have their place.
func TestATaskThatMeetsALongReaderWaitsForItsNextTurn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		task   string
		later  int // months after the trail's were made
		result string
		fails  bool
	}{
		{"months of the trail are made a month late", "make_audit_partitions", 1, "postponed", false},
		{"this month of the trail is missing", "make_audit_partitions", 4, "failed", true},
		{"a month of the trail is dropped later", "drop_old_audit_months", 7 * 12, "postponed", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clock := storetest.NewClock(time.Date(2031, time.May, 20, 0, 0, 0, 0, time.UTC))
			db := storetest.New(t, sqldb.Postgres, clock)
			if err := db.Write(t.Context(), store.MakeAuditPartitions); err != nil {
				t.Fatal(err)
			}
			clock.Set(clock.Now().AddDate(0, tt.later, 0))
			registry := metric.NewRegistry()
			metrics := NewMetrics(registry)
			c := Config{Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Metrics: metrics,
				Tasks: Tasks(db, Booking{}, 6, metrics)}

			if err := beside(t, db, func() error { return c.run(t.Context(), tt.task) }); (err != nil) != tt.fails {
				t.Errorf("beside a reader: %v", err)
			}
			if err := c.run(t.Context(), tt.task); err != nil {
				t.Errorf("at the next turn: %v", err)
			}
			want := map[string]float64{"done": 1, tt.result: 1}
			got := map[string]float64{}
			for _, result := range []string{"done", "failed", "postponed"} {
				if n, ok := metrictest.Read(t, registry)[`turno_jobs_total{job="`+tt.task+`",result="`+result+`"}`]; ok {
					got[result] = n
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
		})
	}
}

func (c Config) run(ctx context.Context, name string) error {
	for _, task := range c.Tasks {
		if task.Name == name {
			return c.watch(ctx, task.Name, task.Run)
		}
	}
	panic(name)
}

// beside runs do while somebody reads the trail and does not come to an end.
func beside(t *testing.T, db *sqldb.DB, do func() error) error {
	t.Helper()
	reading, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Read(t.Context(), func(tx *sqldb.Tx) error {
			_, err := store.AuditEntries(tx, store.AuditFilter{Limit: 1})
			close(reading)
			<-end
			return err
		})
	}()
	<-reading
	err := do()
	close(end)
	if reader := <-ended; reader != nil {
		t.Fatal(reader)
	}
	return err
}
