package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// paged is every list that goes on behind a cursor.
func (c *clinic) paged() map[string]string {
	return map[string]string{
		"doctors by name":     "/doctors?sort=name&",
		"doctors by rating":   "/doctors?sort=rating&",
		"doctors by earliest": "/doctors?",
		"visits":              "/appointments?",
		"reviews":             "/doctors/" + c.doctor.UserID.String() + "/feedback?",
		"ratings":             "/analytics/doctor-ratings?",
		"the trail":           "/audit-logs?",
		"people":              "/users?",
		"who saw me":          "/me/access-log?",
	}
}

// page asks for the one item of a list behind a cursor.
func (c *clinic) page(list, cursor string) response {
	as := c.full
	if list == "who saw me" {
		as = c.patient
	}
	return c.ask(as, "GET", "/api/v1"+c.paged()[list]+"limit=1&cursor="+cursor, "")
}

// cursors is a cursor that each list gave out.
func (c *clinic) cursors() map[string]string {
	c.t.Helper()
	for range 2 {
		visit := c.newVisit("completed")
		_, err := c.booking.GiveFeedback(c.t.Context(), c.patient.Caller, visit.ID, 4, "")
		c.must(err)
	}
	c.full, c.patient = c.signIn("owner"), c.signIn("patient")
	cursors := map[string]string{}
	for list := range c.paged() {
		cursor, _ := c.page(list, "").decoded(c.t)["next_cursor"].(string)
		if cursor == "" {
			c.t.Fatalf("%s: no next page", list)
		}
		cursors[list] = cursor
	}
	return cursors
}

func TestACursorIsOfOneListOnly(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		cursors := c.cursors()
		for list := range cursors {
			for of, cursor := range cursors {
				got := c.page(list, cursor)
				if of == list {
					want(t, got, http.StatusOK)
				} else if got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), `"location":"query.cursor"`) {
					t.Errorf("%s with the cursor of %s: %d %s", list, of, got.status, got.body)
				}
			}
		}
	})
}

func TestForgedCursorsAreRefusedByEveryList(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for list, cursor := range c.cursors() {
			for _, forge := range []struct {
				key   string
				value any
			}{{"s", "a\x00b"}, {"n", 1e9}, {"n", -1}, {"c", 1099511627776}, {"c", -1}, {"t", time.Time{}.AddDate(0, -1, 0)}, {"l", "other"}} {
				got := c.page(list, forged(t, cursor, forge.key, forge.value))
				if got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), `"location":"query.cursor"`) {
					t.Errorf("%s with %s = %v: %d %s", list, forge.key, forge.value, got.status, got.body)
				}
			}
		}
	})
}

// forged is a cursor with one key changed.
func forged(t *testing.T, cursor, key string, value any) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	if when, ok := value.(time.Time); ok {
		value = when.Format("2006-01-02T15:04:05Z")
	}
	keys[key] = value
	if text, err = json.Marshal(keys); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
