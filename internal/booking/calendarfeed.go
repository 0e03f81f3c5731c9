package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// feedPast is how long a calendar keeps what is over or was called off: long
// enough for every program to come by and take it away.
const feedPast = 30 * 24 * time.Hour

// Calendar is what somebody's calendar program is given: the visits of the last 30
// days and all to come. A patient's are their own and those of whom they look
// after; a doctor's are those with patients.
type Calendar struct {
	Entries []CalendarEntry
	TimeOff []turno.TimeOff // of a doctor, without the reasons
	Zone    string          // of the time off; IANA name
}

// CalendarEntry is a visit as a calendar shows it. What the visit is about is not
// in it: calendars are kept by others, and read over shoulders.
type CalendarEntry struct {
	ID          uuid.UUID
	Interval    turno.Interval
	Zone        string // the doctor's; IANA name
	Status      turno.Status
	CalledOff   bool // cancelled, and not missed: the time is free
	Sequence    int
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DoctorName  string
	PatientName string
	Location    *turno.Location
	Mode        turno.VisitMode
	Mine        bool // the reader is the patient
	Caring      bool // the reader looks after the patient; neither: the reader is the practice
}

// Calendar reads what there is in the calendar of the caller. Unless known says
// that the program holds it already, the trail notes the patients whose visits it
// hands to a doctor.
func (s *Service) Calendar(ctx context.Context, c policy.Caller, known func(Calendar) bool) (Calendar, error) {
	if err := policy.Check(c, policy.ReadCalendar, 0); err != nil {
		return Calendar{}, err
	}
	var calendar Calendar
	var patients []uuid.UUID
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		calendar, patients, err = calendarOf(tx, c)
		return err
	})
	if err != nil {
		return Calendar{}, fmt.Errorf("read a calendar: %w", err)
	}
	if known(calendar) || len(patients) == 0 {
		return calendar, nil
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		return store.RecordReads(tx, c.UserID, patients, "calendar_feed", c.UserID.String())
	})
	if err != nil {
		return Calendar{}, fmt.Errorf("note who fetched a calendar: %w", err)
	}
	return calendar, nil
}

// calendarOf reads a calendar, and whose visits it shows to a stranger of theirs.
func calendarOf(tx *sqldb.Tx, c policy.Caller) (calendar Calendar, patients []uuid.UUID, err error) {
	since := tx.Now.Add(-feedPast)
	f := store.DetailsFilter{Since: since, OffSince: since}
	if c.Role == turno.RoleDoctor {
		f.Doctors = []uuid.UUID{c.UserID}
		if err := calendar.addTimeOff(tx, c.UserID, since); err != nil {
			return calendar, nil, err
		}
	} else if f.Patients, err = patientsOf(tx, c, uuid.Nil); err != nil {
		return calendar, nil, err
	}
	visits, err := store.ListVisitDetails(tx, f, c.UserID)
	if err != nil {
		return calendar, nil, err
	}
	seen := map[uuid.UUID]bool{}
	for _, v := range visits {
		e := calendarEntry(c, v)
		calendar.Entries = append(calendar.Entries, e)
		if !e.Mine && !e.Caring && !seen[v.PatientID] {
			seen[v.PatientID] = true
			patients = append(patients, v.PatientID)
		}
	}
	return calendar, patients, nil
}

func (c *Calendar) addTimeOff(tx *sqldb.Tx, doctorID uuid.UUID, since time.Time) error {
	doctor, err := store.DoctorByID(tx, doctorID)
	if err != nil {
		return err
	}
	c.Zone = doctor.TimeZone
	if c.TimeOff, err = store.TimeOffSince(tx, doctorID, since); err != nil {
		return err
	}
	for i := range c.TimeOff {
		c.TimeOff[i].Reason = ""
	}
	return nil
}

func calendarEntry(c policy.Caller, v store.VisitDetails) CalendarEntry {
	e := CalendarEntry{
		ID: v.ID, Interval: v.Interval(), Zone: v.DoctorZone, Status: v.Status, Sequence: v.Sequence,
		CalledOff: v.Status == turno.StatusCancelled && v.CancellationKind != turno.CancelledNoShow,
		CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
		DoctorName: v.DoctorName, PatientName: v.PatientName, Location: v.Location, Mode: turno.ModeInPerson,
		Mine: c.Is(v.PatientID), Caring: v.ActsFor,
	}
	if v.VisitType != nil {
		e.Mode = v.VisitType.Mode
	}
	return e
}

// CalendarVisit opens one visit to put it into a calendar. When it is somebody
// else's, the trail notes it.
func (s *Service) CalendarVisit(ctx context.Context, c policy.Caller, id uuid.UUID) (e CalendarEntry, err error) {
	err = s.openVisit(ctx, c, id, func(tx *sqldb.Tx) (store.VisitFacts, error) {
		details, err := store.VisitDetailsByID(tx, id, c.UserID)
		e = calendarEntry(c, details)
		return details.VisitFacts, err
	}, func() bool { return false })
	if err != nil {
		return CalendarEntry{}, err
	}
	return e, nil
}
