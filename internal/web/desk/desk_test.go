package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/webtest"
)

// inside is a visitor with a session of the person.
func inside(t *testing.T, c *webtest.Clinic, p webtest.Person) *webtest.Visitor {
	t.Helper()
	v := c.Visitor(t)
	v.Header.Set("Cookie", "turno_session="+c.NewToken(p.Username))
	return v
}

func TestWhoMayOpenTheDesksPages(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		const open, refused, unknown = http.StatusOK, http.StatusForbidden, http.StatusNotFound
		visit := c.Visit(c.OpenTime(0))
		desk, full, patient, doctor := inside(t, c, c.Desk), inside(t, c, c.Full), inside(t, c, c.Patient), inside(t, c, c.Doctor)
		for _, test := range []struct {
			path                        string
			desk, full, patient, doctor int
		}{
			{"/admin/day", open, open, refused, refused},
			{"/admin/book", open, open, unknown, unknown},
			{"/admin/appointments", open, open, refused, refused},
			{"/admin/appointments/" + visit.ID.String(), open, open, unknown, unknown},
			{"/admin/appointments/" + visit.ID.String() + "/move", open, open, unknown, unknown},
			{"/admin/users", open, open, refused, refused},
			{"/admin/users/new", open, open, refused, refused},
			{"/admin/users/" + c.Patient.UserID.String(), open, open, refused, refused},
			{"/admin/users/" + c.Doctor.UserID.String(), refused, open, refused, refused},
			{"/admin", refused, open, refused, refused},
			{"/admin/doctors", refused, open, refused, refused},
			{"/admin/specializations", refused, open, refused, refused},
			{"/admin/locations", refused, open, refused, refused},
			{"/admin/audit", refused, open, refused, refused},
			{"/admin/system", refused, unknown, refused, refused}, // this clinic has no node to look at
		} {
			for _, caller := range []struct {
				who     string
				visitor *webtest.Visitor
				status  int
			}{{"the desk", desk, test.desk}, {"full staff", full, test.full}, {"a patient", patient, test.patient}, {"a doctor", doctor, test.doctor}} {
				if a := caller.visitor.Get(test.path); a.Status != caller.status {
					t.Errorf("%s: %s is answered %d, not %d", test.path, caller.who, a.Status, caller.status)
				}
			}
		}
		if a := desk.Get("/admin/day"); a.Find(`nav.places a[href="/admin"]`).Length() != 0 {
			t.Error("the desk is offered a page that is not for it")
		}
	})
}

func TestTheDayShowsVisitsAndFreeTimes(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(c.OpenTime(0))
		desk := inside(t, c, c.Desk)
		a := desk.Get("/admin/day")
		webtest.Want(t, a, http.StatusOK, "Today", "2 doctors · 1 visit", "Pablo Paz", "born 3 Feb 1990", "Dr Lucía Martín")
		if n := a.Find(".agenda .column").Length(); n != 2 {
			t.Errorf("the day has %d columns, not one for each of two doctors", n)
		}
		if a.Find(`a.item[href="/admin/appointments/`+visit.ID.String()+`"]`).Length() != 1 {
			t.Error("the visit does not lead to its page")
		}
		if a.Find("a.item.free").Length() == 0 {
			t.Error("no free time can be pressed")
		}
		one := desk.Get("/admin/day?doctor=" + c.OtherDoctor.UserID.String())
		if n := one.Find(".agenda .column").Length(); n != 1 || one.Find(".agenda").Text() == "" {
			t.Errorf("one doctor was chosen and %d columns are shown", n)
		}
		webtest.Want(t, one, http.StatusOK, "1 of 2 doctors · 0 visits")
		field := a.Find(`#f-specialization option`).FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "Dermatology" }).AttrOr("value", "")
		filtered := desk.Get("/admin/day?specialization=" + field)
		if filtered.Says("Pablo Paz") || filtered.Find(".agenda .column").Length() != 1 {
			t.Error("another specialization is shown too")
		}
		webtest.Want(t, filtered, http.StatusOK, "1 doctor · 0 visits")
		webtest.Want(t, desk.Get("/admin/day?specialization=999999"), http.StatusOK, "Nobody works on this day")
		webtest.Want(t, desk.Get("/admin/day?date=nonsense"), http.StatusOK, "Today")
	})
}

func TestAClinicWithoutADoctorReadsWhatComesFirst(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := webtest.Open(t, db, clock)
		owner, err := c.Account.CreateAdmin(t.Context(), "owner", "owner@example.org", "Olga Owner", webtest.Password)
		c.Must(err)
		by := policy.Caller{UserID: owner.ID, Role: turno.RoleAdmin, StaffLevel: turno.StaffFull, AuthenticatedAt: clock.Now()}
		_, err = c.Account.CreateUser(t.Context(), by, account.NewUser{Username: "desk", Email: "desk@example.org",
			FullName: "Dina Desk", Password: webtest.Password, Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk, TimeZone: "UTC"})
		c.Must(err)
		visitor := func(username string) *webtest.Visitor {
			v := c.Visitor(t)
			v.Header.Set("Cookie", "turno_session="+c.NewToken(username))
			return v
		}
		full := visitor("owner")
		day := full.Get("/admin/day")
		webtest.Want(t, day, http.StatusOK, "1. A location", "2. A specialization", "3. The first doctor")
		if day.Says("Nobody works on this day") {
			t.Error("it is told to look at another day")
		}
		links := day.Find("#first-steps a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
		if diff := cmp.Diff([]string{"/admin/locations", "/admin/specializations", "/admin/users/new?role=doctor"}, links); diff != "" {
			t.Errorf("the steps lead to (-want +got):\n%s", diff)
		}
		for _, link := range links {
			webtest.Want(t, full.Get(link), http.StatusOK)
		}
		webtest.Want(t, visitor("desk").Get("/admin/day"), http.StatusOK, "Nobody works on this day") // who can't add one
		full.Header.Set("Accept-Language", "es")
		webtest.Want(t, full.Get("/admin/day?lang=es"), http.StatusOK, "1. Un centro", "3. El primer médico")

		c.Full = webtest.Person{Caller: by}
		c.NewDoctor("amara", "Dr Amara Okafor", "Cardiology")
		if full.Get("/admin/day").Find("#first-steps").Length() != 0 {
			t.Error("there is a doctor, and the first steps are still asked for")
		}
	})
}

func TestTheDeskBooksForSomebody(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk := inside(t, c, c.Desk)
		free := desk.Get("/admin/day").Find("a.item.free").Last().AttrOr("href", "")
		find := desk.Get(free)
		webtest.Want(t, find, http.StatusOK, "Find the patient")
		for query, who := range map[string]string{"pablo": "Pablo Paz", "+34600000000": "Pablo Paz", "3/2/1990 Orr": "Olivia Orr"} {
			webtest.Want(t, desk.Submit(find, "form.filters", url.Values{"q": {query}}), http.StatusOK, who, "born 3 Feb 1990")
		}
		nobody := desk.Submit(find, "form.filters", url.Values{"q": {"Nobody At All"}})
		webtest.Want(t, nobody, http.StatusOK, "Nobody was found")

		bad := desk.Submit(nobody, "#new-patient", url.Values{"full_name": {"Ana Nueva"}})
		webtest.Want(t, bad, http.StatusUnprocessableEntity, "Please give a date.")
		if bad.Find("#f-full_name").AttrOr("value", "") != "Ana Nueva" {
			t.Error("the name that was typed is lost")
		}
		form := desk.Submit(bad, "#new-patient", url.Values{"date_of_birth": {"2001-05-06"}})
		webtest.Want(t, form, http.StatusOK, "Ana Nueva, born 6 May 2001")
		day := desk.Submit(form, "#book", url.Values{"reason": {"A sore throat"}})
		webtest.Want(t, day, http.StatusOK, "The visit is booked and confirmed.", "Ana Nueva")

		again := desk.Submit(form, "#book", url.Values{"once": {turno.NewID().String()}, "reason": {"Twice"}})
		webtest.Want(t, again, http.StatusUnprocessableEntity, "This time is not free", "This time has just been taken.")
		if again.Find("#f-reason").Text() != "Twice" {
			t.Error("the reason that was typed is lost")
		}
		if again.Find("button.slot").Length() == 0 {
			t.Error("no other time is offered")
		}
	})
}

func TestWhyATimeIsNotToBeHadIsSaidOnce(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		taken := c.OpenTime(1)
		c.Visit(taken) // half an hour is left before it
		for name, minutes := range map[string]int{"Short": 30, "Long": 90} {
			_, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: name, Minutes: minutes})
			c.Must(err)
		}
		desk := inside(t, c, c.Desk)
		form := desk.Get("/admin/book?" + url.Values{"doctor": {c.Doctor.UserID.String()}, "patient": {c.Dependant("Leo Paz").ID.String()}, "at": {taken.Add(-30 * time.Minute).Format(time.RFC3339)}}.Encode())
		long := form.Find(`label.choice:contains("Long") input`).AttrOr("value", "")
		short := desk.Submit(form, "#book", url.Values{"type": {long}, "reason": {"A check-up"}})
		webtest.Want(t, short, http.StatusUnprocessableEntity, "This time is too short for this visit.")
		if heading := short.Find("#book .notice.warn").Text(); !strings.Contains(heading, "This time is too short") || short.Says("This time is not free") {
			t.Errorf("the heading above the other times says %q", heading)
		}
		if short.Find("button.slot").Length() == 0 || short.Find("#f-reason").Text() != "A check-up" {
			t.Error("no other time is offered, or the reason is lost")
		}
	})
}

func TestATimeThatIsNoneBecomesNoOther(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk, doctor := inside(t, c, c.Desk), c.Doctor.UserID.String()
		patient := c.Patient.UserID.String()
		for _, test := range []struct{ date, time, field, says string }{
			{"2027-02-30", "10:00", "date", "There is no such day."},
			{"tomorrow", "10:00", "date", "There is no such day."},
			{"2027-02-03", "25:00", "time", "Write a time like 09:30."},
			{"2027-02-03", "noon", "time", "Write a time like 09:30."},
			{"2027-02-03", "", "time", "Say on which day and at what time."},
			{"", "", "time", "Say on which day and at what time."},
		} {
			typed := url.Values{"doctor": {doctor}, "date": {test.date}, "time": {test.time}}
			asked := desk.Get("/admin/book?" + typed.Encode())
			webtest.Want(t, asked, http.StatusUnprocessableEntity, test.says, "Somebody is here without a visit.")
			if asked.Find("#f-"+test.field).AttrOr("aria-invalid", "") != "true" {
				t.Errorf("%q at %q: the field %s does not say what is wrong", test.date, test.time, test.field)
			}
			if asked.Find("#f-date").AttrOr("value", "") != test.date || asked.Find("#f-time").AttrOr("value", "") != test.time || asked.Find("#f-doctor option[selected]").AttrOr("value", "") != doctor {
				t.Errorf("%q at %q: what was typed is lost", test.date, test.time)
			}
			if asked.Says("Find the patient") {
				t.Errorf("%q at %q: it goes on to the patient", test.date, test.time)
			}

			typed.Set("patient", patient)
			typed.Set("reason", "A cough")
			posted := desk.Post("/admin/book", typed)
			webtest.Want(t, posted, http.StatusUnprocessableEntity, test.says, "Pablo Paz")
			if posted.Find("#f-date").AttrOr("value", "") != test.date || posted.Find("#f-time").AttrOr("value", "") != test.time || posted.Find("#f-reason").Text() != "A cough" {
				t.Errorf("%q at %q: what was typed to book is lost", test.date, test.time)
			}
		}
		typed := url.Values{"doctor": {doctor}, "patient": {patient}, "at": {"whenever"}}
		webtest.Want(t, desk.Post("/admin/book", typed), http.StatusUnprocessableEntity, "Say on which day and at what time.")
		if desk.Get("/admin/appointments?from=2020-01-01").Find(".visit").Length() != 0 {
			t.Error("a visit was booked at a time that nobody chose")
		}
	})
}

// Whoever goes back in the browser sends the form of a visit that is booked: with
// other words it is told so, without a word of keys.
func TestAFormThatWasSentAlready(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk := inside(t, c, c.Desk)
		form := desk.Get(desk.Get("/admin/day").Find("a.item.free").Last().AttrOr("href", "") + "&patient=" + c.Patient.UserID.String())
		webtest.Want(t, desk.Submit(form, "#book", url.Values{"reason": {"A sore throat"}}), http.StatusOK, "The visit is booked and confirmed.")
		back := desk.Submit(form, "#book", url.Values{"reason": {"A sore throat and a cough"}})
		webtest.Want(t, back, http.StatusUnprocessableEntity, "You have sent this form already. Press once more to book another visit.")
		if back.Says("Idempotency") {
			t.Errorf("the desk reads of keys: %s", back.Text())
		}
		if back.Find("#f-reason").Text() != "A sore throat and a cough" {
			t.Error("the reason that was typed is lost")
		}
	})
}

func TestAWalkInMayHaveBegun(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk := inside(t, c, c.Desk)
		choose := desk.Get("/admin/book")
		webtest.Want(t, choose, http.StatusOK, "Somebody is here without a visit.")
		now := c.Clock.Now()
		begun := now.Add(-40 * time.Minute)
		find := desk.Submit(choose, "main form", url.Values{"doctor": {c.Doctor.UserID.String()}, "time": {begun.Format("15:04")}, "date": {begun.Format(time.DateOnly)}})
		webtest.Want(t, find, http.StatusOK, "Find the patient")
		form := desk.Get(find.Path + "&patient=" + c.Patient.UserID.String())
		webtest.Want(t, desk.Submit(form, "#book", nil), http.StatusOK, "The visit is booked and confirmed.")

		early := now.Add(-90 * time.Minute)
		webtest.Want(t, desk.Submit(form, "#book", url.Values{"time": {early.Format("15:04")}, "date": {early.Format(time.DateOnly)}, "once": {turno.NewID().String()}}),
			http.StatusUnprocessableEntity, "A visit can begin at most 60 minutes ago.")
	})
}

func TestWhatTheDeskDoesWithAVisit(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(c.OpenTime(0))
		path := "/admin/appointments/" + visit.ID.String()
		desk := inside(t, c, c.Desk)
		page := desk.Get(path)
		webtest.Want(t, page, http.StatusOK, "Pablo Paz, born 3 Feb 1990", "Confirmed", "+34600", "Move to another time")

		move := desk.Get(path + "/move")
		webtest.Want(t, move, http.StatusOK, "Any other free time")
		taken := c.OpenTime(1)
		other := desk.Submit(move, "#move-slots", url.Values{"at": {taken.Format(time.RFC3339)}})
		webtest.Want(t, other, http.StatusOK, "The visit has been moved.")
		webtest.Want(t, desk.Submit(move, "#move-time", url.Values{"date": {"2020-01-01"}, "time": {"09:00"}}), http.StatusUnprocessableEntity, "A visit can begin at most 60 minutes ago.")
		webtest.Want(t, desk.Submit(move, "#move-time", url.Values{"date": {""}, "time": {""}}), http.StatusUnprocessableEntity, "Say on which day and at what time.")

		webtest.Want(t, desk.Post(path+"/attended", nil), http.StatusUnprocessableEntity, "This visit has not begun yet")
		webtest.Want(t, desk.Submit(desk.Get(path), "#cancel", url.Values{"reason": {"The doctor is ill"}}), http.StatusOK, "The visit is cancelled", "by the clinic", "The doctor is ill", "Nothing more can be done")
		webtest.Want(t, desk.Post(path+"/confirm", nil), http.StatusUnprocessableEntity, "This visit is cancelled already.")
	})
}

func TestAVisitOfAKindThatIsNoLongerOfferedIsMoved(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		kind, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Long", Minutes: 90})
		c.Must(err)
		visit, err := c.Booking.Book(t.Context(), c.Desk.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, PatientID: c.Patient.UserID, ScheduledAt: c.OpenTime(0), VisitTypeID: &kind.ID})
		c.Must(err)
		_, err = c.Booking.UpdateVisitType(t.Context(), c.Doctor.Caller, kind.ID, booking.VisitTypePatch{Active: new(false)})
		c.Must(err)
		webtest.Want(t, inside(t, c, c.Desk).Get("/admin/appointments/"+visit.ID.String()+"/move"), http.StatusOK, "Any other free time")
	})
}

func TestADoctorOfTheDayLeadsToTheSameDay(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk := inside(t, c, c.Desk)
		tomorrow := c.Clock.Now().AddDate(0, 0, 1)
		link := desk.Get("/admin/day?date="+tomorrow.Format(time.DateOnly)).Find(`.agenda a[href^="/schedule?"]`).First().AttrOr("href", "")
		webtest.Want(t, desk.Get(link), http.StatusOK, tomorrow.Format("Monday 2 January"))
	})
}

func TestTheListOfVisitsIsFiltered(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for n := range 22 {
			c.Visit(c.OpenTime(0).Add(time.Duration(n) * 24 * time.Hour))
		}
		desk := inside(t, c, c.Desk)
		list := desk.Get("/admin/appointments")
		webtest.Want(t, list, http.StatusOK, "Pablo Paz", "born 3 Feb 1990", "From today on.")
		if n := list.Find(".visit").Length(); n != 20 {
			t.Errorf("the first page has %d visits, not 20", n)
		}
		next := desk.Get(list.Find(`.pages a[rel="next"]`).AttrOr("href", ""))
		if n := next.Find(".visit").Length(); n != 2 {
			t.Errorf("the second page has %d visits, not 2", n)
		}
		for query, found := range map[string]int{
			"?q=olivia": 0, "?q=pablo&order=newest": 20, "?status=pending": 0, "?doctor=" + c.OtherDoctor.UserID.String(): 0,
			"?from=2027-01-04&to=2027-01-05": 2, "?status=missed": 0, "?status=unanswered": 0, "?status=cancelled": 0, "?from=2028-01-01": 0,
		} {
			if n := desk.Get("/admin/appointments" + query).Find(".visit").Length(); n != found {
				t.Errorf("%s finds %d visits, not %d", query, n, found)
			}
		}
		if a := desk.Get("/admin/appointments?cursor=nonsense"); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
			t.Errorf("a cursor that is none is answered %d", a.Status)
		}
		if !strings.Contains(desk.Get("/admin/appointments?q=nobody").Text(), "No visits found") {
			t.Error("an empty list does not say what to do")
		}
	})
}
