package api

import (
	"context"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) locationRoutes() {
	phone := "+44 1632 960123"
	register(a, route{
		ID: "list-locations", Method: http.MethodGet, Path: "/locations",
		Action: policy.ListLocations, Tag: tagClinic,
		Summary:     "List the places where visits happen",
		Description: "All of them, by name. Everybody may look.",
		Answer:      list[locationView]{Items: []locationView{exampleLocation()}},
	}, a.listLocations)
	register(a, route{
		ID: "add-location", Method: http.MethodPost, Path: "/locations", Status: http.StatusCreated,
		Action: policy.WriteLocations, Tag: tagClinic, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Add a place",
		Description: "Full staff may. A name and address that there are already are 409.",
		Request:     locationRequest{Name: "Harbour Clinic", AddressLine1: "1 Quay Street", City: "Bristol", Country: "GB", TimeZone: "Europe/London"},
		Answer:      exampleLocation(),
	}, a.addLocation)
	register(a, route{
		ID: "change-location", Method: http.MethodPatch, Path: "/locations/{id}",
		Action: policy.WriteLocations, Tag: tagClinic, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Change a place",
		Description: "Changes the fields that are sent. Full staff may. A name and address that another has are 409.",
		Request:     locationPatch{Phone: &phone},
		Answer:      exampleLocation(),
	}, a.changeLocation)
	register(a, route{
		ID: "delete-location", Method: http.MethodDelete, Path: "/locations/{id}",
		Action: policy.WriteLocations, Tag: tagClinic, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Remove a place",
		Description: "Full staff may, while no doctor and no visit is there, and there is another: else that is 409 in_use.",
	}, a.deleteLocation)
}

type locationRequest struct {
	Name         string `json:"name" minLength:"1" maxLength:"200"`
	Phone        string `json:"phone,omitempty" maxLength:"32"`
	AddressLine1 string `json:"address_line1,omitempty" maxLength:"200"`
	AddressLine2 string `json:"address_line2,omitempty" maxLength:"200"`
	City         string `json:"city,omitempty" maxLength:"100"`
	State        string `json:"state,omitempty" maxLength:"100"`
	PostalCode   string `json:"postal_code,omitempty" maxLength:"20"`
	Country      string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2."`
	Directions   string `json:"directions,omitempty" maxLength:"2000"`
	TimeZone     string `json:"time_zone" maxLength:"64" doc:"IANA name."`
}

type locationPatch struct {
	Name         *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Phone        *string `json:"phone,omitempty" maxLength:"32"`
	AddressLine1 *string `json:"address_line1,omitempty" maxLength:"200"`
	AddressLine2 *string `json:"address_line2,omitempty" maxLength:"200"`
	City         *string `json:"city,omitempty" maxLength:"100"`
	State        *string `json:"state,omitempty" maxLength:"100"`
	PostalCode   *string `json:"postal_code,omitempty" maxLength:"20"`
	Country      *string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2."`
	Directions   *string `json:"directions,omitempty" maxLength:"2000"`
	TimeZone     *string `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name."`

	Version turno.Version `json:"-"` // whoever sends a field means it, whatever else was saved since
}

func (a *API) listLocations(ctx context.Context, c policy.Caller, _ *struct{}) (list[locationView], error) {
	all, err := a.config.Account.Locations(ctx, c)
	return listOf(all, "", viewLocation), err
}

func (a *API) addLocation(ctx context.Context, c policy.Caller, in *struct{ Body locationRequest }) (locationView, error) {
	added, err := a.config.Account.CreateLocation(ctx, c, turno.Location{
		Name:         in.Body.Name,
		Phone:        in.Body.Phone,
		AddressLine1: in.Body.AddressLine1,
		AddressLine2: in.Body.AddressLine2,
		City:         in.Body.City,
		State:        in.Body.State,
		PostalCode:   in.Body.PostalCode,
		Country:      in.Body.Country,
		Directions:   in.Body.Directions,
		TimeZone:     in.Body.TimeZone,
	})
	return viewLocation(added), err
}

type changeLocationInput struct {
	IDParam
	Body locationPatch
}

func (a *API) changeLocation(ctx context.Context, c policy.Caller, in *changeLocationInput) (locationView, error) {
	changed, err := a.config.Account.UpdateLocation(ctx, c, in.ID, account.LocationPatch(in.Body))
	return viewLocation(changed), err
}

func (a *API) deleteLocation(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.DeleteLocation(ctx, c, in.ID)
}
