package store

import (
	"errors"
	"fmt"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

func scanSpecialization(row sqldb.Scanner) (s turno.Specialization, err error) {
	err = row.Scan(&s.ID, &s.Name)
	return s, err
}

// Specializations lists them all by name; there are few.
func Specializations(tx *sqldb.Tx) ([]turno.Specialization, error) {
	all, err := sqldb.All(tx, scanSpecialization, `
		SELECT id, name
		  FROM specializations
		 ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list specializations: %w", err)
	}
	return all, nil
}

// SpecializationUse is a specialization with the doctors who have it.
type SpecializationUse struct {
	turno.Specialization
	Doctors  int64 // all of them, also those who have left: while there is one it can't be deleted
	Bookable int64 // of them: verified and active
}

// SpecializationUses lists all specializations by name, with how many doctors
// have them.
func SpecializationUses(tx *sqldb.Tx) ([]SpecializationUse, error) {
	all, err := sqldb.All(tx, func(row sqldb.Scanner) (u SpecializationUse, err error) {
		err = row.Scan(&u.ID, &u.Name, &u.Doctors, &u.Bookable)
		return u, err
	}, `
		SELECT s.id, s.name, COUNT(d.user_id),
		       COUNT(d.user_id) FILTER (WHERE d.verified_at IS NOT NULL
		                                  AND u.deactivated_at IS NULL
		                                  AND u.erased_at IS NULL)
		  FROM specializations s
		  LEFT JOIN doctors d ON d.specialization_id = s.id
		  LEFT JOIN users u ON u.id = d.user_id
		 GROUP BY s.id, s.name
		 ORDER BY s.name`)
	if err != nil {
		return nil, fmt.Errorf("count doctors by specialization: %w", err)
	}
	return all, nil
}

// SpecializationByID reads one; false when there is none.
func SpecializationByID(tx *sqldb.Tx, id int) (turno.Specialization, bool, error) {
	s, err := sqldb.One(tx, scanSpecialization, `
		SELECT id, name
		  FROM specializations
		 WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read a specialization: %w", err)
	}
	return s, true, nil
}

// InsertSpecialization adds one and returns its id. A name that is taken, in
// whatever case, is a unique violation.
func InsertSpecialization(tx *sqldb.Tx, name string) (id int, err error) {
	err = tx.QueryRow(`
		INSERT INTO specializations (name, name_folded)
		VALUES ($1, $2)
		RETURNING id`, name, Fold(name)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add a specialization: %w", err)
	}
	return id, nil
}

// UpdateSpecialization renames one, and reports whether there is one. A name
// that another has, in whatever case, is a unique violation.
func UpdateSpecialization(tx *sqldb.Tx, s turno.Specialization) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE specializations
		   SET name = $2,
		       name_folded = $3
		 WHERE id = $1`, s.ID, s.Name, Fold(s.Name))
	if err != nil {
		return false, fmt.Errorf("change a specialization: %w", err)
	}
	return rows == 1, nil
}

// DeleteSpecialization removes one, and reports whether there was one. While a
// doctor has it, that is a foreign key violation.
func DeleteSpecialization(tx *sqldb.Tx, id int) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM specializations
		 WHERE id = $1`, id)
	if err != nil {
		return false, fmt.Errorf("delete a specialization: %w", err)
	}
	return rows == 1, nil
}
