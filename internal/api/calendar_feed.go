package api

import (
	"context"
	"net/http"
	"time"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) calendarFeedRoutes() {
	since := exampleTime(8, 0)
	register(a, route{
		ID: "read-calendar-feed", Method: http.MethodGet, Path: "/me/calendar-feed",
		Action: policy.ReadCalendarFeed, Tag: tagAccounts, Errors: []int{http.StatusForbidden},
		Summary:     "See whether one has a calendar feed",
		Description: "A patient or a doctor can have an address by which a calendar program fetches the visits. The address itself is told once, when it is made.",
		Answer:      calendarFeedView{CreatedAt: &since},
	}, a.readCalendarFeed)
	register(a, route{
		ID: "make-calendar-feed", Method: http.MethodPost, Path: "/me/calendar-feed", Status: http.StatusCreated,
		Action: policy.WriteCalendarFeed, Tag: tagAccounts, Errors: []int{http.StatusForbidden},
		Summary: "Make a calendar feed",
		Description: "Answers its address, which is never told again. Whoever has it reads the visits of the past 30 days and all to come: a patient's own " +
			"and those of the people they look after, or a doctor's with the time off; never what a visit is about. An address from before works no more. " + askAgain,
		Answer: newCalendarFeedView{CreatedAt: since, URL: "https://clinic.example" + account.FeedPath(exampleToken)},
	}, a.makeCalendarFeed)
	register(a, route{
		ID: "revoke-calendar-feed", Method: http.MethodDelete, Path: "/me/calendar-feed",
		Action: policy.WriteCalendarFeed, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusNotFound},
		Summary:     "Take the calendar feed away",
		Description: "Its address works no more. 404 when there is none. " + askAgain,
	}, a.revokeCalendarFeed)
}

type calendarFeedView struct {
	CreatedAt *time.Time `json:"created_at" doc:"Since when there is one; null: there is none."`
}

type newCalendarFeedView struct {
	CreatedAt time.Time `json:"created_at"`
	URL       string    `json:"url" doc:"iCalendar (RFC 5545), with an ETag. It is a secret."`
}

func (a *API) readCalendarFeed(ctx context.Context, c policy.Caller, _ *struct{}) (calendarFeedView, error) {
	feed, err := a.config.Account.CalendarFeed(ctx, c)
	return calendarFeedView{utc(feed.CreatedAt)}, err
}

func (a *API) makeCalendarFeed(ctx context.Context, c policy.Caller, _ *struct{}) (newCalendarFeedView, error) {
	feed, err := a.config.Account.MakeCalendarFeed(ctx, c)
	if err != nil {
		return newCalendarFeedView{}, err
	}
	return newCalendarFeedView{CreatedAt: feed.CreatedAt.UTC(), URL: feed.URL}, nil
}

func (a *API) revokeCalendarFeed(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.RevokeCalendarFeed(ctx, c)
}
