package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
)

// The groups of operations in the document.
const (
	tagAccounts     = "Accounts"
	tagPeople       = "People"
	tagClinic       = "Clinic"
	tagDoctors      = "Doctors"
	tagCalendar     = "Calendar"
	tagAppointments = "Appointments"
	tagFeedback     = "Feedback"
	tagInsight      = "Insight"
)

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagDoctors, Description: "Finding a doctor and an open time."},
		{Name: tagAppointments, Description: "Booking a visit, and everything that happens to it afterwards."},
		{Name: tagFeedback, Description: "What patients thought of their visits."},
		{Name: tagCalendar, Description: "A doctor's hours, time off and kinds of visits."},
		{Name: tagAccounts, Description: "Signing up, signing in, and one's own account."},
		{Name: tagPeople, Description: "Patients, those who act for them, and users."},
		{Name: tagClinic, Description: "Specializations and locations."},
		{Name: tagInsight, Description: "Averages, trends and the trail."},
	}
}

const introduction = `Turno books doctor appointments.

Instants are RFC 3339 with an offset and answered in UTC; local times are "HH:MM", dates "YYYY-MM-DD"; ranges include their start and not their end. Lists are {"items": [...], "next_cursor": "..."}: send next_cursor as cursor for the next page, it is absent on the last.

Sign in with POST /auth/login and send the token as "Authorization: Bearer ...". What is open to everybody needs none.

Errors are application/problem+json (RFC 9457) with a stable code; for wrong input, errors says what is wrong where. What you may see but not do is 403; what you may not know of is 404. Among the codes are slot_taken, patient_busy, not_offered, invalid_transition, appointments_in_the_way, identity_taken, wrong_credentials, too_many_codes, session_locked, second_factor_needed, sign_in_again, idempotency_key_reused, too_many_open_visits, already_rated, in_use, rate_limited.`

// describe configures huma: our own document, our own errors, JSON only.
func (a *API) describe() huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[idSchema]())
	schemas.RegisterTypeAlias(reflect.TypeFor[turno.Clock](), reflect.TypeFor[clockSchema]())
	schemas.RegisterTypeAlias(reflect.TypeFor[turno.Date](), reflect.TypeFor[dateSchema]())
	version := a.config.Version
	if version == "" {
		version = "dev"
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Turno",
				Version:     version,
				Description: introduction,
				Contact:     &huma.Contact{Name: "The Turno authors", URL: "https://github.com/turno-health/turno"},
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: Prefix, Description: "This clinic."}},
			Tags:    tags(),
			Components: &huma.Components{
				Schemas:   schemas,
				Responses: commonResponses(schemas),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":  {Type: "http", Scheme: "bearer", Description: "The token that POST /auth/login answers."},
					"session": {Type: "apiKey", In: "cookie", Name: httpx.CookieName(httpx.SessionCookie, a.config.HTTPS), Description: "The same token, kept by a browser."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{translateProblem},
	}
}

// commonResponses describes each status that an error can have, once.
func commonResponses(schemas huma.Registry) map[string]*huma.Response {
	schema := schemas.Schema(reflect.TypeFor[problem](), true, "")
	responses := map[string]*huma.Response{}
	for _, e := range []struct {
		kind         turno.Kind
		code, detail string
		description  string
	}{
		{turno.KindUnauthenticated, turno.CodeUnauthenticated, "Please sign in first.", "Nobody has signed in, or the token has expired."},
		{turno.KindForbidden, turno.CodeForbidden, "You may not do this.", "You may see this and not do it."},
		{turno.KindNotFound, turno.CodeNotFound, "There is no such appointment.", "It is not there, or you may not know that it is."},
		{turno.KindConflict, turno.CodeSlotTaken, "This time has just been taken. Here are the nearest open times.", "The world has moved on; code says how."},
		{turno.KindInvalid, turno.CodeInvalid, "Please correct the marked fields.", "The input is wrong; errors says where."},
		{turno.KindRateLimited, turno.CodeRateLimited, "Too many requests. Please wait a moment.", "Too many requests; Retry-After says when to come back."},
		{turno.KindInternal, turno.CodeInternal, "Something went wrong on our side. Please try again.", "Our fault."},
	} {
		status := httpx.Status(e.kind)
		example := httpx.NewProblem(status, e.code, e.detail)
		if e.kind == turno.KindInvalid {
			example.Errors = []httpx.FieldProblem{{Location: "body.email", Message: "is missing"}}
		}
		response := &huma.Response{Description: e.description, Content: map[string]*huma.MediaType{
			httpx.ProblemType: {Schema: schema, Example: exampled(example)["application/json"].Example},
		}}
		if e.kind == turno.KindRateLimited {
			response.Headers = map[string]*huma.Param{"Retry-After": {
				Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger},
			}}
		}
		responses[responseName(status)] = response
	}
	return responses
}

// responseName is the name of a status among the document's components.
func responseName(status int) string {
	name := http.StatusText(status)
	if name == "" {
		name = strconv.Itoa(status)
	}
	return strings.ReplaceAll(name, " ", "")
}

// schemaName is the name of a Go type in the document, without our "View".
func schemaName(t reflect.Type, hint string) string {
	return strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "View", "")
}

// tidySchemas removes what huma describes of its own errors, which we never send.
func (a *API) tidySchemas() {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
}
