package booking

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// SaveHours makes a draft a doctor's hours and the rules of booking with them, all
// of it or nothing. Visits that now lie outside stay; they are returned. When the
// calendar was changed since the draft was begun it is turno.CodeConflict.
func (s *Service) SaveHours(ctx context.Context, c policy.Caller, doctorID uuid.UUID, draft HoursDraft) (outside []turno.Appointment, err error) {
	for _, action := range []policy.Action{policy.WriteAvailability, policy.UpdateDoctor} {
		if err := policy.Check(c, action, ownCalendar(c, doctorID)); err != nil {
			return nil, err
		}
	}
	if err := draft.check(); err != nil {
		return nil, err
	}
	week := weekOf(doctorID, draft.Week)
	err = s.changeCalendar(ctx, c, doctorID, "availability", turno.AuditUpdate, doctorID, func(tx *sqldb.Tx) error {
		if err := draft.saveRules(tx, c, doctorID); err != nil {
			return err
		}
		if err := store.ReplaceAvailability(tx, doctorID, week); err != nil {
			return err
		}
		var err error
		outside, err = s.outside(tx, doctorID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return outside, nil
}

// saveRules writes what the draft changes beside the hours. The caller holds the
// lock of the doctor.
func (d HoursDraft) saveRules(tx *sqldb.Tx, c policy.Caller, doctorID uuid.UUID) error {
	doctor, err := store.DoctorByID(tx, doctorID)
	if err != nil {
		return err
	}
	if doctor.ErasedAt != nil {
		return turno.NotFound("doctor")
	}
	before := doctor
	before.CalendarVersion-- // which this change has raised
	if err := d.Version.Check(before.HoursVersion()); err != nil {
		return err
	}
	var fields []string
	change(&fields, "time_zone", &doctor.TimeZone, d.TimeZone)
	change(&fields, "slot_minutes", &doctor.SlotMinutes, d.SlotMinutes)
	change(&fields, "buffer_minutes", &doctor.BufferMinutes, d.BufferMinutes)
	change(&fields, "min_notice_minutes", &doctor.MinNoticeMinutes, d.MinNoticeMinutes)
	change(&fields, "horizon_days", &doctor.HorizonDays, d.HorizonDays)
	change(&fields, "auto_confirm", &doctor.AutoConfirm, d.AutoConfirm)
	if len(fields) == 0 {
		return nil
	}
	if err := store.UpdateDoctor(tx, doctor); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "doctor",
		EntityID: doctorID.String(), SubjectID: &doctorID, Detail: "fields=" + strings.Join(fields, ",")})
}

// change sets a field that is to change, and notes its name when it does.
func change[T comparable](fields *[]string, name string, value, wanted *T) {
	if wanted != nil && *value != *wanted {
		*value = *wanted
		*fields = append(*fields, name)
	}
}
