package find

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /{$}", Action: policy.SearchDoctors, Handler: home},
		{Pattern: "GET /doctors", Action: policy.SearchDoctors, Handler: search},
		{Pattern: "GET /doctors/{id}", Action: policy.ReadDoctor, Handler: doctor},
	}
}
