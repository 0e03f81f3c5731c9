package booking

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Config is what a Service depends on beside the database.
type Config struct {
	Box           *seal.Box // seals what patients write
	MaxOpenVisits int       // of a patient, unless staff book; 0 means no limit
	ProveEmail    bool      // whoever has not verified their email has one open visit at most; for where mail is sent

	// FreeTime is asked who is open soonest, and when. Without one that is computed for
	// every doctor in each search; with one, for at most some hundreds while it can't
	// answer.
	FreeTime *freetime.Index

	Logger *slog.Logger // nil: nothing is logged
	// Observe is told of every Outcome, for metrics. Nil is fine.
	Observe func(Outcome)
	// Wake is called after a commit that left something in the outbox. Nil is fine.
	Wake func()
	// Changed is called after a commit, once for each doctor whose calendar it
	// changed: a visit, a hold, hours, time off. Nil is fine.
	Changed func(doctorID uuid.UUID)
}

// Outcome is how a use case ended, for counting.
type Outcome string

// The outcomes.
const (
	OutcomeBooked      Outcome = "booked"
	OutcomeHeld        Outcome = "held"
	OutcomeMoved       Outcome = "moved"
	OutcomeCancelled   Outcome = "cancelled"
	OutcomeSlotTaken   Outcome = "slot_taken"
	OutcomePatientBusy Outcome = "patient_busy"
	OutcomeNotOffered  Outcome = "not_offered"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	db     *sqldb.DB
	config Config
	zones  openings.Zones
	rules  rulebook
}

// New returns the use cases on a migrated database.
func New(db *sqldb.DB, config Config) *Service {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Observe == nil {
		config.Observe = func(Outcome) {}
	}
	if config.Wake == nil {
		config.Wake = func() {}
	}
	if config.Changed == nil {
		config.Changed = func(uuid.UUID) {}
	}
	return &Service{db: db, config: config}
}

// changed tells of each of the calendars once.
func (s *Service) changed(doctorIDs ...uuid.UUID) {
	slices.SortFunc(doctorIDs, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range slices.Compact(doctorIDs) {
		s.config.Changed(id)
	}
}

// overlapping is the periods that share time with the interval.
func overlapping(busy []turno.BusyPeriod, i turno.Interval) []turno.BusyPeriod {
	var found []turno.BusyPeriod
	for _, p := range busy {
		if p.Overlaps(i) {
			found = append(found, p)
		}
	}
	return found
}

// seal encrypts a text for the row with this id; an empty one stays nothing.
func (s *Service) seal(text string, id uuid.UUID) []byte {
	if text == "" {
		return nil
	}
	return s.config.Box.Seal([]byte(text), id[:])
}

// open decrypts a visit's free texts.
func (s *Service) open(v store.Visit) (turno.Appointment, error) {
	for _, field := range []struct {
		sealed []byte
		text   *string
	}{{v.SealedReason, &v.Reason}, {v.SealedCancellationReason, &v.CancellationReason}} {
		if len(field.sealed) == 0 {
			continue
		}
		plain, err := s.config.Box.Open(field.sealed, v.ID[:])
		if err != nil {
			return turno.Appointment{}, fmt.Errorf("open visit %s: %w", v.ID, err)
		}
		*field.text = string(plain)
	}
	return v.Appointment, nil
}

func (s *Service) openAll(visits []store.Visit) ([]turno.Appointment, error) {
	opened := make([]turno.Appointment, len(visits))
	for i, v := range visits {
		a, err := s.open(v)
		if err != nil {
			return nil, err
		}
		opened[i] = a
	}
	return opened, nil
}

// relation is how the caller stands to a visit.
func relation(c policy.Caller, v store.VisitFacts) policy.Relation {
	var r policy.Relation
	if c.Is(v.PatientID) {
		r |= policy.Self
	}
	if v.ActsFor {
		r |= policy.Proxy
	}
	if c.Is(v.DoctorID) {
		r |= policy.ItsDoctor
	}
	return r
}

// ownCalendar is how the caller stands to a doctor's calendar.
func ownCalendar(c policy.Caller, doctorID uuid.UUID) policy.Relation {
	if c.Is(doctorID) {
		return policy.ItsDoctor
	}
	return 0
}

// forPractice reports whether the caller acts for the practice, free of the
// rules that patients book by.
func forPractice(c policy.Caller, doctorID uuid.UUID) bool {
	return policy.Check(c, policy.BookAnyTime, ownCalendar(c, doctorID)) == nil
}
