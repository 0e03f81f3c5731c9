package find_test

import (
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.Visit(c.OpenTime(3))
	_, err := c.Booking.Hold(t.Context(), c.Patient.Caller, booking.NewHold{DoctorID: c.Doctor.UserID, StartsAt: c.OpenTime(5)})
	c.Must(err)
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "home-patient", Path: "/", As: c.Patient},
		webtest.Place{Name: "doctors", Path: "/doctors"},
		webtest.Place{Name: "doctors-none", Path: "/doctors?q=nobody&rating=4.5"},
		webtest.Place{Name: "doctor", Path: page.DoctorPath(c.Doctor.UserID)},
	)
}

// A clock of twelve hours says more in the same place.
func TestTimesFitTheirButtonsOnEveryPhone(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	// The soonest begin after ten, where times are wide.
	c := webtest.OnSQLite(t, storetest.NewClock(time.Now().UTC().Truncate(24*time.Hour).Add(9*time.Hour+50*time.Minute)))
	for _, width := range []int64{320, 360, 390, 412, 430, 600} {
		look := webtest.Phone()
		look.Width, look.Language = width, "en-US"
		tab := chrome.Visit(t, c, look)
		for _, path := range []string{"/", "/doctors", page.DoctorPath(c.Doctor.UserID)} {
			tab.Open(path)
			tab.Wait(".slot")
			if cut := tab.Cut(".slot"); cut != "" {
				t.Errorf("%s is cut at %s, %d wide", cut, path, width)
			}
		}
	}
}

// The first page in a browser, too, shows the times of its reader's clocks.
func TestTheFirstPageIsInTheBrowsersZone(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	phone := webtest.Phone()
	phone.Zone = "America/Bogota"
	tab := webtest.StartChrome(t).Visit(t, c, phone)
	tab.Open(page.DoctorPath(c.Doctor.UserID))
	tab.Wait(".days .slot")
	const told = `new Promise(done => {
		const look = (n) => { const words = document.querySelector("main").innerText; words.includes("Bogota time") || !n ? done(words) : setTimeout(look, 50, n - 1); };
		look(400);
	})`
	if words := webtest.Eval[string](tab, told); !strings.Contains(words, "Times are in Bogota time") || !strings.Contains(words, "03:00") {
		t.Errorf("the page says %s", words)
	}
	if shift := tab.Shift(); shift > 0.1 {
		t.Errorf("the page moves by %.3f", shift)
	}
	tab.Click("[data-arrow=next]")
}
