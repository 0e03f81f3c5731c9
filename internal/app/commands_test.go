package app_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"github.com/turno-health/turno/internal/app"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestExitStatusAndErrors(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.db")
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		stderr string
	}{
		{"help is no failure", []string{"--help"}, app.ExitOK, ""},
		{"a command's help is none either", []string{"restore", "--help"}, app.ExitOK, ""},
		{"the version", []string{"version"}, app.ExitOK, ""},
		{"the document needs no database", []string{"openapi"}, app.ExitOK, ""},
		{"a script for bash", []string{"completion", "bash"}, app.ExitOK, ""},
		{"no command", nil, app.ExitUsage, "turno --help"},
		{"an unknown command", []string{"sell"}, app.ExitUsage, "unexpected argument sell"},
		{"an unknown flag", []string{"serve", "--fast"}, app.ExitUsage, "unknown flag --fast"},
		{"an unknown shell", []string{"completion", "tcsh"}, app.ExitUsage, "bash"},
		{"an idle time that is too long", []string{"serve", "--staff-idle-minutes", "61"}, app.ExitUsage, "a number from 5 to 60"},
		{"a base URL with a path", []string{"serve", "--base-url", "https://example.org/turno"}, app.ExitUsage, "--base-url is where"},
		{"a time zone that is none", []string{"serve", "--clinic-time-zone", "Madrid"}, app.ExitUsage, "--clinic-time-zone"},
		{"an address without a port", []string{"serve", "--database", missing, "--listen", "localhost"}, app.ExitUsage, "--listen"},
		{"a port that is none", []string{"serve", "--database", missing, "--listen", ":99999"}, app.ExitUsage, "--listen"},
		{"an address of somebody else", []string{"serve", "--database", missing, "--listen", "192.0.2.1:8080"}, app.ExitUsage, "--listen"},
		{"an address that another program has", []string{"serve", "--database", missing, "--listen", taken.Addr().String()}, app.ExitFailed, "--listen localhost:8081"},
		{"a demo at an address without a port", []string{"demo", "--database", missing, "--listen", "localhost"}, app.ExitUsage, "--listen"},
		{"a base URL that is none", []string{"serve", "--database", missing, "--base-url", "turno.example.org"}, app.ExitUsage, "--base-url is where"},
		{"a proxy that is a name", []string{"serve", "--database", missing, "--trusted-proxies", "10.0.0.1,proxy"}, app.ExitUsage, "--trusted-proxies"},
		{"a clinic without a name", []string{"serve", "--database", missing, "--clinic-name", " "}, app.ExitUsage, "--clinic-name"},
		{"a country in full", []string{"serve", "--database", missing, "--clinic-country", "Spain"}, app.ExitUsage, "--clinic-country"},
		{"a key file that is missing", []string{"serve", "--database", missing, "--key-file", missing + ".key"}, app.ExitUsage, "turno key new"},
		{"a key file that is a text", []string{"serve", "--database", missing, "--key-file", text}, app.ExitUsage, "turno key new"},
		{"an unknown size", []string{"demo", "--size", "xl"}, app.ExitUsage, "--size must be one of"},
		{"an admin without a name", []string{"admin", "create", "--username", "ana"}, app.ExitUsage, "missing flags"},
		{"an admin without a password", []string{"admin", "create", "--username", "ana", "--email", "ana@example.org", "--full-name", "Ana", "--database", filepath.Join(t.TempDir(), "fresh.db")}, app.ExitFailed, "there is no password on standard input. Send it as the first line"},
		{"a second factor of nobody", []string{"admin", "reset-second-factor"}, app.ExitUsage, "<username>"},
		{"a second factor in no database", []string{"admin", "reset-second-factor", "ana", "--database", missing}, app.ExitFailed, "there is no database"},
		{"a day that is none", []string{"audit", "list", "--from", "yesterday"}, app.ExitUsage, "--from is a day"},
		{"an action in small letters", []string{"audit", "export", "--action", "erase"}, app.ExitUsage, "--action must be one of"},
		{"days the wrong way round", []string{"audit", "list", "--from", "2026-02-01", "--to", "2026-01-01"}, app.ExitUsage, "--from is before --to"},
		{"one client does not race", []string{"prove", "--clients", "1"}, app.ExitUsage, "at least 2"},
		{"two ways to encrypt", []string{"backup", "--to", "b", "--plaintext", "--recipient", "age1"}, app.ExitUsage, "can't be used together"},
		{"a recipient that is none", []string{"backup", "--to", "b", "--recipient", "bob"}, app.ExitUsage, "--recipient is a public key"},
		{"no way to encrypt", []string{"backup", "--to", "b"}, app.ExitUsage, "--passphrase-file"},
		{"a trail of no database", []string{"audit", "list", "--database", missing}, app.ExitFailed, "there is no database"},
		{"a backup of no database", []string{"backup", "--database", missing, "--to", "b", "--plaintext"}, app.ExitFailed, "there is no database"},
		{"a check of no database", []string{"prove", "--check", "--database", missing}, app.ExitFailed, "there is no database"},
		{"a database that is a text", []string{"serve", "--database", text, "--listen", "127.0.0.1:0"}, app.ExitFailed, "Check what --database names."},
		{"a backup of PostgreSQL", []string{"backup", "--database", "postgres://db/turno", "--to", "b"}, app.ExitFailed, "pg_dump"},
		{"a restoring of PostgreSQL", []string{"restore", "b", "--database", "postgres://db/turno"}, app.ExitFailed, "pg_restore"},
		{"a restoring over a database", []string{"restore", "b", "--database", text}, app.ExitFailed, "add --replace"},
		{"a restoring of a text", []string{"restore", text, "--database", missing}, app.ExitFailed, "not a backup"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, "", tt.args...)
			got.expect(t, tt.status, tt.stderr)
			if lines := strings.Count(got.stderr, "\n"); tt.status != app.ExitOK && (lines != 1 || !strings.HasSuffix(got.stderr, ".\n")) {
				t.Errorf("the error is not one sentence: %q", got.stderr)
			}
		})
	}
	t.Cleanup(func() { // once all of them have run
		if _, err := os.Stat(missing); err == nil {
			t.Error("a command that reads, or was told nonsense, made a database")
		}
	})
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"serve", "demo", "migrate", "admin create", "admin reset-second-factor", "audit list", "audit export", "prove", "backup", "restore",
		"key new", "openapi", "version", "completion",
	} {
		got := run(t, "", append(strings.Fields(command), "--help")...)
		if !strings.Contains(got.stdout, "Example") || !strings.Contains(got.stdout, "turno "+command) {
			t.Errorf("turno %s --help shows no example:\n%s", command, got.stdout)
		}
	}
}

func TestCompletionKnowsCommandsFlagsAndValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		words []string
		want  []string
	}{
		{"a command", []string{"ver"}, []string{"version"}},
		{"a command below another", []string{"audit", ""}, []string{"export", "list"}},
		{"a flag", []string{"audit", "list", "--action"}, []string{"--action", "--action-by"}},
		{"a value that may be left out", []string{"audit", "list", "--action", "LOGI"}, []string{"LOGIN", "LOGIN_FAILED"}},
		{"a value", []string{"demo", "--size", ""}, []string{"l", "m", "s"}},
		{"an argument", []string{"completion", ""}, []string{"bash", "fish", "zsh"}},
		{"nothing", []string{"serve", "zzz"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, "", append([]string{"complete", "--"}, tt.words...)...)
			if diff := cmp.Diff(tt.want, strings.Fields(got.stdout), cmp.Transformer("empty", func(s []string) string { return strings.Join(s, " ") })); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMigrateTellsFromWhichVersionToWhich(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		for _, want := range []string{"from version 0 to version 1", "at version 1 already"} {
			got := run(t, "", "migrate", "--database", dsn)
			if got.status != app.ExitOK || !strings.Contains(got.stdout, want) {
				t.Errorf("want %q: %+v", want, got)
			}
		}
	})
}

func TestTheFirstAdminIsMadeBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		create := []string{"admin", "create", "--database", dsn, "--username", "mila", "--email", "mila@example.org", "--full-name", "Mila Novak"}
		run(t, "short\n", create...).expect(t, app.ExitFailed, "turno: password: ")
		run(t, "a quiet green boat\n", create...).expect(t, app.ExitOK, "")
		run(t, "a quiet green boat\n", create...).expect(t, app.ExitFailed, "turno: Somebody is registered with some of these details already. Sign in, or use others.\n")
		s := serve(t, dsn, newKeyFile(t))
		s.expect(t, "GET", "/api/v1/audit-logs", s.login(t), "", 200)
	})
}

func TestASecondFactorIsTakenAwayByWhoeverHasTheDatabase(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		run(t, "a quiet green boat\n", "admin", "create", "--database", dsn, "--username", "mila", "--email", "mila@example.org", "--full-name", "Mila Novak").
			expect(t, app.ExitOK, "")
		reset := func(username string) result {
			return run(t, "", "admin", "reset-second-factor", username, "--database", dsn)
		}
		reset("nadia").expect(t, app.ExitFailed, "nobody signs in as nadia in ")
		reset("nadia@example.org").expect(t, app.ExitFailed, "nobody signs in as nadia@example.org in ")
		reset("mila").expect(t, app.ExitFailed, "There is no second factor to take away.\n")
		reset("Mila@example.org").expect(t, app.ExitFailed, "There is no second factor to take away.\n")
		key := newKeyFile(t)
		s := serve(t, dsn, key)
		token := s.login(t)
		setUpApp(t, s, token)
		s.expect(t, "POST", "/api/v1/auth/login", "", signIn, 401)
		reset("MILA").expect(t, app.ExitOK, "") // while the server runs
		s.expect(t, "GET", "/api/v1/me", token, "", 401)
		if trail := s.expect(t, "GET", "/api/v1/audit-logs?action_type=UPDATE", s.login(t), "", 200); !strings.Contains(trail, `"second_factor_reset"`) {
			t.Errorf("the trail says %s", trail)
		}
	})
}

// setUpApp gives the person of a token an authenticator app.
func setUpApp(t *testing.T, s *server, token string) {
	t.Helper()
	var setup, code struct{ Secret, Code string }
	if err := json.Unmarshal([]byte(s.expect(t, "POST", "/api/v1/me/second-factor", token, "{}", 200)), &setup); err != nil {
		t.Fatal(err)
	}
	var err error
	if code.Code, err = totp.GenerateCode(strings.ReplaceAll(setup.Secret, " ", ""), time.Now()); err != nil {
		t.Fatal(err)
	}
	s.expect(t, "POST", "/api/v1/me/second-factor/confirm", token, `{"code": "`+code.Code+`"}`, 200)
}

func TestTheDemoRefusesADatabaseThatItDidNotMakeAndLeavesItAlone(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t, sqldb.SQLite)
	run(t, "a quiet green boat\n", "admin", "create", "--database", dsn, "--username", "mila", "--email", "mila@example.org", "--full-name", "Mila Novak").
		expect(t, app.ExitOK, "")
	before, err := os.ReadFile(dsn)
	if err != nil {
		t.Fatal(err)
	}
	refused := run(t, "", "demo", "--database", dsn, "--listen", "127.0.0.1:0",
		"--smtp-host", "mail.example.org", "--smtp-from", "Clinic <clinic@example.org>", "--base-url", "https://clinic.example.org")
	refused.expect(t, app.ExitFailed, "the demo did not make this database")
	refused.expect(t, app.ExitFailed, "a demo sends no mail, whatever the settings of SMTP say")
	after, err := os.ReadFile(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("the database was changed")
	}
	if _, err := os.Stat(dsn + ".key"); err == nil {
		t.Error("it was given a key")
	}
}

func TestAFileOfSomebodyElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "other.db")
	other, err := sqldb.Open(t.Context(), path, sqldb.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec("CREATE TABLE a (b TEXT)"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"demo", "--listen", "127.0.0.1:0"}, {"migrate"}} {
		run(t, "", append(args, "--database", path)...).expect(t, app.ExitFailed, "this file holds something else than a database of Turno")
	}
}

func TestTheDemoRefusesAClinicThatHasNotOpenedYet(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		run(t, "", "migrate", "--database", dsn).expect(t, app.ExitOK, "")
		run(t, "", "demo", "--database", dsn, "--listen", "127.0.0.1:0").expect(t, app.ExitFailed, "the demo did not make this database")
	})
}

func TestProveLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, dsn string) {
		got := run(t, "", "prove", "--database", dsn, "--clients", "4", "--rounds", "1")
		if got.status != app.ExitOK || !strings.Contains(got.stdout, "Nobody was ever in two places at once.") {
			t.Fatalf("%+v", got)
		}
		if !strings.HasPrefix(dsn, "postgres") {
			if left, _ := os.ReadDir(filepath.Dir(dsn)); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
			return
		}
		var schemas int
		if err := openDB(t, dsn).Read(t.Context(), func(tx *sqldb.Tx) error {
			return tx.QueryRow("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'turno_prove%'").Scan(&schemas)
		}); err != nil || schemas > 0 {
			t.Errorf("it left %d schemas, %v", schemas, err)
		}
	})
}

// Commands take their turns beside a server that never stops writing.
func TestCommandsSucceedBesideALoadedSQLiteServer(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t, sqldb.SQLite)
	s := serve(t, dsn, newKeyFile(t), "--log-level", "error")
	s.expect(t, "POST", "/api/v1/auth/register", "", newPatient, 201)
	token := s.login(t)
	stop := make(chan struct{})
	var load sync.WaitGroup
	for i := range 8 {
		load.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				name := "Mila " + strings.Repeat("N", 1+(i+n)%20)
				if status, answer := s.call(t, "PATCH", "/api/v1/me", token, `{"full_name": "`+name+`"}`); status != 200 {
					t.Errorf("the server answered %d: %s", status, answer)
					return
				}
			}
		})
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	spawn(t, "a quiet green boat\n", "admin", "create", "--database", dsn, "--username", "ana", "--email", "ana@example.org", "--full-name", "Ana").
		expect(t, app.ExitOK, "")
	spawn(t, "", "backup", "--database", dsn, "--to", backup, "--plaintext").expect(t, app.ExitOK, "")
	export := spawn(t, "", "audit", "export", "--database", dsn, "--entity", "user", "--action", "CREATE")
	export.expect(t, app.ExitOK, "")
	spawn(t, "", "prove", "--check", "--database", dsn).expect(t, app.ExitOK, "")
	close(stop)
	load.Wait()
	if n := strings.Count(export.stdout, "\n"); n != 2 {
		t.Errorf("the export has %d people, want 2:\n%s", n, export.stdout)
	}
	restored := filepath.Join(t.TempDir(), "restored.db")
	run(t, "", "restore", backup, "--database", restored).expect(t, app.ExitOK, "")
	run(t, "", "prove", "--check", "--database", restored).expect(t, app.ExitOK, "")
}
