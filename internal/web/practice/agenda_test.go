package practice_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/webtest"
)

// signedIn is a visitor with a session of the person.
func signedIn(t *testing.T, c *webtest.Clinic, p webtest.Person) *webtest.Visitor {
	t.Helper()
	v := c.Visitor(t)
	v.Header.Set("Cookie", "turno_session="+c.NewToken(p.Username))
	return v
}

// asks lets a patient ask for a visit on the clinic's first day, at an hour and
// minute in UTC.
func asks(t *testing.T, c *webtest.Clinic, p webtest.Person, hour, minute int) turno.Appointment {
	t.Helper()
	visit, err := c.Booking.Book(t.Context(), p.Caller, booking.NewVisit{
		DoctorID: c.Doctor.UserID, ScheduledAt: onDay(c, hour, minute), Reason: "Chest pain"})
	if err != nil {
		t.Fatal(err)
	}
	return visit
}

func onDay(c *webtest.Clinic, hour, minute int) time.Time {
	return c.Clock.Now().Truncate(24 * time.Hour).Add(time.Duration(hour*60+minute) * time.Minute)
}

func statusOf(t *testing.T, c *webtest.Clinic, id uuid.UUID) string {
	t.Helper()
	visit, err := c.Booking.Visit(t.Context(), c.Desk.Caller, id)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(visit.Status) + " " + string(visit.CancellationKind))
}

// rows are the times and names of visits on a page, in order.
func rows(a *webtest.Answer, within string) []string {
	var found []string
	for _, row := range a.Find(within + " .visit").EachIter() {
		found = append(found, row.Find(".when time").First().Text()+" "+row.Find(".who a").Text())
	}
	return found
}

func TestADoctorAnswersTheDay(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		first, second := asks(t, c, c.Patient, 10, 0), asks(t, c, c.OtherPatient, 11, 0)
		third := asks(t, c, c.Mother, 12, 0)
		v := signedIn(t, c, c.Doctor)
		day := v.Get("/schedule")
		if diff := cmp.Diff([]string{"10:00 Pablo Paz", "11:00 Olivia Orr", "12:00 María Paz"}, rows(day, "#waiting")); diff != "" {
			t.Errorf("the queue (-want +got):\n%s", diff)
		}
		for _, words := range []string{"Monday 4 January", "born 3 Feb 1990", "“Chest pain”", "Now: 09:00", "the oldest asked just now"} {
			if !day.Says(words) {
				t.Errorf("the day does not say %q", words)
			}
		}
		if day.Find(`a[href="tel:+34600000000"]`).Length() == 0 {
			t.Error("the patient's telephone is not one tap away")
		}
		day = v.Submit(day, `form[action$="`+first.ID.String()+`/confirm"]`, nil)
		if got := statusOf(t, c, first.ID); got != "confirmed" || !day.Says("The visit is confirmed.") {
			t.Errorf("the first is %s after %s", got, day.Text())
		}
		day = v.Submit(day, `form[action="/schedule/confirm-all"]`, nil)
		if got := statusOf(t, c, third.ID); got != "confirmed" || !day.Says("All of them are confirmed.") || day.Find("#waiting").Length() > 0 {
			t.Errorf("the third is %s after %s", got, day.Text())
		}

		c.Clock.Set(onDay(c, 10, 40))
		v = signedIn(t, c, c.Doctor)
		day = v.Submit(v.Get("/schedule"), `form[action$="`+first.ID.String()+`/missed"]`, nil)
		if got := statusOf(t, c, first.ID); got != "cancelled no_show" || !day.Says("Noted: the patient did not come.") {
			t.Errorf("the first is %s", got)
		}
		v.Submit(day, `form[action$="`+first.ID.String()+`/came"]`, nil) // a wrong answer is taken back
		if got := statusOf(t, c, first.ID); got != "completed" {
			t.Errorf("the first is %s", got)
		}
		if v.Get("/schedule").Find(`form[action="/schedule/complete-rest"]`).Length() > 0 {
			t.Error("the rest came, while some are still ahead")
		}
		c.Clock.Set(onDay(c, 19, 0))
		v = signedIn(t, c, c.Doctor)
		day = v.Submit(v.Get("/schedule"), `form[action="/schedule/complete-rest"]`, nil)
		if got := []string{statusOf(t, c, second.ID), statusOf(t, c, third.ID)}; !slices.Equal(got, []string{"completed", "completed"}) {
			t.Errorf("the rest are %v after %s", got, day.Text())
		}
	})
}

func TestVisitsWithoutAnAnswerStayOnTheNextDay(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(onDay(c, 10, 0))
		c.Clock.Set(onDay(c, 24+9, 0))
		v := signedIn(t, c, c.Doctor)
		day := v.Get("/schedule")
		if diff := cmp.Diff([]string{"10:00 Pablo Paz"}, rows(day, "#unanswered")); diff != "" {
			t.Errorf("without an answer (-want +got):\n%s", diff)
		}
		day = v.Submit(day, `#unanswered form[action$="/came"]`, nil)
		if got := statusOf(t, c, visit.ID); got != "completed" || day.Find("#unanswered").Length() > 0 {
			t.Errorf("it is %s", got)
		}
	})
}

func TestAnAgendaHasADayAWeekAndPaper(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(onDay(c, 10, 0))
		v := signedIn(t, c, c.Doctor)
		week := v.Get("/schedule?view=week&day=2027-01-06")
		if !week.Says("4 Jan to 10 Jan 2027") || week.Find(".agenda .item.booked").Length() != 1 {
			t.Errorf("the week: %s", week.Text())
		}
		paper := v.Get("/schedule?day=2027-01-04&print=1")
		if !paper.Says("Pablo Paz") || !paper.Says("+34600000000") || paper.Find("table").Length() != 1 {
			t.Errorf("the paper: %s", paper.Text())
		}
		if next := v.Get("/schedule?day=2027-01-05"); len(rows(next, ".daylist")) != 0 || next.Find(".daylist .slot").Length() == 0 {
			t.Errorf("the next day: %s", next.Text())
		}
	})
}

func TestWhoSeesASchedule(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		asks(t, c, c.Patient, 10, 0)
		named := "/schedule?doctor=" + c.Doctor.UserID.String()
		for name, row := range map[string]struct {
			as   webtest.Person
			path string
			want int
		}{
			"its doctor":             {c.Doctor, named, http.StatusOK},
			"the front desk":         {c.Desk, named, http.StatusOK},
			"another doctor":         {c.OtherDoctor, named, http.StatusForbidden},
			"a patient":              {c.Patient, named, http.StatusForbidden},
			"a patient of no doctor": {c.Patient, "/schedule", http.StatusForbidden},
			"of nobody":              {c.Desk, "/schedule?doctor=" + uuid.NewString(), http.StatusNotFound},
		} {
			if got := signedIn(t, c, row.as).Get(row.path); got.Status != row.want {
				t.Errorf("%s gets %d, want %d", name, got.Status, row.want)
			}
		}
		desk := signedIn(t, c, c.Desk)
		day := desk.Get(named)
		if day.Says("Chest pain") {
			t.Error("the front desk reads what the patient told the doctor")
		}
		day = desk.Submit(day, `form[action$="/confirm`+"?doctor="+c.Doctor.UserID.String()+`"]`, nil)
		if day.Path != named || !day.Says("The visit is confirmed.") {
			t.Errorf("the front desk is at %s: %s", day.Path, day.Text())
		}
		other := signedIn(t, c, c.OtherDoctor)
		if got := other.Post("/schedule/confirm-all?doctor="+c.Doctor.UserID.String(), url.Values{}); got.Status != http.StatusForbidden {
			t.Errorf("another doctor confirms all with %d", got.Status)
		}
	})
}

// A doctor whom nobody can find yet is told why, and what comes next.
func TestALicenceThatIsNotVerified(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		const own, staff = "Your licence is not verified yet", "This doctor's licence is not verified"
		path := "/schedule?doctor=" + c.Doctor.UserID.String()
		doctor, desk, full := signedIn(t, c, c.Doctor), signedIn(t, c, c.Desk), signedIn(t, c, c.Full)
		if doctor.Get("/schedule").Says(own) || desk.Get(path).Says(staff) {
			t.Error("a verified doctor is said not to be")
		}
		_, err := c.Account.UnverifyDoctor(t.Context(), c.Full.Caller, c.Doctor.UserID)
		c.Must(err)
		if page := doctor.Get("/schedule"); !page.Says(own) || !page.Says("The clinic checks your licence; you need not do anything for it.") || page.Says(staff) {
			t.Errorf("the doctor reads %s", page.Text())
		}
		if page := desk.Get(path); !page.Says(staff) || page.Says(own) || page.Find(`#agenda a[href="/admin/doctors"]`).Length() != 0 {
			t.Errorf("the front desk reads %s", page.Text())
		}
		if page := full.Get(path); page.Find(`#agenda a[href="/admin/doctors"]`).Length() != 1 {
			t.Errorf("who checks licences is not led there: %s", page.Text())
		}
	})
}
