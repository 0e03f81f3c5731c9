package visits_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func madridOf(t *testing.T) *time.Location {
	t.Helper()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	return madrid
}

func TestAFeedIsMadeAtTheAccountAndFetchedByItsAddress(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit, err := c.Booking.Book(t.Context(), c.Patient.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: c.OpenTime(3), Reason: "an embarrassing itch"})
		c.Must(err)
		mother, program := c.As(t, c.Mother), c.Visitor(t)
		asked := mother.Get("/account/calendar")
		made := mother.Submit(asked, "main form.post-button", nil)
		address := made.Find("#feed-address").Text()
		if twice := mother.Submit(asked, "main form.post-button", nil).Find("#feed-address").Text(); twice != address {
			t.Errorf("pressed twice, the form makes %s and %s", address, twice)
		}
		path, ours := strings.CutPrefix(address, c.URL)
		if !ours || !strings.HasPrefix(path, "/calendar/") || made.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("the address is %q, kept by browsers: %s", address, made.Header.Get("Cache-Control"))
		}
		if again := mother.Get("/account/calendar"); strings.Contains(again.Body, path) || !again.Says("We can't show it again.") {
			t.Error("the address is shown twice")
		}
		got := program.Get(path)
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || got.Header.Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("the feed is %d, %v", got.Status, got.Header)
		}
		feed, err := ical.Read([]byte(got.Body))
		c.Must(err)
		if len(feed.Events) != 1 || feed.Events[0].Summary != "Requested: Visit with Dr Amara Okafor for Pablo Paz" ||
			feed.Events[0].UID != visit.ID.String() || feed.Events[0].URL != c.URL+page.VisitPath(visit.ID) {
			t.Errorf("the feed has %+v", feed.Events)
		}
		for _, secret := range []string{"itch", "Cardiology", "1990", "600 000"} {
			if strings.Contains(got.Body, secret) {
				t.Errorf("the feed says %q:\n%s", secret, got.Body)
			}
		}
		program.Header.Set("If-None-Match", got.Header.Get("ETag"))
		if same := program.Get(path); same.Status != http.StatusNotModified || same.Body != "" {
			t.Errorf("asked again: %d, %q", same.Status, same.Body)
		}
		_, err = c.Booking.Confirm(t.Context(), c.Doctor.Caller, visit.ID)
		c.Must(err)
		if changed := program.Get(path); changed.Status != http.StatusOK || !strings.Contains(changed.Body, "SUMMARY:Visit with Dr Amara Okafor for Pablo Paz\r\n") {
			t.Errorf("after a change: %d\n%s", changed.Status, changed.Body)
		}
		gone := mother.Post("/account/calendar", url.Values{"do": {"revoke"}})
		if !gone.Says("The address works no more.") || program.Get(path).Status != http.StatusNotFound {
			t.Error("it was not taken away")
		}
		for _, wrong := range []string{"/calendar/x.ics", strings.TrimSuffix(path, ".ics"), "/calendar/.ics", "/calendar/%00%ff.ics"} {
			if status := program.Get(wrong).Status; status != http.StatusNotFound && status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", wrong, status)
			}
		}
	})
}

func TestADoctorsFeedSpeaksTheDoctorsLanguageAndNamesNobody(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	c.Visit(c.OpenTime(3))
	doctor := c.As(t, c.Doctor)
	doctor.Post("/language", url.Values{"language": {"es"}})
	feed, err := c.Account.MakeCalendarFeed(t.Context(), c.Doctor.Caller)
	c.Must(err)
	body := c.Visitor(t).Get(feed.Path).Body
	if !strings.Contains(body, "SUMMARY:Cita: P. P.\r\n") || !strings.Contains(body, "NAME:Citas en Riverside Clinic\r\n") || strings.Contains(body, "Pablo") {
		t.Errorf("the feed is\n%s", body)
	}
	if page := doctor.Get("/account/calendar"); !page.Says("Los pacientes aparecen con sus iniciales.") {
		t.Errorf("the page says\n%s", page.Text())
	}
}

func TestTheFileOfAVisit(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	visit := c.Visit(c.OpenTime(3))
	patient := c.As(t, c.Patient)
	shown := patient.Get(page.VisitPath(visit.ID))
	link, found := shown.Find(`main a[href$="/visit.ics"]`).Attr("href")
	if !found || !shown.Says("A file does not follow when a visit moves.") {
		t.Fatalf("the page offers no file:\n%s", shown.Text())
	}
	got := patient.Get(link)
	want := `attachment; filename="visit-` + visit.ScheduledAt.Format("2006-01-02") + `.ics"`
	if disposition := got.Header.Get("Content-Disposition"); disposition != want {
		t.Errorf("it is called %s, want %s", disposition, want)
	}
	file, err := ical.Read([]byte(got.Body))
	c.Must(err)
	if len(file.Events) != 1 || file.Events[0].UID != visit.ID.String() || !file.Events[0].Starts.Equal(visit.ScheduledAt) || file.Name != "" {
		t.Errorf("the file is %+v", file)
	}
}
