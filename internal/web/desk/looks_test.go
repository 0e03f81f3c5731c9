package desk_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/webtest"
)

// Every page of this room, in every look.
func TestTourOfTheDesk(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	withSystem(t, c)
	waitingDoctor(t, c)
	first := c.OpenTime(0)
	visit := c.Visit(first)
	request, err := c.Booking.Book(t.Context(), c.OtherPatient.Caller, booking.NewVisit{DoctorID: c.OtherDoctor.UserID, ScheduledAt: c.OpenTime(3).Add(24 * time.Hour), Reason: "A rash"})
	if err != nil {
		t.Fatal(err)
	}
	change(t, c, `UPDATE users SET email_refused_at = created_at WHERE username = 'olivia'`)
	date := "?date=" + first.Format(time.DateOnly)
	at := "&at=" + c.OpenTime(2).Format(time.RFC3339)
	book := "/admin/book?doctor=" + c.Doctor.UserID.String() + at
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "desk-day", Path: "/admin/day" + date, As: c.Desk},
		webtest.Place{Name: "desk-day-one", Path: "/admin/day" + date + "&doctor=" + c.Doctor.UserID.String(), As: c.Full},
		webtest.Place{Name: "desk-day-none", Path: "/admin/day?specialization=999999", As: c.Desk},
		webtest.Place{Name: "desk-walk-in", Path: "/admin/book", As: c.Desk},
		webtest.Place{Name: "desk-book-find", Path: book + "&q=pablo", As: c.Desk},
		webtest.Place{Name: "desk-book-nobody", Path: book + "&q=nobody", As: c.Desk},
		webtest.Place{Name: "desk-book", Path: book + "&patient=" + c.Patient.UserID.String(), As: c.Desk},
		webtest.Place{Name: "desk-same-person", Path: book, As: c.Desk, Prepare: func(tab *webtest.Tab) {
			tab.Click("details summary")
			tab.Fill("#f-full_name", "pablo  PAZ")
			tab.Fill("#f-date_of_birth", "1990-02-03")
			tab.Follow("#new-patient button.primary")
		}},
		webtest.Place{Name: "desk-visit", Path: "/admin/appointments/" + visit.ID.String(), As: c.Desk},
		webtest.Place{Name: "desk-visit-request", Path: "/admin/appointments/" + request.ID.String(), As: c.Full},
		webtest.Place{Name: "desk-visits", Path: "/admin/appointments", As: c.Desk},
		webtest.Place{Name: "desk-users", Path: "/admin/users?q=pa", As: c.Full},
		webtest.Place{Name: "desk-patient", Path: "/admin/users/" + c.Patient.UserID.String(), As: c.Desk},
		webtest.Place{Name: "desk-doctor", Path: "/admin/users/" + c.Doctor.UserID.String(), As: c.Full},
		webtest.Place{Name: "desk-staff", Path: "/admin/users/" + c.Desk.UserID.String(), As: c.Full},
		webtest.Place{Name: "desk-new-doctor", Path: "/admin/users/new?role=doctor", As: c.Full},
		webtest.Place{Name: "desk-clinic", Path: "/admin", As: c.Full},
		webtest.Place{Name: "desk-doctors", Path: "/admin/doctors", As: c.Full},
		webtest.Place{Name: "desk-specializations", Path: "/admin/specializations", As: c.Full},
		webtest.Place{Name: "desk-locations", Path: "/admin/locations", As: c.Full},
		webtest.Place{Name: "desk-new-location", Path: "/admin/locations/new", As: c.Full},
		webtest.Place{Name: "desk-audit", Path: "/admin/audit", As: c.Full},
		webtest.Place{Name: "desk-mails", Path: "/admin/mail", As: c.Full},
		webtest.Place{Name: "desk-mails-none", Path: "/admin/mail?state=failed", As: c.Full},
		webtest.Place{Name: "desk-mail", Path: mailOf(t, c, c.Patient), As: c.Full},
		webtest.Place{Name: "desk-patient-refused", Path: "/admin/users/" + c.OtherPatient.UserID.String(), As: c.Full},
		webtest.Place{Name: "desk-system", Path: "/admin/system", As: c.Full},
		webtest.Place{Name: "desk-move", Path: "/admin/appointments/" + visit.ID.String() + "/move", As: c.Desk},
	)
}

// A clock of twelve hours says more beside the lines of the day, which go through no
// words.
func TestTheHoursOfTheDayFit(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	var week []turno.Availability
	for _, day := range turno.Weekdays() { // each other time lasts through a full hour
		week = append(week, turno.Availability{DayOfWeek: day, StartTime: 15, EndTime: 23*60 + 45})
	}
	_, _, err := c.Booking.ReplaceAvailability(t.Context(), c.Doctor.Caller, c.Doctor.UserID, week)
	c.Must(err)
	tomorrow := c.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	for _, width := range []int64{320, 390, 600, 1280} {
		look := webtest.Phone()
		look.Width, look.Language = width, "en-US"
		tab := chrome.Visit(t, c, look)
		tab.SignIn(c, c.Desk)
		tab.Open("/admin/day?date=" + tomorrow)
		tab.Wait(".item.free")
		if tight := webtest.Eval[string](tab, tightHours); tight != "" {
			t.Errorf("%s has no room beside the line, %d wide", tight, width)
		}
		if struck := webtest.Eval[string](tab, struckTimes); struck != "" {
			t.Errorf("the line of an hour goes through %s, %d wide", struck, width)
		}
	}
}

// tightHours are those whose words touch an edge of their place.
const tightHours = `[...document.querySelectorAll(".gutter .hour")].filter(hour => {
	const box = hour.getBoundingClientRect(), words = document.createRange();
	words.selectNodeContents(hour);
	const inside = words.getBoundingClientRect();
	return inside.left < box.left + 4 || inside.right > box.right - 4;
}).map(hour => hour.innerText).join("; ")`

// struckTimes are those with the line of an hour in their words, which nothing hides.
const struckTimes = `[...document.querySelectorAll(".column .item")].filter(item => {
	const style = getComputedStyle(item);
	if (style.backgroundColor != "rgba(0, 0, 0, 0)" || style.backgroundImage != "none") return false;
	const words = item.querySelector("time").getBoundingClientRect();
	return words.height && [...item.parentElement.querySelectorAll(".line")].some(line => {
		const y = line.getBoundingClientRect().top;
		return words.top < y && y < words.bottom;
	});
}).map(item => item.innerText.replace(/\s+/g, " ")).join("; ")`
