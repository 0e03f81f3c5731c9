package practice_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/webtest"
)

// A clock of twelve hours says more in the same place: in the times to choose from, and
// beside the lines of the hours.
func TestTimesFitTheirPlacesOnEveryPhone(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	// The first times begin after ten, where they are wide.
	c := webtest.OnSQLite(t, storetest.NewClock(time.Now().UTC().Truncate(24*time.Hour).Add(9*time.Hour+50*time.Minute)))
	visit := asks(t, c, c.Patient, 12, 0)
	for _, width := range []int64{320, 360, 430, 600} {
		look := webtest.Phone()
		look.Width, look.Language = width, "en-US"
		tab := chrome.Visit(t, c, look)
		tab.SignIn(c, c.Doctor)
		for _, place := range []struct{ path, words string }{
			{"/schedule/book?patient=" + c.Patient.UserID.String(), ".day .slot"},
			{"/schedule/visits/" + visit.ID.String() + "/move", ".day .slot"},
			{"/schedule?view=week", ".gutter .hour"},
			{"/schedule", ".hour-row > .hour, .hour-cell .slot"},
		} {
			tab.Open(place.path)
			tab.Wait(place.words)
			if cut := tab.Cut(place.words); cut != "" {
				t.Errorf("%s is cut at %s, %d wide", cut, place.path, width)
			}
		}
	}
}
