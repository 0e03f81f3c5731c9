package desk

import (
	"cmp"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// personView is somebody's account, with what staff can do with it.
type personView struct {
	r *page.Request
	account.Person
	Form   *page.Form          // of the details
	Link   account.ResetLink   // that was just made; shown once
	ToCall []booking.VisitView // visits of a doctor who can't be booked any more: somebody has to call the patients
}

// personPage opens an account. That a patient's record was opened goes to the
// trail.
func personPage(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form := r.Kept()
	if !form.Kept {
		form = nil // as the account is
	}
	return showPerson(r, http.StatusOK, id, form)
}

func showPerson(r *page.Request, status int, id uuid.UUID, form *page.Form) error {
	return showPersonWith(r, status, id, form, account.ResetLink{})
}

func showPersonWith(r *page.Request, status int, id uuid.UUID, form *page.Form, link account.ResetLink) error {
	person, err := r.Site.Account.Open(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	v := personView{r: r, Person: person, Form: form, Link: link}
	if form == nil {
		v.Form = v.details()
	}
	if err := v.readToCall(); err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Account"), At: "/admin/users"}, personComponent(v))
}

// maxToCall bounds the list of visits to call about.
const maxToCall = 100

// readToCall lists the open visits that stay with a doctor who can't be booked.
func (v *personView) readToCall() (err error) {
	if v.Doctor == nil || v.Doctor.VerifiedAt != nil && v.Active() {
		return nil
	}
	v.ToCall, _, err = v.r.Site.Booking.Visits(v.r.Context(), v.r.Caller, booking.VisitSearch{
		Doctor: v.Doctor.ID, Statuses: []turno.Status{turno.StatusPending, turno.StatusConfirmed}, From: v.r.Now, Limit: maxToCall})
	return err
}

// details is the form as the account is.
func (v *personView) details() *page.Form {
	f := &page.Form{Values: map[string][]string{"full_name": {v.FullName}, "staff_level": {string(v.StaffLevel)}}}
	if v.Patient != nil {
		f.Values.Set("date_of_birth", v.Patient.DateOfBirth.String())
		f.Values.Set("gender", string(v.Patient.Gender))
		f.Values.Set("contact_number", v.Patient.ContactNumber)
	}
	f.Values.Set("email", v.MailAddress())
	f.Values.Set(page.VersionField, string(v.Version()))
	return f
}

// title is the name, with the birth date of a patient.
func (v personView) title() string {
	if v.Patient != nil {
		return v.FullName + ", " + v.r.Born(v.Patient.DateOfBirth)
	}
	return v.FullName
}

func (v personView) terms() []ui.Term {
	terms := []ui.Term{
		{Name: v.r.T("Role"), Value: role(v.r, v.User), Icon: ui.IconPerson},
		{Name: v.r.T("Username"), Value: v.Username, Icon: ui.IconKey},
		{Name: v.r.T("Email"), Value: cmp.Or(v.MailAddress(), "–"), Icon: ui.IconMail},
		{Name: v.r.T("Registered"), Value: moment(v.r, v.CreatedAt), Icon: ui.IconClock},
	}
	if v.Patient != nil && v.Patient.ContactNumber != "" {
		terms = append(terms, ui.Term{Name: v.r.T("Telephone"), Value: v.Patient.ContactNumber, Icon: ui.IconPhone, Href: page.Tel(v.Patient.ContactNumber)})
	}
	if v.Doctor != nil {
		terms = append(terms,
			ui.Term{Name: v.r.T("Specialization"), Value: v.Doctor.Specialization, Icon: ui.IconHeart},
			ui.Term{Name: v.r.T("Licence"), Value: v.Doctor.LicenseNumber, Icon: ui.IconShield},
			ui.Term{Name: v.r.T("Verified"), Value: v.verified(), Icon: ui.IconCheck})
	}
	return terms
}

func (v personView) verified() string {
	if v.Doctor.VerifiedAt == nil {
		return v.r.T("Not yet")
	}
	text := moment(v.r, *v.Doctor.VerifiedAt)
	if v.Doctor.VerificationNote != "" {
		text += " · " + v.Doctor.VerificationNote
	}
	return text
}

func (v personView) mayWrite() bool {
	if v.ErasedAt != nil {
		return false
	}
	if v.Role == turno.RolePatient {
		return may(v.r, policy.WritePatientUser)
	}
	return may(v.r, policy.WriteUser)
}

// call is a row of the visits that somebody has to call about.
func (v personView) call(visit booking.VisitView) ui.VisitProps {
	return visitRow(v.r, visit, false)
}

// updatePerson changes what the form says.
func updatePerson(r *page.Request) error {
	done := func() { r.Say("success", "Saved.") }
	return patchPerson(r, done, func(form *page.Form) (account.Patch, error) {
		name := form.Get("full_name")
		patch := account.Patch{FullName: &name, Version: form.Version()}
		if form.Has("email") && form.Get("email") != "" {
			mail := form.Get("email")
			patch.Email = &mail
		}
		if form.Has("date_of_birth") {
			birth := form.Date("date_of_birth")
			gender, number := turno.Gender(form.Get("gender")), form.Get("contact_number")
			patch.DateOfBirth, patch.Gender, patch.ContactNumber = &birth, &gender, &number
		}
		return patch, nil
	})
}

// setLevel changes what a member of staff may do.
func setLevel(r *page.Request) error {
	done := func() { r.Say("success", "Saved. All their sessions have ended.") }
	return patchPerson(r, done, func(form *page.Form) (account.Patch, error) {
		level := turno.StaffLevel(form.Get("staff_level"))
		return account.Patch{StaffLevel: &level}, nil
	})
}

// setActive says whether somebody may sign in.
func setActive(r *page.Request) error {
	active := false
	done := func() {
		if active {
			r.Say("success", "The account is active again.")
			return
		}
		r.Say("success", "The account is deactivated, and all its sessions have ended.")
	}
	return patchPerson(r, done, func(form *page.Form) (account.Patch, error) {
		active = form.Get("active") == "yes"
		return account.Patch{Active: &active}, nil
	})
}

// makeResetLink makes a link to choose a new password with, and shows it once:
// there is no other way to it.
func makeResetLink(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	link, err := r.Site.Account.IssueResetLink(r.Context(), r.Caller, id)
	if err != nil {
		form := &page.Form{}
		if !r.Take(form, err) {
			return err
		}
		return showPerson(r, http.StatusUnprocessableEntity, id, form)
	}
	return showPersonWith(r, http.StatusOK, id, nil, link)
}

// tryAddress has mail sent again to an address that was refused.
func tryAddress(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.Site.Mail.TryAddressAgain(r.Context(), r.Caller, id); err != nil {
		return err
	}
	r.Say("success", "Mail goes to this address again. What it kept from leaving is sent now, where that is still true.")
	return r.Redirect(r.Next(personPath(id)))
}

// mayReset reports whether a link can be made: staff reset their passwords
// themselves.
func (v personView) mayReset() bool {
	return v.Role != turno.RoleAdmin && v.Active() && may(v.r, policy.IssueResetLink)
}

func patchPerson(r *page.Request, done func(), read func(*page.Form) (account.Patch, error)) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	patch, err := read(form)
	var changed account.ChangedUser
	if err == nil {
		changed, err = r.Site.Account.UpdateUser(r.Context(), r.Caller, id, patch)
	}
	if err != nil {
		if !r.Take(form, err) {
			return err
		}
		return showPerson(r, http.StatusUnprocessableEntity, id, form)
	}
	done()
	if len(changed.Outside) > 0 {
		return r.Redirect(personPath(id) + "#to-call")
	}
	return r.Redirect(personPath(id))
}

// visitRow is a visit in a list of staff's.
func visitRow(r *page.Request, visit booking.VisitView, withDoctor bool) ui.VisitProps {
	p := ui.VisitProps{
		At: visit.ScheduledAt, Ends: visit.EndsAt, Zone: clinicZone(r), ShowDay: true, Short: true,
		Who: visit.PatientName, WhoNote: r.Born(visit.PatientBirth), What: what(r, visit),
		Standing: ui.StandingOf(visit.Appointment), Href: visitPath(visit.ID), ID: "v-" + visit.ID.String(),
	}
	if withDoctor {
		p.What = visit.DoctorName + " · " + p.What
	} else if visit.PatientNumber != "" {
		p.What = visit.PatientNumber + " · " + p.What
	}
	if theirs := theirTime(r, visit.ScheduledAt, visit.DoctorZone); theirs != "" {
		p.What = theirs + " · " + p.What
	}
	if visit.ScheduledAt.Year() != r.Now.Year() {
		p.What = r.ShortDate(turno.DateOf(visit.ScheduledAt, clinicZone(r))) + " · " + p.What
	}
	return p
}
