package visits

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
)

// wish is the visit that somebody is about to book, as it stands in the address
// or the form.
type wish struct {
	doctor    uuid.UUID
	at        time.Time
	visitType *uuid.UUID // nil: the one that suits best
	patient   uuid.UUID  // uuid.Nil: the reader, or somebody new
}

// wishOf reads a wish. An address without a doctor is that of no page.
func wishOf(form *page.Form) (wish, error) {
	var w wish
	var err error
	if w.doctor, err = uuid.Parse(form.Get("doctor")); err != nil {
		return w, turno.NotFound("page")
	}
	w.at = page.Instant(form.Get("when"))
	if at := page.Instant(form.Get("at")); !at.IsZero() { // in an address, or another time that was pressed
		w.at = at
	}
	if id, err := uuid.Parse(form.Get("type")); err == nil {
		w.visitType = &id
	}
	if id, err := uuid.Parse(form.Get("for")); err == nil {
		w.patient = id
	}
	return w, nil
}

// forNobody reports whether the form names a person in a way that we don't know.
// A visit is never booked for the reader because somebody else could not be read.
func (w wish) forNobody(form *page.Form) bool {
	chosen := form.Get("for")
	return w.patient == uuid.Nil && chosen != "" && chosen != me && chosen != somebodyNew
}

// path is the address that has the wish.
func (w wish) path() string { return page.BookPath(w.doctor, w.at, w.visitType) }

func (w wish) query(r *page.Request) booking.OfferQuery {
	return booking.OfferQuery{DoctorID: w.doctor, StartsAt: w.at, VisitTypeID: w.visitType, PatientID: w.patient, Browser: r.Visitor()}
}

// visit is the request for it. The same form sent twice is one visit.
func (w wish) visit(r *page.Request, form *page.Form) booking.NewVisit {
	reason := form.Get("reason")
	return booking.NewVisit{
		DoctorID: w.doctor, PatientID: w.patient, ScheduledAt: w.at, VisitTypeID: w.visitType, Reason: reason, Browser: r.Visitor(),
		Idempotency: form.Once(w.path(), w.patient.String(), reason),
	}
}
