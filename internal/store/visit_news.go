package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// VisitNews is what decides who is to hear of a visit, and when.
type VisitNews struct {
	ID          uuid.UUID
	Status      turno.Status
	Sequence    int
	ScheduledAt time.Time
	DoctorZone  string
	Patient     turno.User // of which id, address, zone and whether the account is open
}

func scanVisitNews(row sqldb.Scanner) (v VisitNews, err error) {
	p := &v.Patient
	err = row.Scan(&v.ID, &v.Status, &v.Sequence, &v.ScheduledAt, &v.DoctorZone,
		&p.ID, &p.Email, &p.TimeZone, &p.DeactivatedAt, &p.ErasedAt)
	return v, err
}

// VisitNewsByID reads it; found is false when there is no such visit.
func VisitNewsByID(tx *sqldb.Tx, id uuid.UUID) (v VisitNews, found bool, err error) {
	v, err = sqldb.One(tx, scanVisitNews, `
		SELECT a.id, a.status, a.sequence, a.scheduled_at, d.time_zone,
		       u.id, u.email, u.time_zone, u.deactivated_at, u.erased_at
		  FROM appointments a
		  JOIN doctors d ON d.user_id = a.doctor_id
		  JOIN users u ON u.id = a.patient_id
		 WHERE a.id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("read the news of a visit: %w", err)
	}
	return v, true, nil
}
