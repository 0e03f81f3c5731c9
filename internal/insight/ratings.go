package insight

import (
	"context"
	"math"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// DoctorRating is what patients think of a doctor.
type DoctorRating struct {
	DoctorID         uuid.UUID
	FullName         string
	SpecializationID int
	Specialization   string
	Average          float64 // of all ratings, two decimals; 0 without any
	Count            int64
}

const ratingList keyset.List = "doctor-ratings"

// DoctorRatings lists the average rating of each doctor, the best first: to full
// staff all, to a doctor their own. limit is 20 unless told, 100 at most.
func (s *Service) DoctorRatings(ctx context.Context, c policy.Caller, limit int, cursor string) (items []DoctorRating, next string, err error) {
	only, err := whose(c)
	if err != nil {
		return nil, "", err
	}
	after, err := ratingList.Parse(cursor)
	if err != nil {
		return nil, "", err
	}
	limit = keyset.Size(limit)
	var ratings []store.DoctorRating
	if err := s.read(ctx, "rate doctors", func(tx *sqldb.Tx) (err error) {
		from := store.RatingPlace{Hundredths: int64(math.Round(after.Rating * 100)), Count: int64(after.Count), DoctorID: after.ID}
		ratings, err = store.DoctorRatings(tx, only, from, limit+1)
		return err
	}); err != nil {
		return nil, "", err
	}
	ratings, next = keyset.Page(ratingList, ratings, limit, func(r store.DoctorRating) keyset.Place {
		return keyset.Place{Rating: float64(r.Hundredths) / 100, Count: int(r.Count), ID: r.DoctorID}
	})
	for _, r := range ratings {
		items = append(items, DoctorRating{
			DoctorID:         r.DoctorID,
			FullName:         r.FullName,
			SpecializationID: r.SpecializationID,
			Specialization:   r.Specialization,
			Average:          float64(r.Hundredths) / 100,
			Count:            r.Count,
		})
	}
	return items, next, nil
}
