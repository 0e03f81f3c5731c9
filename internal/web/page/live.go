package page

import (
	"context"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/live"
)

// StayTuned tells an open page to look again whenever one of the topics changed,
// until the person leaves or the session ends. Its route is both Polling and
// Stream: a page that is open is no sign of life. The caller has asked before
// whether the person may see what the page shows.
func (r *Request) StayTuned(topics ...live.Topic) error {
	if r.Site.Live == nil {
		return turno.NotFound("page")
	}
	news, err := r.Site.Live.Subscribe(r.Context(), r.who(), topics...)
	if err != nil {
		return err
	}
	clock := r.Site.Network
	if clock == nil {
		clock = r.Site.Now
	}
	stream := httpx.Stream{Now: clock, Alive: func(ctx context.Context) error {
		return r.Site.Account.StillSignedIn(ctx, r.Caller)
	}}
	stream.Serve(r.w, r.Request, news)
	return nil
}

// who is whose open pages are counted together.
func (r *Request) who() string {
	if r.SignedIn() {
		return r.Caller.UserID.String()
	}
	return r.Caller.Address
}
