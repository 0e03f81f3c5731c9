package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// usersView is people found: patients for the front desk, everybody for full
// staff.
type usersView struct {
	r     *page.Request
	Found []account.ListedUser
	More  string
}

func users(r *page.Request) error {
	q := r.URL.Query()
	search := account.UserSearch{Query: typedQuery(r, q.Get("q")), Role: turno.Role(q.Get("role")), Cursor: q.Get("cursor")}
	switch q.Get("account") {
	case "active":
		search.Active = new(true)
	case "inactive":
		search.Active = new(false)
	}
	found, more, err := r.Site.Account.Users(r.Context(), r.Caller, search)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("People"), At: "/admin/users"}, usersPage(usersView{r, found, more}))
}

func (v usersView) get(name string) string { return v.r.URL.Query().Get(name) }

func (v usersView) clear() string {
	if v.get("q") == "" && v.get("role") == "" && v.get("account") == "" {
		return ""
	}
	return "/admin/users"
}

func (v usersView) roles() []ui.Option {
	return []ui.Option{
		{Label: v.r.T("Everybody")},
		{Value: string(turno.RolePatient), Label: v.r.T("Patients")},
		{Value: string(turno.RoleDoctor), Label: v.r.T("Doctors")},
		{Value: string(turno.RoleAdmin), Label: v.r.T("Staff")},
	}
}

func (v usersView) accounts() []ui.Option {
	return []ui.Option{{Label: v.r.T("All accounts")}, {Value: "active", Label: v.r.T("Active")}, {Value: "inactive", Label: v.r.T("Deactivated")}}
}

// role is what somebody is to the clinic, in a word.
func role(r *page.Request, u turno.User) string {
	switch {
	case u.Role == turno.RolePatient:
		return r.T("Patient")
	case u.Role == turno.RoleDoctor:
		return r.T("Doctor")
	case u.StaffLevel == turno.StaffFull:
		return r.T("Staff, everything")
	}
	return r.T("Staff, front desk")
}

func (v usersView) table() ui.TableProps {
	p := ui.TableProps{Caption: v.r.T("People"), Columns: []ui.Column{
		{Name: v.r.T("Name")}, {Name: v.r.T("Telephone")}, {Name: v.r.T("Email")}, {Name: v.r.T("Role")}, {Name: v.r.T("Account")},
	}}
	for _, u := range v.Found {
		number := "–"
		if u.ContactNumber != "" {
			number = u.ContactNumber
		}
		row := ui.Row{Cells: []ui.Cell{
			{Text: u.FullName, Href: personPath(u.ID), Note: bornPerson(v.r, u)},
			{Text: number}, {Text: cmp.Or(u.MailAddress(), "–")}, {Text: role(v.r, u.User)}, {More: standing(v.r, u.User)},
		}}
		if !u.Active() {
			row.Tone = "faded"
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// newUserView is the form for somebody's new account.
type newUserView struct {
	r         *page.Request
	Form      *page.Form
	Role      turno.Role
	Fields    []turno.Specialization
	Locations []turno.Location
	Same      []ui.Somebody // who the patient may be
}

func newUserPage(r *page.Request) error {
	form := r.Kept()
	if !form.Kept {
		form = r.Query()
	}
	return showNewUser(r, http.StatusOK, form)
}

func showNewUser(r *page.Request, status int, form *page.Form) error {
	v := newUserView{r: r, Form: form, Role: turno.RolePatient}
	if may(r, policy.WriteUser) {
		if asked := turno.Role(form.Get("role")); asked == turno.RoleDoctor || asked == turno.RoleAdmin {
			v.Role = asked
		}
	}
	if v.Role == turno.RoleDoctor {
		var err error
		if v.Fields, err = r.Site.Account.Specializations(r.Context(), r.Caller); err != nil {
			return err
		}
		if v.Locations, err = r.Site.Account.Locations(r.Context(), r.Caller); err != nil {
			return err
		}
	}
	var err error
	if v.Same, err = r.SamePatients(form, func(u turno.User) string { return personPath(u.ID) }); err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: v.title(), Narrow: true, At: "/admin/users"}, newUserComponent(v))
}

func (v newUserView) title() string {
	switch v.Role {
	case turno.RoleDoctor:
		return v.r.T("New doctor")
	case turno.RoleAdmin:
		return v.r.T("New member of staff")
	case turno.RolePatient:
	}
	return v.r.T("New patient")
}

func (v newUserView) choices() []ui.Choice {
	var choices []ui.Choice
	for _, kind := range []struct {
		role turno.Role
		name string
	}{{turno.RolePatient, v.r.T("Patient")}, {turno.RoleDoctor, v.r.T("Doctor")}, {turno.RoleAdmin, v.r.T("Staff")}} {
		choices = append(choices, ui.Choice{Label: kind.name, Href: "/admin/users/new?role=" + string(kind.role), Current: v.Role == kind.role})
	}
	return choices
}

func (v newUserView) levels() []ui.Option { return levels(v.r) }

func levels(r *page.Request) []ui.Option {
	return []ui.Option{
		{Value: string(turno.StaffDesk), Label: r.T("Front desk"), Hint: r.T("Books, moves and cancels for anyone, sees the day, knows patients.")},
		{Value: string(turno.StaffFull), Label: r.T("Everything"), Hint: r.T("Also people's accounts, licences, numbers, the trail and settings.")},
	}
}

func (v newUserView) specializations() []ui.Option {
	options := make([]ui.Option, 0, len(v.Fields))
	for _, field := range v.Fields {
		options = append(options, ui.Option{Value: strconv.Itoa(field.ID), Label: field.Name})
	}
	return options
}

func (v newUserView) zone() string {
	if typed := v.Form.Get("time_zone"); typed != "" {
		return typed
	}
	return v.r.Clinic().TimeZone
}

// createUser makes the account. Somebody without a password gets a link to choose
// one, on their page.
func createUser(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	var person account.Person
	made := true
	if turno.Role(form.Get("role")) == turno.RolePatient {
		person, made, err = createPatient(r, form)
	} else {
		years, _ := page.Whole(form.Get("years_of_experience")) // 0 when nothing was typed
		field, _ := page.Whole(form.Get("specialization_id"))   // 0 is refused by the use case
		person, err = r.Site.Account.CreateUser(r.Context(), r.Caller, account.NewUser{
			Role: turno.Role(form.Get("role")), StaffLevel: turno.StaffLevel(form.Get("staff_level")),
			FullName: form.Get("full_name"), Username: form.Get("username"), Email: form.Get("email"), TimeZone: form.Get("time_zone"), Password: form.Raw("password"),
			SpecializationID: field, LicenseNumber: form.Get("license_number"), YearsOfExperience: years,
		})
	}
	if err != nil && !r.Take(form, err) {
		return err
	}
	if err != nil || !made {
		return showNewUser(r, http.StatusUnprocessableEntity, form)
	}
	r.Say("success", "The account is there.")
	return r.Redirect(personPath(person.ID))
}

func visitsOfPath(u turno.User) string {
	name := "patient"
	if u.Role == turno.RoleDoctor {
		name = "doctor"
	}
	return "/admin/appointments?" + url.Values{name: {u.ID.String()}, "all": {"1"}}.Encode()
}
