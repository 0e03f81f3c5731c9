package booking

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// bookingTx is one attempt to book, inside its transaction.
type bookingTx struct {
	s      *Service
	tx     *sqldb.Tx
	caller policy.Caller
	want   NewVisit
	id     uuid.UUID

	calendar  *calendarReading
	facts     store.BookingFacts
	seen      bool // the doctor has seen the patient before; read for visit types only
	visitType turno.VisitType
	holds     []store.KeptHold // the caller's and the browser's: the booking consumes them
}

func (t *bookingTx) run() (turno.Appointment, error) {
	answered, err := t.read()
	if err != nil || answered != nil {
		return deref(answered), err
	}
	visit, err := t.decide()
	if err != nil {
		return turno.Appointment{}, err
	}
	return visit.Appointment, t.write(visit)
}

// read is the first round trip: everything that the decision needs. It returns
// the stored answer when the request has been answered before.
func (t *bookingTx) read() (*turno.Appointment, error) {
	var patientFound, typeFound bool
	claimed := int64(1)
	b := t.tx.Batch()
	if t.want.Idempotency.Key != "" {
		store.ClaimAnswerIn(b, &claimed, t.idempotencyKey(), t.tx.Now)
	}
	// Bookings share the doctor's lock, changes of hours take it alone: so no
	// visit is accepted under old rules. The patient's lock makes the limit on
	// open visits exact. Always doctor, then patient.
	b.ShareLock(t.want.DoctorID)
	b.Lock(t.want.PatientID)
	t.calendar = t.s.rules.readIn(b, t.want.DoctorID, t.want.ScheduledAt, t.want.ScheduledAt.Add(neighbourhood), t.tx.Now)
	store.BookingFactsIn(b, &t.facts, &patientFound, t.want.PatientID, t.caller.UserID, max(t.s.config.MaxOpenVisits, unprovenVisits), t.tx.Now)
	if t.want.VisitTypeID != nil {
		store.VisitTypeIn(b, &t.visitType, &typeFound, *t.want.VisitTypeID)
		store.HasBeenSeenIn(b, &t.seen, t.want.PatientID, t.want.DoctorID)
	}
	store.LiveHoldsIn(b, &t.holds, t.caller.UserID, t.want.Browser)
	if err := b.Run(); err != nil {
		return nil, fmt.Errorf("read for a booking: %w", err)
	}
	if claimed == 0 {
		return t.storedAnswer()
	}
	if err := t.calendar.check(); err != nil {
		return nil, err
	}
	return nil, t.checkFound(patientFound, typeFound)
}

func (t *bookingTx) checkFound(patient, visitType bool) error {
	if err := policy.Check(t.caller, policy.BookAppointment, t.relation()); err != nil {
		return err
	}
	switch {
	case !t.calendar.found || !t.calendar.Bookable:
		return turno.NotFound("doctor")
	case !patient && t.caller.Is(t.want.PatientID):
		return turno.Forbidden("Only patients have visits. Say for which patient with patient_id.")
	case !patient || !t.facts.PatientActive:
		return turno.NotFound("patient")
	case t.want.VisitTypeID != nil && (!visitType || t.visitType.DoctorID != t.want.DoctorID):
		return turno.Invalid(turno.FieldError{Location: "body.visit_type_id", Message: "This doctor has no such visit type."})
	}
	return nil
}

func (t *bookingTx) relation() policy.Relation {
	r := ownCalendar(t.caller, t.want.DoctorID)
	if t.caller.Is(t.want.PatientID) {
		r |= policy.Self
	}
	if t.facts.ActsFor {
		r |= policy.Proxy
	}
	return r
}

// decide says what the visit will be, or why it can't.
func (t *bookingTx) decide() (store.Visit, error) {
	practice := forPractice(t.caller, t.want.DoctorID)
	if err := t.checkLimits(practice); err != nil {
		return store.Visit{}, err
	}
	minutes := t.calendar.SlotMinutes
	if t.want.VisitTypeID != nil {
		minutes = t.visitType.Minutes
	}
	if err := t.checkTime(practice, minutes); err != nil {
		return store.Visit{}, err
	}
	status := turno.StatusPending
	if practice || t.calendar.AutoConfirm {
		status = turno.StatusConfirmed
	}
	return store.Visit{
		Appointment: turno.Appointment{
			ID:          t.id,
			PatientID:   t.want.PatientID,
			DoctorID:    t.want.DoctorID,
			ScheduledAt: t.want.ScheduledAt,
			EndsAt:      t.want.ScheduledAt.Add(time.Duration(minutes) * time.Minute),
			Status:      status,
			VisitTypeID: t.want.VisitTypeID,
			LocationID:  t.calendar.LocationID,
			BookedBy:    t.caller.ID(),
			Reason:      t.want.Reason,
			CreatedAt:   t.tx.Now,
			UpdatedAt:   t.tx.Now,
		},
		SealedReason: t.s.seal(t.want.Reason, t.id),
	}, nil
}

// unprovenVisits is how many open visits a patient can have by somebody whose email
// nobody has verified (see Config.ProveEmail).
const unprovenVisits = 1

func (t *bookingTx) checkLimits(practice bool) error {
	if t.want.VisitTypeID != nil {
		if err := bookable(t.visitType, practice, t.seen, "body.visit_type_id"); err != nil {
			return err
		}
	}
	if practice {
		return nil
	}
	if t.s.config.ProveEmail && t.facts.Unproven && t.facts.OpenVisits >= unprovenVisits {
		return turno.Conflict(turno.CodeTooManyOpenVisits,
			"Please confirm your email address first, with the link that we have sent you. Until then you can have one open visit.")
	}
	if limit := t.s.config.MaxOpenVisits; limit > 0 && t.facts.OpenVisits >= limit {
		return turno.Conflict(turno.CodeTooManyOpenVisits,
			fmt.Sprintf("There are %d open visits already. Please cancel one first, or call the practice.", t.facts.OpenVisits))
	}
	return nil
}

// bookable says whether a visit type is open to the caller.
func bookable(v turno.VisitType, practice, known bool, location string) error {
	switch {
	case !v.Active:
		return turno.Invalid(turno.FieldError{Location: location, Message: "This visit type is no longer offered."})
	case practice || v.Audience.Everybody() || v.Audience == turno.AudienceKnown && known:
		return nil
	case v.Audience == turno.AudienceKnown:
		return turno.Invalid(turno.FieldError{Location: location, Message: "This visit type is for patients whom the doctor has seen before."})
	}
	return turno.Invalid(turno.FieldError{Location: location, Message: "This visit type is booked by the practice. Please call."})
}

// checkTime says whether the wanted time can be booked: an offered slot for a
// patient, any free time for the practice.
func (t *bookingTx) checkTime(practice bool, minutes int) error {
	rules, err := t.s.zones.Rules(&t.calendar.Calendar)
	if err != nil {
		return err
	}
	busy := openings.Blocking(t.calendar.Busy, t.tx.Now, t.isOwnHold)
	now := judgedAt(t.holds, t.want.DoctorID, t.want.ScheduledAt, t.tx.Now)
	return checkTime(rules, busy, t.want.ScheduledAt, minutes, practice, now)
}

func (t *bookingTx) isOwnHold(p turno.BusyPeriod) bool {
	return p.HoldID != nil && slices.ContainsFunc(t.holds, func(h store.KeptHold) bool { return h.ID == *p.HoldID })
}

// write is the second round trip. Every claim must have succeeded.
func (t *bookingTx) write(v store.Visit) error {
	var inserted, doctorFree, patientFree int64
	period := visitPeriod(v.Appointment, v.DoctorID, time.Duration(t.calendar.BufferMinutes)*time.Minute)
	b := t.tx.Batch()
	t.clearWay(b, period.Interval)
	store.InsertVisitIn(b, &inserted, v, t.calendar.Version)
	store.ClaimIn(b, &doctorFree, period)
	store.ClaimIn(b, &patientFree, visitPeriod(v.Appointment, v.PatientID, 0))
	t.consumeHolds(b)
	t.s.noteChange(b, t.tx.Now, t.caller, v.Appointment, turno.AuditCreate, "booked")
	store.VisitChangedIn(b, turno.NewID(), v.ScheduledAt, v.CreatedAt)
	if t.want.Idempotency.Key != "" {
		answer, err := json.Marshal(v.Appointment)
		if err != nil {
			return fmt.Errorf("store the answer: %w", err)
		}
		store.StoreAnswerIn(b, t.idempotencyKey(), t.s.config.Box.Seal(answer, []byte(t.want.Idempotency.Key)))
	}
	if err := b.Run(); sqldb.IsForeignKeyViolation(err) {
		return errStale // what it points at went meanwhile, or was not inserted
	} else if err != nil {
		return fmt.Errorf("book: %w", err)
	}
	switch {
	case inserted == 0:
		return errStale
	case doctorFree == 0:
		return slotTaken()
	case patientFree == 0:
		return patientBusy(t.caller, v.PatientID)
	}
	return nil
}

// clearWay removes what may lie in the wanted time without blocking it: expired
// holds, and the caller's own.
func (t *bookingTx) clearWay(b *sqldb.Batch, wanted turno.Interval) {
	for _, p := range overlapping(t.calendar.Busy, wanted) {
		switch {
		case t.isOwnHold(p):
			store.FreeIn(b, p)
		case p.Expired(t.tx.Now):
			store.ClearExpiredIn(b, p, t.tx.Now)
		}
	}
}

// doctors are those whose calendars the booking changes: the visit's, and those
// whose held times it gives back.
func (t *bookingTx) doctors() []uuid.UUID {
	ids := []uuid.UUID{t.want.DoctorID}
	for _, h := range t.holds {
		ids = append(ids, h.DoctorID)
	}
	return ids
}

// consumeHolds ends the caller's own holds, wherever they are. It comes after the
// claims: who frees before they claim can wait for somebody who does the same.
func (t *bookingTx) consumeHolds(b *sqldb.Batch) {
	for _, h := range t.holds {
		store.FreeIn(b, holdPeriod(h.Hold))
		store.EndHoldIn(b, h.ID, true, t.tx.Now)
	}
}

func (t *bookingTx) idempotencyKey() store.IdempotencyKey {
	return store.IdempotencyKey{
		UserID:   t.caller.UserID,
		Route:    routeBook,
		Key:      t.want.Idempotency.Key,
		BodyHash: t.want.Idempotency.BodyHash,
	}
}

func (t *bookingTx) storedAnswer() (*turno.Appointment, error) {
	sealed, err := store.StoredAnswer(t.tx, t.idempotencyKey())
	if err != nil {
		return nil, err
	}
	answer, err := t.s.config.Box.Open(sealed, []byte(t.want.Idempotency.Key))
	if err != nil {
		return nil, fmt.Errorf("open a stored answer: %w", err)
	}
	var visit turno.Appointment
	if err := json.Unmarshal(answer, &visit); err != nil {
		return nil, fmt.Errorf("read a stored answer: %w", err)
	}
	return &visit, nil
}

func deref(a *turno.Appointment) turno.Appointment {
	if a == nil {
		return turno.Appointment{}
	}
	return *a
}
