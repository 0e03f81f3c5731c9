package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// InsertFeedbackIn adds a rating and brings the doctor's mean up to date, as a
// part of a batch. inserted is 0 when the visit has been rated already; then the
// caller must roll back.
//
// The mean is computed in whole numbers, half a cent up, so that both engines
// and the table's own check agree to the last digit.
func InsertFeedbackIn(b *sqldb.Batch, inserted *int64, f turno.Feedback) {
	b.Exec(inserted, `
		INSERT INTO feedback (id, patient_id, doctor_id, appointment_id, rating, comments, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (appointment_id) DO NOTHING`,
		f.ID, f.PatientID, f.DoctorID, f.AppointmentID, f.Rating, nullable(f.Comments), f.CreatedAt)
	b.Exec(nil, `
		UPDATE doctors
		   SET rating_sum = rating_sum + $2,
		       rating_count = rating_count + 1,
		       rating = ((200 * (rating_sum + $2) + rating_count + 1) / (2 * (rating_count + 1))) / 100.0
		 WHERE user_id = $1`, f.DoctorID, f.Rating)
}

// RatingCounts is how many ratings of 1 to 5 there are, at the indexes 0 to 4.
type RatingCounts [5]int

// RatingsOf counts a doctor's ratings, from an index alone.
func RatingsOf(tx *sqldb.Tx, doctorID uuid.UUID) (counts RatingCounts, err error) {
	type count struct{ rating, n int }
	found, err := sqldb.All(tx, func(row sqldb.Scanner) (c count, err error) {
		err = row.Scan(&c.rating, &c.n)
		return c, err
	}, `
		SELECT rating, COUNT(*)
		  FROM feedback
		 WHERE doctor_id = $1
		 GROUP BY rating`, doctorID)
	if err != nil {
		return counts, fmt.Errorf("count ratings: %w", err)
	}
	for _, c := range found {
		counts[c.rating-1] = c.n
	}
	return counts, nil
}

// FeedbackOf lists a doctor's ratings, newest first, older than the keyset.
func FeedbackOf(tx *sqldb.Tx, doctorID uuid.UUID, beforeTime time.Time, beforeID uuid.UUID, limit int) ([]turno.Feedback, error) {
	var w sqldb.Where
	w.Add("doctor_id = $?", doctorID)
	if beforeID != uuid.Nil {
		w.Add("(created_at, id) < ($?, $?)", beforeTime, beforeID)
	}
	feedback, err := sqldb.All(tx, scanFeedback, `
		SELECT id, patient_id, doctor_id, appointment_id, rating, COALESCE(comments, ''), created_at
		  FROM feedback
		 `+w.SQL()+`
		 ORDER BY created_at DESC, id DESC
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list feedback: %w", err)
	}
	return feedback, nil
}

func scanFeedback(row sqldb.Scanner) (f turno.Feedback, err error) {
	err = row.Scan(&f.ID, &f.PatientID, &f.DoctorID, &f.AppointmentID, &f.Rating, &f.Comments, &f.CreatedAt)
	return f, err
}
