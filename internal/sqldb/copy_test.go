package sqldb_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

type sealingKey struct {
	ID        string
	Proof     []byte
	CreatedAt time.Time
}

func TestCopyInKeepsEveryValue(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, time.January, 4, 9, 0, 0, 123_456_000, time.UTC)
	keys := []sealingKey{
		{"plain", []byte("proof"), at},
		{"tab\there", []byte{0, 1, 0xff, '\\'}, at},
		{"line\r\nbreak", []byte{}, at.Add(time.Microsecond)},
		{`back\slash \N \.`, []byte(`\N`), at},
		{"ñ 漢 'quote' \"x\" $1 ?1", []byte("\t\n"), at},
	}
	for i := range 40 { // more than one statement on SQLite
		keys = append(keys, sealingKey{"z" + strconv.Itoa(100+i), []byte{byte(i)}, at})
	}
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		rows := func(yield func([]any) bool) {
			for _, k := range keys {
				if !yield([]any{k.ID, k.Proof, k.CreatedAt}) {
					return
				}
			}
		}
		var n int64
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) (err error) {
			n, err = tx.CopyIn("sealing_keys", []string{"id", "proof", "created_at"}, rows)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n != int64(len(keys)) {
			t.Errorf("%d of %d rows", n, len(keys))
		}
		var got []sealingKey
		if err := db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
			got, err = sqldb.All(tx, func(row sqldb.Scanner) (k sealingKey, err error) {
				err = row.Scan(&k.ID, &k.Proof, &k.CreatedAt)
				return k, err
			}, `SELECT id, proof, created_at FROM sealing_keys`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		byID := func(a, b sealingKey) int { return strings.Compare(a.ID, b.ID) }
		want := slices.SortedFunc(slices.Values(keys), byID)
		slices.SortFunc(got, byID)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCopyInFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		rows [][]any
	}{
		{"when a row has too few values", [][]any{{"a", "x"}, {"b"}}},
		{"when a value has no form in a database", [][]any{{"a", struct{}{}}}},
		{"when a constraint says no", [][]any{{"a", "x"}, {"a", "y"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					_, err := tx.CopyIn("settings", []string{"name", "value"}, slices.Values(test.rows))
					return err
				})
				if err == nil {
					t.Fatal("no error")
				}
				var n int
				if err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
					return tx.QueryRow(`SELECT count(*) FROM settings`).Scan(&n)
				}); err != nil {
					t.Fatal(err)
				}
				if n != 0 {
					t.Errorf("%d rows stayed", n)
				}
			})
		})
	}
}
