package signin_test

import (
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.SetUpApp(c.OtherPatient)
	c.Must(c.Account.RequestReset(t.Context(), c.Patient.Caller, "pablo"))
	used := verifyLink(t, c, c.NewPatient("berta", "Berta Prieto"))
	_, token, _ := strings.Cut(used, "token=")
	c.Must(c.Account.VerifyEmail(t.Context(), policy.Caller{}, token))
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "login", Path: "/login"},
		webtest.Place{Name: "login-code", Path: "/login/code", Prepare: func(tab *webtest.Tab) {
			tab.Type("#f-login", "olivia")
			tab.Type("#f-password", webtest.Password)
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "forgot", Path: "/forgot"},
		webtest.Place{Name: "forgot-sent", Path: "/forgot?sent"},
		webtest.Place{Name: "reset", Path: c.ResetLinks[0]},
		webtest.Place{Name: "reset-over", Path: "/reset?token=abc"},
		webtest.Place{Name: "verify-email", Path: verifyLink(t, c, c.NewPatient("ana", "Ana Prieto"))},
		webtest.Place{Name: "verify-email-used", Path: used},
		webtest.Place{Name: "unlock", Path: "/unlock", As: c.Doctor},
		webtest.Place{Name: "confirm", Path: "/confirm", As: c.Patient},
		webtest.Place{Name: "register", Path: "/register"},
		webtest.Place{Name: "register-wrong", Path: "/register", Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "register-doctor", Path: "/register/doctor"},
	)
}
