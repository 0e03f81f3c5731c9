package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) visitTypeRoutes() {
	example := visitTypeView{
		ID: exampleID(3), DoctorID: exampleID(1), Name: "First visit", Minutes: 40, Mode: turno.ModeInPerson,
		Audience: turno.AudienceAll, Instructions: "Please bring earlier results.", Active: true,
	}
	active := false
	register(a, route{
		ID: "list-visit-types", Method: http.MethodGet, Path: "/doctors/{id}/visit-types",
		Action: policy.ReadVisitTypes, Tag: tagCalendar, Errors: []int{http.StatusNotFound},
		Summary:     "See what visits a doctor offers",
		Description: "Lists the kinds of visits by name. Everybody may look; those no longer offered are shown to the doctor and staff.",
		Answer:      list[visitTypeView]{Items: []visitTypeView{example}},
	}, a.listVisitTypes)
	register(a, route{
		ID: "add-visit-type", Method: http.MethodPost, Path: "/doctors/{id}/visit-types", Status: http.StatusCreated,
		Action: policy.WriteVisitTypes, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Offer another kind of visit",
		Description: "The name is the doctor's own. The doctor and staff may.",
		Request:     visitTypeRequest{Name: "First visit", Minutes: 40, Mode: turno.ModeInPerson, Instructions: "Please bring earlier results."},
		Answer:      example,
	}, a.addVisitType)
	register(a, route{
		ID: "change-visit-type", Method: http.MethodPatch, Path: "/visit-types/{id}",
		Action: policy.WriteVisitTypes, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Change a kind of visit",
		Description: "Changes the fields that are sent. Visits already booked keep their length. The doctor and staff may.",
		Request:     visitTypePatch{Active: &active},
		Answer:      example,
	}, a.changeVisitType)
}

type visitTypeView struct {
	ID           uuid.UUID       `json:"id"`
	DoctorID     uuid.UUID       `json:"doctor_id"`
	Name         string          `json:"name"`
	Minutes      int             `json:"minutes"`
	Mode         turno.VisitMode `json:"mode" enum:"in_person,phone,video"`
	Audience     turno.Audience  `json:"audience" enum:"all,new,known,staff" doc:"Who may book it: anyone (all; new is also proposed to patients whom the doctor has not seen), patients whom the doctor has seen, or the doctor and staff."`
	Instructions string          `json:"instructions" doc:"What to bring, how to prepare."`
	Active       bool            `json:"active" doc:"Whether it is still offered."`
}

func viewVisitType(t turno.VisitType) visitTypeView { return visitTypeView(t) }

type visitTypeRequest struct {
	Name         string          `json:"name" minLength:"1" maxLength:"100"`
	Minutes      int             `json:"minutes" minimum:"5" maximum:"480"`
	Mode         turno.VisitMode `json:"mode,omitempty" enum:"in_person,phone,video" doc:"in_person when absent."`
	Audience     turno.Audience  `json:"audience,omitempty" enum:"all,new,known,staff" doc:"all when absent."`
	Instructions string          `json:"instructions,omitempty" maxLength:"2000"`
}

type visitTypePatch struct {
	Name         *string          `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Minutes      *int             `json:"minutes,omitempty" minimum:"5" maximum:"480"`
	Mode         *turno.VisitMode `json:"mode,omitempty" enum:"in_person,phone,video"`
	Audience     *turno.Audience  `json:"audience,omitempty" enum:"all,new,known,staff"`
	Instructions *string          `json:"instructions,omitempty" maxLength:"2000"`
	Active       *bool            `json:"active,omitempty"`

	Version turno.Version `json:"-"` // whoever sends a field means it, whatever else was saved since
}

func (a *API) listVisitTypes(ctx context.Context, c policy.Caller, in *IDParam) (list[visitTypeView], error) {
	types, err := a.config.Booking.VisitTypes(ctx, c, in.ID)
	return listOf(types, "", viewVisitType), err
}

type addVisitTypeInput struct {
	IDParam
	Body visitTypeRequest
}

func (a *API) addVisitType(ctx context.Context, c policy.Caller, in *addVisitTypeInput) (visitTypeView, error) {
	added, err := a.config.Booking.AddVisitType(ctx, c, turno.VisitType{
		DoctorID:     in.ID,
		Name:         in.Body.Name,
		Minutes:      in.Body.Minutes,
		Mode:         in.Body.Mode,
		Audience:     in.Body.Audience,
		Instructions: in.Body.Instructions,
	})
	return viewVisitType(added), err
}

type changeVisitTypeInput struct {
	IDParam
	Body visitTypePatch
}

func (a *API) changeVisitType(ctx context.Context, c policy.Caller, in *changeVisitTypeInput) (visitTypeView, error) {
	changed, err := a.config.Booking.UpdateVisitType(ctx, c, in.ID, booking.VisitTypePatch(in.Body))
	return viewVisitType(changed), err
}
