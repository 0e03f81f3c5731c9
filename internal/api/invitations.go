package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) invitationRoutes() {
	register(a, route{
		ID: "list-proxy-invitations", Method: http.MethodGet, Path: "/patients/{id}/proxy-invitations",
		Action: policy.ReadProxies, Tag: tagPeople, Errors: []int{http.StatusNotFound},
		Summary:     "See who is invited to act for a patient",
		Description: "Those who have not accepted. One who declined stays on the list until the invitation is over.",
		Answer:      list[invitationView]{Items: []invitationView{exampleInvitation()}},
	}, a.listInvitations)
	register(a, route{
		ID: "withdraw-proxy-invitation", Method: http.MethodDelete, Path: "/patients/{id}/proxy-invitations",
		Action: policy.WriteProxies, Tag: tagPeople, Errors: []int{http.StatusNotFound, http.StatusConflict},
		Summary:     "Take an invitation back",
		Description: "The patient and staff may.",
	}, a.withdrawInvitation)
	register(a, route{
		ID: "list-my-proxy-invitations", Method: http.MethodGet, Path: "/me/proxy-invitations",
		Action: policy.AnswerInvitation, Tag: tagPeople,
		Summary:     "See who asks one to act for them",
		Description: "Nothing of the patient's is one's own before one accepts.",
		Answer:      list[invitationView]{Items: []invitationView{exampleInvitation()}},
	}, a.listMyInvitations)
	register(a, route{
		ID: "accept-proxy-invitation", Method: http.MethodPost, Path: "/me/proxy-invitations/{id}/accept",
		Action: policy.AnswerInvitation, Tag: tagPeople, Errors: []int{http.StatusNotFound},
		Summary:     "Accept to act for a patient",
		Description: "From now on one books for the patient and reads what concerns them.",
	}, a.acceptInvitation)
	register(a, route{
		ID: "decline-proxy-invitation", Method: http.MethodPost, Path: "/me/proxy-invitations/{id}/decline",
		Action: policy.AnswerInvitation, Tag: tagPeople, Errors: []int{http.StatusNotFound},
		Summary:     "Decline to act for a patient",
		Description: "The patient is not told.",
	}, a.declineInvitation)
}

// invitationView asks somebody to act for a patient.
type invitationView struct {
	ID          uuid.UUID  `json:"id"`
	PatientID   uuid.UUID  `json:"patient_id"`
	PatientName string     `json:"patient_name"`
	Username    string     `json:"username" doc:"Who is asked, as it was typed: a username, or an email, which finds only somebody who has verified it."`
	Relation    string     `json:"relation"`
	EndsAt      *time.Time `json:"ends_at" doc:"Of acting, once accepted. Null: until ended."`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   time.Time  `json:"expires_at" doc:"Until when it can be accepted."`
}

func viewInvitation(i account.Invitation) invitationView {
	return invitationView{ID: i.ID, PatientID: i.PatientID, PatientName: i.PatientName, Username: i.Named, Relation: i.Relation,
		EndsAt: utc(i.EndsAt), CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC()}
}

// viewInvited is an invitation as the answer to naming a proxy.
func viewInvited(i account.Invitation) proxyView {
	return proxyView{PatientID: i.PatientID, Username: i.Named, Status: "invited", Relation: i.Relation,
		EndsAt: utc(i.EndsAt), CreatedAt: i.CreatedAt.UTC()}
}

func exampleInvitation() invitationView {
	return invitationView{ID: exampleID(8), PatientID: exampleID(2), PatientName: "Ana Pérez", Username: "luis", Relation: "father",
		CreatedAt: exampleTime(8, 0), ExpiresAt: exampleTime(8, 0).AddDate(0, 0, 14)}
}

func (a *API) listInvitations(ctx context.Context, c policy.Caller, in *IDParam) (list[invitationView], error) {
	all, err := a.config.Account.Invitations(ctx, c, in.ID)
	return listOf(all, "", viewInvitation), err
}

type withdrawInvitationInput struct {
	IDParam
	InvitationID uuid.UUID `query:"invitation_id" required:"true" doc:"Which."`
}

func (a *API) withdrawInvitation(ctx context.Context, c policy.Caller, in *withdrawInvitationInput) (none, error) {
	return none{}, a.config.Account.WithdrawInvitation(ctx, c, in.ID, in.InvitationID)
}

func (a *API) listMyInvitations(ctx context.Context, c policy.Caller, _ *struct{}) (list[invitationView], error) {
	all, err := a.config.Account.InvitationsToMe(ctx, c)
	return listOf(all, "", viewInvitation), err
}

func (a *API) acceptInvitation(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.AcceptInvitation(ctx, c, in.ID)
}

func (a *API) declineInvitation(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.DeclineInvitation(ctx, c, in.ID)
}
