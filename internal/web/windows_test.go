package web_test

import (
	"net/url"
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

// Whoever saves a form that was shown before somebody else saved is told so, and
// what they typed is saved when they press once more.
func TestTwoWindowsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		kind, err := c.Booking.AddVisitType(c.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Check-up", Minutes: 20})
		c.Must(err)
		place, err := c.Account.CreateLocation(c.Context(), c.Full.Caller, turno.Location{Name: "Second house", TimeZone: "UTC", Country: "ES"})
		c.Must(err)
		child, err := c.Account.CreateDependant(c.Context(), c.Mother.Caller, account.NewDependant{FullName: "Half Achild", DateOfBirth: turno.Date{Year: 2020, Month: 2, Day: 3}, Relation: "mother"})
		c.Must(err)
		kinds, person := "/schedule/hours/types", "/admin/users/"+c.Patient.UserID.String()
		for name, form := range map[string]struct {
			who        webtest.Person
			page, form string
			fill       url.Values // what the first window saves
			field      string     // what the second one changes
			typed      string
		}{
			"the weekly hours":              {c.Doctor, "/schedule/hours", "#hours", url.Values{"do": {"save"}, "slot_minutes": {"20"}}, "buffer_minutes", "10"},
			"a kind of visit":               {c.Doctor, kinds, `[action="` + kinds + "/" + kind.ID.String() + `"]`, url.Values{"do": {"save"}, "minutes": {"25"}}, "instructions", "Bring the old letters."},
			"a patient's own profile":       {c.OtherPatient, "/account/profile", "main form", url.Values{"contact_number": {"+34 600 111 222"}}, "full_name", "Olivia Otra"},
			"a doctor's own profile":        {c.OtherDoctor, "/account/profile", "main form", url.Values{"time_zone": {"Europe/Lisbon"}}, "full_name", "Dora Otra"},
			"somebody whom one cares for":   {c.Mother, "/account/people/" + child.ID.String(), "main form", url.Values{"gender": {"female"}}, "contact_number", "+34600111333"},
			"a patient's record, for staff": {c.Desk, person, "#details", url.Values{"contact_number": {"+34 600 111 444"}}, "full_name", "Pablo Otro"},
			"a location":                    {c.Full, "/admin/locations/" + place.ID.String(), "#location", url.Values{"phone": {"+34 910 000 001"}}, "directions", "The green door"},
		} {
			v := c.As(t, form.who)
			first, second := v.Get(form.page), v.Get(form.page)
			if page := v.Submit(first, form.form, form.fill); page.Status != 200 {
				t.Errorf("%s: the first window gets %d: %s", name, page.Status, page.Text())
			}
			change := url.Values{"do": {"save"}, form.field: {form.typed}}
			refused := v.Submit(second, form.form, change)
			typed := refused.Find(form.form + ` [name="` + form.field + `"]`)
			if !refused.Says("This was changed meanwhile") || typed.AttrOr("value", typed.Text()) != form.typed {
				t.Errorf("%s: the second window gets %d: %s", name, refused.Status, refused.Text())
			}
			if page := v.Submit(refused, form.form, url.Values{"do": {"save"}}); page.Status != 200 {
				t.Errorf("%s: on purpose it is not saved: %d %s", name, page.Status, page.Text())
			}
			again := v.Get(form.page).Find(form.form + ` [name="` + form.field + `"]`)
			if got := again.AttrOr("value", again.Text()); got != form.typed {
				t.Errorf("%s: on purpose it is saved as %q", name, got)
			}
		}
	})
}

// A form that registers a patient, sent twice, makes one; whoever means somebody
// else of the same name and birth date says so.
func TestAPatientIsNotRegisteredTwice(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		chosen := "doctor=" + c.Doctor.UserID.String()
		for name, form := range map[string]struct{ page, form, person string }{
			"while booking at the desk": {"/admin/book?" + chosen, "#new-patient", "Ana Booked"},
			"at the desk":               {"/admin/users/new", "#new-user", "Ana Listed"},
			"from a doctor's schedule":  {"/schedule/book?" + chosen, "form[action^='/schedule/book/patient']", "Ana Scheduled"},
		} {
			v := c.As(t, c.Desk)
			page, typed := v.Get(form.page), url.Values{"full_name": {form.person}, "date_of_birth": {"2001-05-06"}, "contact_number": {"+34600555666"}}
			if first := v.Submit(page, form.form, typed); first.Status != 200 || !first.Says(form.person) {
				t.Errorf("%s: %d: %s", name, first.Status, first.Text())
			}
			asked := v.Submit(page, form.form, typed)
			link := asked.Find(form.form + " .notice a")
			if asked.Status != 422 || !asked.Says("Is this the same person?") || link.Text() != form.person || !asked.Says("born 6 May 2001 · +34600555666") {
				t.Fatalf("%s: sent again it is answered with %d: %s", name, asked.Status, asked.Text())
			}
			if same := v.Get(link.AttrOr("href", "")); same.Status != 200 || !same.Says(form.person) {
				t.Errorf("%s: the one who is there is at %s: %d", name, same.Path, same.Status)
			}
			if corrected := v.Submit(asked, form.form, url.Values{"another": nil}); corrected.Status != 422 {
				t.Errorf("%s: the Enter key registers a second one: %d", name, corrected.Status)
			}
			another := v.Submit(asked, form.form, url.Values{"another": {"yes"}})
			found, _, err := c.Account.Users(c.Context(), c.Desk.Caller, account.UserSearch{Query: form.person})
			if another.Status != 200 || err != nil || len(found) != 2 {
				t.Errorf("%s: somebody else is answered with %d; there are %d, %v", name, another.Status, len(found), err)
			}
		}
	})
}
