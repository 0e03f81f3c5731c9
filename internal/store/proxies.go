package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// ActsFor reports whether the user is a proxy of the patient at present.
func ActsFor(tx *sqldb.Tx, userID, patientID uuid.UUID) (acts bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM patient_proxies
		                WHERE patient_id = $1
		                  AND proxy_user_id = $2
		                  AND (ends_at IS NULL OR ends_at > $3))`, patientID, userID, tx.Now).Scan(&acts)
	if err != nil {
		return false, fmt.Errorf("does the user act for the patient: %w", err)
	}
	return acts, nil
}

// OthersActFor reports whether somebody beside the user, who may sign in, acts for
// the patient at present.
func OthersActFor(tx *sqldb.Tx, patientID, userID uuid.UUID) (others bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM patient_proxies x
		                 JOIN users u ON u.id = x.proxy_user_id
		                WHERE x.patient_id = $1
		                  AND x.proxy_user_id <> $2
		                  AND (x.ends_at IS NULL OR x.ends_at > $3)
		                  AND u.deactivated_at IS NULL
		                  AND u.erased_at IS NULL)`, patientID, userID, tx.Now).Scan(&others)
	if err != nil {
		return false, fmt.Errorf("do others act for the patient: %w", err)
	}
	return others, nil
}

// NamedProxy is a proxy with the names of both sides.
type NamedProxy struct {
	turno.Proxy
	Username    string // of the proxy
	FullName    string // of the proxy
	PatientName string
}

const selectProxies = `
		SELECT x.patient_id, x.proxy_user_id, x.relation, x.ends_at, x.created_at,
		       proxy.username, proxy.full_name, patient.full_name
		  FROM patient_proxies x
		  JOIN users proxy ON proxy.id = x.proxy_user_id
		  JOIN users patient ON patient.id = x.patient_id`

func scanNamedProxy(row sqldb.Scanner) (p NamedProxy, err error) {
	err = row.Scan(&p.PatientID, &p.ProxyUserID, &p.Relation, &p.EndsAt, &p.CreatedAt,
		&p.Username, &p.FullName, &p.PatientName)
	return p, err
}

// ProxiesOf lists who acts for the patient at present, the first one first.
func ProxiesOf(tx *sqldb.Tx, patientID uuid.UUID) ([]NamedProxy, error) {
	proxies, err := sqldb.All(tx, scanNamedProxy, selectProxies+`
		 WHERE x.patient_id = $1
		   AND (x.ends_at IS NULL OR x.ends_at > $2)
		 ORDER BY x.created_at, x.proxy_user_id`, patientID, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list proxies: %w", err)
	}
	return proxies, nil
}

// DependantsOf lists the patients that the user acts for at present.
func DependantsOf(tx *sqldb.Tx, userID uuid.UUID) ([]turno.Patient, error) {
	patients, err := sqldb.All(tx, scanPatient, `
		SELECT `+patientColumns+`
		  FROM patient_proxies x
		  JOIN patients p ON p.user_id = x.patient_id
		  JOIN users u ON u.id = p.user_id
		 WHERE x.proxy_user_id = $1
		   AND (x.ends_at IS NULL OR x.ends_at > $2)
		   AND u.erased_at IS NULL
		 ORDER BY x.created_at, x.patient_id`, userID, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list dependants: %w", err)
	}
	return patients, nil
}

// PutProxy lets a user act for a patient; one who did before does again.
func PutProxy(tx *sqldb.Tx, p turno.Proxy) error {
	_, err := tx.Exec(`
		INSERT INTO patient_proxies (patient_id, proxy_user_id, relation, ends_at, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (patient_id, proxy_user_id) DO UPDATE
		   SET relation = excluded.relation,
		       ends_at = excluded.ends_at`,
		p.PatientID, p.ProxyUserID, p.Relation, p.EndsAt, p.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a proxy: %w", err)
	}
	return nil
}

// EndProxy ends one proxy at the instant, and reports whether there was one.
func EndProxy(tx *sqldb.Tx, patientID, proxyUserID uuid.UUID, at time.Time) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE patient_proxies
		   SET ends_at = $3
		 WHERE patient_id = $1
		   AND proxy_user_id = $2
		   AND (ends_at IS NULL OR ends_at > $3)`, patientID, proxyUserID, at)
	if err != nil {
		return false, fmt.Errorf("end a proxy: %w", err)
	}
	return rows == 1, nil
}

// EndProxiesOfUser ends every proxy of and by a user at the instant.
func EndProxiesOfUser(tx *sqldb.Tx, userID uuid.UUID, at time.Time) error {
	_, err := tx.Exec(`
		UPDATE patient_proxies
		   SET ends_at = $2
		 WHERE (patient_id = $1 OR proxy_user_id = $1)
		   AND (ends_at IS NULL OR ends_at > $2)`, userID, at)
	if err != nil {
		return fmt.Errorf("end the proxies of a user: %w", err)
	}
	return nil
}
