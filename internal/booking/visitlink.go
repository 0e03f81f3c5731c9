package booking

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// linkContext keeps what is sealed for a link about a visit from being taken for
// anything else.
const linkContext = "visit link"

// visitLink is what a link in a mail about a visit says: whose mail it was, and at
// which time the visit was then. It works for that time only.
type visitLink struct {
	visitID, userID uuid.UUID
	scheduledAt     time.Time
}

const linkSize = 16 + 16 + 8

// VisitLink is the token of a link by which who was mailed about a visit can cancel
// it, move it or say to be coming, without signing in, until it begins. It is kept
// nowhere: all of it is sealed in it.
func (s *Service) VisitLink(visitID uuid.UUID, scheduledAt time.Time, userID uuid.UUID) string {
	said := append(visitID[:], userID[:]...)
	said = binary.BigEndian.AppendUint64(said, uint64(scheduledAt.Unix())) //nolint:gosec // visits are after 1970
	return base64.RawURLEncoding.EncodeToString(s.config.Box.Seal(said, []byte(linkContext)))
}

func (s *Service) readLink(token string) (l visitLink, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return l, linkOver()
	}
	said, err := s.config.Box.Open(sealed, []byte(linkContext))
	if err != nil || len(said) != linkSize {
		return l, linkOver()
	}
	l.visitID, l.userID = uuid.UUID(said[:16]), uuid.UUID(said[16:32])
	l.scheduledAt = time.Unix(int64(binary.BigEndian.Uint64(said[32:])), 0).UTC() //nolint:gosec // as above
	return l, nil
}

func linkOver() error {
	return &turno.Error{Kind: turno.KindNotFound, Code: turno.CodeNotFound, Message: "This link works no more."}
}

// LinkState is what has become of the visit since its link was mailed.
type LinkState string

// The states. Only with the first does the link do anything.
const (
	LinkWorks     LinkState = "works"
	LinkMoved     LinkState = "moved"      // another mail has the link for the new time
	LinkCalledOff LinkState = "called_off" // by whomever
	LinkBegun     LinkState = "begun"
)

// state is that of the link, given the visit as it is now.
func (l visitLink) state(v turno.Appointment, now time.Time) LinkState {
	switch {
	case v.Status == turno.StatusCancelled:
		return LinkCalledOff
	case v.ScheduledAt.Unix() != l.scheduledAt.Unix():
		return LinkMoved
	case !v.Status.Open() || !now.Before(v.ScheduledAt):
		return LinkBegun
	}
	return LinkWorks
}

// check refuses to do anything to a visit that the link is not for any more.
func (l visitLink) check(v turno.Appointment, now time.Time) error {
	if l.state(v, now) != LinkWorks {
		return turno.Conflict(turno.CodeConflict, "This visit has changed since the mail. Please look again.")
	}
	return nil
}

// MailedVisit is a visit as its mail told of it, for whoever has the link. When that
// works no more it has the State only.
type MailedVisit struct {
	State LinkState
	// VisitView holds what the mail said, and nothing of what the visit is about, what
	// kind it is, the doctor's field or the patient's birth date and number.
	VisitView
	ReaderZone string // IANA name, of whom the mail was for
}

// OpenVisitLink reads what a link is about. It changes nothing: programs that look at
// mail follow its links. Errors: KindNotFound for one that is forged, or of somebody
// who does not hear of the visit any more.
func (s *Service) OpenVisitLink(ctx context.Context, c policy.Caller, token string) (m MailedVisit, err error) {
	if err := policy.Check(c, policy.UseVisitLink, 0); err != nil {
		return MailedVisit{}, err
	}
	l, err := s.readLink(token)
	if err != nil {
		return MailedVisit{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		who, user, err := linkOwner(tx, l)
		if err != nil {
			return err
		}
		details, err := store.VisitDetailsByID(tx, l.visitID, who.UserID)
		if err != nil {
			return err
		}
		if m = (MailedVisit{State: l.state(details.Appointment, tx.Now)}); m.State != LinkWorks {
			return nil
		}
		m.ReaderZone = user.TimeZone
		m.VisitView, err = s.mailed(who, details, tx.Now)
		return err
	})
	if err != nil {
		return MailedVisit{}, fmt.Errorf("open the link of a visit: %w", err)
	}
	return m, nil
}

// mailed is a visit with what its mails say, and no more.
func (s *Service) mailed(who policy.Caller, d store.VisitDetails, now time.Time) (VisitView, error) {
	d.SealedReason, d.SealedCancellationReason = nil, nil
	view, err := s.view(who, d, now)
	if err != nil {
		return VisitView{}, err
	}
	a := view.Appointment
	shown := VisitView{
		Appointment: turno.Appointment{ID: a.ID, PatientID: a.PatientID, DoctorID: a.DoctorID, ScheduledAt: a.ScheduledAt, EndsAt: a.EndsAt,
			Status: a.Status, ComingAt: a.ComingAt},
		DoctorName: view.DoctorName, DoctorZone: view.DoctorZone, PatientName: view.PatientName, Location: view.Location, Mine: view.Mine,
		Can: VisitActions{Cancel: view.Can.Cancel, Move: view.Can.Move},
	}
	if view.VisitType != nil {
		shown.VisitType = &turno.VisitType{Mode: view.VisitType.Mode, Instructions: view.VisitType.Instructions}
	}
	return shown, nil
}

// linkOwner is whom a link was mailed to, if they still hear of the visit: its
// patient, or who acts for one.
func linkOwner(tx *sqldb.Tx, l visitLink) (policy.Caller, turno.User, error) {
	v, err := store.VisitByID(tx, l.visitID, l.userID)
	if err != nil {
		return policy.Caller{}, turno.User{}, err
	}
	user, err := store.UserByID(tx, l.userID)
	if err != nil {
		return policy.Caller{}, user, err
	}
	who := policy.Caller{UserID: user.ID, Role: user.Role, StaffLevel: user.StaffLevel, ByLink: true}
	if !user.Active() || relation(who, v)&(policy.Self|policy.Proxy) == 0 || forPractice(who, v.DoctorID) {
		return policy.Caller{}, user, linkOver()
	}
	return who, user, nil
}

// byLink reads a link that is to do something, and who does it.
func (s *Service) byLink(ctx context.Context, c policy.Caller, token string) (l visitLink, who policy.Caller, err error) {
	if err := policy.Check(c, policy.UseVisitLink, 0); err != nil {
		return l, who, err
	}
	if l, err = s.readLink(token); err != nil {
		return l, who, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		who, _, err = linkOwner(tx, l)
		return err
	})
	if err != nil {
		return l, who, fmt.Errorf("act by the link of a visit: %w", err)
	}
	who.Address = c.Address
	return l, who, nil
}

// CancelByLink calls off the visit of a link. Errors: KindNotFound as of OpenVisitLink,
// KindConflict when the visit has changed since.
func (s *Service) CancelByLink(ctx context.Context, c policy.Caller, token string) error {
	l, who, err := s.byLink(ctx, c, token)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, who, l.visitID, step{policy.CancelAppointment, "cancelled",
		func(v store.VisitFacts, now time.Time, _ bool) (turno.Appointment, error) {
			if err := l.check(v.Appointment, now); err != nil {
				return turno.Appointment{}, err
			}
			return v.Cancelled(now, turno.CancelledByPatient, who.ID(), "")
		}})
	if err == nil {
		s.config.Observe(OutcomeCancelled)
	}
	return err
}

// MoveByLink puts the visit of a link at another open time, and gives the token of the
// link for that. Errors: those of CancelByLink and of Move.
func (s *Service) MoveByLink(ctx context.Context, c policy.Caller, token string, to time.Time) (moved turno.Appointment, next string, err error) {
	l, who, err := s.byLink(ctx, c, token)
	if err != nil {
		return turno.Appointment{}, "", err
	}
	moved, err = s.move(ctx, who, l.visitID, to, l.check)
	if err != nil {
		return turno.Appointment{}, "", err
	}
	return moved, s.VisitLink(moved.ID, moved.ScheduledAt, l.userID), nil
}

// ComingByLink notes with a confirmed visit that somebody comes. Errors: those of
// CancelByLink.
func (s *Service) ComingByLink(ctx context.Context, c policy.Caller, token string) error {
	l, who, err := s.byLink(ctx, c, token)
	if err != nil {
		return err
	}
	var doctorID uuid.UUID
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := store.VisitForUpdate(tx, l.visitID, who.UserID)
		if err != nil {
			return err
		}
		if doctorID = v.DoctorID; relation(who, v)&(policy.Self|policy.Proxy) == 0 {
			return linkOver()
		}
		if err := errors.Join(l.check(v.Appointment, tx.Now), mustBeConfirmed(v.Appointment)); err != nil {
			return err
		}
		noted, err := store.SetComing(tx, v.ID, v.ScheduledAt)
		if err != nil || !noted {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{ActionBy: who.ID(), Action: turno.AuditUpdate, Entity: "appointment", EntityID: v.ID.String(),
			SubjectID: &v.PatientID, Detail: detailOf(who, v.Appointment, "coming")})
	})
	if err != nil {
		return err
	}
	s.changed(doctorID)
	return nil
}

func mustBeConfirmed(v turno.Appointment) error {
	if v.Status != turno.StatusConfirmed {
		return turno.Conflict(turno.CodeInvalidTransition, "The doctor has not confirmed this visit yet.")
	}
	return nil
}
