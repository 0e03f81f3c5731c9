package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) userRoutes() {
	active := false
	born := turno.Date{Year: 1950, Month: 1, Day: 31}
	register(a, route{
		ID: "list-users", Method: http.MethodGet, Path: "/users",
		Action: policy.ListPatients, Tag: tagPeople, Errors: []int{http.StatusForbidden},
		Summary:     "Find people",
		Description: "Lists people in the order of their names. Full staff find anybody, the front desk patients.",
		Answer:      list[UserView]{Items: []UserView{exampleUser()}},
	}, a.listUsers)
	register(a, route{
		ID: "create-user", Method: http.MethodPost, Path: "/users", Status: http.StatusCreated,
		Action: policy.WritePatientUser, Tag: tagPeople, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary: "Make an account for somebody",
		Description: "Full staff make anybody, the front desk patients. A patient needs no username, email or password; " +
			"without a password nobody can sign in. Making an admin is 403 sign_in_again when the last sign-in was over ten minutes ago.",
		Request: newUserRequest{Role: turno.RolePatient, FullName: "Rosa Vidal", DateOfBirth: &born, ContactNumber: "+34 600 333 444"},
		Answer:  exampleUser(),
	}, a.createUser)
	register(a, route{
		ID: "change-user", Method: http.MethodPatch, Path: "/users/{id}",
		Action: policy.WritePatientUser, Tag: tagPeople, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary: "Change somebody's account",
		Description: "Changes the fields that are sent. Full staff change anybody, the front desk patients. Somebody who is no longer active, " +
			"or has another staff_level, is signed out everywhere. The visits of a doctor who is no longer active stay; the answer lists them, " +
			"so that somebody can call the patients. The last full admin stays one: 409 in_use.",
		Request: userPatch{Active: &active},
		Answer:  changedUserView{UserView: exampleUser(), Outside: []appointmentView{}},
	}, a.changeUser)
	register(a, route{
		ID: "erase-user", Method: http.MethodPost, Path: "/users/{id}/erase",
		Action: policy.EraseUser, Tag: tagPeople, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Erase somebody",
		Description: "What erasing oneself does, at their request. Full staff may; 403 sign_in_again when the last sign-in was over ten minutes ago.",
	}, a.eraseUser)
}

type listUsersInput struct {
	PageParams
	Query string     `query:"q" maxLength:"200" doc:"Words of the name, the username or the email; a contact number; a date of birth."`
	Role  turno.Role `query:"role" enum:"patient,doctor,admin" doc:"Only this role."`
}

func (a *API) listUsers(ctx context.Context, c policy.Caller, in *listUsersInput) (list[UserView], error) {
	users, next, err := a.config.Account.Users(ctx, c, account.UserSearch{
		Query: in.Query, Role: in.Role, Limit: in.Limit, Cursor: in.Cursor,
	})
	return listOf(users, next, viewListedUser), err
}

type newUserRequest struct {
	Role       turno.Role       `json:"role" enum:"patient,doctor,admin"`
	StaffLevel turno.StaffLevel `json:"staff_level,omitempty" enum:"desk,full" doc:"Of an admin."`
	Username   string           `json:"username,omitempty" maxLength:"150" doc:"Made up for a patient when absent."`
	Email      string           `json:"email,omitempty" maxLength:"254" doc:"A patient may have none."`
	Password   string           `json:"password,omitempty" maxLength:"1024" doc:"Nobody can sign in when absent."`
	FullName   string           `json:"full_name" minLength:"1" maxLength:"200"`
	TimeZone   string           `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name; the clinic's when absent. A doctor needs one."`
	Locale     string           `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`

	DateOfBirth   *turno.Date  `json:"date_of_birth,omitempty" doc:"Of a patient, who needs one."`
	Gender        turno.Gender `json:"gender,omitempty" enum:"male,female,other" doc:"Of a patient."`
	ContactNumber string       `json:"contact_number,omitempty" maxLength:"40" doc:"Of a patient, in international form."`

	SpecializationID  int        `json:"specialization_id,omitempty" minimum:"1" maximum:"2147483647" doc:"Of a doctor, who needs one."`
	LicenseNumber     string     `json:"license_number,omitempty" maxLength:"100" doc:"Of a doctor, who needs one."`
	YearsOfExperience int        `json:"years_of_experience,omitempty" minimum:"0" maximum:"80" doc:"Of a doctor."`
	Bio               string     `json:"bio,omitempty" maxLength:"2000" doc:"Of a doctor."`
	LocationID        *uuid.UUID `json:"location_id,omitempty" doc:"Of a doctor; the clinic's first when absent."`
}

func (a *API) createUser(ctx context.Context, c policy.Caller, in *struct{ Body newUserRequest }) (UserView, error) {
	user := account.NewUser{
		Role:              in.Body.Role,
		StaffLevel:        in.Body.StaffLevel,
		Username:          in.Body.Username,
		Email:             in.Body.Email,
		Password:          in.Body.Password,
		FullName:          in.Body.FullName,
		TimeZone:          in.Body.TimeZone,
		Locale:            in.Body.Locale,
		Gender:            in.Body.Gender,
		ContactNumber:     in.Body.ContactNumber,
		SpecializationID:  in.Body.SpecializationID,
		LicenseNumber:     in.Body.LicenseNumber,
		YearsOfExperience: in.Body.YearsOfExperience,
		Bio:               in.Body.Bio,
		LocationID:        in.Body.LocationID,
	}
	if in.Body.DateOfBirth != nil {
		user.DateOfBirth = *in.Body.DateOfBirth
	}
	person, err := a.config.Account.CreateUser(ctx, c, user)
	return viewPerson(person), err
}

type userPatch struct {
	FullName      *string           `json:"full_name,omitempty" minLength:"1" maxLength:"200"`
	Email         *string           `json:"email,omitempty" maxLength:"254"`
	TimeZone      *string           `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name."`
	Locale        *string           `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
	DateOfBirth   *turno.Date       `json:"date_of_birth,omitempty" doc:"Of a patient."`
	Gender        *turno.Gender     `json:"gender,omitempty" maxLength:"10" doc:"Of a patient: male, female or other; empty takes it away."`
	ContactNumber *string           `json:"contact_number,omitempty" maxLength:"40" doc:"Of a patient, in international form; empty takes it away."`
	StaffLevel    *turno.StaffLevel `json:"staff_level,omitempty" enum:"desk,full" doc:"Of an admin."`
	Active        *bool             `json:"active,omitempty" doc:"False: may no longer sign in."`

	Version turno.Version `json:"-"` // whoever sends a field means it, whatever else was saved since
}

type changeUserInput struct {
	IDParam
	Body userPatch
}

// changedUserView is a person, with what the change leaves to be done.
type changedUserView struct {
	UserView
	Outside []appointmentView `json:"outside" nullable:"false" doc:"Visits to come of a doctor who is no longer active; empty otherwise."`
}

func (a *API) changeUser(ctx context.Context, c policy.Caller, in *changeUserInput) (changedUserView, error) {
	changed, err := a.config.Account.UpdateUser(ctx, c, in.ID, account.Patch(in.Body))
	return changedUserView{viewPerson(changed.Person), appointmentViews(changed.Outside)}, err
}

func (a *API) eraseUser(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.EraseUser(ctx, c, in.ID)
}
