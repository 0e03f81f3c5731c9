package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
)

// Size is how large a demo clinic is.
type Size string

// The sizes, all with two years of history.
const (
	S Size = "s" // 50 doctors, about 20 thousand visits
	M Size = "m" // 1,000 doctors, about 2 million visits
	L Size = "l" // 10,000 doctors, about 10 million visits
)

// ParseSize reads "s", "m" or "l".
func ParseSize(s string) (Size, error) {
	switch size := Size(s); size {
	case S, M, L:
		return size, nil
	}
	return "", fmt.Errorf("%q is not a size of the demo: choose s, m or l", s)
}

// Password is that of everybody in the demo clinic.
const Password = "turno-demo-clinic"

// Account is somebody to sign in as.
type Account struct {
	Username string
	FullName string
}

// Accounts are the people to try the demo with. Their password is Password.
type Accounts struct {
	Patient Account // has a child, visits to come, and one to rate
	Doctor  Account // has visits today and requests to answer
	Admin   Account // staff level full
	Desk    Account // staff level desk
}

const (
	showcasePatient = "Elena Navarro Ruiz"
	showcaseDoctor  = "Lucía Herrera Campos"
	showcaseAdmin   = "Carmen Ibáñez Soler"
	showcaseDesk    = "Jonas Lindner"
)

func accounts() Accounts {
	return Accounts{
		Patient: Account{"patient", showcasePatient},
		Doctor:  Account{"doctor", showcaseDoctor},
		Admin:   Account{"admin", showcaseAdmin},
		Desk:    Account{"desk", showcaseDesk},
	}
}

// Why a database is refused.
var (
	ErrNotDemo     = errors.New("the demo did not make this database; give it one of its own")
	ErrInterrupted = errors.New("an earlier demo stopped before this database was complete; remove the database and start again")
)

// Fill makes the demo clinic in an empty, migrated database. It does nothing to
// one that it has filled before, and refuses any other with ErrNotDemo or
// ErrInterrupted. The clinic depends on the size and now alone, and is laid
// around the day of now. Reasons of visits are sealed with box. progress, unless
// nil, is told how many visits of how many are there, and what is being done.
func Fill(
	ctx context.Context, db *sqldb.DB, size Size, now time.Time, box *seal.Box,
	progress func(done, total int, what string),
) (Accounts, error) {
	p, err := planOf(size)
	if err != nil {
		return Accounts{}, err
	}
	return fill(ctx, db, p, now, box, progress)
}

// FillThin makes a clinic with so many doctors who began a few weeks ago and
// have about 20 visits each, for measuring what doctors cost apart from history.
// Otherwise it is as Fill.
func FillThin(
	ctx context.Context, db *sqldb.DB, doctors int, now time.Time, box *seal.Box,
	progress func(done, total int, what string),
) (Accounts, error) {
	thin := plan{doctors: doctors, visitsEach: 20, block: 50, sparse: 0.88, tenureDays: [2]int{20, 40}}
	return fill(ctx, db, thin, now, box, progress)
}

func fill(
	ctx context.Context, db *sqldb.DB, p plan, now time.Time, box *seal.Box,
	progress func(done, total int, what string),
) (Accounts, error) {
	if progress == nil {
		progress = func(int, int, string) {}
	}
	fresh, err := begin(ctx, db)
	if err != nil || !fresh {
		return accounts(), err
	}
	g, err := newGenerator(p, now, box)
	if err != nil {
		return Accounts{}, fmt.Errorf("make the demo clinic: %w", err)
	}
	if err := g.fill(ctx, db, progress); err != nil {
		return Accounts{}, fmt.Errorf("make the demo clinic: %w", err)
	}
	return accounts(), nil
}

// The setting that marks a demo database, and its values.
const (
	mark     = "demo"
	marked   = "v1"
	unfilled = "unfinished"
)

// Made reports whether the database is a demo clinic. One that is not complete is
// ErrInterrupted: nobody shall work with it, as it may lack indexes.
func Made(tx *sqldb.Tx) (bool, error) {
	value, err := readMark(tx)
	if err == nil && value == unfilled {
		err = ErrInterrupted
	}
	return value == marked, err
}

// begin claims the database for a demo. It reports false when the clinic is
// there already.
func begin(ctx context.Context, db *sqldb.DB) (fresh bool, err error) {
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		fresh = false
		value, err := readMark(tx)
		switch {
		case err != nil:
			return err
		case value == marked:
			return nil
		case value != "":
			return ErrInterrupted
		}
		if err := refusePeople(tx); err != nil {
			return err
		}
		fresh = true
		return setMark(tx, unfilled)
	})
	if err != nil && !errors.Is(err, ErrNotDemo) && !errors.Is(err, ErrInterrupted) {
		return false, fmt.Errorf("look at the database: %w", err)
	}
	return fresh, err
}

func refusePeople(tx *sqldb.Tx) error {
	var people bool
	if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM users)`).Scan(&people); err != nil {
		return fmt.Errorf("look for people: %w", err)
	}
	if people {
		return ErrNotDemo
	}
	return nil
}

// readMark is empty when nothing marks the database.
func readMark(tx *sqldb.Tx) (value string, err error) {
	err = tx.QueryRow(`SELECT value FROM settings WHERE name = $1`, mark).Scan(&value)
	if err != nil && !errors.Is(err, sqldb.ErrNoRows) {
		return "", fmt.Errorf("read the demo mark: %w", err)
	}
	return value, nil
}

func setMark(tx *sqldb.Tx, value string) error {
	_, err := tx.Exec(`
		INSERT INTO settings (name, value)
		VALUES ($1, $2)
		    ON CONFLICT (name) DO UPDATE
		   SET value = excluded.value`, mark, value)
	if err != nil {
		return fmt.Errorf("set the demo mark: %w", err)
	}
	return nil
}
