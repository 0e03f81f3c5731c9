package signin_test

import (
	"testing"

	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.SetUpApp(c.OtherPatient)
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "login", Path: "/login"},
		webtest.Place{Name: "login-code", Path: "/login/code", Prepare: func(tab *webtest.Tab) {
			tab.Type("#f-login", "olivia")
			tab.Type("#f-password", webtest.Password)
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "forgot", Path: "/forgot"},
		webtest.Place{Name: "forgot-sent", Path: "/forgot?sent"},
		webtest.Place{Name: "reset", Path: "/reset?token=abc"},
		webtest.Place{Name: "verify-email", Path: verifyLink(t, c, c.NewPatient("ana", "Ana Prieto"))},
		webtest.Place{Name: "verify-email-done", Path: verifyLink(t, c, c.NewPatient("berta", "Berta Prieto")), Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "unlock", Path: "/unlock", As: c.Doctor},
		webtest.Place{Name: "confirm", Path: "/confirm", As: c.Patient},
		webtest.Place{Name: "register", Path: "/register"},
		webtest.Place{Name: "register-wrong", Path: "/register", Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "register-doctor", Path: "/register/doctor"},
	)
}
