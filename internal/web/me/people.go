package me

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// circle is whom a patient cares for, and who acts for the patient.
type circle struct {
	dependants []turno.Patient
	proxies    []account.Proxy
	invited    []account.Invitation
}

func readCircle(r *page.Request) (c circle, err error) {
	if c.dependants, err = r.Site.Account.Dependants(r.Context(), r.Caller); err != nil {
		return c, err
	}
	if c.proxies, err = r.Site.Account.Proxies(r.Context(), r.Caller, r.Caller.UserID); err != nil {
		return c, err
	}
	c.invited, err = r.Site.Account.Invitations(r.Context(), r.Caller, r.Caller.UserID)
	return c, err
}

// listPeople shows both.
func listPeople(r *page.Request) error {
	return peopleForm(r, http.StatusOK, r.Kept())
}

// changePeople invites somebody to act for the person, takes that back, or ends
// that they do.
func changePeople(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if id, wrong := uuid.Parse(form.Get("end")); wrong == nil {
		err = r.Site.Account.EndProxy(r.Context(), r.Caller, r.Caller.UserID, id)
		if err != nil && turno.KindOf(err) != turno.KindNotFound { // ended already: what was wanted
			return err
		}
		r.Say(string(ui.Success), "They act for you no more. You can name them again whenever you like.")
		return r.Redirect("/account/people")
	}
	if id, wrong := uuid.Parse(form.Get("withdraw")); wrong == nil {
		err = r.Site.Account.WithdrawInvitation(r.Context(), r.Caller, r.Caller.UserID, id)
		if err != nil && turno.KindOf(err) != turno.KindNotFound { // taken back already, or just accepted: the page shows it
			return err
		}
		r.Say(string(ui.Success), "The invitation is taken back.")
		return r.Redirect("/account/people")
	}
	_, err = r.Site.Account.InviteProxy(r.Context(), r.Caller, r.Caller.UserID, account.NewProxy{
		Username: form.Get("username"), Relation: form.Get("relation"),
	})
	if r.Take(form, err) {
		return peopleForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "They are invited. If they have an account here, they find the invitation there, and act for you once they accept.")
	return r.Redirect("/account/people")
}

func peopleForm(r *page.Request, status int, form *page.Form) error {
	c, err := readCircle(r)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("People I care for"), Narrow: true}, peoplePage(r, c, form))
}

// showNewDependant is the form for a child or another person.
func showNewDependant(r *page.Request) error {
	return newDependantForm(r, http.StatusOK, r.Kept())
}

// addDependant makes a patient whom the person acts for.
func addDependant(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	_, err = r.Site.Account.CreateDependant(r.Context(), r.Caller, account.NewDependant{
		FullName: form.Get("full_name"), DateOfBirth: form.Date("date_of_birth"), Gender: turno.Gender(form.Get("gender")),
		ContactNumber: form.Get("contact_number"), Relation: form.Get("relation"),
	})
	if err == nil {
		r.Say(string(ui.Success), "You can book for them from now on.")
		return r.Redirect("/account/people")
	}
	if !r.Take(form, err) {
		return err
	}
	return newDependantForm(r, http.StatusUnprocessableEntity, form)
}

func newDependantForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Add somebody"), Narrow: true}, newDependantPage(r, form))
}

// dependant finds the person of the path among those whom the reader cares for.
func dependant(r *page.Request) (turno.Patient, error) {
	id, err := r.ID("id")
	if err != nil {
		return turno.Patient{}, err
	}
	all, err := r.Site.Account.Dependants(r.Context(), r.Caller)
	if err != nil {
		return turno.Patient{}, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return turno.Patient{}, turno.NotFound("patient")
}

// showDependant is the profile of somebody whom the person cares for.
func showDependant(r *page.Request) error {
	p, err := dependant(r)
	if err != nil {
		return err
	}
	form := r.Kept()
	if !form.Kept {
		form.Values = url.Values{
			"full_name": {p.FullName}, "date_of_birth": {p.DateOfBirth.String()}, "gender": {string(p.Gender)}, "contact_number": {p.ContactNumber},
			page.VersionField: {string(turno.PersonVersion(p.User, &p))},
		}
	}
	return dependantForm(r, http.StatusOK, p, form)
}

// changeDependant keeps what was changed about them.
func changeDependant(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	p, err := dependant(r)
	if err != nil {
		return err
	}
	if _, err = r.Site.Account.UpdatePatient(r.Context(), r.Caller, p.ID, patchOf(form, true)); err == nil {
		r.Say(string(ui.Success), "The profile is changed.")
		return r.Redirect("/account/people")
	}
	if !r.Take(form, err) {
		return err
	}
	return dependantForm(r, http.StatusUnprocessableEntity, p, form)
}

func dependantForm(r *page.Request, status int, p turno.Patient, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: p.FullName, Narrow: true}, dependantPage(r, p, form))
}

// showEnd says what it means to care for somebody no more.
func showEnd(r *page.Request) error {
	p, err := dependant(r)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: p.FullName, Narrow: true}, endPage(r, p))
}

// endDependant ends it.
func endDependant(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.Site.Account.EndProxy(r.Context(), r.Caller, id, r.Caller.UserID); err != nil {
		return err
	}
	r.Say(string(ui.Success), "You act for them no more.")
	return r.Redirect("/account/people")
}
