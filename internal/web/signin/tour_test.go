package signin_test

import (
	"testing"

	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "login", Path: "/login"},
		webtest.Place{Name: "register", Path: "/register"},
		webtest.Place{Name: "register-wrong", Path: "/register", Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "register-doctor", Path: "/register/doctor"},
	)
}
