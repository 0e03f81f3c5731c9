package booking

import (
	"context"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// DoctorPage is a doctor as patients get to know them.
type DoctorPage struct {
	Doctor     turno.Doctor // as the public sees it
	Location   *turno.Location
	VisitTypes []turno.VisitType // those that anybody can book, by name
	Ratings    RatingCounts
	NextSlot   *turno.Interval // the soonest open time for a patient; nil without any
	Bookable   bool            // verified and active; never false for the public
}

// RatingCounts is how many ratings of 1 to 5 there are, at the indexes 0 to 4.
type RatingCounts = store.RatingCounts

// DoctorPage reads a doctor's public profile. One who can't be booked is there
// only for themself and staff.
func (s *Service) DoctorPage(ctx context.Context, c policy.Caller, id uuid.UUID) (page DoctorPage, err error) {
	if err := policy.Check(c, policy.ReadDoctor, 0); err != nil {
		return DoctorPage{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		page, err = s.doctorPage(tx, c, id)
		return err
	})
	if err != nil {
		return DoctorPage{}, err
	}
	return page, nil
}

func (s *Service) doctorPage(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) (DoctorPage, error) {
	doctor, err := store.DoctorByID(tx, id)
	if err != nil {
		return DoctorPage{}, err
	}
	page := DoctorPage{Doctor: publicDoctor(doctor), Bookable: doctor.VerifiedAt != nil && doctor.Active()}
	if !page.Bookable && !c.Is(id) && !c.IsStaff() {
		return DoctorPage{}, turno.NotFound("doctor")
	}
	if page.Location, err = locationOf(tx, doctor.LocationID); err != nil {
		return DoctorPage{}, err
	}
	types, err := store.VisitTypes(tx, id)
	if err != nil {
		return DoctorPage{}, err
	}
	for _, t := range types {
		if t.Active && t.Audience.Everybody() {
			page.VisitTypes = append(page.VisitTypes, t)
		}
	}
	if page.Ratings, err = store.RatingsOf(tx, id); err != nil || !page.Bookable {
		return page, err
	}
	search, err := s.searchIn(tx, Search{Kinds: true, Slots: 1}, s.indexIsCurrent(id))
	if err != nil {
		return page, err
	}
	open, err := search.nextSlots([]uuid.UUID{id})
	if slots := open[id]; len(slots) > 0 {
		page.NextSlot = &slots[0]
	}
	return page, err
}

// publicDoctor is a doctor without what the public never learns.
func publicDoctor(d turno.Doctor) turno.Doctor {
	d.Username, d.Email, d.Password, d.Locale, d.EmailVerifiedAt = "", "", "", "", nil
	d.LicenseNumber, d.VerifiedBy, d.VerificationNote = "", nil, ""
	return d
}

// locationOf reads a place; nil when there is none.
func locationOf(tx *sqldb.Tx, id *uuid.UUID) (*turno.Location, error) {
	if id == nil {
		return nil, nil
	}
	location, found, err := store.LocationByID(tx, *id)
	if err != nil || !found {
		return nil, err
	}
	return &location, nil
}
