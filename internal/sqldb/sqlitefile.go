package sqldb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// What follows handles SQLite databases as files. There must be one at the path,
// except where the contrary is said.

// filePatience is how long another process may keep the whole file to itself.
const filePatience = time.Minute

// CopyFile writes a consistent copy of the SQLite database at path to a new
// file, that only its owner can read. It takes no lock that writers or readers
// wait for; the log beside the database can't shrink until it ends.
func CopyFile(ctx context.Context, path, to string) error {
	if err := createFile(to); err != nil { // with our mode; SQLite fills an empty file
		return fmt.Errorf("make the copy: %w", err)
	}
	return onFile(ctx, path, filePatience, func(query fileQuery) error {
		_, err := query("VACUUM INTO ?1", to)
		return err
	})
}

// CheckFile looks whether the SQLite database at path is whole: every page and
// index, and that no row points nowhere.
func CheckFile(ctx context.Context, path string) error {
	return onFile(ctx, path, filePatience, func(query fileQuery) error {
		found, err := query("PRAGMA integrity_check(1)")
		if err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("the file is damaged: %s", found)
		}
		table, err := query(`SELECT COALESCE(MAX("table"), '') FROM pragma_foreign_key_check`)
		if err == nil && table != "" {
			err = fmt.Errorf("the file is damaged: rows of %s point nowhere", table)
		}
		return err
	})
}

// ErrFileInUse says that a program has the SQLite database open.
var ErrFileInUse = errors.New("the database is in use")

// SettleFile puts everything that lies in files beside the SQLite database into
// it, so that it can be moved. It returns ErrFileInUse when a program has it open.
func SettleFile(ctx context.Context, path string) error {
	err := onFile(ctx, path, 0, func(query fileQuery) error {
		mode, err := query("PRAGMA journal_mode = DELETE")
		if err == nil && mode != "delete" {
			err = ErrFileInUse
		}
		return err
	})
	if sqliteBusy(err) {
		return ErrFileInUse
	}
	return err
}

// fileQuery runs a statement and returns the text in its last row, if any.
type fileQuery func(sql string, args ...any) (string, error)

// onFile opens the database at path for use.
func onFile(ctx context.Context, path string, patience time.Duration, use func(fileQuery) error) (err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return err
	}
	file, err := openFile(path, fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	file.SetMaxOpenConns(1)
	return use(func(sql string, args ...any) (text string, err error) {
		rows, err := file.QueryContext(ctx, sql, args...)
		if err != nil {
			return "", err
		}
		for rows.Next() {
			if err := rows.Scan(&text); err != nil {
				return "", errors.Join(err, rows.Close())
			}
		}
		return text, errors.Join(rows.Err(), rows.Close())
	})
}
