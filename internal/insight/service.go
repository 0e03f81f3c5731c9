package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	db       *sqldb.DB
	zones    openings.Zones
	measured measured
}

// New returns the use cases on a migrated database.
func New(db *sqldb.DB) *Service { return &Service{db: db} }

// MaxDays bounds the days that one question may be about: ten years.
const MaxDays = 3653

// Days is the days that a question is about, as clocks in a zone count them.
type Days struct {
	From, To turno.Date // [From, To); without To: today is the last day; without From: 30 days
	TimeZone string     // an IANA name; empty means the caller's own
}

// whose is the doctor that the caller may ask about, or nil for everybody.
func whose(c policy.Caller) (*uuid.UUID, error) {
	var relation policy.Relation
	if c.Role == turno.RoleDoctor {
		relation = policy.ItsDoctor // their own numbers are all that they are given
	}
	if err := policy.Check(c, policy.ReadAnalytics, relation); err != nil {
		return nil, err
	}
	if relation == policy.ItsDoctor {
		return c.ID(), nil
	}
	return nil, nil
}

// days checks the range and fills in what was left out. It returns the instants
// at which the days begin, and last the one at which the last of them ends.
func (s *Service) days(tx *sqldb.Tx, c policy.Caller, d Days) (Days, []time.Time, error) {
	loc, err := s.zone(tx, c, &d)
	if err != nil {
		return d, nil, err
	}
	if d.To.IsZero() {
		d.To = turno.DateOf(tx.Now, loc).AddDays(1)
	}
	if d.From.IsZero() {
		d.From = d.To.AddDays(-30)
	}
	n := d.From.DaysUntil(d.To)
	switch {
	case n <= 0:
		return d, nil, invalid("query.to", "The last day is before the first.")
	case n > MaxDays:
		return d, nil, invalid("query.to", "Please ask for ten years at most.")
	}
	begins := make([]time.Time, n+1)
	for i := range begins {
		begins[i] = d.From.AddDays(i).At(0, loc)
	}
	return d, begins, nil
}

func (s *Service) zone(tx *sqldb.Tx, c policy.Caller, d *Days) (*time.Location, error) {
	if d.TimeZone == "" {
		user, err := store.UserByID(tx, c.UserID)
		if err != nil {
			return nil, fmt.Errorf("find the caller's time zone: %w", err)
		}
		d.TimeZone = user.TimeZone
	}
	loc, err := turno.ZoneNamed(d.TimeZone)
	if err != nil {
		return nil, invalid("query.time_zone", "This is not the name of a time zone, such as Europe/Madrid.")
	}
	return loc, nil
}

func (s *Service) read(ctx context.Context, what string, fn func(*sqldb.Tx) error) error {
	if err := s.db.Read(ctx, fn); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func invalid(location, message string) error {
	return turno.Invalid(turno.FieldError{Location: location, Message: message})
}
