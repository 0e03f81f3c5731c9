package api

import (
	"context"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) meRoutes() {
	name := "Ana María Pérez"
	register(a, route{
		ID: "read-me", Method: http.MethodGet, Path: "/me",
		Action: policy.ReadMe, Tag: tagAccounts,
		Summary:     "Read one's own account",
		Description: "The account and the profile that belongs to the role.",
		Answer:      exampleUser(),
	}, a.readMe)
	register(a, route{
		ID: "change-me", Method: http.MethodPatch, Path: "/me",
		Action: policy.UpdateMe, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary: "Change one's own account",
		Description: "Changes the fields that are sent. Another email is 403 sign_in_again when the last sign-in was over ten minutes ago. " +
			"How a doctor is booked is changed at the doctor.",
		Request: mePatch{FullName: &name},
		Answer:  exampleUser(),
	}, a.changeMe)
	register(a, route{
		ID: "export-me", Method: http.MethodGet, Path: "/me/export",
		Action: policy.ExportMe, Tag: tagAccounts, Errors: []int{http.StatusForbidden},
		Summary:     "Take one's own data out",
		Description: "Everything that is kept about oneself. 403 sign_in_again when the last sign-in was over ten minutes ago.",
		Answer:      exampleExport(),
	}, a.exportMe)
	register(a, route{
		ID: "erase-me", Method: http.MethodPost, Path: "/me/erase",
		Action: policy.EraseMe, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary: "Erase oneself",
		Description: "Takes everything that names one out of the system and cancels the visits to come; visits of the past stay without " +
			"their words. Visits of a patient whom nobody else acts for, and who can't be reached, are cancelled too, and one's number " +
			"is taken out of the records of those one acts for. It is never undone: a program asks for a word to be typed, as the page " +
			"does. 403 sign_in_again when the last sign-in was over ten minutes ago.",
	}, a.eraseMe)
	register(a, route{
		ID: "list-dependants", Method: http.MethodGet, Path: "/me/dependants",
		Action: policy.ReadMe, Tag: tagPeople,
		Summary:     "List whom one looks after",
		Description: "The patients for whom one may book.",
		Answer:      list[patientView]{Items: []patientView{exampleDependant()}},
	}, a.listDependants)
	register(a, route{
		ID: "add-dependant", Method: http.MethodPost, Path: "/me/dependants", Status: http.StatusCreated,
		Action: policy.CreateDependant, Tag: tagPeople, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Look after somebody",
		Description: "Makes a patient who does not sign in, such as one's child, and for whom one may book.",
		Request:     dependantRequest{FullName: "Leo Pérez", DateOfBirth: turno.Date{Year: 2020, Month: 6, Day: 1}, Relation: "mother"},
		Answer:      exampleDependant(),
	}, a.addDependant)
}

func exampleDependant() patientView {
	p := examplePatient()
	p.ID, p.FullName, p.DateOfBirth = exampleID(9), "Leo Pérez", turno.Date{Year: 2020, Month: 6, Day: 1}
	p.Email, p.Gender, p.ContactNumber = turno.NoMailAddress(p.ID), "", ""
	return p
}

type mePatch struct {
	FullName      *string       `json:"full_name,omitempty" minLength:"1" maxLength:"200"`
	Email         *string       `json:"email,omitempty" maxLength:"254"`
	TimeZone      *string       `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name."`
	Locale        *string       `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
	DateOfBirth   *turno.Date   `json:"date_of_birth,omitempty" doc:"Of a patient."`
	Gender        *turno.Gender `json:"gender,omitempty" maxLength:"10" doc:"Of a patient: male, female or other; empty takes it away."`
	ContactNumber *string       `json:"contact_number,omitempty" maxLength:"40" doc:"Of a patient, in international form; empty takes it away."`
}

// patch leaves out what one does not change about oneself.
func (p mePatch) patch() account.Patch {
	return account.Patch{
		FullName:      p.FullName,
		Email:         p.Email,
		TimeZone:      p.TimeZone,
		Locale:        p.Locale,
		DateOfBirth:   p.DateOfBirth,
		Gender:        p.Gender,
		ContactNumber: p.ContactNumber,
	}
}

func (a *API) readMe(ctx context.Context, c policy.Caller, _ *struct{}) (UserView, error) {
	person, err := a.config.Account.Me(ctx, c)
	return viewPerson(person), err
}

func (a *API) changeMe(ctx context.Context, c policy.Caller, in *struct{ Body mePatch }) (UserView, error) {
	person, err := a.config.Account.UpdateMe(ctx, c, in.Body.patch())
	return viewPerson(person), err
}

func (a *API) exportMe(ctx context.Context, c policy.Caller, _ *struct{}) (exportView, error) {
	export, err := a.config.Account.ExportMe(ctx, c)
	return viewExport(export), err
}

func (a *API) eraseMe(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.EraseMe(ctx, c)
}

func (a *API) listDependants(ctx context.Context, c policy.Caller, _ *struct{}) (list[patientView], error) {
	patients, err := a.config.Account.Dependants(ctx, c)
	return listOf(patients, "", viewPatient), err
}

type dependantRequest struct {
	FullName      string       `json:"full_name" minLength:"1" maxLength:"200"`
	DateOfBirth   turno.Date   `json:"date_of_birth"`
	Gender        turno.Gender `json:"gender,omitempty" enum:"male,female,other"`
	ContactNumber string       `json:"contact_number,omitempty" maxLength:"40" doc:"In international form."`
	Relation      string       `json:"relation" minLength:"1" maxLength:"50" doc:"What one is to them, in one's own word."`
}

func (a *API) addDependant(ctx context.Context, c policy.Caller, in *struct{ Body dependantRequest }) (patientView, error) {
	patient, err := a.config.Account.CreateDependant(ctx, c, account.NewDependant(in.Body))
	return viewPatient(patient), err
}
