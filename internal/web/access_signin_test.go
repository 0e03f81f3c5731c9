package web_test

import "github.com/turno-health/turno/internal/web/webtest"

func signinRows() map[string]accessRow {
	refused := "422 422 422 422 422 422 422 422" // an empty form, whoever sends it
	return map[string]accessRow{
		"GET /login":            {want: everybody},
		"POST /login":           {want: everybody, form: fields("login", "pablo", "password", webtest.Password)},
		"POST /logout":          {want: everybody},
		"GET /register":         {want: everybody},
		"POST /register":        {want: refused},
		"GET /register/doctor":  {want: everybody},
		"POST /register/doctor": {want: refused},
	}
}
