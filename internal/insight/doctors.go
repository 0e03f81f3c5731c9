package insight

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// How far ahead of now Access looks.
const (
	fillAhead      = 28 * 24 * time.Hour // booked and open time
	thirdNextAhead = 92 * 24 * time.Hour // the third open slot
)

// doctorsAtOnce bounds how many calendars are in memory at a time.
const doctorsAtOnce = 200

// goodFor is how long a doctor counts as measured while nothing changes but the
// time: a slot may have begun since.
const goodFor = time.Minute

// measured remembers what doctors' calendars came to, so that a page that many
// look at reads the calendars that changed, and each again once a minute.
type measured struct {
	mu      sync.Mutex
	doctors map[uuid.UUID]measurement
	seen    store.ChangesView // the changes of calendars that are in
	at      time.Time         // when they were looked at
}

type measurement struct {
	DoctorAccess
	at time.Time
}

// follow forgets the doctors whose calendars changed since it was last called; all
// of them where that can't be known.
func (m *measured) follow(tx *sqldb.Tx) error {
	known := len(m.doctors) > 0 && tx.Now.Sub(m.at).Abs() < store.ChangesPatience
	changes, view, err := m.changes(tx, known)
	if err != nil {
		return err
	}
	if !known || !view.Follows(m.seen) {
		m.doctors = map[uuid.UUID]measurement{}
	}
	for _, change := range changes {
		delete(m.doctors, change.DoctorID)
	}
	m.seen, m.at = view, tx.Now
	return nil
}

func (m *measured) changes(tx *sqldb.Tx, known bool) (changes []store.CalendarChange, view store.ChangesView, err error) {
	if known {
		return store.CalendarChanges(tx, m.seen)
	}
	view, err = store.CurrentChanges(tx)
	return nil, view, err
}

// missing are the doctors that are to be measured at this moment.
func (m *measured) missing(ids []uuid.UUID, now time.Time) (missing []uuid.UUID) {
	for _, id := range ids {
		if known, found := m.doctors[id]; !found || now.Sub(known.at).Abs() >= goodFor {
			missing = append(missing, id)
		}
	}
	return missing
}

// doctorsAccess measures the doctors in the order of their ids, some at a time:
// each lot in a Read of its own, so that no view is kept open for long. Who asks
// meanwhile waits for the lot that is being measured.
func (s *Service) doctorsAccess(ctx context.Context, only *uuid.UUID) ([]DoctorAccess, error) {
	var all []DoctorAccess
	var last uuid.UUID
	for {
		lot, err := s.measureLot(ctx, only, last)
		if err != nil {
			return nil, err
		}
		all = append(all, lot...)
		if len(lot) < doctorsAtOnce {
			return all, nil
		}
		last = lot[len(lot)-1].DoctorID
	}
}

func (s *Service) measureLot(ctx context.Context, only *uuid.UUID, after uuid.UUID) (lot []DoctorAccess, err error) {
	s.measured.mu.Lock()
	defer s.measured.mu.Unlock()
	err = s.read(ctx, "measure doctors", func(tx *sqldb.Tx) (err error) {
		lot, err = s.lotOfDoctors(tx, only, after)
		return err
	})
	return lot, err
}

func (s *Service) lotOfDoctors(tx *sqldb.Tx, only *uuid.UUID, after uuid.UUID) ([]DoctorAccess, error) {
	ids, err := store.BookableDoctors(tx, only, after, doctorsAtOnce)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if err := s.measured.follow(tx); err != nil {
		return nil, err
	}
	if err := s.measure(tx, s.measured.missing(ids, tx.Now)); err != nil {
		return nil, err
	}
	lot := make([]DoctorAccess, len(ids))
	for i, id := range ids {
		lot[i] = s.measured.doctors[id].DoctorAccess
	}
	return lot, nil
}

func (s *Service) measure(tx *sqldb.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	calendars, err := store.Calendars(tx, ids, tx.Now, tx.Now.Add(thirdNextAhead))
	if err != nil {
		return err
	}
	booked, err := store.BookedMinutes(tx, ids, tx.Now, tx.Now.Add(fillAhead))
	if err != nil {
		return err
	}
	for _, id := range ids {
		doctor, err := s.measureCalendar(calendars[id], tx.Now)
		if err != nil {
			return err
		}
		doctor.Ahead.BookedMinutes = booked[id]
		s.measured.doctors[id] = measurement{doctor, tx.Now}
	}
	return nil
}

// measureCalendar works out what a calendar alone says.
func (s *Service) measureCalendar(c *store.Calendar, now time.Time) (DoctorAccess, error) {
	doctor := DoctorAccess{DoctorID: c.DoctorID, FullName: c.FullName, SpecializationID: c.SpecializationID}
	rules, err := s.zones.Rules(c)
	if err != nil {
		return doctor, err
	}
	busy := openings.Blocking(c.Busy, now, nil)
	offered := schedule.Slots(rules, busy, schedule.Query{From: now, To: now.Add(thirdNextAhead), Now: now, Limit: 3})
	if len(offered) == 3 {
		days := turno.DateOf(now, rules.Zone).DaysUntil(turno.DateOf(offered[2].StartsAt, rules.Zone))
		doctor.ThirdNextDays = &days
	}
	open := schedule.Slots(rules, busy, schedule.Query{From: now, To: now.Add(fillAhead), Now: now, ForStaff: true})
	doctor.Ahead.OpenMinutes = int64(len(open)) * int64(c.SlotMinutes)
	return doctor, nil
}
