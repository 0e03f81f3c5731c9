package api

import (
	"context"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) doctorRoutes() {
	register(a, route{
		ID: "search-doctors", Method: http.MethodGet, Path: "/doctors",
		Action: policy.SearchDoctors, Tag: tagDoctors, Polled: true,
		Summary:     "Find doctors",
		Description: "Lists verified doctors with their next open times. Everybody may look.",
		Answer:      list[foundDoctorView]{Items: []foundDoctorView{exampleFoundDoctor()}},
	}, a.searchDoctors)
}

type searchDoctorsInput struct {
	PageParams
	Query            string  `query:"q" maxLength:"200" doc:"Part of a name or of a specialization."`
	SpecializationID int     `query:"specialization_id" minimum:"1" maximum:"2147483647" doc:"Only this specialization."`
	MinRating        float64 `query:"min_rating" minimum:"0" maximum:"5" doc:"Only those rated at least this well."`
	Sort             string  `query:"sort" enum:"earliest,rating,name" default:"earliest" doc:"What comes first: the soonest open time, the best rating, or the name."`
	From             instant `query:"from" doc:"Open times from this instant on; from now when absent."`
}

func (a *API) searchDoctors(ctx context.Context, c policy.Caller, in *searchDoctorsInput) (list[foundDoctorView], error) {
	if in.MinRating != in.MinRating { // NaN is a number to a parser
		return list[foundDoctorView]{}, turno.Invalid(turno.FieldError{Location: "query.min_rating", Message: "is not a number"})
	}
	found, next, err := a.config.Booking.SearchDoctors(ctx, c, booking.Search{
		Query:            in.Query,
		SpecializationID: in.SpecializationID,
		MinRating:        in.MinRating,
		Sort:             in.Sort,
		From:             in.From.at,
		Limit:            in.Limit,
		Cursor:           in.Cursor,
	})
	return listOf(found, next, viewFoundDoctor), err
}
