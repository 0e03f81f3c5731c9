package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) feedbackRoutes() {
	example := feedbackView{ID: exampleID(9), Rating: 5, Comments: "Took the time to explain.", Month: "2027-03"}
	register(a, route{
		ID: "rate-appointment", Method: http.MethodPost, Path: "/appointments/{id}/feedback", Status: http.StatusCreated,
		Action: policy.GiveFeedback, Tag: tagFeedback, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Rate a visit",
		Description: "Rates a completed visit, once. Only its patient may; nobody else learns who it was.",
		Request:     feedbackRequest{Rating: 5, Comments: "Took the time to explain."},
		Answer:      example,
	}, a.rate)
	register(a, route{
		ID: "list-feedback", Method: http.MethodGet, Path: "/doctors/{id}/feedback",
		Action: policy.ReadFeedback, Tag: tagFeedback, Errors: []int{http.StatusNotFound},
		Summary:     "Read what patients thought of a doctor",
		Description: "Lists ratings, newest first: never who, and only the month. Everybody may look.",
		Answer:      list[feedbackView]{Items: []feedbackView{example}},
	}, a.listFeedback)
}

type feedbackView struct {
	ID       uuid.UUID `json:"id"`
	Rating   int       `json:"rating" minimum:"1" maximum:"5"`
	Comments string    `json:"comments"`
	Month    string    `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"When it was written, like 2027-03."`
}

func viewFeedback(f turno.Feedback) feedbackView {
	return feedbackView{ID: f.ID, Rating: f.Rating, Comments: f.Comments, Month: f.CreatedAt.UTC().Format("2006-01")}
}

type feedbackRequest struct {
	Rating   int    `json:"rating" minimum:"1" maximum:"5"`
	Comments string `json:"comments,omitempty" maxLength:"2000"`
}

type rateInput struct {
	IDParam
	Body feedbackRequest
}

func (a *API) rate(ctx context.Context, c policy.Caller, in *rateInput) (feedbackView, error) {
	given, err := a.config.Booking.GiveFeedback(ctx, c, in.ID, in.Body.Rating, in.Body.Comments)
	return viewFeedback(given), err
}

type listFeedbackInput struct {
	IDParam
	PageParams
}

func (a *API) listFeedback(ctx context.Context, c policy.Caller, in *listFeedbackInput) (list[feedbackView], error) {
	given, next, err := a.config.Booking.Feedback(ctx, c, in.ID, in.Limit, in.Cursor)
	return listOf(given, next, viewFeedback), err
}
