package desk

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// locationsView is the places where visits happen.
type locationsView struct {
	r    *page.Request
	All  []turno.Location
	Form *page.Form // why one could not be deleted
}

func locations(r *page.Request) error { return showLocations(r, http.StatusOK, &page.Form{}) }

func showLocations(r *page.Request, status int, form *page.Form) error {
	all, err := r.Site.Account.Locations(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Locations"), At: "/admin"}, locationsPage(locationsView{r, all, form}))
}

// locationView is one of them as a form; ID is uuid.Nil for a new one.
type locationView struct {
	r    *page.Request
	ID   uuid.UUID
	Form *page.Form
}

func newLocation(r *page.Request) error {
	form := r.Kept()
	if !form.Kept {
		form.Values = map[string][]string{"time_zone": {r.Clinic().TimeZone}, "country": {r.Clinic().Country}}
	}
	return showLocation(r, http.StatusOK, uuid.Nil, form)
}

func editLocation(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	all, err := r.Site.Account.Locations(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(l turno.Location) bool { return l.ID == id })
	if at < 0 {
		return turno.NotFound("location")
	}
	form := r.Kept()
	if !form.Kept {
		form = formOf(all[at])
	}
	return showLocation(r, http.StatusOK, id, form)
}

func formOf(l turno.Location) *page.Form {
	return &page.Form{Values: map[string][]string{
		"name": {l.Name}, "phone": {l.Phone}, "address_line1": {l.AddressLine1}, "address_line2": {l.AddressLine2}, "city": {l.City}, "state": {l.State},
		"postal_code": {l.PostalCode}, "country": {l.Country}, "directions": {l.Directions}, "time_zone": {l.TimeZone},
		page.VersionField: {string(l.Version())},
	}}
}

func showLocation(r *page.Request, status int, id uuid.UUID, form *page.Form) error {
	v := locationView{r, id, form}
	return r.ShowAs(status, page.Head{Title: v.title(), Narrow: true, At: "/admin"}, locationPage(v))
}

func (v locationView) title() string {
	if v.ID == uuid.Nil {
		return v.r.T("New location")
	}
	return v.r.T("Change a location")
}

func (v locationView) path() string {
	if v.ID == uuid.Nil {
		return "/admin/locations"
	}
	return "/admin/locations/" + v.ID.String()
}

// field is a line of the form.
func (v locationView) field(name, label, autocomplete string, optional bool) ui.FieldProps {
	return ui.FieldProps{Name: name, Label: label, Value: v.Form.Get(name), Error: v.Form.Error(name), Autocomplete: autocomplete, Optional: optional}
}

func addLocation(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	get := form.Get
	_, err = r.Site.Account.CreateLocation(r.Context(), r.Caller, turno.Location{
		Name: get("name"), Phone: get("phone"), AddressLine1: get("address_line1"), AddressLine2: get("address_line2"), City: get("city"), State: get("state"),
		PostalCode: get("postal_code"), Country: get("country"), Directions: get("directions"), TimeZone: get("time_zone"),
	})
	return wroteLocation(r, uuid.Nil, form, err)
}

func changeLocation(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	get := func(name string) *string { value := form.Get(name); return &value }
	_, err = r.Site.Account.UpdateLocation(r.Context(), r.Caller, id, account.LocationPatch{
		Name: get("name"), Phone: get("phone"), AddressLine1: get("address_line1"), AddressLine2: get("address_line2"), City: get("city"), State: get("state"),
		PostalCode: get("postal_code"), Country: get("country"), Directions: get("directions"), TimeZone: get("time_zone"),
		Version: form.Version(),
	})
	return wroteLocation(r, id, form, err)
}

func deleteLocation(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form := &page.Form{}
	if err := r.Site.Account.DeleteLocation(r.Context(), r.Caller, id); err != nil {
		if !r.Take(form, err) {
			return err
		}
		return showLocations(r, http.StatusUnprocessableEntity, form)
	}
	r.Say("success", "The location is deleted.")
	return r.Redirect("/admin/locations")
}

func wroteLocation(r *page.Request, id uuid.UUID, form *page.Form, err error) error {
	if err != nil {
		if !r.Take(form, err) {
			return err
		}
		return showLocation(r, http.StatusUnprocessableEntity, id, form)
	}
	r.Say("success", "Saved.")
	return r.Redirect("/admin/locations")
}

// lines are the address, a line each.
func lines(l turno.Location) []string {
	var all []string
	for _, line := range []string{l.AddressLine1, l.AddressLine2, l.PostalCode + " " + l.City, l.State, l.Country} {
		if line != "" && line != " " {
			all = append(all, line)
		}
	}
	return all
}
