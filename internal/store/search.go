package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// DoctorFilter chooses among the doctors that patients can find; zero fields
// choose all.
type DoctorFilter struct {
	Text             string // part of the name, or of the specialization's
	SpecializationID int
	MinRating        float64
}

func (f DoctorFilter) where(specializations []turno.Specialization) *sqldb.Where {
	w := &sqldb.Where{}
	w.Add("d.verified_at IS NOT NULL")
	w.Add("u.deactivated_at IS NULL")
	w.Add("u.erased_at IS NULL")
	if f.SpecializationID != 0 {
		w.Add("d.specialization_id = $?", f.SpecializationID)
	}
	if f.MinRating > 0 {
		w.Add("d.rating >= CAST($? AS double precision)", f.MinRating)
	}
	for _, word := range f.words(specializations) {
		w.Add(`(u.search_name LIKE $? ESCAPE '\' OR d.specialization_id = ANY($?))`,
			likePattern("%", word.text, "%"), sqldb.In(word.specializations))
	}
	return w
}

// searchWord is a word that somebody looks for, and the specializations in whose
// name it is.
type searchWord struct {
	text            string
	specializations []int
}

func (f DoctorFilter) words(specializations []turno.Specialization) []searchWord {
	var words []searchWord
	for _, text := range strings.Fields(SearchName(f.Text)) {
		word := searchWord{text: text}
		for _, s := range specializations {
			if strings.Contains(SearchName(s.Name), text) {
				word.specializations = append(word.specializations, s.ID)
			}
		}
		words = append(words, word)
	}
	return words
}

// SearchFacts is what a DoctorFilter looks at in a doctor whom patients can find.
type SearchFacts struct {
	DoctorID         uuid.UUID
	SearchName       string
	SpecializationID int
	Rating           float64
}

// Matcher is the filter for doctors that are known already: it says what the
// database would. specializations are all there are; without a Text none are needed.
func (f DoctorFilter) Matcher(specializations []turno.Specialization) func(*SearchFacts) bool {
	words := f.words(specializations)
	return func(d *SearchFacts) bool {
		if f.SpecializationID != 0 && d.SpecializationID != f.SpecializationID || f.MinRating > 0 && d.Rating < f.MinRating {
			return false
		}
		for i := range words {
			if !slices.Contains(words[i].specializations, d.SpecializationID) && !strings.Contains(d.SearchName, words[i].text) {
				return false
			}
		}
		return true
	}
}

// SearchFactsOf reads the facts of many doctors, in no order.
func SearchFactsOf(tx *sqldb.Tx, ids []uuid.UUID) ([]SearchFacts, error) {
	facts, err := sqldb.All(tx, func(row sqldb.Scanner) (f SearchFacts, err error) {
		err = row.Scan(&f.DoctorID, &f.SearchName, &f.SpecializationID, &f.Rating)
		return f, err
	}, `
		SELECT d.user_id, u.search_name, d.specialization_id, CAST(d.rating AS double precision)
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 WHERE d.user_id = ANY($1)`, sqldb.In(ids))
	if err != nil {
		return nil, fmt.Errorf("read what searches look at: %w", err)
	}
	return facts, nil
}

// FindableAfter lists the ids of doctors whom patients can find, in order, from the
// one after the id on.
func FindableAfter(tx *sqldb.Tx, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	w := DoctorFilter{}.where(nil)
	w.Add("d.user_id > $?", after)
	ids, err := sqldb.All(tx, scanID, `
		SELECT d.user_id
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 `+w.SQL()+`
		 ORDER BY d.user_id
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list doctors: %w", err)
	}
	return ids, nil
}

// FindableIDs lists the ids of all doctors that match.
func FindableIDs(tx *sqldb.Tx, f DoctorFilter) ([]uuid.UUID, error) {
	specializations, err := Specializations(tx)
	if err != nil {
		return nil, err
	}
	w := f.where(specializations)
	ids, err := sqldb.All(tx, scanID, `
		SELECT d.user_id
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("find doctors: %w", err)
	}
	return ids, nil
}

// CountDoctors counts all doctors that match.
func CountDoctors(tx *sqldb.Tx, f DoctorFilter) (n int, err error) {
	specializations, err := Specializations(tx)
	if err != nil {
		return 0, err
	}
	w := f.where(specializations)
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 `+w.SQL(), w.Args()...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count doctors: %w", err)
	}
	return n, nil
}

// SpecializationCount is a specialization with how many findable doctors it has.
type SpecializationCount struct {
	turno.Specialization
	Doctors int
}

// SpecializationCounts lists the specializations of the doctors that patients can
// find, by name.
func SpecializationCounts(tx *sqldb.Tx) ([]SpecializationCount, error) {
	counts, err := sqldb.All(tx, func(row sqldb.Scanner) (c SpecializationCount, err error) {
		err = row.Scan(&c.ID, &c.Name, &c.Doctors)
		return c, err
	}, `
		SELECT s.id, s.name, COUNT(*)
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		  JOIN specializations s ON s.id = d.specialization_id
		 WHERE d.verified_at IS NOT NULL
		   AND u.deactivated_at IS NULL
		   AND u.erased_at IS NULL
		 GROUP BY s.id, s.name
		 ORDER BY s.name`)
	if err != nil {
		return nil, fmt.Errorf("count doctors by specialization: %w", err)
	}
	return counts, nil
}

// DoctorOrder is how found doctors are sorted.
type DoctorOrder int

// The orders; ties are broken by id.
const (
	ByName   DoctorOrder = iota
	ByRating             // best first, then the one rated more often
)

// DoctorKeyset is the last doctor of the page before.
type DoctorKeyset struct {
	SearchName  string
	Rating      float64
	RatingCount int
	ID          uuid.UUID // uuid.Nil: from the start
}

// FindDoctors lists a page of the doctors that match.
func FindDoctors(tx *sqldb.Tx, f DoctorFilter, order DoctorOrder, after DoctorKeyset, limit int) ([]turno.Doctor, error) {
	specializations, err := Specializations(tx)
	if err != nil {
		return nil, err
	}
	w := f.where(specializations)
	orderBy := "u.search_name, u.id"
	switch {
	case order == ByRating:
		orderBy = "d.rating DESC, d.rating_count DESC, u.id DESC"
		if after.ID != uuid.Nil {
			w.Add("(d.rating, d.rating_count, u.id) < (CAST($? AS decimal(3,2)), $?, $?)", after.Rating, after.RatingCount, after.ID)
		}
	case after.ID != uuid.Nil:
		w.Add("(u.search_name, u.id) > ($?, $?)", after.SearchName, after.ID)
	}
	doctors, err := sqldb.All(tx, scanDoctor, selectDoctor+`
		 `+w.SQL()+`
		 ORDER BY `+orderBy+`
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list doctors: %w", err)
	}
	return doctors, nil
}

// FoundDoctors reads those of the doctors that match, in no order.
func FoundDoctors(tx *sqldb.Tx, f DoctorFilter, specializations []turno.Specialization, ids []uuid.UUID) ([]turno.Doctor, error) {
	w := f.where(specializations)
	w.Add("d.user_id = ANY($?)", sqldb.In(ids))
	doctors, err := sqldb.All(tx, scanDoctor, selectDoctor+`
		 `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("read doctors: %w", err)
	}
	return doctors, nil
}

const selectDoctor = `
		SELECT ` + doctorColumns + `
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		  JOIN specializations s ON s.id = d.specialization_id`
