package account

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

// invitationLifetime is how long somebody may think about it.
const invitationLifetime = 14 * 24 * time.Hour

// Invitation asks somebody to act for a patient. It says nothing of whether there
// is an account of the name.
type Invitation struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	PatientName string // told to who is asked, and to staff
	Named       string // as the patient typed it
	Relation    string
	EndsAt      *time.Time
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

func invitation(n store.NamedInvitation) Invitation {
	return Invitation{ID: n.ID, PatientID: n.PatientID, PatientName: n.PatientName, Named: n.Named,
		Relation: n.Relation, EndsAt: n.EndsAt, CreatedAt: n.CreatedAt, ExpiresAt: n.ExpiresAt}
}

// InviteProxy asks somebody to act for a patient, which they do once they accept.
// The answer is the same whether or not anybody has the name. An email finds nobody
// who has not verified it: anybody can register with it. Errors: KindInvalid,
// KindNotFound, KindRateLimited after asking many people.
func (s *Service) InviteProxy(ctx context.Context, c policy.Caller, patientID uuid.UUID, in NewProxy) (Invitation, error) {
	if err := policy.Admit(c, policy.WriteProxies); err != nil {
		return Invitation{}, err
	}
	check := in.check(s.config.Now())
	named := in.Username
	if in.UserID != nil {
		named = in.UserID.String()
	}
	named = check.line("username", named, 1, 254)
	var limited error
	if !c.IsStaff() {
		limited = s.proxies.Allow(c.UserID.String())
	}
	var added turno.ProxyInvitation
	wanted := turno.ProxyInvitation{ID: turno.NewID(), PatientID: patientID, Named: named, Relation: in.Relation, EndsAt: in.EndsAt}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		wanted.ProxyUserID = nil
		if err := tx.Lock(patientID); err != nil { // no erasure is in the middle of it
			return err
		}
		if _, err := checkPatient(tx, c, policy.WriteProxies, patientID); err != nil {
			return err
		}
		if err := check.err(); err != nil {
			return err
		}
		if limited != nil {
			return limited
		}
		user, found, err := in.user(tx)
		switch {
		case err != nil:
			return err
		case found && user.ID == patientID:
			return ownProxy(in)
		case found:
			wanted.ProxyUserID = &user.ID
		}
		wanted.CreatedAt, wanted.ExpiresAt = tx.Now, tx.Now.Add(invitationLifetime)
		if added, err = store.PutInvitation(tx, wanted); err != nil {
			return err
		}
		return auditInvitation(tx, c, turno.AuditCreate, added.ID, patientID)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite a proxy: %w", err)
	}
	return invitation(store.NamedInvitation{ProxyInvitation: added}), nil
}

// auditInvitation never says who was asked: its subject reads the trail.
func auditInvitation(tx *sqldb.Tx, c policy.Caller, action turno.AuditAction, id, subject uuid.UUID) error {
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: action, Entity: "proxy_invitation", EntityID: id.String(), SubjectID: &subject,
	})
}

// Invitations lists whom a patient has asked and who has not accepted. One that
// was declined stays until its time is over, as one does that nobody reads.
func (s *Service) Invitations(ctx context.Context, c policy.Caller, patientID uuid.UUID) (all []Invitation, err error) {
	if err := policy.Admit(c, policy.ReadProxies); err != nil {
		return nil, err
	}
	err = s.inPatient(ctx, c, patientID, func(tx *sqldb.Tx) error {
		relation, err := checkPatient(tx, c, policy.ReadProxies, patientID)
		if err != nil {
			return err
		}
		found, err := store.InvitationsBy(tx, patientID)
		if err != nil {
			return err
		}
		all = nil
		for _, n := range found {
			all = append(all, invitation(n))
		}
		return recordRead(tx, c, relation, patientID)
	})
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return all, nil
}

// WithdrawInvitation takes an invitation of a patient's back. Errors: KindNotFound.
func (s *Service) WithdrawInvitation(ctx context.Context, c policy.Caller, patientID, id uuid.UUID) error {
	if err := policy.Admit(c, policy.WriteProxies); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(patientID); err != nil { // nobody answers it meanwhile
			return err
		}
		if _, err := checkPatient(tx, c, policy.WriteProxies, patientID); err != nil {
			return err
		}
		found, err := store.WithdrawInvitation(tx, patientID, id)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("invitation")
		}
		return auditInvitation(tx, c, turno.AuditDelete, id, patientID)
	})
	if err != nil {
		return fmt.Errorf("take an invitation back: %w", err)
	}
	return nil
}

// InvitationsToMe lists who asks the caller to act for them.
func (s *Service) InvitationsToMe(ctx context.Context, c policy.Caller) (all []Invitation, err error) {
	if err := policy.Check(c, policy.AnswerInvitation, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		found, err := store.InvitationsFor(tx, c.UserID)
		all = nil
		for _, n := range found {
			all = append(all, invitation(n))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list invitations to me: %w", err)
	}
	return all, nil
}

// AcceptInvitation makes the caller act for the patient who asked. Errors:
// KindNotFound for one that is not the caller's, or is over.
func (s *Service) AcceptInvitation(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	return s.answerInvitation(ctx, c, id, func(tx *sqldb.Tx, n store.NamedInvitation) error {
		found, err := store.TakeInvitation(tx, n.ProxyInvitation)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("invitation")
		}
		return putProxy(tx, c, turno.Proxy{PatientID: n.PatientID, ProxyUserID: c.UserID,
			Relation: n.Relation, EndsAt: n.EndsAt, CreatedAt: tx.Now})
	})
}

// DeclineInvitation is for a caller who does not want to. The patient is not told.
// Errors: as AcceptInvitation.
func (s *Service) DeclineInvitation(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	return s.answerInvitation(ctx, c, id, func(tx *sqldb.Tx, n store.NamedInvitation) error {
		found, err := store.DeclineInvitations(tx, n.PatientID, c.UserID)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("invitation")
		}
		return auditInvitation(tx, c, turno.AuditUpdate, n.ID, c.UserID)
	})
}

func (s *Service) answerInvitation(ctx context.Context, c policy.Caller, id uuid.UUID, answer func(*sqldb.Tx, store.NamedInvitation) error) error {
	if err := policy.Check(c, policy.AnswerInvitation, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := invitationTo(tx, c, id)
		if err != nil {
			return err
		}
		if err := tx.Lock(n.PatientID, c.UserID); err != nil { // no erasure of either is in the middle of it
			return err
		}
		if n, err = invitationTo(tx, c, id); err != nil { // it may have been taken back, or be somebody else's by now
			return err
		}
		user, err := store.UserByID(tx, c.UserID)
		if err != nil {
			return err
		}
		if !user.Active() {
			return turno.NotFound("invitation")
		}
		return answer(tx, n)
	})
	if err != nil {
		return fmt.Errorf("answer an invitation: %w", err)
	}
	return nil
}

// invitationTo reads one that the caller can accept.
func invitationTo(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) (store.NamedInvitation, error) {
	n, found, err := store.InvitationByID(tx, id)
	if err == nil && (!found || n.ProxyUserID == nil || !c.Is(*n.ProxyUserID)) {
		err = turno.NotFound("invitation")
	}
	return n, err
}

// invitationsOf are those by a person and those to them.
func invitationsOf(tx *sqldb.Tx, userID uuid.UUID) (by, to []Invitation, err error) {
	made, err := store.InvitationsBy(tx, userID)
	if err != nil {
		return nil, nil, err
	}
	got, err := store.InvitationsFor(tx, userID)
	for _, n := range made {
		by = append(by, invitation(n))
	}
	for _, n := range got {
		to = append(to, invitation(n))
	}
	return by, to, err
}
