package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) specializationRoutes() {
	example := specializationView{ID: 3, Name: "Cardiology"}
	writing := []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict}
	register(a, route{
		ID: "list-specializations", Method: http.MethodGet, Path: "/specializations",
		Action: policy.ListSpecializations, Tag: tagClinic,
		Summary:     "List the fields of medicine",
		Description: "All of them, by name. Everybody may look.",
		Answer:      list[specializationView]{Items: []specializationView{example}},
	}, a.listSpecializations)
	register(a, route{
		ID: "add-specialization", Method: http.MethodPost, Path: "/specializations", Status: http.StatusCreated,
		Action: policy.WriteSpecializations, Tag: tagClinic, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Add a field of medicine",
		Description: "Full staff may. A name that there is already is 409.",
		Request:     specializationRequest{Name: "Cardiology"},
		Answer:      example,
	}, a.addSpecialization)
	register(a, route{
		ID: "rename-specialization", Method: http.MethodPatch, Path: "/specializations/{id}",
		Action: policy.WriteSpecializations, Tag: tagClinic, Errors: writing,
		Summary:     "Rename a field of medicine",
		Description: "Full staff may.",
		Request:     specializationRequest{Name: "Cardiology"},
		Answer:      example,
	}, a.renameSpecialization)
	register(a, route{
		ID: "delete-specialization", Method: http.MethodDelete, Path: "/specializations/{id}",
		Action: policy.WriteSpecializations, Tag: tagClinic, Errors: writing,
		Summary:     "Remove a field of medicine",
		Description: "Full staff may, while no doctor has it: that is 409 in_use.",
	}, a.deleteSpecialization)
}

type specializationView struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func (v specializationView) location() string { return "/specializations/" + strconv.Itoa(v.ID) }

func viewSpecialization(s turno.Specialization) specializationView { return specializationView(s) }

type specializationRequest struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

// SpecializationParam is the number of a specialization in a path. It is
// exported for huma.
type SpecializationParam struct {
	ID int `path:"id" minimum:"1" maximum:"2147483647" doc:"The number." example:"3"`
}

func (a *API) listSpecializations(ctx context.Context, c policy.Caller, _ *struct{}) (list[specializationView], error) {
	all, err := a.config.Account.Specializations(ctx, c)
	return listOf(all, "", viewSpecialization), err
}

func (a *API) addSpecialization(ctx context.Context, c policy.Caller, in *struct{ Body specializationRequest }) (specializationView, error) {
	added, err := a.config.Account.CreateSpecialization(ctx, c, in.Body.Name)
	return viewSpecialization(added), err
}

type renameSpecializationInput struct {
	SpecializationParam
	Body specializationRequest
}

func (a *API) renameSpecialization(ctx context.Context, c policy.Caller, in *renameSpecializationInput) (specializationView, error) {
	renamed, err := a.config.Account.RenameSpecialization(ctx, c, in.ID, in.Body.Name)
	return viewSpecialization(renamed), err
}

func (a *API) deleteSpecialization(ctx context.Context, c policy.Caller, in *SpecializationParam) (none, error) {
	return none{}, a.config.Account.DeleteSpecialization(ctx, c, in.ID)
}
