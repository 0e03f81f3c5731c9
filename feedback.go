package turno

import (
	"time"

	"github.com/google/uuid"
)

// Feedback is what a patient thought of one completed visit. There is at most
// one for a visit, and the public never learns whose it is.
type Feedback struct {
	ID            uuid.UUID
	PatientID     uuid.UUID
	DoctorID      uuid.UUID
	AppointmentID uuid.UUID
	Rating        int // 1 to 5
	Comments      string
	CreatedAt     time.Time
}
