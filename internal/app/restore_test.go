package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/turno-health/turno/internal/app"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// Who was erased after the backup must not come back with it.
func TestARestoredBackupDoesNotBringBackThoseWhoWereErased(t *testing.T) {
	t.Parallel()
	dsn, key := storetest.DSN(t, sqldb.SQLite), newKeyFile(t)
	folder := t.TempDir()
	s := serve(t, dsn, key)
	s.expect(t, "POST", "/api/v1/auth/register", "", newPatient, http.StatusCreated)
	token := s.login(t)

	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(folder, "identity.txt")
	if err := os.WriteFile(secret, []byte(identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(folder, "backup.age")
	run(t, "", "backup", "--database", dsn, "--to", backup, "--recipient", identity.Recipient().String()).expect(t, app.ExitOK, "")
	sealed, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "mila@example.org") {
		t.Error("the backup can be read")
	}
	info, err := os.Stat(backup)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v", info.Mode(), err)
	}
	run(t, "", "backup", "--database", dsn, "--to", backup, "--plaintext").expect(t, app.ExitFailed, "exists already")

	s.expect(t, "POST", "/api/v1/me/erase", token, "", http.StatusNoContent)
	erasures := filepath.Join(folder, "erasures.ndjson")
	run(t, "", "audit", "export", "--database", dsn, "--action", "ERASE", "--output", erasures).expect(t, app.ExitOK, "1 entries")

	replace := []string{"restore", backup, "--identity", secret, "--database", dsn, "--replace"}
	run(t, "", replace...).expect(t, app.ExitFailed, "Stop the server first")
	s.cancel()
	s.wait(t)

	elsewhere := filepath.Join(folder, "elsewhere.db")
	run(t, "", "restore", backup, "--identity", secret, "--database", elsewhere).expect(t, app.ExitOK, "")
	if n := people(t, elsewhere); n != 1 {
		t.Errorf("%d people are in the plain restoring, want 1", n)
	}
	byList := filepath.Join(folder, "by-list.db")
	run(t, "", "restore", backup, "--identity", secret, "--database", byList, "--erasures", erasures).expect(t, app.ExitOK, "")
	if n := people(t, byList); n != 0 {
		t.Error("an export of the trail did not keep the erased person away")
	}
	const times = 3 // within a second, perhaps
	for range times {
		run(t, "", replace...).expect(t, app.ExitOK, "")
	}
	if n := people(t, dsn); n != 0 {
		t.Error("the database that was replaced did not keep the erased person away")
	}
	if kept, err := filepath.Glob(dsn + ".replaced-*"); err != nil || len(kept) != times {
		t.Errorf("the databases that were replaced are kept as %v, %v", kept, err)
	}
	again := serve(t, dsn, key)
	again.expect(t, "GET", "/api/v1/me", token, "", http.StatusUnauthorized)
	again.expect(t, "POST", "/api/v1/auth/login", "", signIn, http.StatusUnauthorized)
}

func TestAWrongPassphraseOpensNothing(t *testing.T) {
	t.Parallel()
	dsn, folder := storetest.DSN(t, sqldb.SQLite), t.TempDir()
	run(t, "", "migrate", "--database", dsn).expect(t, app.ExitOK, "")
	for name, passphrase := range map[string]string{"right": "open sesame please", "wrong": "open barley please"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(passphrase+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	backup, restored := filepath.Join(folder, "backup.age"), filepath.Join(folder, "restored.db")
	run(t, "", "backup", "--database", dsn, "--to", backup, "--passphrase-file", filepath.Join(folder, "right")).expect(t, app.ExitOK, "")
	run(t, "", "restore", backup, "--database", restored, "--passphrase-file", filepath.Join(folder, "wrong")).
		expect(t, app.ExitFailed, "open the backup")
	run(t, "", "restore", backup, "--database", restored, "--passphrase-file", filepath.Join(folder, "right")).expect(t, app.ExitOK, "")
	left, err := filepath.Glob(filepath.Join(folder, ".turno-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// SQLite would replay what another database has left into the one that comes to its
// place.
func TestABackupIsNotRestoredBesideTheLogOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	dsn, folder := storetest.DSN(t, sqldb.SQLite), t.TempDir()
	run(t, "", "migrate", "--database", dsn).expect(t, app.ExitOK, "")
	backup, restored := filepath.Join(folder, "backup.db"), filepath.Join(folder, "restored.db")
	run(t, "", "backup", "--database", dsn, "--to", backup, "--plaintext").expect(t, app.ExitOK, "")
	for _, ending := range []string{"-wal", "-shm", "-journal"} {
		if err := os.WriteFile(restored+ending, []byte("what a killed server left"), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "", "restore", backup, "--database", restored).expect(t, app.ExitFailed, restored+ending+" is a part of another database")
		if err := os.Remove(restored + ending); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "", "restore", backup, "--database", restored).expect(t, app.ExitOK, "")
	if n := people(t, restored); n != 0 {
		t.Errorf("%d people are in the database, want 0", n)
	}
}

// people counts those who have a name.
func people(t *testing.T, dsn string) (n int) {
	t.Helper()
	if err := openDB(t, dsn).Read(t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM users WHERE erased_at IS NULL AND full_name = 'Mila Novak'").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
