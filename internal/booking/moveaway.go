package booking

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Relocation is where a visit in the way of time off goes.
type Relocation struct {
	ID uuid.UUID
	To time.Time
}

// MovedAway is time off with what became of the visits in its way.
type MovedAway struct {
	TimeOff   turno.TimeOff
	Moved     []turno.Appointment
	Cancelled []turno.Appointment
	Unreached []VisitView // those of them whose patients no mail reaches: somebody has to call
	Refused   []Refusal   // then nothing at all was changed
}

// MoveOutOfTheWay moves a doctor's visits to other times, each as Move does, and
// then blocks the time as AddTimeOff does, in one transaction. When a visit can't
// be moved nothing is changed: the error is a turno.CodeConflict, and Refused says
// which and why. Visits that are still in the way are as for AddTimeOff.
func (s *Service) MoveOutOfTheWay(ctx context.Context, c policy.Caller, n NewTimeOff, moves []Relocation) (MovedAway, error) {
	wanted, err := checkTimeOff(c, n)
	if err != nil {
		return MovedAway{}, err
	}
	if err := checkRelocations(wanted.Interval, moves); err != nil {
		return MovedAway{}, err
	}
	var done MovedAway
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		done = MovedAway{}
		m := moveAwayTx{s: s, tx: tx, caller: c, off: wanted, done: &done}
		if err := m.run(moves); err != nil {
			return err
		}
		t := timeOffTx{s: s, tx: tx, caller: c, off: wanted}
		var err error
		if done.Cancelled, err = t.begin(n); err != nil {
			return err
		}
		done.TimeOff = t.off
		done.Unreached, err = m.unreached()
		return err
	})
	if err != nil {
		return MovedAway{Refused: done.Refused}, err
	}
	for range done.Moved {
		s.config.Observe(OutcomeMoved)
	}
	s.config.Wake()
	s.changed(n.DoctorID)
	return done, nil
}

func checkRelocations(off turno.Interval, moves []Relocation) error {
	if len(moves) > maxChanges {
		return turno.Invalid(turno.FieldError{Location: "body.moves", Message: fmt.Sprintf("At most %d visits are changed at once.", maxChanges)})
	}
	var fields []turno.FieldError
	seen := map[uuid.UUID]bool{}
	for i, m := range moves {
		location := fmt.Sprintf("body.moves[%d]", i)
		switch {
		case m.To.IsZero():
			fields = append(fields, turno.FieldError{Location: location + ".scheduled_at", Message: "Say when."})
		case !m.To.Before(off.StartsAt) && m.To.Before(off.EndsAt):
			fields = append(fields, turno.FieldError{Location: location + ".scheduled_at", Message: "This is within the time off."})
		case seen[m.ID]:
			fields = append(fields, turno.FieldError{Location: location + ".id", Message: "This visit is named twice."})
		}
		seen[m.ID] = true
	}
	if len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	return nil
}

// moveAwayTx moves visits inside the transaction that adds the time off.
type moveAwayTx struct {
	s      *Service
	tx     *sqldb.Tx
	caller policy.Caller
	off    turno.TimeOff
	done   *MovedAway
}

func (m *moveAwayTx) run(moves []Relocation) error {
	patients, err := m.lock(moves)
	if err != nil {
		return err
	}
	moves = slices.Clone(moves)
	slices.SortFunc(moves, func(a, b Relocation) int { return bytes.Compare(a.ID[:], b.ID[:]) }) // as everybody who changes several
	for _, move := range moves {
		var moved turno.Appointment
		decision := error(turno.NotFound("appointment"))
		if _, known := patients[move.ID]; known {
			t := moveTx{s: m.s, tx: m.tx, caller: m.caller, to: turno.Instant(move.To)}
			moved, decision = t.run(move.ID)
		}
		if decision == nil && moved.Interval().Overlaps(m.off.Interval) {
			decision = turno.Invalid(turno.FieldError{Location: "body.scheduled_at", Message: "The visit would reach into the time off."})
		}
		refusal, err := asRefusal(decision)
		switch {
		case err != nil:
			return err
		case refusal != nil:
			m.done.Refused = append(m.done.Refused, Refusal{ID: move.ID, Err: refusal})
		default:
			m.done.Moved = append(m.done.Moved, moved)
		}
	}
	if len(m.done.Refused) > 0 {
		return turno.Conflict(turno.CodeConflict, "Some of these visits could not be moved, so nothing was changed. Please choose other times for them.")
	}
	return nil
}

// lock takes the doctor's calendar alone, then every patient: always doctor, then
// patient, and patients in the order of their ids, so that two who take time off
// never wait for each other. It returns whose the visits are.
func (m *moveAwayTx) lock(moves []Relocation) (map[uuid.UUID]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(moves))
	for i, move := range moves {
		ids[i] = move.ID
	}
	patients, err := store.PatientsOfVisits(m.tx, m.off.DoctorID, ids)
	if err != nil {
		return nil, err
	}
	sorted := slices.SortedFunc(maps.Values(patients), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return patients, m.tx.Lock(append([]uuid.UUID{m.off.DoctorID}, slices.Compact(sorted)...)...)
}

// unreached are the visits that were moved or cancelled and whose patients have
// to be called.
func (m *moveAwayTx) unreached() ([]VisitView, error) {
	var ids []uuid.UUID
	for _, v := range slices.Concat(m.done.Moved, m.done.Cancelled) {
		ids = append(ids, v.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	details, err := store.ListVisitDetails(m.tx, store.DetailsFilter{IDs: ids}, m.caller.UserID)
	if err != nil {
		return nil, err
	}
	views, err := m.s.views(m.caller, details, m.tx.Now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(views, func(v VisitView) bool { return v.PatientMail }), nil
}
