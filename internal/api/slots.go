package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/policy"
)

func (a *API) slotRoutes() {
	register(a, route{
		ID: "list-slots", Method: http.MethodGet, Path: "/doctors/{id}/slots",
		Action: policy.ReadSlots, Tag: tagDoctors, Polled: true, Errors: []int{http.StatusNotFound},
		Summary: "See a doctor's open times",
		Description: "Lists what can be booked, soonest first: in the next two weeks unless told, in 62 days at most. " +
			"The doctor and staff also see times that are not released to patients yet.",
		Answer: list[slotView]{Items: []slotView{exampleSlot()}},
	}, a.listSlots)
}

type listSlotsInput struct {
	IDParam
	RangeParams
	VisitTypeID uuid.UUID `query:"visit_type_id" doc:"Open times for this kind of visit; of the doctor's slot length when absent."`
}

func (a *API) listSlots(ctx context.Context, c policy.Caller, in *listSlotsInput) (list[slotView], error) {
	open, err := a.config.Booking.Slots(ctx, c, in.ID, in.From.at, in.To.at, optionalID(in.VisitTypeID))
	return listOf(open, "", viewSlot), err
}
