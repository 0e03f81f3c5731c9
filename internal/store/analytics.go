package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// DoctorRating is what patients think of a doctor, from the kept sums.
type DoctorRating struct {
	DoctorID         uuid.UUID
	FullName         string
	SpecializationID int
	Specialization   string
	Hundredths       int64 // the mean of all ratings, times 100; 0 without any
	Count            int64
}

// RatingPlace is where a page of ratings ended.
type RatingPlace struct {
	Hundredths, Count int64
	DoctorID          uuid.UUID // Nil before the first page
}

// DoctorRatings lists doctors by their rating, the best first, of equals those
// rated more often. only, unless nil, is the one doctor to list.
func DoctorRatings(tx *sqldb.Tx, only *uuid.UUID, after RatingPlace, limit int) ([]DoctorRating, error) {
	var w sqldb.Where
	if only != nil {
		w.Add("d.user_id = $?", *only)
	}
	if after.DoctorID != uuid.Nil {
		w.Add("(-"+hundredths+", -d.rating_count, d.user_id) > ($?, $?, $?)",
			-after.Hundredths, -after.Count, after.DoctorID)
	}
	ratings, err := sqldb.All(tx, scanDoctorRating, `
		SELECT d.user_id, u.full_name, s.id, s.name, `+hundredths+`, d.rating_count
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		  JOIN specializations s ON s.id = d.specialization_id
		 `+w.SQL()+`
		 ORDER BY -`+hundredths+`, -d.rating_count, d.user_id
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list ratings: %w", err)
	}
	return ratings, nil
}

// hundredths makes the rating a whole number, exact on both engines.
const hundredths = `CAST(round(d.rating * 100) AS bigint)`

func scanDoctorRating(row sqldb.Scanner) (r DoctorRating, err error) {
	err = row.Scan(&r.DoctorID, &r.FullName, &r.SpecializationID, &r.Specialization, &r.Hundredths, &r.Count)
	return r, err
}

// BookableDoctors lists the ids of verified, active doctors in the order of
// their ids, after the one given (Nil: from the first). only, unless nil, is the
// one doctor to list.
func BookableDoctors(tx *sqldb.Tx, only *uuid.UUID, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	var w sqldb.Where
	w.Add("d.verified_at IS NOT NULL")
	w.Add("u.deactivated_at IS NULL")
	w.Add("u.erased_at IS NULL")
	w.Add("d.user_id > $?", after)
	if only != nil {
		w.Add("d.user_id = $?", *only)
	}
	ids, err := sqldb.All(tx, scanID, `
		SELECT d.user_id
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 `+w.SQL()+`
		 ORDER BY d.user_id
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list bookable doctors: %w", err)
	}
	return ids, nil
}

// BookedMinutes sums the lengths, without buffers, of the doctors' pending and
// confirmed visits that start in [from, to).
func BookedMinutes(tx *sqldb.Tx, doctorIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]int64, error) {
	type booked struct {
		doctorID uuid.UUID
		minutes  int64
	}
	rows, err := sqldb.All(tx, func(row sqldb.Scanner) (b booked, err error) {
		err = row.Scan(&b.doctorID, &b.minutes)
		return b, err
	}, `
		SELECT doctor_id, CAST(sum(`+minutesBetween(tx, "scheduled_at", "ends_at")+`) AS bigint)
		  FROM appointments
		 WHERE doctor_id = ANY($1)
		   AND scheduled_at >= $2
		   AND scheduled_at < $3
		   AND status IN ('pending', 'confirmed')
		 GROUP BY doctor_id`, sqldb.In(doctorIDs), from, to)
	if err != nil {
		return nil, fmt.Errorf("sum booked time: %w", err)
	}
	byDoctor := make(map[uuid.UUID]int64, len(rows))
	for _, b := range rows {
		byDoctor[b.doctorID] = b.minutes
	}
	return byDoctor, nil
}
