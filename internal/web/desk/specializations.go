package desk

import (
	"net/http"
	"strconv"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// specializationsView is the fields of medicine, with who has them.
type specializationsView struct {
	r    *page.Request
	Uses []account.SpecializationUse
	Form *page.Form
	ID   int // the one that the form is about; 0: a new one
}

func specializations(r *page.Request) error {
	form := r.Kept()
	id, _ := page.Whole(form.KeptID("/admin/specializations")) // 0: a new one
	return showSpecializations(r, http.StatusOK, id, form)
}

func showSpecializations(r *page.Request, status, id int, form *page.Form) error {
	uses, err := r.Site.Account.SpecializationUses(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Specializations"), At: "/admin"}, specializationsPage(specializationsView{r, uses, form, id}))
}

func addSpecialization(r *page.Request) error {
	done := func() { r.Say("success", "The specialization is there.") }
	return writeSpecialization(r, done, func(_ int, name string) error {
		_, err := r.Site.Account.CreateSpecialization(r.Context(), r.Caller, name)
		return err
	})
}

func renameSpecialization(r *page.Request) error {
	done := func() { r.Say("success", "Saved.") }
	return writeSpecialization(r, done, func(id int, name string) error {
		_, err := r.Site.Account.RenameSpecialization(r.Context(), r.Caller, id, name)
		return err
	})
}

func deleteSpecialization(r *page.Request) error {
	done := func() { r.Say("success", "The specialization is deleted.") }
	return writeSpecialization(r, done, func(id int, _ string) error {
		return r.Site.Account.DeleteSpecialization(r.Context(), r.Caller, id)
	})
}

func writeSpecialization(r *page.Request, done func(), write func(id int, name string) error) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	id := 0
	if r.PathValue("id") != "" {
		var ok bool
		if id, ok = page.Whole(r.PathValue("id")); !ok {
			return turno.NotFound("specialization")
		}
	}
	if err := write(id, form.Get("name")); err != nil {
		if !r.Take(form, err) {
			return err
		}
		return showSpecializations(r, http.StatusUnprocessableEntity, id, form)
	}
	done()
	return r.Redirect("/admin/specializations")
}

// value and problem are of the form of one specialization.
func (v specializationsView) value(id int, otherwise string) string {
	if v.ID == id && v.Form.Has("name") {
		return v.Form.Get("name")
	}
	return otherwise
}

func (v specializationsView) problem(id int) string {
	if v.ID == id {
		return v.Form.Error("name")
	}
	return ""
}

func (v specializationsView) uses(use account.SpecializationUse) string {
	if use.Doctors == 0 {
		return v.r.T("nobody has it")
	}
	return v.r.N("%d doctor|%d doctors", int(use.Doctors)) + " · " + v.r.N("%d can be booked|%d can be booked", int(use.Bookable))
}

func (v specializationsView) path(use account.SpecializationUse) string {
	return "/admin/specializations/" + strconv.Itoa(use.ID)
}

func (v specializationsView) field(use account.SpecializationUse) ui.FieldProps {
	return ui.FieldProps{Name: "name", ID: "name-" + strconv.Itoa(use.ID), Label: v.r.T("Name"), Value: v.value(use.ID, use.Name), Error: v.problem(use.ID), MaxLength: 100, Autocomplete: "off"}
}
