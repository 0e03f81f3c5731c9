package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const selectLocation = `
		SELECT l.id, l.name, l.phone, l.address_line1, l.address_line2, l.city, l.state, l.postal_code,
		       l.country, l.directions, l.time_zone
		  FROM locations l`

func scanLocation(row sqldb.Scanner) (l turno.Location, err error) {
	err = row.Scan(&l.ID, &l.Name, &l.Phone, &l.AddressLine1, &l.AddressLine2, &l.City, &l.State, &l.PostalCode,
		&l.Country, &l.Directions, &l.TimeZone)
	return l, err
}

// Locations lists them all by name; there are few.
func Locations(tx *sqldb.Tx) ([]turno.Location, error) {
	all, err := sqldb.All(tx, scanLocation, selectLocation+`
		 ORDER BY l.name, l.id`)
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", err)
	}
	return all, nil
}

// LocationsByID reads those that ids name; nil names none.
func LocationsByID(tx *sqldb.Tx, ids []*uuid.UUID) (map[uuid.UUID]*turno.Location, error) {
	named := map[uuid.UUID]bool{}
	for _, id := range ids {
		if id != nil {
			named[*id] = true
		}
	}
	locations := make(map[uuid.UUID]*turno.Location, len(named))
	if len(named) == 0 {
		return locations, nil
	}
	found, err := sqldb.All(tx, scanLocation, selectLocation+`
		 WHERE l.id = ANY($1)`, sqldb.In(slices.Collect(maps.Keys(named))))
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", err)
	}
	for _, l := range found {
		locations[l.ID] = &l
	}
	return locations, nil
}

// LocationByID reads one; false when there is none.
func LocationByID(tx *sqldb.Tx, id uuid.UUID) (turno.Location, bool, error) {
	return oneLocation(tx, selectLocation+`
		 WHERE l.id = $1`, id)
}

// FirstLocation reads the one that was made first; false when there is none.
func FirstLocation(tx *sqldb.Tx) (turno.Location, bool, error) {
	return oneLocation(tx, selectLocation+`
		 ORDER BY l.id
		 LIMIT 1`)
}

func oneLocation(tx *sqldb.Tx, query string, args ...any) (turno.Location, bool, error) {
	l, err := sqldb.One(tx, scanLocation, query, args...)
	if errors.Is(err, sqldb.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("read a location: %w", err)
	}
	return l, true, nil
}

// InsertLocation adds one. One of the same name and address, in whatever case, is
// a unique violation.
func InsertLocation(tx *sqldb.Tx, l turno.Location) error {
	_, err := tx.Exec(`
		INSERT INTO locations
		       (id, name, phone, address_line1, address_line2, city, state, postal_code, country, directions, time_zone, place_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, locationArgs(l)...)
	if err != nil {
		return fmt.Errorf("add a location: %w", err)
	}
	return nil
}

// UpdateLocation writes one. The caller holds tx.Lock of the id since before it
// read the location. Another of the same name and address is a unique violation.
func UpdateLocation(tx *sqldb.Tx, l turno.Location) error {
	_, err := tx.Exec(`
		UPDATE locations
		   SET name = $2,
		       phone = $3,
		       address_line1 = $4,
		       address_line2 = $5,
		       city = $6,
		       state = $7,
		       postal_code = $8,
		       country = $9,
		       directions = $10,
		       time_zone = $11,
		       place_hash = $12
		 WHERE id = $1`, locationArgs(l)...)
	if err != nil {
		return fmt.Errorf("change a location: %w", err)
	}
	return nil
}

func locationArgs(l turno.Location) []any {
	return []any{l.ID, l.Name, l.Phone, l.AddressLine1, l.AddressLine2, l.City, l.State, l.PostalCode,
		l.Country, l.Directions, l.TimeZone, PlaceHash(l)}
}

// PlaceHash is the same for two locations of one name and address, in whatever case.
// It is a hash because both together are longer than a row of an index of PostgreSQL.
func PlaceHash(l turno.Location) []byte {
	var folded []string
	for _, line := range []string{l.Name, l.AddressLine1, l.AddressLine2, l.City, l.State, l.PostalCode, l.Country} {
		folded = append(folded, Fold(line))
	}
	sum := sha256.Sum256([]byte(strings.Join(folded, "\n"))) // no line has one: see account.CheckLocation
	return sum[:]
}

// DeleteLocation removes one, and reports whether there was one. While a doctor or a
// visit is there, that is a foreign key violation. No index finds visits by their
// location, so it reads all of them: it is rare, and every booking would pay for one.
func DeleteLocation(tx *sqldb.Tx, id uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM locations
		 WHERE id = $1`, id)
	if err != nil {
		return false, fmt.Errorf("delete a location: %w", err)
	}
	return rows == 1, nil
}
