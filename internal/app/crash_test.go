package app_test

import (
	"sync"
	"testing"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// The server ends without warning while clients book: every visit that was
// acknowledged is there afterwards, and nothing is half-written.
func TestKillTheServerUnderLoad(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn, key := storetest.DSN(t, engine), newKey(t)
			node := startProcess(t, dsn, key)
			load := newLoad(t, node, dsn, 8)
			load.during(t, 150, func() { node.kill(t) })
			load.verify(t, startProcess(t, dsn, key), dsn)
		})
	}
}

// The database ends without warning, and comes back; the server stays up.
func TestKillPostgresUnderLoad(t *testing.T) {
	t.Parallel()
	cluster := startCluster(t)
	node := startProcess(t, cluster.dsn, newKey(t))
	load := newLoad(t, node, cluster.dsn, 8)
	load.during(t, 150, func() {
		cluster.kill(t)
		cluster.start(t)
	})
	node.awaitReady(t)
	load.verify(t, node, cluster.dsn)
}

// Two nodes start together on one empty database and book against each other.
func TestTwoServersOnOneDatabase(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.DSN(t, sqldb.Postgres), newKey(t)
	nodes := make([]*process, 2)
	var both sync.WaitGroup
	for i := range nodes {
		both.Go(func() { nodes[i] = startProcess(t, dsn, key) })
	}
	both.Wait()
	load := newLoad(t, nodes[0], dsn, 8)
	load.nodes = nodes
	load.during(t, 300, func() {})
	if len(load.odd) > 0 {
		t.Errorf("answers that are neither 201 nor 409: %v", load.odd)
	}
	load.verify(t, nodes[1], dsn)
}

// Commands run beside a server that is busy with bookings on the same file.
func TestCommandsBesideALoadedServer(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t, sqldb.SQLite)
	node := startProcess(t, dsn, newKey(t))
	load := newLoad(t, node, dsn, 8)
	backup := t.TempDir() + "/backup.db"
	load.during(t, 50, func() {
		for _, args := range [][]string{
			{"admin", "create", "--database", dsn, "--username", "second", "--email", "second@example.org", "--full-name", "Second Admin"},
			{"audit", "list", "--database", dsn},
			{"audit", "export", "--database", dsn},
			{"backup", "--database", dsn, "--to", backup, "--plaintext"},
		} {
			if out, err := turno(t, processPassword+"\n", args...); err != nil {
				t.Errorf("turno %v: %v\n%s", args, err, out)
			}
		}
	})
	if len(load.odd) > 0 {
		t.Errorf("answers that are neither 201 nor 409: %v", load.odd)
	}
	node.login(t, "second")
	if out, err := turno(t, "", "prove", "--check", "--database", backup); err != nil {
		t.Errorf("the backup is not sound: %v\n%s", err, out)
	}
	load.verify(t, node, dsn)
}
