package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
)

const deviceCookieAge = 365 * 24 * time.Hour

// exampleToken stands for 256 random bits.
const exampleToken = "Yq0qkSyIuVFsYYCRMZTPKS8fRUe0bHQ0-aYz3Rk8xWg"

// examplePassword is one that the rules accept.
const examplePassword = "five unrelated blue teapots"

func (a *API) authRoutes() {
	register(a, route{
		ID: "register-patient", Method: http.MethodPost, Path: "/auth/register", Status: http.StatusCreated,
		Action: policy.Register, Tag: tagAccounts, Errors: []int{http.StatusConflict},
		Summary:     "Register as a patient",
		Description: "Makes an account. A username, email or licence that is taken is 409 identity_taken, which does not say which.",
		Request: registerRequest{
			Username: "ana", Email: "ana@example.org", Password: examplePassword, FullName: "Ana Pérez",
			DateOfBirth: turno.Date{Year: 1990, Month: time.May, Day: 17}, ContactNumber: "+34 600 111 222", TimeZone: "Europe/Madrid",
		},
		Answer: exampleUser(),
	}, a.registerPatient)
	register(a, route{
		ID: "register-doctor", Method: http.MethodPost, Path: "/auth/register-doctor", Status: http.StatusCreated,
		Action: policy.RegisterDoctor, Tag: tagAccounts, Errors: []int{http.StatusConflict},
		Summary:     "Register as a doctor",
		Description: "Makes an account. Nobody can find or book the doctor until the clinic has checked the licence.",
		Request: registerDoctorRequest{
			Username: "amara", Email: "amara@example.org", Password: examplePassword, FullName: "Dr Amara Okafor",
			SpecializationID: 3, LicenseNumber: "GMC-7654321", YearsOfExperience: 12, TimeZone: "Europe/London", Bio: "Listens first.",
		},
		Answer: exampleDoctorUser(),
	}, a.registerDoctor)
	register(a, route{
		ID: "login", Method: http.MethodPost, Path: "/auth/login",
		Action: policy.Login, Tag: tagAccounts,
		Summary: "Sign in",
		Description: "Answers a token to be sent as Authorization: Bearer. A wrong name or password is 401 wrong_credentials; " +
			"too many of them in a row are 429, with Retry-After. Who has a second factor gets no token yet: 401 second_factor_needed, " +
			"with a ticket for POST /auth/second-factor.",
		Request: loginRequest{Login: "ana@example.org", Password: examplePassword},
		Answer:  exampleLogin(),
	}, a.login)
	register(a, route{
		ID: "logout", Method: http.MethodPost, Path: "/auth/logout",
		Action: policy.Logout, Tag: tagAccounts,
		Summary:     "Sign out",
		Description: "Ends the session that asks.",
	}, a.logout)
	register(a, route{
		ID: "change-password", Method: http.MethodPost, Path: "/auth/password",
		Action: policy.ChangePassword, Tag: tagAccounts,
		Summary:     "Change the password",
		Description: "Asks for the current password, and ends all other sessions.",
		Request:     passwordRequest{CurrentPassword: examplePassword, NewPassword: "seven distant green kettles"},
	}, a.changePassword)
	a.sessionRoutes()
}

func exampleLogin() loginView {
	return loginView{Token: exampleToken, ExpiresAt: exampleTime(8, 0).AddDate(0, 0, 30), User: exampleUser()}
}

type registerRequest struct {
	Username      string       `json:"username" minLength:"3" maxLength:"150" doc:"Without @; unique without regard to case."`
	Email         string       `json:"email" maxLength:"254" doc:"Unique without regard to case."`
	Password      string       `json:"password" minLength:"12" maxLength:"1024" doc:"At least 12 characters, and not a common one."`
	FullName      string       `json:"full_name" minLength:"1" maxLength:"200"`
	DateOfBirth   turno.Date   `json:"date_of_birth"`
	Gender        turno.Gender `json:"gender,omitempty" enum:"male,female,other"`
	ContactNumber string       `json:"contact_number,omitempty" maxLength:"40" doc:"In international form; spaces and dashes are taken out."`
	TimeZone      string       `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name; the clinic's when absent."`
	Locale        string       `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
}

func (a *API) registerPatient(ctx context.Context, c policy.Caller, in *struct{ Body registerRequest }) (UserView, error) {
	person, err := a.config.Account.RegisterPatient(ctx, c, account.NewUser{
		Username:      in.Body.Username,
		Email:         in.Body.Email,
		Password:      in.Body.Password,
		FullName:      in.Body.FullName,
		DateOfBirth:   in.Body.DateOfBirth,
		Gender:        in.Body.Gender,
		ContactNumber: in.Body.ContactNumber,
		TimeZone:      in.Body.TimeZone,
		Locale:        in.Body.Locale,
	})
	return viewPerson(person), err
}

type registerDoctorRequest struct {
	Username          string `json:"username" minLength:"3" maxLength:"150" doc:"Without @; unique without regard to case."`
	Email             string `json:"email" maxLength:"254" doc:"Unique without regard to case."`
	Password          string `json:"password" minLength:"12" maxLength:"1024" doc:"At least 12 characters, and not a common one."`
	FullName          string `json:"full_name" minLength:"1" maxLength:"200"`
	SpecializationID  int    `json:"specialization_id" minimum:"1" maximum:"2147483647"`
	LicenseNumber     string `json:"license_number" minLength:"1" maxLength:"100" doc:"Unique; never public."`
	YearsOfExperience int    `json:"years_of_experience" minimum:"0" maximum:"80"`
	TimeZone          string `json:"time_zone" maxLength:"64" doc:"IANA name; the doctor's hours are local to it."`
	Bio               string `json:"bio,omitempty" maxLength:"2000"`
	Locale            string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
}

func (a *API) registerDoctor(ctx context.Context, c policy.Caller, in *struct{ Body registerDoctorRequest }) (UserView, error) {
	person, err := a.config.Account.RegisterDoctor(ctx, c, account.NewUser{
		Username:          in.Body.Username,
		Email:             in.Body.Email,
		Password:          in.Body.Password,
		FullName:          in.Body.FullName,
		SpecializationID:  in.Body.SpecializationID,
		LicenseNumber:     in.Body.LicenseNumber,
		YearsOfExperience: in.Body.YearsOfExperience,
		TimeZone:          in.Body.TimeZone,
		Bio:               in.Body.Bio,
		Locale:            in.Body.Locale,
	})
	return viewPerson(person), err
}

type loginRequest struct {
	Login    string `json:"login" maxLength:"254" doc:"A username, or an email."`
	Password string `json:"password" maxLength:"1024"`
}

type loginInput struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
	Body      loginRequest
}

type loginView struct {
	Token     string    `json:"token" doc:"Proves the session; kept nowhere else."`
	ExpiresAt time.Time `json:"expires_at" doc:"At the latest; a session that is not used ends sooner."`
	User      UserView  `json:"user"`

	device http.Cookie
}

func (v loginView) cookies() []http.Cookie { return []http.Cookie{v.device} }

func (a *API) login(ctx context.Context, c policy.Caller, in *loginInput) (loginView, error) {
	signedIn, err := a.config.Account.Login(ctx, c, account.Credentials{
		Login:     in.Body.Login,
		Password:  in.Body.Password,
		Device:    callOf(ctx).device,
		UserAgent: in.UserAgent,
	})
	if err != nil && signedIn.Ticket != "" {
		err = ticketed{err, signedIn.Ticket}
	}
	return a.viewSignedIn(signedIn, err)
}

// viewSignedIn is a sign-in, unless there was an error.
func (a *API) viewSignedIn(signedIn account.SignedIn, err error) (loginView, error) {
	if err != nil {
		return loginView{}, err
	}
	return loginView{
		Token:     signedIn.Token,
		ExpiresAt: signedIn.ExpiresAt.UTC(),
		User:      viewUser(signedIn.User),
		device: http.Cookie{
			Name: httpx.CookieName(httpx.DeviceCookie, a.config.HTTPS), Value: signedIn.Device, Path: "/", MaxAge: int(deviceCookieAge / time.Second),
			HttpOnly: true, Secure: a.config.HTTPS, SameSite: http.SameSiteLaxMode,
		},
	}, nil
}

func (a *API) logout(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.Logout(ctx, c)
}

type passwordRequest struct {
	CurrentPassword string `json:"current_password" maxLength:"1024"`
	NewPassword     string `json:"new_password" minLength:"12" maxLength:"1024" doc:"At least 12 characters, and not a common one."`
}

func (a *API) changePassword(ctx context.Context, c policy.Caller, in *struct{ Body passwordRequest }) (none, error) {
	return none{}, a.config.Account.ChangePassword(ctx, c, in.Body.CurrentPassword, in.Body.NewPassword)
}

func (a *API) sessionRoutes() {
	register(a, route{
		ID: "list-sessions", Method: http.MethodGet, Path: "/auth/sessions",
		Action: policy.ListSessions, Tag: tagAccounts,
		Summary:     "See where one is signed in",
		Description: "Lists one's own sessions, the newest first.",
		Answer: list[sessionView]{Items: []sessionView{{
			ID: exampleID(8), CreatedAt: exampleTime(8, 0), LastSeenAt: exampleTime(9, 0), ExpiresAt: exampleTime(8, 0).AddDate(0, 0, 30),
			Address: "192.0.2.1", UserAgent: "Mozilla/5.0", Current: true,
		}}},
	}, a.listSessions)
	register(a, route{
		ID: "end-other-sessions", Method: http.MethodDelete, Path: "/auth/sessions",
		Action: policy.EndSessions, Tag: tagAccounts,
		Summary:     "Sign out everywhere else",
		Description: "Ends all of one's own sessions but the one that asks.",
	}, a.endOtherSessions)
	register(a, route{
		ID: "end-session", Method: http.MethodDelete, Path: "/auth/sessions/{id}",
		Action: policy.EndSessions, Tag: tagAccounts, Errors: []int{http.StatusNotFound},
		Summary:     "Sign out somewhere",
		Description: "Ends one of one's own sessions.",
	}, a.endSession)
}

type sessionView struct {
	ID         uuid.UUID `json:"id"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at" doc:"Exact to a minute."`
	ExpiresAt  time.Time `json:"expires_at"`
	Address    string    `json:"address"`
	UserAgent  string    `json:"user_agent"`
	Current    bool      `json:"current" doc:"The one that asks."`
}

func viewSession(s account.Session) sessionView {
	v := sessionView(s)
	v.CreatedAt, v.LastSeenAt, v.ExpiresAt = v.CreatedAt.UTC(), v.LastSeenAt.UTC(), v.ExpiresAt.UTC()
	return v
}

func (a *API) listSessions(ctx context.Context, c policy.Caller, _ *struct{}) (list[sessionView], error) {
	sessions, err := a.config.Account.Sessions(ctx, c)
	return listOf(sessions, "", viewSession), err
}

func (a *API) endOtherSessions(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.EndOtherSessions(ctx, c)
}

func (a *API) endSession(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.EndSession(ctx, c, in.ID)
}
