package signin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showRegister is the form for a patient.
func showRegister(r *page.Request) error {
	if r.SignedIn() {
		return r.Redirect(r.Next(page.HomeOf(r.Person)))
	}
	return registerForm(r, http.StatusOK, r.Kept())
}

// register makes an account for a patient and signs them in.
func register(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	person := newUser(r, form)
	person.DateOfBirth = form.Date("date_of_birth")
	person.ContactNumber = form.Get("contact_number")
	if _, err = r.Site.Account.RegisterPatient(r.Context(), r.Caller, person); err == nil {
		return signIn(r, account.Credentials{Login: person.Username, Password: person.Password})
	}
	if !r.Take(form, err) {
		return err
	}
	return registerForm(r, http.StatusUnprocessableEntity, form)
}

func registerForm(r *page.Request, status int, form *page.Form) error {
	kept, err := heldUntil(r)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Register"), Private: true, Narrow: true, At: "/login"}, registerPage(r, form, kept))
}

// showRegisterDoctor is the form for a doctor.
func showRegisterDoctor(r *page.Request) error {
	if r.SignedIn() {
		return r.Redirect(page.HomeOf(r.Person))
	}
	return registerDoctorForm(r, http.StatusOK, r.Kept())
}

// registerDoctor makes an account for a doctor, whom nobody can book until the
// licence is verified, and signs them in.
func registerDoctor(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	person := newUser(r, form)
	person.TimeZone = form.Get("time_zone")
	person.LicenseNumber = form.Get("license_number")
	person.Bio = form.Get("bio")
	person.SpecializationID, _ = page.Whole(form.Get("specialization_id")) // 0: none was chosen
	person.YearsOfExperience = -1                                          // refused, with everything else that is wrong
	if years, ok := page.Whole(form.Get("years_of_experience")); ok {
		person.YearsOfExperience = years
	}
	if _, err = r.Site.Account.RegisterDoctor(r.Context(), r.Caller, person); err == nil {
		r.Say(string(ui.Success), "Welcome. We'll check your licence; then patients can find you.")
		return signIn(r, account.Credentials{Login: person.Username, Password: person.Password})
	}
	if !r.Take(form, err) {
		return err
	}
	return registerDoctorForm(r, http.StatusUnprocessableEntity, form)
}

func registerDoctorForm(r *page.Request, status int, form *page.Form) error {
	fields, err := r.Site.Account.Specializations(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	options := []ui.Option{{Value: "", Label: r.T("Choose one")}}
	for _, field := range fields {
		options = append(options, ui.Option{Value: strconv.Itoa(field.ID), Label: field.Name})
	}
	return r.ShowAs(status, page.Head{Title: r.T("Register as a doctor"), Private: true, Narrow: true, At: "/login"}, registerDoctorPage(r, form, options))
}

// problems is what is wrong with a registration, in the order of the fields: those
// of the page, and then signInFields.
func problems(r *page.Request, form *page.Form, named ...string) []ui.Problem {
	return form.Problems(append(named, "email", r.T("Email"), "username", r.T("Username"), "password", r.T("Password"))...)
}

// newUser is what both kinds of people are asked.
func newUser(r *page.Request, form *page.Form) account.NewUser {
	return account.NewUser{
		FullName: form.Get("full_name"), Email: form.Get("email"), Username: form.Get("username"),
		Password: form.Raw("password"), TimeZone: r.Zone.String(), Locale: r.Lang(),
	}
}

// zoneOf is the zone that was typed, or how this browser's clocks go.
func zoneOf(r *page.Request, form *page.Form) string {
	if form.Has("time_zone") {
		return form.Get("time_zone")
	}
	return r.Zone.String()
}

// submitLabel says what comes next for somebody who is about to book.
func submitLabel(r *page.Request) string {
	if booking(r) {
		return r.T("Register and go on to book")
	}
	return r.T("Register")
}

// plain is for fields in which a telephone should not correct what is typed.
func plain() templ.Attributes {
	return templ.Attributes{"autocapitalize": "none", "spellcheck": "false"}
}
