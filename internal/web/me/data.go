package me

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showData is where a copy is taken, and the way to be erased.
func showData(r *page.Request) error {
	return r.Show(page.Head{Title: r.T("My data"), Narrow: true}, dataPage(r))
}

// download answers with everything that is kept about the person. It is whole
// before it begins, so that an error becomes a page and not the end of the file.
func download(r *page.Request) error {
	export, err := r.Site.Account.ExportMe(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := r.Site.Export(&file, export); err != nil {
		return err
	}
	header := r.AnswerHeader()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Disposition", `attachment; filename="turno-`+r.Today().String()+`.json"`)
	_, _ = file.WriteTo(r.Writer()) // the reader has left
	return nil
}

// showErase says what being erased means, for others too.
func showErase(r *page.Request) error {
	if err := recent(r, policy.EraseMe); err != nil {
		return err
	}
	return eraseForm(r, http.StatusOK, r.Kept())
}

// eraseMe erases the person, who has typed their username to say so.
func eraseMe(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if !strings.EqualFold(form.Get("username"), r.Person.Username) {
		form.Add("username", r.T("Type %s, and nothing was done.", r.Person.Username))
		return eraseForm(r, http.StatusUnprocessableEntity, form)
	}
	err = r.Site.Account.EraseMe(r.Context(), r.Caller)
	if r.Take(form, err) {
		return eraseForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.EndSession()
	r.Say(string(ui.Success), "You are erased. Take care.")
	return r.Redirect("/")
}

func eraseForm(r *page.Request, status int, form *page.Form) error {
	alone, err := r.Site.Account.LeftAlone(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Erase me"), Narrow: true}, erasePage(r, form, alone))
}

func namesOf(patients []turno.Patient) string {
	names := make([]string, 0, len(patients))
	for _, p := range patients {
		names = append(names, p.FullName)
	}
	return strings.Join(names, ", ")
}

// consequences are what being erased means for this person.
func consequences(r *page.Request) []string {
	all := []string{r.T("Your name, email, username and telephone are taken out of the system. Of your date of birth the year stays.")}
	switch r.Caller.Role {
	case turno.RolePatient:
		all = append(all,
			r.T("Your visits to come are cancelled, and their times become free."),
			r.T("Of past visits it stays that they took place, without your name and without what you wrote."),
			r.T("You act for nobody any more, and nobody acts for you. Your number is taken out of their records too."))
	case turno.RoleDoctor:
		all = append(all, r.T("Patients can't find or book you any more. Past visits stay in their records."))
	case turno.RoleAdmin:
		all = append(all, r.T("The trail goes on to say what was done, and no longer by whom."))
	}
	return append(all,
		r.T("You are signed out everywhere and can't sign in again."),
		r.T("Backups forget you as they grow old; one that is restored is told to forget you at once."))
}
