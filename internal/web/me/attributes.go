package me

import (
	"github.com/a-h/templ"

	"github.com/turno-health/turno/internal/web/page"
)

// copyAttributes make a button copy what selector finds; without scripts it is
// not there.
func copyAttributes(r *page.Request, selector string) templ.Attributes {
	return templ.Attributes{"data-enhance": "copy", "data-copy": selector, "data-copied": r.T("Copied")}
}

// zoneAttributes let the browser offer the zones that it knows.
func zoneAttributes() templ.Attributes {
	return templ.Attributes{"autocapitalize": "none", "spellcheck": "false", "data-enhance": "zones"}
}

// plain is for fields in which a telephone should not correct what is typed.
func plain() templ.Attributes {
	return templ.Attributes{"autocapitalize": "none", "spellcheck": "false"}
}
