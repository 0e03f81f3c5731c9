package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Calendar is everything that decides which times of a doctor are open, and what
// a booking copies from the doctor.
type Calendar struct {
	DoctorID         uuid.UUID
	FullName         string
	SpecializationID int
	LocationID       *uuid.UUID
	TimeZone         string
	SlotMinutes      int
	BufferMinutes    int
	MinNoticeMinutes int
	HorizonDays      int
	AutoConfirm      bool
	Version          int64
	Bookable         bool // verified and active: others are invisible
	ShortestVisit    int  // minutes of the shortest kind of visit that everybody may book; 0: there is none

	Weekly []turno.Availability
	Extra  []turno.ExtraHours
	Busy   []turno.BusyPeriod // in order of their start; expired holds included
}

const calendarColumns = `
       d.user_id, u.full_name, d.specialization_id, d.location_id, d.time_zone, d.slot_minutes, d.buffer_minutes,
       d.min_notice_minutes, d.horizon_days, d.auto_confirm, d.calendar_version,
       (d.verified_at IS NOT NULL AND u.deactivated_at IS NULL AND u.erased_at IS NULL),
       (SELECT COALESCE(MIN(t.minutes), 0)
          FROM visit_types t
         WHERE t.doctor_id = d.user_id
           AND t.active
           AND t.audience IN ('all', 'new'))`

func scanCalendar(row sqldb.Scanner) (c Calendar, err error) {
	err = row.Scan(&c.DoctorID, &c.FullName, &c.SpecializationID, &c.LocationID, &c.TimeZone, &c.SlotMinutes, &c.BufferMinutes,
		&c.MinNoticeMinutes, &c.HorizonDays, &c.AutoConfirm, &c.Version, &c.Bookable, &c.ShortestVisit)
	return c, err
}

// CalendarIn reads a doctor's calendar as a part of a batch, with the extra hours
// and busy periods that overlap [from, to). found is false when there is no such
// doctor.
func CalendarIn(b *sqldb.Batch, c *Calendar, found *bool, doctorID uuid.UUID, from, to time.Time) {
	RulesIn(b, c, found, doctorID, from, to)
	BusyIn(b, &c.Busy, doctorID, from, to)
}

// RulesIn is CalendarIn without busy periods.
func RulesIn(b *sqldb.Batch, c *Calendar, found *bool, doctorID uuid.UUID, from, to time.Time) {
	sqldb.BatchOne(b, c, found, scanCalendar, `
		SELECT `+calendarColumns+`
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 WHERE d.user_id = $1`, doctorID)
	sqldb.BatchAll(b, &c.Weekly, scanAvailability, selectAvailability+`
		 WHERE doctor_id = $1
		 ORDER BY start_time`, doctorID)
	sqldb.BatchAll(b, &c.Extra, scanExtraHours, selectExtraHours+`
		 WHERE doctor_id = $1
		   AND starts_at < $3
		   AND ends_at > $2
		 ORDER BY starts_at`, doctorID, from, to)
}

// CalendarVersionIn reads, as a part of a batch, the number that every change of
// the rules raises.
func CalendarVersionIn(b *sqldb.Batch, version *int64, found *bool, doctorID uuid.UUID) {
	sqldb.BatchOne(b, version, found, scanInt64, `
		SELECT calendar_version
		  FROM doctors
		 WHERE user_id = $1`, doctorID)
}

func scanInt64(row sqldb.Scanner) (n int64, err error) {
	err = row.Scan(&n)
	return n, err
}

// CalendarOf reads one doctor's calendar in one round trip: a
// turno.KindNotFound error when there is no such doctor.
func CalendarOf(tx *sqldb.Tx, doctorID uuid.UUID, from, to time.Time) (c Calendar, err error) {
	var found bool
	b := tx.Batch()
	CalendarIn(b, &c, &found, doctorID, from, to)
	if err := b.Run(); err != nil {
		return c, fmt.Errorf("read a calendar: %w", err)
	}
	if !found {
		return c, turno.NotFound("doctor")
	}
	return c, nil
}

// Calendars reads the calendars of many doctors, with the extra hours and busy
// periods that overlap [from, to).
func Calendars(tx *sqldb.Tx, doctorIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]*Calendar, error) {
	calendars, err := CalendarRules(tx, doctorIDs, from, to)
	if err != nil {
		return nil, err
	}
	return calendars, AddBusy(tx, calendars, doctorIDs, from, to)
}

// CalendarRules is Calendars without busy periods, in one round trip.
func CalendarRules(tx *sqldb.Tx, doctorIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]*Calendar, error) {
	calendars := make(map[uuid.UUID]*Calendar, len(doctorIDs))
	if len(doctorIDs) == 0 {
		return calendars, nil
	}
	var doctors []Calendar
	var weekly []turno.Availability
	var extra []turno.ExtraHours
	ids, b := sqldb.In(doctorIDs), tx.Batch()
	sqldb.BatchAll(b, &doctors, scanCalendar, `
		SELECT `+calendarColumns+`
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 WHERE d.user_id = ANY($1)`, ids)
	sqldb.BatchAll(b, &weekly, scanAvailability, selectAvailability+`
		 WHERE doctor_id = ANY($1)
		 ORDER BY start_time`, ids)
	sqldb.BatchAll(b, &extra, scanExtraHours, selectExtraHours+`
		 WHERE doctor_id = ANY($1)
		   AND starts_at < $3
		   AND ends_at > $2
		 ORDER BY starts_at`, ids, from, to)
	if err := b.Run(); err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	for i := range doctors {
		calendars[doctors[i].DoctorID] = &doctors[i]
	}
	for _, window := range weekly {
		calendars[window.DoctorID].Weekly = append(calendars[window.DoctorID].Weekly, window)
	}
	for _, hours := range extra {
		calendars[hours.DoctorID].Extra = append(calendars[hours.DoctorID].Extra, hours)
	}
	return calendars, nil
}

// AddBusy adds what is busy in [from, to) to the calendars of these doctors.
func AddBusy(tx *sqldb.Tx, calendars map[uuid.UUID]*Calendar, doctorIDs []uuid.UUID, from, to time.Time) error {
	busy, err := BusyOf(tx, doctorIDs, from, to)
	for owner, periods := range busy {
		calendars[owner].Busy = periods
	}
	return err
}

// BumpCalendar raises a doctor's calendar version, so that no visit is accepted
// under the old rules. The caller holds the exclusive lock of the calendar.
func BumpCalendar(tx *sqldb.Tx, doctorID uuid.UUID) error {
	rows, err := tx.Exec(`
		UPDATE doctors
		   SET calendar_version = calendar_version + 1
		 WHERE user_id = $1`, doctorID)
	if err != nil {
		return fmt.Errorf("raise a calendar version: %w", err)
	}
	if rows == 0 {
		return turno.NotFound("doctor")
	}
	return nil
}

// BookingFacts is what a booking needs to know of the patient and the caller.
type BookingFacts struct {
	PatientActive bool
	ActsFor       bool // the caller is a proxy of the patient
	Unproven      bool // the caller has an email that nobody has verified
	OpenVisits    int  // pending and confirmed ones that are not over, counted as far as asked
}

// BookingFactsIn reads the facts of a patient as a part of a batch. found is
// false when there is no such patient. It counts open visits up to countTo, so
// that somebody with many costs no more than somebody with a few.
func BookingFactsIn(b *sqldb.Batch, f *BookingFacts, found *bool, patientID, callerID uuid.UUID, countTo int, now time.Time) {
	sqldb.BatchOne(b, f, found, scanBookingFacts, `
		SELECT (u.deactivated_at IS NULL AND u.erased_at IS NULL),
		       EXISTS (SELECT 1
		                 FROM patient_proxies p
		                WHERE p.patient_id = u.id
		                  AND p.proxy_user_id = $2
		                  AND (p.ends_at IS NULL OR p.ends_at > $3)),
		       EXISTS (SELECT 1
		                 FROM users c
		                WHERE c.id = $2
		                  AND c.email_verified_at IS NULL
		                  AND c.email NOT LIKE $5),
		       (SELECT COUNT(*)
		          FROM (SELECT 1
		                  FROM appointments a
		                 WHERE a.patient_id = u.id
		                   AND a.scheduled_at > $4
		                   AND a.ends_at > $3
		                   AND a.status IN ('pending', 'confirmed')
		                 `+sqldb.Limit(countTo)+`) open_visits)
		  FROM users u
		  JOIN patients p ON p.user_id = u.id
		 WHERE u.id = $1`, patientID, callerID, now, now.Add(-LongestVisit), "%"+turno.NoMailDomain)
}

func scanBookingFacts(row sqldb.Scanner) (f BookingFacts, err error) {
	err = row.Scan(&f.PatientActive, &f.ActsFor, &f.Unproven, &f.OpenVisits)
	return f, err
}

// HasBeenSeenIn tells, as a part of a batch, whether the patient has completed a
// visit with the doctor.
func HasBeenSeenIn(b *sqldb.Batch, seen *bool, patientID, doctorID uuid.UUID) {
	sqldb.BatchOne(b, seen, nil, scanBool, `
		SELECT EXISTS (SELECT 1
		                 FROM appointments
		                WHERE patient_id = $1
		                  AND doctor_id = $2
		                  AND status = 'completed')`, patientID, doctorID)
}

func scanBool(row sqldb.Scanner) (b bool, err error) {
	err = row.Scan(&b)
	return b, err
}

// VisitTypeIn reads a visit type as a part of a batch.
func VisitTypeIn(b *sqldb.Batch, t *turno.VisitType, found *bool, id uuid.UUID) {
	sqldb.BatchOne(b, t, found, scanVisitType, selectVisitType+` WHERE id = $1`, id)
}
