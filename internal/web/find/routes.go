package find

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /{$}", Action: policy.SearchDoctors, Handler: home},
	}
}

// home is the start page: one search.
func home(r *page.Request) error {
	return r.Show(page.Head{Title: r.T("Find a doctor"), Description: r.T("Choose a time that suits you. It takes less than a minute.")}, homePage(r))
}
