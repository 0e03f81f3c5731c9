package find_test

import (
	"testing"

	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.Visit(c.OpenTime(3))
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "home-patient", Path: "/", As: c.Patient},
		webtest.Place{Name: "doctors", Path: "/doctors"},
		webtest.Place{Name: "doctors-none", Path: "/doctors?q=nobody&rating=4.5"},
		webtest.Place{Name: "doctor", Path: page.DoctorPath(c.Doctor.UserID)},
	)
}
