package web_test

import (
	"testing"

	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "design", Path: "/design"},
		webtest.Place{Name: "not-found", Path: "/no-such-page"},
		webtest.Place{Name: "not-found-staff", Path: "/no-such-page", As: c.Full},
	)
}
