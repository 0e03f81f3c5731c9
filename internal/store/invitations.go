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
// another relation: also when it was declined.
func PutInvitation(tx *sqldb.Tx, i turno.ProxyInvitation) (turno.ProxyInvitation, error) {
	if _, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND expires_at <= $2`, i.PatientID, tx.Now); err != nil {
		return i, fmt.Errorf("forget invitations that are over: %w", err)
	}
	err := tx.QueryRow(`
		INSERT INTO proxy_invitations
		       (id, patient_id, proxy_user_id, named, named_folded, relation, ends_at, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (patient_id, named_folded) DO UPDATE
		   SET proxy_user_id = excluded.proxy_user_id,
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

// DeclineInvitation notes that the user does not want to.
func DeclineInvitation(tx *sqldb.Tx, id uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE proxy_invitations
		   SET declined_at = $2
		 WHERE id = $1`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("decline an invitation: %w", err)
	}
	return nil
}

// DeleteInvitation takes one of a patient's back, and reports whether there was
// one.
func DeleteInvitation(tx *sqldb.Tx, patientID, id uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND id = $2`, patientID, id)
	if err != nil {
		return false, fmt.Errorf("take an invitation back: %w", err)
	}
	return rows == 1, nil
}

// DeleteInvitationsBetween removes those of a patient to a user, who has accepted
// one.
func DeleteInvitationsBetween(tx *sqldb.Tx, patientID, userID uuid.UUID) error {
	_, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		   AND proxy_user_id = $2`, patientID, userID)
	if err != nil {
		return fmt.Errorf("remove invitations that were accepted: %w", err)
	}
	return nil
}

// DeleteInvitationsOfUser removes those of and to a user.
func DeleteInvitationsOfUser(tx *sqldb.Tx, userID uuid.UUID) error {
	_, err := tx.Exec(`
		DELETE FROM proxy_invitations
		 WHERE patient_id = $1
		    OR proxy_user_id = $1`, userID)
	if err != nil {
		return fmt.Errorf("remove the invitations of a user: %w", err)
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
		        LIMIT $2)`, 0)
}
