package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/app"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

const (
	newPatient = `{"username": "mila", "email": "mila@example.org", "password": "a quiet green boat", "full_name": "Mila Novak", "date_of_birth": "1990-04-12"}`
	signIn     = `{"login": "mila", "password": "a quiet green boat"}`
)

// login returns a token.
func (s *server) login(t *testing.T) string {
	t.Helper()
	var signedIn struct {
		Token string `json:"token"`
	}
	answer := s.expect(t, "POST", "/api/v1/auth/login", "", signIn, http.StatusOK)
	if err := json.Unmarshal([]byte(answer), &signedIn); err != nil {
		t.Fatal(err)
	}
	return signedIn.Token
}

func TestAFreshServerRegistersAPatientAndKeepsThemOverARestart(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		key := newKeyFile(t)
		s := serve(t, dsn, key, "--clinic-name", "Clínica del Río", "--log-level", "debug")
		s.expect(t, "POST", "/api/v1/auth/register", "", newPatient, http.StatusCreated)
		token := s.login(t)
		s.expect(t, "GET", "/api/v1/me", token, "", http.StatusOK)
		for path, content := range map[string]string{
			"/":                  "Clínica del Río",
			"/healthz":           "alive",
			"/readyz":            "ready",
			"/metrics":           "turno_open_times_age_seconds",
			"/docs":              "Turno API",
			"/api/v1/locations":  "Clínica del Río",
			"/openapi.json":      `"openapi": "3.1`,
			"/api/v1/auth/login": "",
		} {
			want := http.StatusOK
			if content == "" {
				want = http.StatusMethodNotAllowed
			}
			if answer := s.expect(t, "GET", path, "", "", want); !strings.Contains(answer, content) {
				t.Errorf("GET %s lacks %q: %s", path, content, answer)
			}
		}
		s.expect(t, "GET", "/no-such-page", "", "", http.StatusNotFound)
		s.cancel()
		if status := s.wait(t); status != app.ExitOK {
			t.Errorf("exit status %d:\n%s", status, s.log)
		}
		for _, secret := range []string{"mila", "quiet", "Novak", token} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		again := serve(t, dsn, key)
		again.expect(t, "GET", "/api/v1/me", token, "", http.StatusOK)
	})
}

func TestARequestOnTheWayIsFinishedBeforeTheServerStops(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		s := serve(t, dsn, newKeyFile(t))
		s.expect(t, "POST", "/api/v1/auth/register", "", newPatient, http.StatusCreated)
		address := strings.TrimPrefix(s.url, "http://")
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /api/v1/auth/login HTTP/1.1\r\nHost: turno\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(signIn))
		answers := bufio.NewReader(conn)
		if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100") { // the handler waits for the body
			t.Fatalf("the server said %q, %v", line, err)
		}
		if _, err := answers.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		s.cancel()
		refusesNewConnections(t, address)
		if _, err := io.WriteString(conn, signIn); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("the request was cut off: %v\n%s", err, s.log)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("the last request was answered %d", response.StatusCode)
		}
		if status := s.wait(t); status != app.ExitOK {
			t.Errorf("exit status %d:\n%s", status, s.log)
		}
	})
}

func refusesNewConnections(t *testing.T, address string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("a server that is stopping takes new connections")
		}
	}
}

func TestAKeyThatDoesNotOpenTheDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		old := newKeyFile(t)
		s := serve(t, dsn, old)
		s.cancel()
		s.wait(t)
		run(t, "", "serve", "--database", dsn, "--key-file", newKeyFile(t), "--listen", "127.0.0.1:0").
			expect(t, app.ExitFailed, "the database was sealed with the key")

		oldKey, err := os.ReadFile(old)
		if err != nil {
			t.Fatal(err)
		}
		both := newKeyFile(t)
		if err := os.WriteFile(both, []byte(seal.NewKey()+"\n"+string(oldKey)), 0o600); err != nil {
			t.Fatal(err)
		}
		rotated := serve(t, dsn, both)
		rotated.cancel()
		rotated.wait(t)
		run(t, "", "serve", "--database", dsn, "--key-file", old, "--listen", "127.0.0.1:0").
			expect(t, app.ExitFailed, "Give this node all of the database's keys")
	})
}

func TestALostKeyFileIsNotReplacedByANewKey(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t, sqldb.SQLite)
	key := dsn + ".key"
	s := serve(t, dsn, "") // an empty --key-file is none
	s.cancel()
	s.wait(t)
	info, err := os.Stat(key)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file is %v, %v", info, err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	run(t, "", "serve", "--database", dsn, "--listen", "127.0.0.1:0").
		expect(t, app.ExitFailed, "Put the key file there")
}

func TestServersThatStartTogetherShareOneDatabase(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.DSN(t, sqldb.Postgres), newKeyFile(t)
	servers := make([]*server, 3)
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() { servers[i] = serve(t, dsn, key) })
	}
	all.Wait()
	if t.Failed() {
		return
	}
	servers[0].expect(t, "POST", "/api/v1/auth/register", "", newPatient, http.StatusCreated)
	token := servers[1].login(t)
	servers[2].expect(t, "GET", "/api/v1/me", token, "", http.StatusOK)
	var migrations, locations, keys int
	if err := openDB(t, dsn).Read(t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`
			SELECT (SELECT count(*) FROM schema_migrations WHERE version = 1),
			       (SELECT count(*) FROM locations),
			       (SELECT count(*) FROM sealing_keys)`).Scan(&migrations, &locations, &keys)
	}); err != nil {
		t.Fatal(err)
	}
	if migrations != 1 || locations != 1 || keys != 1 {
		t.Errorf("%d first migrations, %d locations, %d keys; want one of each", migrations, locations, keys)
	}
	said := 0
	for _, s := range servers {
		said += strings.Count(s.log.String(), `"msg":"migrated","version":1`)
	}
	if said != 1 {
		t.Errorf("the first migration ran %d times", said)
	}
}

func TestANodeIsNotReadyOnADatabaseOfALaterRelease(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		key := newKeyFile(t)
		s := serve(t, dsn, key)
		db := openDB(t, dsn)
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec("INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, 'later', $1)", tx.Now)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if answer := s.expect(t, "GET", "/readyz", "", "", http.StatusServiceUnavailable); !strings.Contains(answer, "9999") {
			t.Errorf("the reason is %s", answer)
		}
		s.expect(t, "GET", "/healthz", "", "", http.StatusOK)
		run(t, "", "serve", "--database", dsn, "--key-file", key).expect(t, app.ExitFailed, "newer release")
		run(t, "", "audit", "list", "--database", dsn).expect(t, app.ExitFailed, "newer release")
	})
}

// pg_dump reads the trail for hours, and a month of it is made meanwhile only when
// nobody reads.
func TestANodeStartsWhileSomebodyReadsTheTrailForLong(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.DSN(t, sqldb.Postgres), newKeyFile(t)
	first := serve(t, dsn, key)
	first.cancel()
	first.wait(t)
	db := openDB(t, dsn)
	if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec("DROP TABLE audit_logs_" + tx.Now.AddDate(0, 3, 1-tx.Now.Day()).Format("200601"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		var entries int
		if err := tx.QueryRow("SELECT count(*) FROM audit_logs").Scan(&entries); err != nil {
			return err
		}
		s := serve(t, dsn, key)
		s.expect(t, "POST", "/api/v1/auth/register", "", newPatient, http.StatusCreated)
		if log := s.log.String(); !strings.Contains(log, "the coming months of the trail could not be made") {
			t.Errorf("the log does not say what is put off:\n%s", log)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
