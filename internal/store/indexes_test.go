package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestIndexesAreMadeAgainAsTheyWere(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	for _, test := range []struct {
		name string
		end  func(cancel func()) error // of the fill
		want error
	}{
		{"after a fill", func(func()) error { return nil }, nil},
		{"after a fill that failed", func(func()) error { return broken }, broken},
		{"after somebody lost patience", func(cancel func()) error {
			cancel()
			return context.Canceled
		}, context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				before := storetest.Indexes(t, db)
				var meanwhile []string
				err := store.WithoutIndexes(ctx, db, []string{"appointments", "totp_secrets", "audit_logs"}, func() error {
					meanwhile = storetest.Indexes(t, db)
					return test.end(cancel)
				})
				if !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if diff := cmp.Diff(before, storetest.Indexes(t, db)); diff != "" {
					t.Errorf("the indexes are others than before (-before +after):\n%s", diff)
				}
				checkAway(t, before, meanwhile)
			})
		})
	}
}

// checkAway sees that what only speeds up reading was away, and nothing else.
func checkAway(t *testing.T, before, meanwhile []string) {
	t.Helper()
	for _, index := range before {
		plain := (strings.Contains(index, "CREATE INDEX") && !strings.Contains(index, "gist")) || strings.Contains(index, "FOREIGN KEY")
		ours := false
		for _, table := range []string{"appointments", "totp_secrets", "audit_logs"} {
			ours = ours || strings.Contains(index, " "+table+" ") || strings.Contains(index, " "+table+"_") || strings.Contains(index, "."+table)
		}
		if there := slices.Contains(meanwhile, index); there == (plain && ours) {
			t.Errorf("there meanwhile: %v: %s", there, index)
		}
	}
}
