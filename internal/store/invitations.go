package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// NamedInvitation is an invitation with the name of the patient.
type NamedInvitation struct {
	turno.ProxyInvitation
	PatientName string
}

const selectInvitations = `
		SELECT i.id, i.patient_id, i.proxy_user_id, i.named, i.relation, i.ends_at, i.created_at,
		       i.expires_at, i.declined_at, u.full_name
		  FROM proxy_invitations i
		  JOIN users u ON u.id = i.patient_id`

func scanInvitation(row sqldb.Scanner) (i NamedInvitation, err error) {
	err = row.Scan(&i.ID, &i.PatientID, &i.ProxyUserID, &i.Named, &i.Relation, &i.EndsAt, &i.CreatedAt,
		&i.ExpiresAt, &i.DeclinedAt, &i.PatientName)
	return i, err
}

// PutInvitation asks somebody to act for a patient, and returns the invitation as
// it is. Asked again before the first time is over, it stays the same one, with
// another relation. Nothing revives a refusal while its time lasts: neither asking
// again, nor withdrawing first, nor another name of the same user. The caller holds
// the patient's lock.
func PutInvitation(tx *sqldb.Tx, i turno.ProxyInvitation) (turno.ProxyInvitation, error) {
	if _, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND expires_at <= $2`, i.PatientID, tx.Now); err != nil {
		return i, fmt.Errorf("forget invitations that are over: %w", err)
	}
	err := tx.QueryRow(`
		INSERT INTO proxy_invitations
		       (id, patient_id, proxy_user_id, named, named_folded, relation, ends_at, created_at, expires_at, declined_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,
		        (SELECT MAX(declined_at)
		           FROM proxy_invitations
		          WHERE patient_id = $2
		            AND proxy_user_id = $3))
		ON CONFLICT (patient_id, named_folded) WHERE withdrawn_at IS NULL DO UPDATE
		   SET proxy_user_id = CASE WHEN proxy_invitations.declined_at IS NULL
		                            THEN excluded.proxy_user_id
		                            ELSE proxy_invitations.proxy_user_id END,
		       declined_at = COALESCE(proxy_invitations.declined_at, excluded.declined_at),
		       relation = excluded.relation,
		       ends_at = excluded.ends_at
		RETURNING id, created_at, expires_at`,
		i.ID, i.PatientID, i.ProxyUserID, i.Named, Fold(i.Named), i.Relation, i.EndsAt, i.CreatedAt, i.ExpiresAt,
	).Scan(&i.ID, &i.CreatedAt, &i.ExpiresAt)
	if err != nil {
		return i, fmt.Errorf("invite a proxy: %w", err)
	}
	return i, nil
}

// InvitationsBy lists whom a patient has asked and who has not accepted, declined
// ones too, the first one first.
func InvitationsBy(tx *sqldb.Tx, patientID uuid.UUID) ([]NamedInvitation, error) {
	all, err := sqldb.All(tx, scanInvitation, selectInvitations+`
		 WHERE i.patient_id = $1
		   AND i.expires_at > $2
		   AND i.withdrawn_at IS NULL
		 ORDER BY i.created_at, i.id`, patientID, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list a patient's invitations: %w", err)
	}
	return all, nil
}

// openInvitation is one that can be accepted.
const openInvitation = `
		   AND i.expires_at > $2
		   AND i.declined_at IS NULL
		   AND (i.ends_at IS NULL OR i.ends_at > $2)
		   AND u.erased_at IS NULL`

// InvitationsFor lists who asks the user to act for them, the first one first.
func InvitationsFor(tx *sqldb.Tx, userID uuid.UUID) ([]NamedInvitation, error) {
	all, err := sqldb.All(tx, scanInvitation, selectInvitations+`
		 WHERE i.proxy_user_id = $1`+openInvitation+`
		 ORDER BY i.created_at, i.id`, userID, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list invitations of a user: %w", err)
	}
	return all, nil
}

// InvitationByID reads one that can be accepted; false when there is none.
func InvitationByID(tx *sqldb.Tx, id uuid.UUID) (NamedInvitation, bool, error) {
	found, err := sqldb.One(tx, scanInvitation, selectInvitations+`
		 WHERE i.id = $1`+openInvitation, id, tx.Now)
	if errors.Is(err, sqldb.ErrNoRows) {
		return found, false, nil
	}
	if err != nil {
		return found, false, fmt.Errorf("read an invitation: %w", err)
	}
	return found, true, nil
}

// DeclineInvitations notes that the user does not want to act for the patient, by
// whatever name the patient asked, and reports whether the patient had.
func DeclineInvitations(tx *sqldb.Tx, patientID, userID uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET declined_at = $3
		 WHERE patient_id = $1
		   AND proxy_user_id = $2
		   AND declined_at IS NULL`, patientID, userID, tx.Now)
	if err != nil {
		return false, fmt.Errorf("decline an invitation: %w", err)
	}
	return rows > 0, nil
}

// WithdrawInvitation takes one of a patient's back, and reports whether there was
// one. Of one that was declined the refusal stays for its time; the patient, who
// was not told of it, sees it no more. The caller holds the patient's lock.
func WithdrawInvitation(tx *sqldb.Tx, patientID, id uuid.UUID) (bool, error) {
	hidden, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET withdrawn_at = $3
		 WHERE patient_id = $1
		   AND id = $2
		   AND declined_at IS NOT NULL
		   AND withdrawn_at IS NULL`, patientID, id, tx.Now)
	if err != nil {
		return false, fmt.Errorf("hide an invitation that was declined: %w", err)
	}
	deleted, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND id = $2
		   AND declined_at IS NULL`, patientID, id)
	if err != nil {
		return false, fmt.Errorf("take an invitation back: %w", err)
	}
	return hidden+deleted == 1, nil
}

// TakeInvitation removes one that is accepted, and reports whether it was still
// there. Others of the patient's to the same user, by another name, become ones to
// nobody: see LoseInvitationsBetween.
func TakeInvitation(tx *sqldb.Tx, i turno.ProxyInvitation) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE id = $1
		   AND proxy_user_id = $2`, i.ID, i.ProxyUserID)
	if err != nil {
		return false, fmt.Errorf("take an invitation: %w", err)
	}
	if rows == 0 {
		return false, nil
	}
	return true, LoseInvitationsBetween(tx, i.PatientID, *i.ProxyUserID)
}

// LoseInvitationsBetween makes those of a patient to a user, who has not answered,
// ones to nobody. They stay on the patient's list for their time: that one went
// would tell the patient whose name or address it was. Refusals stay as they are.
func LoseInvitationsBetween(tx *sqldb.Tx, patientID, userID uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET proxy_user_id = NULL
		 WHERE patient_id = $1
		   AND proxy_user_id = $2
		   AND declined_at IS NULL`, patientID, userID)
	if err != nil {
		return fmt.Errorf("lose the invitations between two: %w", err)
	}
	return nil
}

// LoseRefusalsBetween is LoseInvitationsBetween for those that the user has declined:
// of these, the ones that the patient has taken back go.
func LoseRefusalsBetween(tx *sqldb.Tx, patientID, userID uuid.UUID) error {
	if _, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND proxy_user_id = $2
		   AND withdrawn_at IS NOT NULL`, patientID, userID); err != nil {
		return fmt.Errorf("remove the hidden refusals between two: %w", err)
	}
	if _, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET proxy_user_id = NULL,
		       declined_at = NULL
		 WHERE patient_id = $1
		   AND proxy_user_id = $2
		   AND declined_at IS NOT NULL`, patientID, userID); err != nil {
		return fmt.Errorf("lose the refusals between two: %w", err)
	}
	return nil
}

// ForgetUserInInvitations removes a user's own invitations. Those to the user stay
// on the lists of whoever asked, as if nobody had the name: that they went would
// tell that somebody had.
func ForgetUserInInvitations(tx *sqldb.Tx, userID uuid.UUID) error {
	if _, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		    OR (proxy_user_id = $1 AND withdrawn_at IS NOT NULL)`, userID); err != nil {
		return fmt.Errorf("remove the invitations of a user: %w", err)
	}
	if _, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET proxy_user_id = NULL,
		       declined_at = NULL
		 WHERE proxy_user_id = $1`, userID); err != nil {
		return fmt.Errorf("forget who was invited: %w", err)
	}
	return nil
}

// PurgeInvitations removes those that nobody accepted in time.
func PurgeInvitations(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "invitations that are over", `
		DELETE FROM proxy_invitations
		 WHERE id IN (
		       SELECT id
		         FROM proxy_invitations
		        WHERE expires_at < $1
		        `+purgeLimit()+`)`, 0)
}
