package web_test

import (
	"context"
	"strings"

	"github.com/turno-health/turno/internal/web/webtest"
)

// verifyLink is what confirms the address of the patient.
func verifyLink(c *webtest.Clinic) string {
	me, err := c.Account.Me(context.Background(), c.Patient.Caller)
	c.Must(err)
	return strings.TrimPrefix(c.Account.VerifyEmailURL(me.User), c.URL)
}

func signinRows() map[string]accessRow {
	again := strings.Repeat("in ", 8) // back to the beginning
	locks := "in yes yes yes 422 422 422 422"
	nowhere := strings.Repeat("404 ", 8)
	signedInOnly := "in 422 422 422 422 422 422 422"
	refused := "422 422 422 422 422 422 422 422" // an empty form, whoever sends it
	return map[string]accessRow{
		"GET /login":            {want: everybody},
		"POST /login":           {want: everybody, form: fields("login", "pablo", "password", webtest.Password)},
		"GET /login/code":       {want: again},
		"POST /login/code":      {want: again},
		"POST /login/passkey":   {want: refused},
		"POST /passkey/options": {want: everybody},
		"POST /logout":          {want: everybody},

		"GET /unlock":           {want: signedIn},
		"POST /unlock":          {want: locks},
		"POST /unlock/passkey":  {want: locks},
		"POST /alive":           {want: signedIn},
		"GET /confirm":          {want: signedIn},
		"POST /confirm":         {want: signedInOnly},
		"POST /confirm/passkey": {want: signedInOnly},
		"GET /forgot":           {want: everybody},
		"POST /forgot":          {want: everybody, form: fields("login", "nobody")},
		"GET /reset":            {want: nowhere},
		"POST /reset":           {want: nowhere},

		"GET /verify-email":     {want: everybody, path: verifyLink},
		"POST /verify-email":    {want: nowhere},
		"GET /register":         {want: everybody},
		"POST /register":        {want: refused},
		"GET /register/doctor":  {want: everybody},
		"POST /register/doctor": {want: refused},
	}
}
