package sqldb

import (
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"
)

// listenOn takes connections, and never says a word.
func listenOn(t *testing.T, network, address string) net.Listener {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func TestAServerThatTakesAConnectionAndSaysNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	tcp := listenOn(t, "tcp", "127.0.0.1:0").Addr().String()
	folder := t.TempDir()
	listenOn(t, "unix", filepath.Join(folder, ".s.PGSQL.5432"))
	for name, dsn := range map[string]string{
		"over TCP":           "postgres://nobody@" + tcp + "/none?sslmode=disable&connect_timeout=1",
		"over a Unix socket": "postgres:///none?user=nobody&connect_timeout=1&host=" + url.QueryEscape(folder),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			db, err := Open(t.Context(), dsn, Options{Now: time.Now})
			if err == nil {
				t.Error("it was opened:", db.Close())
			}
			if took := time.Since(began); took < time.Second || took > connectPatience {
				t.Errorf("given up after %v, not the second of connect_timeout: %v", took, err)
			}
		})
	}
}

func TestConnectingHasALimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, dsn string
		want      time.Duration
	}{
		{"ten seconds", "postgres://host/database", 10 * time.Second},
		{"or what the URL says", "postgres://host/database?connect_timeout=42", 42 * time.Second},
	} {
		config, err := postgresConfig(tt.dsn)
		if err != nil {
			t.Fatal(err)
		}
		if got := config.ConnConfig.ConnectTimeout; got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
