package insight

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Access is how easy it is to be seen. Rates are from 0 to 1; nil means that
// there is nothing to divide by.
type Access struct {
	Days            Days // that Past is about, as they were understood
	Doctors         []DoctorAccess
	Specializations []SpecializationAccess // of these doctors, by name
	Ahead           Fill                   // of all these doctors
	Past            Past
}

// DoctorAccess is how soon one verified, active doctor can be seen.
type DoctorAccess struct {
	DoctorID         uuid.UUID
	FullName         string
	SpecializationID int
	// ThirdNextDays is the days from today, in the doctor's zone, to the day of
	// the third next slot that a patient is offered; 0 is today. The first two
	// are often chance: a slot that somebody just gave back. Nil: there are
	// fewer than three within the doctor's horizon and 92 days.
	ThirdNextDays *int
	Ahead         Fill
}

// SpecializationAccess is how long patients wait in a field of medicine.
type SpecializationAccess struct {
	SpecializationID int
	Name             string
	Doctors          int
	Closed           int      // of the doctors: those without a third next slot
	ThirdNextDays    *float64 // the mean over the others
}

// Fill is how full the next 28 days are.
type Fill struct {
	BookedMinutes int64 // of pending and confirmed visits that start in them, without buffers
	OpenMinutes   int64 // of the slots of usual length still open in the hours, seen by patients yet or not
}

// Rate is the booked part of booked and open time.
func (f Fill) Rate() *float64 { return ratio(f.BookedMinutes, f.BookedMinutes+f.OpenMinutes) }

func (f *Fill) add(other Fill) {
	f.BookedMinutes += other.BookedMinutes
	f.OpenMinutes += other.OpenMinutes
}

// Past is what became of the visits of the asked days, by the day of the visit.
type Past struct{ counts store.VisitCounts }

// Visits is their number, whatever became of them.
func (p Past) Visits() int64 { return p.counts.Total() }

// LeadMinutes is the mean of the minutes from booking to start, over all visits.
// A walk-in that was entered after the start counts as 0.
func (p Past) LeadMinutes() *float64 { return ratio(p.counts.LeadMinutes, p.Visits()) }

// CancellationRate is the part of all visits that somebody called off or that
// expired unanswered. Missed visits are not among them.
func (p Past) CancellationRate() *float64 {
	return ratio(p.counts.Cancelled-p.counts.NoShows, p.Visits())
}

// LateCancellationRate is the part of all visits that the patient called off
// less than 24 hours before the start.
func (p Past) LateCancellationRate() *float64 { return ratio(p.counts.LateCancellations, p.Visits()) }

// NoShowRate is the part that the patient missed, of the visits that were either
// completed or missed.
func (p Past) NoShowRate() *float64 {
	return ratio(p.counts.NoShows, p.counts.Completed+p.counts.NoShows)
}

func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	rate := float64(part) / float64(whole)
	return &rate
}

// Access measures how easy it is to be seen: from now on, and over past days. To
// full staff for everybody, to a doctor their own.
func (s *Service) Access(ctx context.Context, c policy.Caller, d Days) (Access, error) {
	only, err := whose(c)
	if err != nil {
		return Access{}, err
	}
	var a Access
	var fields []turno.Specialization
	if err := s.read(ctx, "measure access", func(tx *sqldb.Tx) (err error) {
		var begins []time.Time
		a = Access{}
		if a.Days, begins, err = s.days(tx, c, d); err != nil {
			return err
		}
		if fields, err = store.Specializations(tx); err != nil {
			return err
		}
		past, err := countVisits(tx, only, ByVisit, []time.Time{begins[0], begins[len(begins)-1]})
		if err == nil {
			a.Past.counts = past[0]
		}
		return err
	}); err != nil {
		return Access{}, err
	}
	if a.Doctors, err = s.doctorsAccess(ctx, only); err != nil {
		return Access{}, err
	}
	for _, doctor := range a.Doctors {
		a.Ahead.add(doctor.Ahead)
	}
	a.Specializations = bySpecialization(a.Doctors, fields)
	return a, nil
}

// bySpecialization sums doctors up for each of the fields that has any, in their
// order.
func bySpecialization(doctors []DoctorAccess, fields []turno.Specialization) []SpecializationAccess {
	var sums []SpecializationAccess
	for _, field := range fields {
		sum := SpecializationAccess{SpecializationID: field.ID, Name: field.Name}
		var days int64
		for _, doctor := range doctors {
			if doctor.SpecializationID != field.ID {
				continue
			}
			sum.Doctors++
			if doctor.ThirdNextDays == nil {
				sum.Closed++
			} else {
				days += int64(*doctor.ThirdNextDays)
			}
		}
		if sum.Doctors > 0 {
			sum.ThirdNextDays = ratio(days, int64(sum.Doctors-sum.Closed))
			sums = append(sums, sum)
		}
	}
	return sums
}
