package web_test

import "github.com/turno-health/turno/internal/web/webtest"

func findRows() map[string]accessRow {
	return map[string]accessRow{
		"GET /{$}":          {want: everybody},
		"GET /doctors":      {want: everybody},
		"GET /doctors/{id}": {want: everybody, path: doctorsPage},
	}
}

func doctorsPage(c *webtest.Clinic) string { return "/doctors/" + c.Doctor.UserID.String() }
