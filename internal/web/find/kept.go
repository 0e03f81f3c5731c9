package find

import (
	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
)

// keptTime is the time that is kept for the reader; nil when there is none. It is
// in no list of open times meanwhile, since nobody else can have it.
func keptTime(r *page.Request) (*booking.KeptTime, error) {
	if !r.SignedIn() && r.Visitor() == uuid.Nil {
		return nil, nil //nolint:nilnil // nothing is kept for a stranger
	}
	return r.Site.Booking.KeptTime(r.Context(), r.Caller, r.Visitor())
}
