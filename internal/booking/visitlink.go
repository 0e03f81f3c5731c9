package booking

import (
	"context"
	"crypto/sha256"
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

// visitLink is what a link in a mail about a visit says: whose mail it was, and how the
// visit was then. It works until the visit moves, also when it moves back: the mail of
// each move has the next.
type visitLink struct {
	visitID, userID uuid.UUID
	scheduledAt     time.Time
	address         addressMark // that it was mailed to
	sequence        int
	pending         bool // nobody had confirmed the visit
}

// addressMark tells addresses apart: the beginning of a hash.
type addressMark [8]byte

func markOf(user turno.User) addressMark {
	hash := sha256.Sum256([]byte(user.Email))
	return addressMark(hash[:8])
}

const linkSize = 16 + 16 + 8 + 8 + 4 + 1

// VisitLink is the token of a link by which who is mailed about a visit can cancel
// it, move it or say to be coming, without signing in, until it begins or their address
// is another. It is kept nowhere: all of it is sealed in it. It is empty for staff and
// the visit's doctor, who sign in also when they look after the patient.
func (s *Service) VisitLink(v turno.Appointment, reader turno.User) string {
	if forPractice(linkCaller(reader), v.DoctorID) {
		return ""
	}
	said := append(v.ID[:], reader.ID[:]...)
	said = binary.BigEndian.AppendUint64(said, uint64(v.ScheduledAt.Unix())) //nolint:gosec // visits are after 1970
	mark := markOf(reader)
	said = append(said, mark[:]...)
	said = binary.BigEndian.AppendUint32(said, uint32(v.Sequence)) //nolint:gosec // nobody changes a visit so often
	pending := byte(0)
	if v.Status == turno.StatusPending {
		pending = 1
	}
	said = append(said, pending)
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
	l.address = addressMark(said[40:48])
	l.sequence, l.pending = int(binary.BigEndian.Uint32(said[48:52])), said[52] == 1
	l.scheduledAt = time.Unix(int64(binary.BigEndian.Uint64(said[32:40])), 0).UTC() //nolint:gosec // as above
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
	case v.Sequence != l.sequence && !l.confirmedSince(v):
		return LinkMoved // away, and back
	}
	return LinkWorks
}

// confirmedSince reports whether the visit has been confirmed since the mail, and
// nothing else: that leaves the link working.
func (l visitLink) confirmedSince(v turno.Appointment) bool {
	return l.pending && v.Status == turno.StatusConfirmed && v.Sequence == l.sequence+1
}

// check refuses to do anything to a visit that the link is not for any more.
func (l visitLink) check(v turno.Appointment, now time.Time) error {
	if l.state(v, now) != LinkWorks {
		return turno.Conflict(turno.CodeConflict, "This visit has changed since the mail. Please look again.")
	}
	return nil
}

// MailedVisit is a visit as its mail told of it, for whoever has the link. When that
// works no more it has the State only, and the ID of one that has moved: where its reader
// sees it who signs in.
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
			if m.State == LinkMoved {
				m.ID = l.visitID
			}
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

// linkCaller is somebody who comes by a link.
func linkCaller(user turno.User) policy.Caller {
	return policy.Caller{UserID: user.ID, Role: user.Role, StaffLevel: user.StaffLevel, ByLink: true}
}

// linkOwner is whom a link was mailed to, if they still hear of the visit, at the same
// address: its patient, or who acts for one.
func linkOwner(tx *sqldb.Tx, l visitLink) (policy.Caller, turno.User, error) {
	v, err := store.VisitByID(tx, l.visitID, l.userID)
	if err != nil {
		return policy.Caller{}, turno.User{}, err
	}
	user, err := store.UserByID(tx, l.userID)
	if err != nil {
		return policy.Caller{}, user, err
	}
	who := linkCaller(user)
	if !user.Active() || l.address != markOf(user) || relation(who, v)&(policy.Self|policy.Proxy) == 0 || forPractice(who, v.DoctorID) {
		return policy.Caller{}, user, linkOver()
	}
	return who, user, nil
}

// stands refuses what its owner may not do by the link any more: it is asked in the
// transaction that changes the visit.
func (l visitLink) stands(tx *sqldb.Tx) error {
	_, _, err := linkOwner(tx, l)
	return err
}

// byLink reads a link that is to do something, and who does it.
func (s *Service) byLink(ctx context.Context, c policy.Caller, token string) (l visitLink, who policy.Caller, user turno.User, err error) {
	if err := policy.Check(c, policy.UseVisitLink, 0); err != nil {
		return l, who, user, err
	}
	if l, err = s.readLink(token); err != nil {
		return l, who, user, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		who, user, err = linkOwner(tx, l)
		return err
	})
	if err != nil {
		return l, who, user, fmt.Errorf("act by the link of a visit: %w", err)
	}
	who.Address = c.Address
	return l, who, user, nil
}

// CancelByLink calls off the visit of a link. Errors: KindNotFound as of OpenVisitLink,
// KindConflict when the visit has changed since.
func (s *Service) CancelByLink(ctx context.Context, c policy.Caller, token string) error {
	l, who, _, err := s.byLink(ctx, c, token)
	if err != nil {
		return err
	}
	_, err = s.changeWhile(ctx, who, l.visitID, l.stands, step{policy.CancelAppointment, "cancelled",
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
	l, who, user, err := s.byLink(ctx, c, token)
	if err != nil {
		return turno.Appointment{}, "", err
	}
	moved, err = s.move(ctx, who, l.visitID, to, func(tx *sqldb.Tx, v turno.Appointment) error {
		return errors.Join(l.stands(tx), l.check(v, tx.Now))
	})
	if err != nil {
		return turno.Appointment{}, "", err
	}
	return moved, s.VisitLink(moved, user), nil
}

// ComingByLink notes with a confirmed visit that somebody comes. Errors: those of
// CancelByLink.
func (s *Service) ComingByLink(ctx context.Context, c policy.Caller, token string) error {
	l, who, _, err := s.byLink(ctx, c, token)
	if err != nil {
		return err
	}
	var doctorID uuid.UUID
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := store.VisitForUpdate(tx, l.visitID, who.UserID)
		if err != nil {
			return err
		}
		doctorID = v.DoctorID
		if err := l.stands(tx); err != nil {
			return err
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
