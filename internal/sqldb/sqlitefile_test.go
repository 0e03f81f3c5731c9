package sqldb

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAFileIsCopiedWhileItIsInUseAndSettledWhenItIsNot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "turno.db")
	db, err := Open(t.Context(), path, Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Exec("CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := CopyFile(t.Context(), path, copied); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(copied)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is %v, %v", info, err)
	}
	if err := CheckFile(t.Context(), copied); err != nil {
		t.Errorf("the copy: %v", err)
	}
	if err := SettleFile(t.Context(), path); !errors.Is(err, ErrFileInUse) {
		t.Errorf("a database in use was settled: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := SettleFile(t.Context(), path); err != nil {
		t.Errorf("a database that nobody uses: %v", err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("its log is still there")
	}
}

func TestADamagedFileIsFoundOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "turno.db")
	db, err := Open(t.Context(), path, Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *Tx) error {
		if _, err := tx.Exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT"); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO notes (text) SELECT hex(randomblob(500)) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) a, (SELECT 1 UNION SELECT 2 UNION SELECT 3) b")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), SettleFile(t.Context(), path)); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < 4096+512; i++ { // the head of the table
		content[i] = 0xff
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckFile(t.Context(), path); err == nil {
		t.Error("a damaged file passed the check")
	}
}
