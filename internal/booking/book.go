package booking

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// NewVisit is a request for a visit.
type NewVisit struct {
	DoctorID    uuid.UUID
	PatientID   uuid.UUID // uuid.Nil: the caller
	ScheduledAt time.Time
	VisitTypeID *uuid.UUID // nil: the doctor's slot length
	Reason      string     // at most MaxReason characters
	Browser     uuid.UUID  // the anonymous session that may have held a time before signing in
	Idempotency Idempotency
}

// Idempotency makes a request that is sent again get the first answer. The zero
// value makes no promise.
type Idempotency struct {
	Key      string
	BodyHash []byte // of everything that was asked
}

// MaxReason bounds the free texts of a visit, in characters.
const MaxReason = 2000

// tooLong reports whether a text has more than so many characters.
func tooLong(text string, most int) bool { return utf8.RuneCountInString(text) > most }

// routeBook names the request in stored answers.
const routeBook = "POST /appointments"

// neighbourhood is how far from the start of a wanted time the calendar is read to
// decide about it: no visit with its buffer is longer.
const neighbourhood = store.LongestVisit + longestBuffer

// longestBuffer is the most that a doctor can keep free after a visit.
const longestBuffer = turno.MostBufferMinutes * time.Minute

// errStale says that the doctor's calendar changed between reading and writing.
var errStale = errors.New("the calendar has changed")

// Book makes a visit: a request, or a confirmed one when the doctor confirms
// automatically or the practice books. It is one transaction of three round
// trips: read, write, commit.
//
// It fails with turno.CodeSlotTaken and the nearest alternatives when the time
// is taken, turno.CodePatientBusy when the patient is elsewhere then,
// turno.CodeNotOffered when the time is no slot, and
// turno.CodeTooManyOpenVisits.
func (s *Service) Book(ctx context.Context, c policy.Caller, n NewVisit) (turno.Appointment, error) {
	if err := policy.Admit(c, policy.BookAppointment); err != nil {
		return turno.Appointment{}, err
	}
	if err := n.validate(); err != nil {
		return turno.Appointment{}, err
	}
	if n.PatientID == uuid.Nil {
		n.PatientID = c.UserID
	}
	n.ScheduledAt = turno.Instant(n.ScheduledAt)
	id := turno.NewID()

	var booked turno.Appointment
	var calendar *calendarReading
	var touched []uuid.UUID
	err := s.untilFresh(ctx, func(tx *sqldb.Tx) error {
		t := bookingTx{s: s, tx: tx, caller: c, want: n, id: id}
		var err error
		booked, err = t.run()
		calendar, touched = t.calendar, t.doctors()
		return err
	})
	if err != nil {
		return turno.Appointment{}, s.afterLoss(ctx, c, n, err)
	}
	if booked.ID == id { // not a stored answer
		calendar.keep()
		s.config.Observe(OutcomeBooked)
		s.config.Wake()
		s.changed(touched...)
	}
	return booked, nil
}

func (n NewVisit) validate() error {
	var fields []turno.FieldError
	if n.DoctorID == uuid.Nil {
		fields = append(fields, turno.FieldError{Location: "body.doctor_id", Message: "Say which doctor."})
	}
	if n.ScheduledAt.IsZero() {
		fields = append(fields, turno.FieldError{Location: "body.scheduled_at", Message: "Say when."})
	}
	if tooLong(n.Reason, MaxReason) {
		fields = append(fields, turno.FieldError{Location: "body.reason", Message: "Please keep this under 2,000 characters."})
	}
	if len(n.Idempotency.Key) > 255 {
		fields = append(fields, turno.FieldError{Location: "header.Idempotency-Key", Message: "A key has at most 255 characters."})
	}
	if len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	return nil
}

// untilFresh runs a write again, with fresh eyes, while calendars change under it.
func (s *Service) untilFresh(ctx context.Context, write func(*sqldb.Tx) error) error {
	const attempts = 4
	for range attempts {
		if err := s.db.Write(ctx, write); !errors.Is(err, errStale) {
			return err
		}
	}
	return turno.Conflict(turno.CodeConflict, "The doctor's hours are changing just now. Please try again.")
}

// afterLoss counts a refusal, and adds the nearest open times to one that says that
// the time is taken. Another node may have sold it: what the index knows of the doctor
// is shown no more until it has looked.
func (s *Service) afterLoss(ctx context.Context, c policy.Caller, n NewVisit, err error) error {
	e, ok := errors.AsType[*turno.Error](err)
	if !ok {
		return err
	}
	if s.config.FreeTime != nil && (e.Code == turno.CodeNotOffered || e.Code == turno.CodeSlotTaken) {
		s.config.FreeTime.Changed(n.DoctorID)
	}
	switch e.Code {
	case turno.CodePatientBusy:
		s.config.Observe(OutcomePatientBusy)
	case turno.CodeNotOffered:
		s.config.Observe(OutcomeNotOffered)
	case turno.CodeSlotTaken:
		s.config.Observe(OutcomeSlotTaken)
		alternatives, lookErr := s.alternatives(ctx, c, n.DoctorID, n.ScheduledAt, n.VisitTypeID)
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
		if e.Alternatives = alternatives; len(alternatives) == 0 {
			e.Message = alone(err)
		}
	}
	return err
}

// alone is what is said of a time that is taken when no other follows.
func alone(err error) string {
	if errors.Is(err, errTooShort) {
		return "This time is too short for this visit."
	}
	return "This time has just been taken."
}

// alternativeCount is how many open times are offered to the loser of a race.
const alternativeCount = 3

// alternativeReach is how far around a lost time the calendar is read for them.
const alternativeReach = 15 * 24 * time.Hour

// alternatives is the open times nearest to a lost one.
func (s *Service) alternatives(ctx context.Context, c policy.Caller, doctorID uuid.UUID, around time.Time, typeID *uuid.UUID) (open []turno.Interval, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		calendar, err := store.CalendarOf(tx, doctorID, around.Add(-alternativeReach), around.Add(alternativeReach))
		if err != nil {
			return err
		}
		rules, err := s.zones.Rules(&calendar)
		if err != nil {
			return err
		}
		query := schedule.Query{Now: tx.Now, ForStaff: forPractice(c, doctorID)}
		if typeID != nil {
			visitType, err := store.VisitTypeByID(tx, *typeID)
			if err != nil {
				return err
			}
			query.Minutes = visitType.Minutes
		}
		open = schedule.Nearest(rules, openings.Blocking(calendar.Busy, tx.Now, nil), around, alternativeCount, query)
		return nil
	})
	return open, err
}
