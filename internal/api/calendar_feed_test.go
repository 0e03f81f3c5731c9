package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestACalendarFeedOverTheAPI(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		const path = "/api/v1/me/calendar-feed"
		want(t, c.ask(c.patient, "GET", path, ""), http.StatusOK, `{"created_at":null}`)
		want(t, c.ask(c.patient, "DELETE", path, ""), http.StatusNotFound, `"code":"not_found"`)
		made := c.ask(c.patient, "POST", path, "")
		want(t, made, http.StatusCreated, `"url":"`+clinicURL+`/calendar/`)
		address, _ := made.decoded(t)["url"].(string)
		if secret := strings.TrimSuffix(strings.TrimPrefix(address, clinicURL+"/calendar/"), ".ics"); len(secret) != 43 {
			t.Errorf("the secret is %q", secret)
		}
		there := c.ask(c.patient, "GET", path, "")
		want(t, there, http.StatusOK, `"created_at":"2027-`)
		if strings.Contains(string(there.body), "/calendar/") {
			t.Errorf("the address is told again: %s", there.body)
		}
		want(t, c.ask(c.patient, "GET", "/api/v1/me/export", ""), http.StatusOK, `"calendar_feed_since":"2027-`)
		want(t, c.ask(c.patient, "GET", "/api/v1/me/notices", ""), http.StatusOK, `"kind":"calendar_shared"`)
		c.clock.Advance(11 * time.Minute)
		want(t, c.ask(c.patient, "POST", path, ""), http.StatusForbidden, `"code":"sign_in_again"`)
		want(t, c.ask(c.patient, "POST", "/api/v1/auth/confirm", `{"password": "`+password+`"}`), http.StatusNoContent)
		want(t, c.ask(c.patient, "DELETE", path, ""), http.StatusNoContent)
		want(t, c.ask(c.patient, "GET", path, ""), http.StatusOK, `{"created_at":null}`)
	})
}
