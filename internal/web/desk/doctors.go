package desk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// doctorsView is the doctors who wait to be verified, and all doctors.
type doctorsView struct {
	r       *page.Request
	Form    *page.Form
	Queue   account.VerificationQueue
	Doctors []account.ListedUser
	More    string // the cursor of the next page of all
}

func doctors(r *page.Request) error {
	v := doctorsView{r: r, Form: r.Query()}
	if err := v.read(); err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Doctors"), At: "/admin"}, doctorsPage(v))
}

func (v *doctorsView) read() (err error) {
	q := v.r.URL.Query()
	if v.Queue, err = v.r.Site.Account.DoctorsToVerify(v.r.Context(), v.r.Caller, 0, q.Get("queue")); err != nil {
		return err
	}
	v.Doctors, v.More, err = v.r.Site.Account.Users(v.r.Context(), v.r.Caller, account.UserSearch{Query: q.Get("q"), Role: turno.RoleDoctor, Cursor: q.Get("cursor")})
	return err
}

// verifyDoctor says that the clinic has checked the licence.
func verifyDoctor(r *page.Request) error {
	before := false
	done := func() {
		if before {
			r.Say("info", "This doctor was verified already. Nothing was changed.")
			return
		}
		r.Say("success", "Verified. Patients can find and book this doctor now.")
	}
	return changeDoctor(r, done, func(ctx context.Context, id uuid.UUID, form *page.Form) ([]turno.Appointment, error) {
		doctor, err := r.Site.Account.VerifyDoctor(ctx, r.Caller, id, form.Get("note"))
		before = doctor.Before
		return nil, err
	})
}

// unverifyDoctor takes that back. Visits that were booked stay, and are shown on
// the doctor's page.
func unverifyDoctor(r *page.Request) error {
	before := false
	done := func() {
		if before {
			r.Say("info", "This doctor was not verified. Nothing was changed.")
			return
		}
		r.Say("success", "The verification was taken back. Nobody can book this doctor any more.")
	}
	return changeDoctor(r, done, func(ctx context.Context, id uuid.UUID, _ *page.Form) ([]turno.Appointment, error) {
		doctor, err := r.Site.Account.UnverifyDoctor(ctx, r.Caller, id)
		before = doctor.Before
		return doctor.Outside, err
	})
}

func changeDoctor(r *page.Request, done func(), do func(context.Context, uuid.UUID, *page.Form) ([]turno.Appointment, error)) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	outside, err := do(r.Context(), id, form)
	if err != nil {
		if !r.Take(form, err) {
			return err
		}
		v := doctorsView{r: r, Form: form}
		if err := v.read(); err != nil {
			return err
		}
		return r.ShowAs(http.StatusUnprocessableEntity, page.Head{Title: r.T("Doctors"), At: "/admin"}, doctorsPage(v))
	}
	done()
	if len(outside) > 0 {
		return r.Redirect(personPath(id) + "#to-call")
	}
	return r.Redirect(r.Next("/admin/doctors"))
}

func (v doctorsView) searchClear() string {
	if v.r.URL.Query().Get("q") == "" {
		return ""
	}
	return "/admin/doctors"
}

func (v doctorsView) table() ui.TableProps {
	p := ui.TableProps{Caption: v.r.T("All doctors"), Columns: []ui.Column{
		{Name: v.r.T("Name")}, {Name: v.r.T("Email")}, {Name: v.r.T("Account")}, {Name: v.r.T("Pages"), Hidden: true},
	}}
	for _, doctor := range v.Doctors {
		row := ui.Row{Cells: []ui.Cell{
			{Text: doctor.FullName, Href: personPath(doctor.ID)},
			{Text: doctor.Email},
			{More: standing(v.r, doctor.User)},
			{More: doctorLinks(v.r, doctor)},
		}}
		if !doctor.Active() {
			row.Tone = "faded"
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func (v doctorsView) pages() ui.PaginationProps {
	return pagesOf(v.r, v.More)
}

// pagesOf is the way to the next page of a list, and back to its beginning.
func pagesOf(r *page.Request, next string) ui.PaginationProps {
	var p ui.PaginationProps
	if next != "" {
		p.Next = r.With("cursor", next)
	}
	if r.URL.Query().Get("cursor") != "" {
		p.Previous = r.With("cursor", "")
	}
	return p
}

// may asks the access table what to offer.
func may(r *page.Request, action policy.Action) bool {
	return policy.Check(r.Caller, action, 0) == nil
}
