package booking_test

import (
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// TestABookingIsThreeRoundTrips counts, between the program and PostgreSQL, how
// often the direction turns: read, write, commit.
func TestABookingIsThreeRoundTrips(t *testing.T) {
	t.Parallel()
	wire := listen(t, storetest.DSN(t, sqldb.Postgres))
	clock := storetest.NewClock(storetest.Monday())
	db, err := sqldb.Open(t.Context(), wire.dsn, sqldb.Options{Now: clock.Now, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := store.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	c := newClinic(t, db, clock)
	c.mustBook(c.ana, at(1, "09:00")) // reads the doctor's rules, once for each node
	c.mustBook(c.ana, at(1, "09:30")) // prepares the statements, once for each connection

	before := wire.turns.Load()
	c.mustBook(c.ana, at(1, "10:00"))
	if got := wire.turns.Load() - before; got != 3 {
		t.Errorf("a booking took %d round trips, want 3", got)
	}
}

// tap passes bytes on between a client and a server, and counts the questions.
type tap struct {
	dsn    string
	server string
	turns  atomic.Int64
}

func listen(t *testing.T, dsn string) *tap {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w := &tap{server: address.Host}
	address.Host = listener.Addr().String()
	w.dsn = address.String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.pass(client)
		}
	}()
	return w
}

func (w *tap) pass(client net.Conn) {
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		_ = client.Close()
		return
	}
	var answered atomic.Bool
	answered.Store(true)
	go relay(server, client, func() {
		if answered.Swap(false) {
			w.turns.Add(1)
		}
	})
	relay(client, server, func() { answered.Store(true) })
}

// relay copies from one side to the other until either closes.
func relay(to, from net.Conn, seen func()) {
	defer func() { _ = to.Close() }()
	defer func() { _ = from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			seen()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
