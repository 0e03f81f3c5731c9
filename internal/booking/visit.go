package booking

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// VisitView is a visit with everything that a person reads about it, and what
// the reader can do with it now. What the visit is about is for the patient, who
// looks after them, and the doctor: others, staff too, read no Reason in it.
type VisitView struct {
	turno.Appointment
	DoctorName     string
	Specialization string
	DoctorZone     string // IANA name
	PatientName    string
	PatientBirth   turno.Date // two people of one name are told apart by it
	PatientNumber  string     // E.164, empty when not told
	PatientMail    bool       // they gave an address that mail reaches; else somebody has to call
	Location       *turno.Location
	VisitType      *turno.VisitType // nil: of the doctor's slot length
	Rated          bool
	Mine           bool // the reader is the patient; others look after them, or are the practice
	Can            VisitActions
}

// Missed reports whether the patient did not come.
func (v VisitView) Missed() bool { return v.CancellationKind == turno.CancelledNoShow }

// OtherTimes asks for the open times that the visit can be moved to. It keeps its
// own length, also when its kind has another by now or is no longer offered.
func (v VisitView) OtherTimes(from turno.Date, zone string) SlotWeekQuery {
	return SlotWeekQuery{DoctorID: v.DoctorID, Minutes: int(v.Interval().Duration() / time.Minute), From: from, Zone: zone}
}

// VisitActions is what the reader can do with a visit now.
type VisitActions struct {
	Confirm  bool
	Complete bool // say that the patient came
	Miss     bool // say that the patient did not come
	Correct  bool // Complete or Miss would take back what was said
	Cancel   bool
	Move     bool
	Rate     bool
}

// Visit opens one visit to read. When it is somebody else's, the trail notes it.
func (s *Service) Visit(ctx context.Context, c policy.Caller, id uuid.UUID) (view VisitView, err error) {
	err = s.openVisit(ctx, c, id, func(tx *sqldb.Tx) (store.VisitFacts, error) {
		details, err := store.VisitDetailsByID(tx, id, c.UserID)
		if err != nil {
			return store.VisitFacts{}, err
		}
		view, err = s.view(c, details, tx.Now)
		return details.VisitFacts, err
	}, func() bool { return false })
	if err != nil {
		return VisitView{}, err
	}
	return view, nil
}

// view is what the caller reads of a visit.
func (s *Service) view(c policy.Caller, d store.VisitDetails, now time.Time) (VisitView, error) {
	opened, err := s.open(d.Visit)
	if err != nil {
		return VisitView{}, err
	}
	if relation(c, d.VisitFacts)&(policy.Self|policy.Proxy|policy.ItsDoctor) == 0 {
		opened.Reason = "" // the desk runs the day without it
	}
	d.Appointment = opened
	actions, err := s.actions(c, d, now)
	if err != nil {
		return VisitView{}, err
	}
	return VisitView{
		Appointment:    opened,
		DoctorName:     d.DoctorName,
		Specialization: d.Specialization,
		DoctorZone:     d.DoctorZone,
		PatientName:    d.PatientName,
		PatientBirth:   d.PatientBirth,
		PatientNumber:  d.PatientNumber,
		PatientMail:    !strings.HasSuffix(d.PatientEmail, turno.NoMailDomain),
		Location:       d.Location,
		VisitType:      d.VisitType,
		Rated:          d.Rated,
		Mine:           c.Is(d.PatientID),
		Can:            actions,
	}, nil
}

func (s *Service) views(c policy.Caller, details []store.VisitDetails, now time.Time) ([]VisitView, error) {
	views := make([]VisitView, len(details))
	for i, d := range details {
		view, err := s.view(c, d, now)
		if err != nil {
			return nil, err
		}
		views[i] = view
	}
	return views, nil
}

// actions asks the access table and the life of a visit, as doing it would.
func (s *Service) actions(c policy.Caller, d store.VisitDetails, now time.Time) (VisitActions, error) {
	correctable, err := s.correctable(d.VisitFacts, now)
	if err != nil {
		return VisitActions{}, err
	}
	can := func(action policy.Action, _ turno.Appointment, refusal error) bool {
		return refusal == nil && policy.Check(c, action, relation(c, d.VisitFacts)) == nil
	}
	practice := forPractice(c, d.DoctorID)
	kind := turno.CancelledByPatient
	if practice {
		kind = turno.CancelledByPractice
	}
	confirmed, confirmErr := d.Confirmed(now)
	completed, completeErr := d.Completed(now, correctable)
	missed, missErr := d.Missed(now, c.UserID, correctable)
	cancelled, cancelErr := d.Cancelled(now, kind, c.ID(), "")
	moved, moveErr := d.Moved(now, d.ScheduledAt, !practice, d.AutoConfirm)
	actions := VisitActions{
		Confirm:  can(policy.ConfirmAppointment, confirmed, confirmErr),
		Complete: can(policy.CompleteAppointment, completed, completeErr),
		Miss:     can(policy.MissAppointment, missed, missErr),
		Cancel:   can(policy.CancelAppointment, cancelled, cancelErr),
		Move:     d.DoctorBookable && can(policy.MoveAppointment, moved, moveErr),
		Rate:     !d.Rated && can(policy.GiveFeedback, d.Appointment, rateable(d.Appointment)),
	}
	actions.Correct = d.Status != turno.StatusConfirmed && (actions.Complete || actions.Miss)
	return actions, nil
}

// rateable says whether a visit is such as its patient may rate.
func rateable(a turno.Appointment) error {
	if a.Status != turno.StatusCompleted {
		return turno.Conflict(turno.CodeInvalidTransition, "Only a completed visit can be rated.")
	}
	return nil
}

// openVisit reads one visit for somebody who opens it: only for its people, and
// with a note in the trail when it is somebody else's, unless known says then
// that nothing is handed out. read returns what to decide by.
func (s *Service) openVisit(ctx context.Context, c policy.Caller, id uuid.UUID, read func(*sqldb.Tx) (store.VisitFacts, error), known func() bool) error {
	if err := policy.Admit(c, policy.ReadAppointment); err != nil {
		return err
	}
	var v store.VisitFacts
	noted := true
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if v, err = read(tx); err != nil {
			return err
		}
		if err = policy.Check(c, policy.ReadAppointment, relation(c, v)); err != nil {
			return err
		}
		if relation(c, v)&(policy.Self|policy.Proxy) == 0 {
			noted, err = store.HasRecordedRead(tx, c.UserID, v.PatientID)
		}
		return err
	})
	if err != nil || noted || known() {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		return store.RecordRead(tx, c.UserID, v.PatientID, "appointment", id.String())
	})
}
