package sqldb

import (
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// How the kernel acts on these options is its own matter; here they are asked back
// from connections to a real server.
func TestConnectionsNoticeAServerThatVanished(t *testing.T) {
	t.Parallel()
	db := openTest(t, freshSchema(t), Options{})
	want := map[string]int{"user timeout, ms": 15_000, "keep-alive": 1, "idle, s": 10, "interval, s": 5, "count": 3}
	if err := db.Read(t.Context(), func(tx *Tx) error {
		if _, err := tx.Exec("SELECT 1"); err != nil {
			return err
		}
		pooled := tx.session.(*postgresSession).conn.Conn()
		if diff := cmp.Diff(want, socketOptions(t, pooled)); diff != "" {
			t.Errorf("of the pool (-want +got):\n%s", diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	listening, err := pgx.ConnectConfig(t.Context(), db.Pool().Config().ConnConfig) // as Listen does
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listening.Close(t.Context()) }()
	if diff := cmp.Diff(want, socketOptions(t, listening)); diff != "" {
		t.Errorf("of its own (-want +got):\n%s", diff)
	}
}

func socketOptions(t *testing.T, conn *pgx.Conn) map[string]int {
	t.Helper()
	tcp, ok := conn.PgConn().Conn().(*net.TCPConn)
	if !ok {
		t.Fatalf("TURNO_TEST_POSTGRES leads to a %T: this test needs TCP without TLS", conn.PgConn().Conn())
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	if err := raw.Control(func(fd uintptr) {
		for name, option := range map[string][2]int{
			"user timeout, ms": {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
			"keep-alive":       {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
			"idle, s":          {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
			"interval, s":      {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
			"count":            {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
		} {
			value, err := unix.GetsockoptInt(int(fd), option[0], option[1])
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			found[name] = value
		}
	}); err != nil {
		t.Fatal(err)
	}
	return found
}
