package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Export is everything that is kept about one person, in a form that machines
// read too (GDPR, article 20).
type Export struct {
	ExportedAt time.Time
	Person     Person
	Visits     []ExportedVisit // as a patient
	Feedback   []turno.Feedback
	Hours      []turno.Availability // as a doctor
	ExtraHours []turno.ExtraHours   // as a doctor
	TimeOff    []turno.TimeOff      // as a doctor, with the reasons
	VisitTypes []turno.VisitType    // as a doctor
	Proxies    []Proxy              // who acts for the person
	Invited    []Invitation         // whom the person has asked to
	AskedBy    []Invitation         // who asks the person to act for them
	Dependants []turno.Patient      // whom the person acts for
	Sessions   []Session
	Devices    []Device           // where the person has signed in: when only
	Passkeys   []Passkey          // with the person's names for them
	Calendar   *time.Time         // since when a calendar program may fetch the visits; nil: none may
	Notices    []Notice           // what happened to the account
	MailOff    []string           // kinds of mail that the person does without
	Mails      []Mail             // to the person, or about the person's visits
	Trail      []turno.AuditEntry // what the person did, and others with the record: the newest 10,000
}

// Device is a browser that the person signed in with, as dates: no more is kept
// that could be told.
type Device struct {
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// Mail is what was mailed to somebody, or about their visits to who acts for them.
type Mail = store.ExportedMail

// maxExportedTrail bounds what an export holds in memory. The access log has all.
const maxExportedTrail = 10_000

// ExportedVisit is a visit with its free texts opened.
type ExportedVisit struct {
	turno.Appointment
	DoctorName string
	VisitType  string
}

// ExportMe gives the caller everything that is kept about them. It asks for a
// recent sign-in. Errors: KindForbidden with CodeSignInAgain.
func (s *Service) ExportMe(ctx context.Context, c policy.Caller) (export Export, err error) {
	if err := policy.Check(c, policy.ExportMe, policy.Self); err != nil {
		return Export{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := policy.CheckRecent(c, policy.ExportMe, tx.Now); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditExport, Entity: "user", EntityID: c.UserID.String(), SubjectID: &c.UserID,
		})
	})
	if err != nil {
		return Export{}, fmt.Errorf("note an export: %w", err)
	}
	// Nobody who writes waits for the reading, which may be long.
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		export, err = s.export(tx, c)
		return err
	})
	if err != nil {
		return Export{}, fmt.Errorf("export me: %w", err)
	}
	return export, nil
}

func (s *Service) export(tx *sqldb.Tx, c policy.Caller) (e Export, err error) {
	e.ExportedAt = tx.Now
	if e.Person, err = s.readSelf(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Visits, err = s.exportVisits(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Feedback, err = store.ExportFeedback(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Dependants, err = dependants(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Invited, e.AskedBy, err = invitationsOf(tx, c.UserID); err != nil {
		return Export{}, err
	}
	if e.Proxies, err = proxiesOf(tx, c, c.UserID); err != nil {
		return e, err
	}
	if e.Sessions, err = s.sessionsOf(tx, c); err != nil {
		return e, err
	}
	devices, err := store.ExportDevices(tx, c.UserID)
	if err != nil {
		return e, err
	}
	for _, d := range devices {
		e.Devices = append(e.Devices, Device(d))
	}
	if err := exportAccess(tx, c.UserID, &e); err != nil {
		return e, err
	}
	if e.MailOff, err = store.MailRefusals(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Mails, err = store.ExportMails(tx, c.UserID); err != nil {
		return e, err
	}
	if e.Trail, err = store.ExportTrail(tx, c.UserID, maxExportedTrail); err != nil {
		return e, err
	}
	return e, exportCalendar(tx, c.UserID, &e)
}

// exportAccess reads what a person signs in with beside the password.
func exportAccess(tx *sqldb.Tx, userID uuid.UUID, e *Export) error {
	passkeys, err := store.PasskeysOf(tx, userID)
	if err != nil {
		return err
	}
	e.Passkeys = viewPasskeys(passkeys)
	feed, found, err := store.CalendarFeedOf(tx, userID)
	if err != nil {
		return err
	}
	if found {
		e.Calendar = &feed.CreatedAt
	}
	notices, err := store.NoticesOf(tx, userID, true)
	e.Notices = viewNotices(notices)
	return err
}

// exportCalendar reads what a doctor offers; it is empty for others.
func exportCalendar(tx *sqldb.Tx, userID uuid.UUID, e *Export) error {
	if e.Person.Role != turno.RoleDoctor {
		return nil
	}
	calendar, err := store.CalendarOf(tx, userID, tx.Now, tx.Now)
	if err != nil {
		return err
	}
	e.Hours = calendar.Weekly
	if e.ExtraHours, err = store.ExportExtraHours(tx, userID); err != nil {
		return err
	}
	if e.TimeOff, err = store.ExportTimeOff(tx, userID); err != nil {
		return err
	}
	e.VisitTypes, err = store.VisitTypes(tx, userID)
	return err
}

func (s *Service) exportVisits(tx *sqldb.Tx, patientID uuid.UUID) ([]ExportedVisit, error) {
	visits, err := store.ExportVisits(tx, patientID)
	if err != nil {
		return nil, err
	}
	exported := make([]ExportedVisit, 0, len(visits))
	for _, v := range visits {
		visit := ExportedVisit{Appointment: v.Appointment, DoctorName: v.DoctorName, VisitType: v.TypeName}
		if visit.Reason, err = s.open(v.SealedReason, v.ID); err != nil {
			return nil, err
		}
		if visit.CancellationReason, err = s.open(v.SealedCancellationReason, v.ID); err != nil {
			return nil, err
		}
		exported = append(exported, visit)
	}
	return exported, nil
}

// open reads a sealed text of a visit; nil is the empty text.
func (s *Service) open(sealed []byte, visitID uuid.UUID) (string, error) {
	if sealed == nil {
		return "", nil
	}
	if s.config.Box == nil {
		return "", errors.New("open a text of a visit: there is no key")
	}
	plain, err := s.config.Box.Open(sealed, visitID[:])
	if err != nil {
		return "", fmt.Errorf("open a text of a visit: %w", err)
	}
	return string(plain), nil
}
