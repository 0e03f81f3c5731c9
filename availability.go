package turno

import (
	"github.com/google/uuid"
)

// Availability is one weekly window of a doctor's hours, local to the doctor's
// zone. Two windows of one doctor never overlap.
type Availability struct {
	ID             uuid.UUID
	DoctorID       uuid.UUID
	DayOfWeek      Weekday
	StartTime      Clock
	EndTime        Clock // after StartTime; 24:00 reaches midnight
	ReleaseMinutes *int  // nil: open. 0: staff only. n: patients see it from n minutes before
}

// ExtraHours is a one-off opening beside the weekly hours.
type ExtraHours struct {
	ID       uuid.UUID
	DoctorID uuid.UUID
	Interval
}
