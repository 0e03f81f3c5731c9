package desk_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/webtest"
)

// One browser for the main paths: an admin verifies a doctor, who is found then;
// the desk books for somebody on the phone; another desk, at another server where
// there may be two, sees it appear.
func TestTheDeskInARealBrowser(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	webtest.EachNow(t, func(t *testing.T, c *webtest.Clinic) { deskAtWork(t, c, chrome) })
}

func deskAtWork(t *testing.T, c *webtest.Clinic, chrome *webtest.Chrome) {
	t.Helper()
	doctor := waitingDoctor(t, c)

	admin := chrome.Visit(t, c, webtest.Desktop())
	admin.SignIn(c, c.Full)
	admin.Open("/admin/doctors")
	admin.Type("#note-"+doctor.ID.String(), "Seen in the register")
	admin.Follow("#d-" + doctor.ID.String() + " button.primary")
	found, _, err := c.Booking.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Query: "Waiting"})
	if err != nil || len(found) != 1 {
		t.Errorf("the doctor was verified, and %d are found (%v)", len(found), err)
	}

	day := "/admin/day?date=" + turno.DateOf(c.OpenTime(4), time.UTC).String()
	watching := chrome.Visit(t, c.Neighbour(), webtest.Phone())
	watching.SignIn(c, c.Full)
	watching.Open(day + "&doctor=" + c.Doctor.UserID.String())
	if watching.Has("a.item.booked") {
		t.Fatal("there is a visit before anybody booked")
	}

	desk := chrome.Visit(t, c, webtest.Desktop())
	desk.SignIn(c, c.Desk)
	desk.Open(day)
	desk.Follow(`.agenda .column a.item.free[href*="` + c.Doctor.UserID.String() + `"]`)
	desk.Type("#f-q", "600 000 000")
	desk.PressFor("\r")
	desk.Follow(`.people a[href*="` + c.Patient.UserID.String() + `"]`)
	desk.Fill("#f-reason", "A sore throat")
	desk.Follow("#book button.primary")
	desk.Wait("a.item.booked")
	if text := desk.Text("a.item.booked"); text == "" {
		t.Error("the visit is not on the day")
	}
	watching.Wait("a.item.booked")
}
