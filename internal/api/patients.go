package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) patientRoutes() {
	number := "+34 600 555 666"
	notFound := []int{http.StatusForbidden, http.StatusNotFound}
	register(a, route{
		ID: "read-patient", Method: http.MethodGet, Path: "/patients/{id}",
		Action: policy.ReadPatient, Tag: tagPeople, Errors: []int{http.StatusNotFound},
		Summary: "Open a patient's record",
		Description: "The patient, those who act for the patient, staff, and a doctor with a visit of theirs to come or within 24 months may. " +
			"The patient can see who has.",
		Answer: examplePatient(),
	}, a.readPatient)
	register(a, route{
		ID: "change-patient", Method: http.MethodPatch, Path: "/patients/{id}",
		Action: policy.UpdatePatient, Tag: tagPeople, Errors: append(notFound, http.StatusConflict),
		Summary:     "Change a patient's record",
		Description: "Changes the fields that are sent. The patient, those who act for the patient and staff may. An email is changed at the account.",
		Request:     patientPatch{ContactNumber: &number},
		Answer:      examplePatient(),
	}, a.changePatient)
	register(a, route{
		ID: "list-proxies", Method: http.MethodGet, Path: "/patients/{id}/proxies",
		Action: policy.ReadProxies, Tag: tagPeople, Errors: notFound,
		Summary:     "See who acts for a patient",
		Description: "The patient, those who act for the patient and staff may.",
		Answer:      list[proxyView]{Items: []proxyView{exampleProxy()}},
	}, a.listProxies)
	register(a, route{
		ID: "add-proxy", Method: http.MethodPost, Path: "/patients/{id}/proxies", Status: http.StatusCreated,
		Action: policy.WriteProxies, Tag: tagPeople, Errors: append(notFound, http.StatusConflict),
		Summary:     "Let somebody act for a patient",
		Description: "Names them by user_id or by username; they book for the patient and get the mail. On the word of staff they act at once (status active). A patient invites them (status invited), with the same answer whether or not there is such an account: they act once they accept, see GET /me/proxy-invitations.",
		Request:     proxyRequest{Username: "luis", Relation: "father"},
		Answer:      exampleProxy(),
	}, a.addProxy)
	register(a, route{
		ID: "end-proxy", Method: http.MethodDelete, Path: "/patients/{id}/proxies",
		Action: policy.WriteProxies, Tag: tagPeople, Errors: append(notFound, http.StatusConflict),
		Summary:     "End that somebody acts for a patient",
		Description: "The patient and staff may.",
	}, a.endProxyNamed)
	register(a, route{
		ID: "end-proxy-of-user", Method: http.MethodDelete, Path: "/patients/{id}/proxies/{proxy_user_id}",
		Action: policy.WriteProxies, Tag: tagPeople, Errors: append(notFound, http.StatusConflict),
		Summary:     "End that somebody acts for a patient, by path",
		Description: "The same, with the proxy in the path.",
	}, a.endProxy)
}

type patientPatch struct {
	FullName      *string       `json:"full_name,omitempty" minLength:"1" maxLength:"200"`
	TimeZone      *string       `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name."`
	Locale        *string       `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
	DateOfBirth   *turno.Date   `json:"date_of_birth,omitempty"`
	Gender        *turno.Gender `json:"gender,omitempty" maxLength:"10" doc:"male, female or other; empty takes it away."`
	ContactNumber *string       `json:"contact_number,omitempty" maxLength:"40" doc:"In international form; empty takes it away."`
}

func (a *API) readPatient(ctx context.Context, c policy.Caller, in *IDParam) (patientView, error) {
	patient, err := a.config.Account.Patient(ctx, c, in.ID)
	return viewPatient(patient), err
}

type changePatientInput struct {
	IDParam
	Body patientPatch
}

func (a *API) changePatient(ctx context.Context, c policy.Caller, in *changePatientInput) (patientView, error) {
	patient, err := a.config.Account.UpdatePatient(ctx, c, in.ID, account.Patch{
		FullName:      in.Body.FullName,
		TimeZone:      in.Body.TimeZone,
		Locale:        in.Body.Locale,
		DateOfBirth:   in.Body.DateOfBirth,
		Gender:        in.Body.Gender,
		ContactNumber: in.Body.ContactNumber,
	})
	return viewPatient(patient), err
}

func (a *API) listProxies(ctx context.Context, c policy.Caller, in *IDParam) (list[proxyView], error) {
	proxies, err := a.config.Account.Proxies(ctx, c, in.ID)
	return listOf(proxies, "", viewProxy), err
}

type proxyRequest struct {
	UserID   *uuid.UUID `json:"user_id,omitempty" doc:"Who; or username."`
	Username string     `json:"username,omitempty" maxLength:"150" doc:"Who; or user_id. An email finds only somebody who has verified it, so ask for the username."`
	Relation string     `json:"relation" minLength:"1" maxLength:"50" doc:"What they are to the patient, in one's own word."`
	EndsAt   *instant   `json:"ends_at,omitempty" doc:"Until when; until ended when absent."`
}

type addProxyInput struct {
	IDParam
	Body proxyRequest
}

func (a *API) addProxy(ctx context.Context, c policy.Caller, in *addProxyInput) (proxyView, error) {
	var endsAt *time.Time
	if in.Body.EndsAt != nil {
		endsAt = &in.Body.EndsAt.at
	}
	wanted := account.NewProxy{UserID: in.Body.UserID, Username: in.Body.Username, Relation: in.Body.Relation, EndsAt: endsAt}
	if c.IsStaff() {
		proxy, err := a.config.Account.AddProxy(ctx, c, in.ID, wanted)
		return viewProxy(proxy), err
	}
	invited, err := a.config.Account.InviteProxy(ctx, c, in.ID, wanted)
	return viewInvited(invited), err
}

type endProxyNamedInput struct {
	IDParam
	ProxyUserID uuid.UUID `query:"proxy_user_id" required:"true" doc:"Who."`
}

func (a *API) endProxyNamed(ctx context.Context, c policy.Caller, in *endProxyNamedInput) (none, error) {
	return none{}, a.config.Account.EndProxy(ctx, c, in.ID, in.ProxyUserID)
}

type endProxyInput struct {
	IDParam
	ProxyUserID uuid.UUID `path:"proxy_user_id" doc:"Who."`
}

func (a *API) endProxy(ctx context.Context, c policy.Caller, in *endProxyInput) (none, error) {
	return none{}, a.config.Account.EndProxy(ctx, c, in.ID, in.ProxyUserID)
}
