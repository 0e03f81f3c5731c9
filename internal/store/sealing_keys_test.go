package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestSealingKeysAreListedInTheOrderOfTheirComing(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		want := []store.SealingKey{{ID: "ffff0000", Proof: []byte{0, 1, 2}}, {ID: "0000ffff", Proof: []byte{3}}}
		for _, key := range want {
			clock.Advance(1000)
			if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if err := store.LockSealingKeys(tx); err != nil {
					return err
				}
				return store.InsertSealingKey(tx, key)
			}); err != nil {
				t.Fatal(err)
			}
		}
		var got []store.SealingKey
		if err := db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
			got, err = store.SealingKeys(tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	})
}
