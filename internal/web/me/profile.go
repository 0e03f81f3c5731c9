package me

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showProfile is who somebody is, to be changed.
func showProfile(r *page.Request) error {
	form := r.Kept()
	if !form.Kept {
		person, err := r.Site.Account.Me(r.Context(), r.Caller)
		if err != nil {
			return err
		}
		form.Values = profileOf(person)
	}
	return profileForm(r, http.StatusOK, form)
}

// profileOf is the form as it stands.
func profileOf(person account.Person) url.Values {
	values := url.Values{}
	set := func(field, value string) { values.Set(field, value) }
	set("full_name", person.FullName)
	set("email", person.MailAddress())
	set("time_zone", person.TimeZone)
	set(page.VersionField, string(person.Version()))
	if p := person.Patient; p != nil {
		set("date_of_birth", p.DateOfBirth.String())
		set("gender", string(p.Gender))
		set("contact_number", p.ContactNumber)
	}
	return values
}

// changeProfile keeps what was changed.
func changeProfile(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	patch := patchOf(form, r.Caller.Role == turno.RolePatient)
	zone, tag := form.Get("time_zone"), languageOf(r, form)
	patch.TimeZone, patch.Locale = &zone, &tag
	if email := form.Get("email"); email != "" || r.Person.MailAddress() != "" {
		patch.Email = &email
	}
	if _, err = r.Site.Account.UpdateMe(r.Context(), r.Caller, patch); err == nil {
		r.SetLanguage(tag)
		r.Say(string(ui.Success), "Your profile is changed.")
		return r.Redirect("/account")
	}
	if !r.Take(form, err) {
		return err
	}
	return profileForm(r, http.StatusUnprocessableEntity, form)
}

// patchOf is what a form says about a person, and about a patient.
func patchOf(form *page.Form, patient bool) account.Patch {
	name := form.Get("full_name")
	patch := account.Patch{FullName: &name, Version: form.Version()}
	if !patient {
		return patch
	}
	gender, number := turno.Gender(form.Get("gender")), form.Get("contact_number")
	patch.Gender, patch.ContactNumber = &gender, &number
	born := form.Date("date_of_birth")
	patch.DateOfBirth = &born
	return patch
}

// languageOf is the language that was chosen; who reads English as it is written
// somewhere goes on to.
func languageOf(r *page.Request, form *page.Form) string {
	tag := form.Get("locale")
	if tag == "" || strings.HasPrefix(r.Person.Locale, tag+"-") {
		return r.Person.Locale
	}
	return tag
}

func profileForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Profile"), Narrow: true}, profilePage(r, form))
}

// languages are those to choose from.
func languages() []ui.Option {
	var options []ui.Option
	for _, language := range locale.Languages() {
		options = append(options, ui.Option{Value: language.Tag, Label: language.Name})
	}
	return options
}

// chosenLanguage is the one of them that is spoken now.
func chosenLanguage(r *page.Request, form *page.Form) string {
	if form.Has("locale") {
		return form.Get("locale")
	}
	tag, _, _ := strings.Cut(r.Lang(), "-")
	return tag
}

// profileLine is the profile in a line.
func profileLine(r *page.Request, person turno.User) string {
	if email := person.MailAddress(); email != "" {
		return email
	}
	return r.T("No email yet")
}
