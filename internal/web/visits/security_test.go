package visits_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/visits"
	"github.com/turno-health/turno/internal/web/webtest"
)

// hostile is what becomes a part of the page wherever it is not escaped.
const hostile = `"'><img src=x onerror=alert(1)></textarea><script>alert(1)</script>`

func wantHarmless(t *testing.T, what string, answer *webtest.Answer) {
	t.Helper()
	if n := answer.Find("img[onerror], script:not([src])").Length(); n > 0 {
		t.Errorf("%s: %d pieces of what was typed are part of the page at %s", what, n, answer.Path)
	}
}

func TestWhatIsTypedIsNeverPartOfAPage(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(4), nil))
		typed := url.Values{"reason": {hostile}, "for": {"new"}, "full_name": {hostile}, "relation": {hostile}, "date_of_birth": {hostile}}
		wrong := v.Submit(form, "#book", typed)
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find("textarea").Text() != hostile || wrong.Find("#f-full_name").AttrOr("value", "") != hostile {
			t.Errorf("what was typed is lost: %d, %s", wrong.Status, wrong.Text())
		}
		wantHarmless(t, "the form", wrong)
		typed.Set("date_of_birth", "2019-05-06")
		typed.Set("relation", "<b>")
		visit := v.Submit(form, "#book", typed)
		if !strings.HasPrefix(visit.Path, "/appointments/") {
			t.Fatalf("the visit is at %s: %s", visit.Path, visit.Text())
		}
		wantHarmless(t, "the visit", visit)
		wantHarmless(t, "the list", v.Get("/appointments"))
		cancelled := v.Submit(v.Get(visit.Path+"/cancel"), "main form", url.Values{"reason": {hostile}})
		wantHarmless(t, "the cancelled visit", cancelled)
		for _, query := range []string{"doctor", "at", "type", "for"} {
			wantHarmless(t, query, v.Get("/book?"+url.Values{"doctor": {c.Doctor.UserID.String()}, "at": {page.Machine(c.OpenTime(1))}, query: {hostile}}.Encode()))
		}
		for _, query := range []string{"week", "at"} {
			wantHarmless(t, query, v.Get(visit.Path+"/reschedule?"+url.Values{query: {hostile}}.Encode()))
		}
	})
}

func TestAnotherSiteCanDoNothing(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		visit := c.Visit(c.OpenTime(0))
		fields := url.Values{"doctor": {c.Doctor.UserID.String()}, "when": {page.Machine(c.OpenTime(3))}, "for": {"me"}, "rating": {"1"}}
		for _, route := range visits.Routes() {
			path, posts := strings.CutPrefix(route.Pattern, "POST ")
			if !posts {
				continue
			}
			path = strings.ReplaceAll(path, "{id}", visit.ID.String())
			if got := v.PostFrom("cross-site", path, fields); got.Status != http.StatusForbidden {
				t.Errorf("%s from another site answers %d at %s", path, got.Status, got.Path)
			}
		}
		mine, _, err := c.Booking.MyVisits(t.Context(), c.Patient.Caller, booking.MyVisits{})
		if err != nil || len(mine) != 1 || mine[0].Status != visit.Status || !mine[0].ScheduledAt.Equal(visit.ScheduledAt) {
			t.Errorf("afterwards the visits are %+v (%v)", mine, err)
		}
	})
}

// A link on another site may lead to a time, and whoever only guesses that it will
// be opened does not take it from others; nor does a picture on another site.
func TestAPrefetchHoldsNothing(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		at := c.OpenTime(2)
		for what, headers := range map[string]map[string]string{
			"a prefetch": {"Sec-Purpose": "prefetch;prerender"},
			"a picture":  {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
		} {
			v := c.Visitor(t)
			for name, value := range headers {
				v.Header.Set(name, value)
			}
			shown := v.Get(page.BookPath(c.Doctor.UserID, at, nil))
			if shown.Find(".countdown").Length() != 0 {
				t.Errorf("%s holds the time", what)
			}
			if shown.Says("your time is kept") {
				t.Errorf("to %s the page says that the time is kept", what)
			}
		}
		open, err := c.Booking.Slots(t.Context(), policy.Caller{}, c.Doctor.UserID, at, at.Add(time.Minute), nil)
		if err != nil || len(open) != 1 {
			t.Errorf("the time is no longer open: %v (%v)", open, err)
		}
	})
}

// Two people use one browser: the window of the first stays open.
func TestAFormOfSomebodyElseIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		at := c.OpenTime(2)
		first, second := c.As(t, c.Patient), c.As(t, c.OtherPatient)
		form := first.Get(page.BookPath(c.Doctor.UserID, at, nil))
		answer := second.Submit(form, "#book", url.Values{"reason": {"Only my doctor is to know"}})
		if answer.Status != http.StatusConflict || !answer.Says("Somebody else has signed in here") {
			t.Errorf("it is answered with %d: %s", answer.Status, answer.Text())
		}
		mine, _, err := c.Booking.MyVisits(t.Context(), c.OtherPatient.Caller, booking.MyVisits{})
		if err != nil || len(mine) != 0 {
			t.Errorf("the second has %d visits (%v)", len(mine), err)
		}
	})
}
