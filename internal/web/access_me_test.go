package web_test

import (
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

func meRows() map[string]accessRow {
	refused := "in 422 422 422 422 422 422 422" // an empty form, whoever sends it
	nobodys := "in 404 404 404 404 404 404 404"
	carer := "in 404 404 yes 404 404 404 404"
	return map[string]accessRow{
		"GET /account":          {want: signedIn},
		"GET /account/notices":  {want: signedIn},
		"POST /account/notices": {want: signedIn},

		"GET /account/profile":   {want: signedIn},
		"POST /account/profile":  {want: refused},
		"GET /account/password":  {want: signedIn},
		"POST /account/password": {want: refused},

		"GET /account/second-factor":     {want: signedIn},
		"POST /account/second-factor":    {want: signedIn, form: fields("do", "begin")},
		"GET /account/passkeys":          {want: signedIn},
		"GET /account/passkeys/new":      {want: signedIn},
		"POST /account/passkeys/new":     {want: refused},
		"POST /account/passkeys/options": {want: signedIn},
		"GET /account/passkeys/{id}":     {want: nobodys, path: nothing("/account/passkeys/")},
		"POST /account/passkeys/{id}":    {want: nobodys, path: nothing("/account/passkeys/")},
		"GET /account/devices":           {want: signedIn},
		"POST /account/devices":          {want: signedIn, form: fields("session", uuid.Nil.String())},

		"GET /account/calendar":  {want: "in yes yes yes yes yes 403 403"},
		"POST /account/calendar": {want: "in yes yes yes yes yes 403 403", form: fields("do", "make")},

		"GET /account/mail":       {want: signedIn},
		"POST /account/mail":      {want: signedIn, form: fields("reminder_24h", "yes", "reminder_2h", "yes", "feedback", "yes")},
		"POST /account/mail/link": {want: signedIn},
		"GET /unsubscribe":        {want: everybody, path: aSubscription},
		"POST /unsubscribe":       {want: everybody, path: aSubscription},
		"POST /unsubscribe/undo":  {want: everybody, form: aSubscriptionsForm},

		"POST /account/invitations":     {want: nobodys},
		"GET /account/people":           {want: patients},
		"POST /account/people":          {want: "in yes yes 422 403 403 403 403", form: fields("username", "maria", "relation", "mother")},
		"GET /account/people/new":       {want: patients},
		"POST /account/people/new":      {want: "in 422 422 422 403 403 403 403"},
		"GET /account/people/{id}":      {want: carer, path: aDependant("")},
		"POST /account/people/{id}":     {want: carer, path: aDependant(""), form: fields("full_name", "Leo Paz", "date_of_birth", "2020-01-02")},
		"GET /account/people/{id}/end":  {want: carer, path: aDependant("/end")},
		"POST /account/people/{id}/end": {want: carer, path: aDependant("/end")},

		"GET /account/access": {want: signedIn},
		"GET /account/data":   {want: signedIn},
		"POST /account/data":  {want: signedIn},
		"GET /account/erase":  {want: signedIn},
		"POST /account/erase": {want: refused},
	}
}

// aSubscription is the path of the link in a reminder of the patient.
func aSubscription(c *webtest.Clinic) string {
	return strings.TrimPrefix(c.Account.UnsubscribeURL(c.Patient.UserID, account.TopicReminders), c.URL)
}

// aSubscriptionsForm is what the button on its page sends.
func aSubscriptionsForm(c *webtest.Clinic) url.Values {
	_, token, _ := strings.Cut(aSubscription(c), "token=")
	return url.Values{"token": {token}}
}

// nothing is a path that leads nowhere.
func nothing(below string) func(*webtest.Clinic) string {
	return func(*webtest.Clinic) string { return below + uuid.Nil.String() }
}

// aDependant is the path of somebody whom the mother cares for.
func aDependant(more string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/account/people/" + c.Dependant("Leo Paz").ID.String() + more
	}
}
