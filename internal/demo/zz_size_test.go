package demo

import (
	"os"
	"testing"
	"time"
	"fmt"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestSize(t *testing.T) {
	dsn := os.Getenv("DEMO_DSN")
	if dsn == "" { dsn = t.TempDir()+"/x.db" }
	begin := time.Now()
	db, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: time.Now})
	if err != nil { t.Fatal(err) }
	defer db.Close()
	if err := store.Migrate(t.Context(), db); err != nil { t.Fatal(err) }
	fmt.Println("migrated", time.Since(begin))
	begin = time.Now()
	_, err = Fill(t.Context(), db, Size(os.Getenv("DEMO_SIZE")), time.Now(), newBox(t), func(d, n int, w string) {
		if d%200000 < 2000 || d==n { fmt.Println(d, n, w, time.Since(begin).Round(time.Millisecond)) }
	})
	if err != nil { t.Fatal(err) }
	fmt.Println("filled", time.Since(begin))
	for _, q := range []string{`SELECT count(*) FROM appointments`, `SELECT count(*) FROM appointments WHERE scheduled_at > $1`, `SELECT count(*) FROM users`, `SELECT count(*) FROM feedback`,`SELECT count(*) FROM audit_logs`,`SELECT count(*) FROM busy_periods`, `SELECT count(*) FROM feedback WHERE comments IS NOT NULL`} {
		var n int
		db.Read(t.Context(), func(tx *sqldb.Tx) error { if q[len(q)-1]=='1' { return tx.QueryRow(q, tx.Now).Scan(&n) }; return tx.QueryRow(q).Scan(&n) })
		fmt.Println(n, q)
	}
}
