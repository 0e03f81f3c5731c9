package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// DoctorProfile is a doctor as the caller may see one.
type DoctorProfile struct {
	turno.Doctor
	Location *turno.Location
	// Private says that the caller is the doctor or staff. For others the
	// username, email, licence and verification are empty.
	Private bool
}

// Doctor reads a doctor. One who is not verified, or no longer active, is not
// there for the public.
func (s *Service) Doctor(ctx context.Context, c policy.Caller, id uuid.UUID) (profile DoctorProfile, err error) {
	if err := policy.Check(c, policy.ReadDoctor, 0); err != nil {
		return DoctorProfile{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		profile, err = readDoctor(tx, c, id)
		return err
	})
	if err != nil {
		return DoctorProfile{}, fmt.Errorf("read a doctor: %w", err)
	}
	return profile, nil
}

func readDoctor(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) (DoctorProfile, error) {
	doctor, err := store.DoctorByID(tx, id)
	if err != nil {
		return DoctorProfile{}, err
	}
	profile := DoctorProfile{Doctor: doctor, Private: c.Is(id) || c.IsStaff()}
	if !profile.Private {
		if doctor.VerifiedAt == nil || !doctor.Active() {
			return DoctorProfile{}, turno.NotFound("doctor")
		}
		profile.Username, profile.Email, profile.LicenseNumber, profile.Locale = "", "", "", ""
		profile.VerifiedBy, profile.VerificationNote = nil, ""
	}
	profile.Password = ""
	if doctor.LocationID != nil {
		location, found, err := store.LocationByID(tx, *doctor.LocationID)
		if err != nil {
			return DoctorProfile{}, err
		}
		if found {
			profile.Location = &location
		}
	}
	return profile, nil
}

// DoctorPatch is what is to change about a doctor; nil fields stay.
type DoctorPatch struct {
	Bio              *string
	TimeZone         *string
	LocationID       *uuid.UUID
	SlotMinutes      *int
	BufferMinutes    *int
	MinNoticeMinutes *int
	HorizonDays      *int
	AutoConfirm      *bool

	SpecializationID  *int // these only by full staff
	LicenseNumber     *string
	YearsOfExperience *int
}

func (p DoctorPatch) changesStanding() bool {
	return p.SpecializationID != nil || p.LicenseNumber != nil || p.YearsOfExperience != nil
}

// UpdateDoctor changes a doctor's profile and settings. Visits that were booked
// keep their times. Errors: KindInvalid, KindNotFound, KindConflict with
// CodeIdentityTaken for a licence number, and for a doctor who was erased.
func (s *Service) UpdateDoctor(ctx context.Context, c policy.Caller, id uuid.UUID, patch DoctorPatch) (profile DoctorProfile, err error) {
	var relation policy.Relation
	if c.Is(id) && c.Role == turno.RoleDoctor {
		relation = policy.ItsDoctor
	}
	if err := policy.Check(c, policy.UpdateDoctor, relation); err != nil {
		return DoctorProfile{}, err
	}
	if patch.changesStanding() {
		if err := policy.Check(c, policy.UpdateDoctorStanding, relation); err != nil {
			return DoctorProfile{}, err
		}
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(id); err != nil {
			return err
		}
		doctor, err := store.DoctorByID(tx, id)
		if err != nil {
			return err
		}
		if err := notErased(doctor.User); err != nil {
			return err
		}
		fields, err := patch.apply(&doctor)
		if err != nil {
			return err
		}
		if len(fields) > 0 {
			if err := writeDoctor(tx, c, doctor, fields); err != nil {
				return err
			}
		}
		profile, err = readDoctor(tx, c, id)
		return err
	})
	if err != nil {
		return DoctorProfile{}, fmt.Errorf("change a doctor: %w", err)
	}
	s.config.Changed(id)
	return profile, nil
}

// apply changes d and names the fields that changed.
func (p DoctorPatch) apply(d *turno.Doctor) (fields []string, err error) {
	var check checks
	if p.Bio != nil {
		set(&fields, "bio", &d.Bio, check.text("bio", *p.Bio, maxBio))
	}
	if p.TimeZone != nil {
		set(&fields, "time_zone", &d.TimeZone, check.timeZone("time_zone", *p.TimeZone))
	}
	if p.LocationID != nil && (d.LocationID == nil || *d.LocationID != *p.LocationID) {
		d.LocationID = p.LocationID
		fields = append(fields, "location_id")
	}
	number := func(name string, value *int, wanted *int) {
		if wanted != nil {
			set(&fields, name, value, *wanted)
		}
	}
	check.fields = append(check.fields, turno.BookingRules{SlotMinutes: p.SlotMinutes, BufferMinutes: p.BufferMinutes,
		MinNoticeMinutes: p.MinNoticeMinutes, HorizonDays: p.HorizonDays}.Check()...)
	number("slot_minutes", &d.SlotMinutes, p.SlotMinutes)
	number("buffer_minutes", &d.BufferMinutes, p.BufferMinutes)
	number("min_notice_minutes", &d.MinNoticeMinutes, p.MinNoticeMinutes)
	number("horizon_days", &d.HorizonDays, p.HorizonDays)
	if p.YearsOfExperience != nil {
		set(&fields, "years_of_experience", &d.YearsOfExperience, check.between("years_of_experience", *p.YearsOfExperience, 0, 80, " years"))
	}
	if p.AutoConfirm != nil {
		set(&fields, "auto_confirm", &d.AutoConfirm, *p.AutoConfirm)
	}
	if p.SpecializationID != nil {
		set(&fields, "specialization_id", &d.SpecializationID, *p.SpecializationID)
	}
	if p.LicenseNumber != nil {
		set(&fields, "license_number", &d.LicenseNumber, check.license("license_number", *p.LicenseNumber))
	}
	return fields, check.err()
}

// writeDoctor writes a doctor, and makes bookings that began under the old
// settings look again.
func writeDoctor(tx *sqldb.Tx, c policy.Caller, d turno.Doctor, fields []string) error {
	if err := checkReferences(tx, d); err != nil {
		return err
	}
	if err := identityTaken(store.UpdateDoctor(tx, d)); err != nil {
		return err
	}
	if err := store.BumpCalendar(tx, d.ID); err != nil {
		return err
	}
	return auditFields(tx, c, "doctor", d.ID, fields)
}

// VerifiedDoctor is a doctor who can be found and booked.
type VerifiedDoctor struct {
	DoctorProfile
	Before bool // somebody had verified the doctor already, and nothing was changed
}

// VerifyDoctor says that the clinic has checked a doctor's licence: from now on
// the doctor can be found and booked. The note is for the clinic. Doing it again
// changes nothing.
func (s *Service) VerifyDoctor(ctx context.Context, c policy.Caller, id uuid.UUID, note string) (VerifiedDoctor, error) {
	if err := policy.Check(c, policy.VerifyDoctor, 0); err != nil {
		return VerifiedDoctor{}, err
	}
	var check checks
	note = check.text("note", note, maxNote)
	if err := check.err(); err != nil {
		return VerifiedDoctor{}, err
	}
	verified, err := s.setVerification(ctx, c, id, true, note)
	return VerifiedDoctor{verified.DoctorProfile, verified.Before}, err
}

// UnverifiedDoctor is a doctor who can no longer be booked, with what that leaves
// to be done.
type UnverifiedDoctor struct {
	DoctorProfile
	Outside []turno.Appointment // visits that stay, soonest first
	Before  bool                // the doctor was not verified, and nothing was changed
}

// UnverifyDoctor takes a verification back. No visit is accepted once it has
// answered; those that were booked stay, and are returned. Doing it again changes
// nothing.
func (s *Service) UnverifyDoctor(ctx context.Context, c policy.Caller, id uuid.UUID) (UnverifiedDoctor, error) {
	if err := policy.Check(c, policy.VerifyDoctor, 0); err != nil {
		return UnverifiedDoctor{}, err
	}
	return s.setVerification(ctx, c, id, false, "")
}

func (s *Service) setVerification(ctx context.Context, c policy.Caller, id uuid.UUID, verified bool, note string) (doctor UnverifiedDoctor, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(id); err != nil {
			return err
		}
		found, err := store.DoctorByID(tx, id)
		if err != nil {
			return err
		}
		if err := notErased(found.User); err != nil {
			return err
		}
		doctor.Before = verified == (found.VerifiedAt != nil)
		if !doctor.Before {
			if err := writeVerification(tx, c, id, verified, note); err != nil {
				return err
			}
		}
		if !verified {
			if doctor.Outside, err = s.openVisits(tx, id); err != nil {
				return err
			}
		}
		doctor.DoctorProfile, err = readDoctor(tx, c, id)
		return err
	})
	if err != nil {
		return UnverifiedDoctor{}, fmt.Errorf("set a verification: %w", err)
	}
	s.config.Changed(id)
	return doctor, nil
}

func writeVerification(tx *sqldb.Tx, c policy.Caller, id uuid.UUID, verified bool, note string) error {
	at, by := &tx.Now, c.ID()
	if !verified {
		at, by = nil, nil
	}
	if err := store.SetVerification(tx, id, at, by, note); err != nil {
		return err
	}
	if err := store.BumpCalendar(tx, id); err != nil {
		return err
	}
	if verified {
		if err := tell(tx, LicenceVerified, id, nil); err != nil {
			return err
		}
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "doctor", EntityID: id.String(),
		SubjectID: &id, Detail: fmt.Sprintf("verified=%t", verified),
	})
}
