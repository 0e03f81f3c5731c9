package booking

import (
	"context"

	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Home is what somebody sees who has not searched yet.
type Home struct {
	Soonest         []FoundDoctor // those with the soonest open times anywhere
	Specializations []SpecializationCount
}

// SpecializationCount is a specialization with how many doctors of it take visits.
type SpecializationCount = store.SpecializationCount

// Home reads the soonest visits anywhere, of so many doctors (6 unless told), and
// the specializations in which somebody takes visits, by name.
func (s *Service) Home(ctx context.Context, c policy.Caller, doctors int) (home Home, err error) {
	const usual = 6
	if err := policy.Check(c, policy.SearchDoctors, 0); err != nil {
		return Home{}, err
	}
	if doctors <= 0 {
		doctors = usual
	}
	if home.Soonest, _, err = s.SearchDoctors(ctx, c, Search{Sort: SortEarliest, Kinds: true, Limit: doctors}); err != nil {
		return Home{}, err
	}
	indexed := s.awaitIndex(ctx)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		if !indexed {
			home.Specializations, err = store.SpecializationCounts(tx)
			return err
		}
		specializations, err := store.Specializations(tx)
		counts := s.config.FreeTime.Specializations()
		home.Specializations = nil
		for _, specialization := range specializations {
			if n := counts[specialization.ID]; n > 0 {
				home.Specializations = append(home.Specializations, SpecializationCount{Specialization: specialization, Doctors: n})
			}
		}
		return err
	})
	if err != nil {
		return Home{}, err
	}
	return home, nil
}

// CountDoctors is how many doctors a search finds on all its pages.
func (s *Service) CountDoctors(ctx context.Context, c policy.Caller, q Search) (n int, err error) {
	if err := policy.Check(c, policy.SearchDoctors, 0); err != nil {
		return 0, err
	}
	indexed := s.awaitIndex(ctx)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		if !indexed {
			n, err = store.CountDoctors(tx, q.filter())
			return err
		}
		t, err := s.searchIn(tx, q, false)
		if err == nil {
			n = s.config.FreeTime.Count(q.filter().Matcher(t.specializations))
		}
		return err
	})
	return n, err
}
