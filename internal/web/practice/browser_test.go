package practice_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno/internal/web/webtest"
)

func TestADoctorAtWorkInARealBrowser(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	webtest.EachNow(t, func(t *testing.T, c *webtest.Clinic) {
		c.Clock.Set(time.Now().UTC().Truncate(24 * time.Hour).Add(9 * time.Hour))
		doctorAtWork(t, c, chrome)
	})
}

// doctorAtWork has two windows open, at two servers where there may be two.
func doctorAtWork(t *testing.T, c *webtest.Clinic, chrome *webtest.Chrome) {
	t.Helper()
	desktop, phone := chrome.Visit(t, c, webtest.Desktop()), chrome.Visit(t, c.Neighbour(), webtest.Phone())
	desktop.SignIn(c, c.Doctor)
	phone.SignIn(c, c.Doctor)

	// The doctor sets hours: first a look at what they come to.
	desktop.Open("/schedule/hours")
	desktop.Type("#f-end-Monday-0", "19:00")
	desktop.Follow(`.save-bar button[value="preview"]`)
	desktop.Wait("#preview .notice")
	desktop.Follow(`button[value="save"]`)
	if desktop.Text(".toast p") != "Saved. Your new hours count from now on." {
		t.Errorf("saved: %s", desktop.Text("body"))
	}

	// Somebody asks for a visit, and both windows show it without being touched.
	desktop.Open("/schedule")
	phone.Open("/schedule")
	visit := asks(t, c, c.Patient, 10, 0)
	desktop.Wait("#waiting #q-" + visit.ID.String())
	phone.Wait("#waiting #q-" + visit.ID.String())

	// It is confirmed in one, and leaves the queue of the other.
	phone.Follow("#q-" + visit.ID.String() + " button.primary")
	desktop.WaitGone("#waiting")
	desktop.Wait("#v-" + visit.ID.String() + ".confirmed")

	// When its time has come the patient is noted as having come, everywhere.
	for _, minute := range []int{40, 65} { // nobody's session idles for an hour
		c.Clock.Set(onDay(c, 9, minute))
		desktop.Open("/schedule")
		phone.Open("/schedule")
	}
	desktop.Follow("#v-" + visit.ID.String() + " button.primary")
	phone.Wait("#v-" + visit.ID.String() + ".completed")
	if got := statusOf(t, c, visit.ID); got != "completed" {
		t.Errorf("it is %s", got)
	}
}
