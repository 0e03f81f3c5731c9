package me

import "github.com/turno-health/turno/internal/web/page"

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return nil
}
