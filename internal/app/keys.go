package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// sealingKey is where a node has its key from, for the log.
type sealingKey struct {
	source string // a file or a variable
	made   bool   // just now
}

// openBox finds the sealing key, or makes one for a database that was never
// sealed, and refuses a key that does not open what is in the database.
func openBox(ctx context.Context, db *sqldb.DB, d config.Database, k config.Key) (*seal.Box, sealingKey, error) {
	sealed, err := sealedBefore(ctx, db)
	if err != nil {
		return nil, sealingKey{}, err
	}
	text, key, err := keyText(d, k, !sealed)
	if err != nil {
		return nil, key, err
	}
	box, err := seal.NewBox(text)
	if err != nil {
		return nil, key, advise(fmt.Errorf("the sealing key in %s can't be used: %w", key.source, err), "Make one with turno key new")
	}
	return box, key, registerKey(ctx, db, box, key.source)
}

func sealedBefore(ctx context.Context, db *sqldb.DB) (bool, error) {
	var keys []store.SealingKey
	err := db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		keys, err = store.SealingKeys(tx)
		return err
	})
	return len(keys) > 0, err
}

// keyText reads the keys from where the settings say, or from where this program
// would put them, making one there if it may.
func keyText(d config.Database, k config.Key, mayMake bool) (string, sealingKey, error) {
	if k.Text != "" {
		return k.Text, sealingKey{source: "TURNO_KEY"}, nil
	}
	if k.KeyFile != "" {
		text, err := os.ReadFile(k.KeyFile)
		if err != nil {
			return "", sealingKey{}, advise(fmt.Errorf("read the sealing key: %w", err), "Make one with: turno key new")
		}
		return string(text), sealingKey{source: k.KeyFile}, nil
	}
	path, err := ownKeyFile(d)
	if err != nil {
		return "", sealingKey{}, err
	}
	key := sealingKey{source: path}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !mayMake {
			return "", key, advise(fmt.Errorf("the database was sealed with a key that is not in %s", path),
				"Put the key file there, or name it with --key-file or TURNO_KEY")
		}
		if key.made, err = makeKeyFile(path); err == nil {
			text, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", key, fmt.Errorf("read or make the sealing key: %w", err)
	}
	return string(text), key, nil
}

// ownKeyFile is beside a SQLite file, and in the user's own configuration for a
// database elsewhere.
func ownKeyFile(d config.Database) (string, error) {
	if !d.IsPostgres() {
		return d.Database + ".key", nil
	}
	target, err := pgx.ParseConfig(d.Database)
	if err != nil {
		return "", fmt.Errorf("read the database's URL: %w", err)
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", advise(fmt.Errorf("there is no place for the sealing key: %w", err), "Name a file with --key-file, or set TURNO_KEY")
	}
	name := strings.ReplaceAll(target.Host, string(filepath.Separator), "_") + "-" + target.Database + ".key"
	return filepath.Join(folder, "turno", name), nil
}

// makeKeyFile makes the file whole or not at all: of programs that start
// together one makes it, and all use that one. It reports whether we made it.
func makeKeyFile(path string) (made bool, err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, err
	}
	draft, err := os.CreateTemp(folder, ".turno-key-*") // of mode 0600
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	_, writing := draft.WriteString(seal.NewKey() + "\n")
	if err := errors.Join(writing, draft.Sync(), draft.Close()); err != nil {
		return false, err
	}
	err = os.Link(draft.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// keyProof is what every key seals, to show later that a node has it.
const keyProof = "turno sealing key"

// registerKey refuses a database that holds values which the box can't open, and
// notes the box's key in it.
func registerKey(ctx context.Context, db *sqldb.DB, box *seal.Box, source string) error {
	proof := box.Seal([]byte(keyProof), []byte(box.KeyID()))
	return db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := store.LockSealingKeys(tx); err != nil {
			return err
		}
		keys, err := store.SealingKeys(tx)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if plain, err := box.Open(k.Proof, []byte(k.ID)); err != nil || string(plain) != keyProof {
				return advise(fmt.Errorf("the database was sealed with the key %s, which is not in %s", k.ID, source),
					"Give this node all of the database's keys with --key-file or TURNO_KEY, one a line, the current one first")
			}
		}
		if slices.ContainsFunc(keys, func(k store.SealingKey) bool { return k.ID == box.KeyID() }) {
			return nil
		}
		return store.InsertSealingKey(tx, store.SealingKey{ID: box.KeyID(), Proof: proof})
	})
}
