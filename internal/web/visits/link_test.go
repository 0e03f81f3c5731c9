package visits_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

// link is the address in the mail about a visit of the patient.
func link(c *webtest.Clinic, v turno.Appointment) string {
	return "/visit?" + url.Values{"token": {c.VisitLink(v)}}.Encode()
}

func TestALinkInAMailActsWithoutSigningIn(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visit(c.OpenTime(4))
		stranger := c.Visitor(t)
		shown := stranger.Get(link(c, v))
		webtest.Want(t, shown, http.StatusOK, "With Dr Amara Okafor", "Pablo Paz", "Riverside Clinic", "I'm coming", "Change the time", "Can't come?")
		if shown.Says("Cardiology") || shown.Says("born") || shown.Find(`meta[name="robots"][content="noindex"]`).Length() != 1 || shown.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page says more than the mail, or is kept: %s", shown.Header.Get("Cache-Control"))
		}

		coming := stranger.Submit(shown, `form[action="/visit/coming"]`, nil)
		webtest.Want(t, coming, http.StatusOK, "Thank you. The clinic knows that you are coming.")
		if coming.Find(`form[action="/visit/coming"]`).Length() != 0 {
			t.Error("they are asked once more whether they are coming")
		}
		day := c.As(t, c.Doctor).Get("/schedule?day=" + v.ScheduledAt.Format(time.DateOnly))
		webtest.Want(t, day, http.StatusOK, "said to be coming")

		week := stranger.Get(coming.Find(`a[href^="/visit/move?"]`).AttrOr("href", ""))
		webtest.Want(t, week, http.StatusOK, "Change the time")
		chosen := stranger.Get(week.Find(`a.slot[href*="at="]`).Last().AttrOr("href", ""))
		moved := stranger.Submit(chosen, `#chosen form`, nil)
		webtest.Want(t, moved, http.StatusOK, "The visit is at its new time. The doctor has to confirm it again.", "Requested, not yet confirmed")
		if moved.Find(`form[action="/visit/coming"]`).Length() != 0 {
			t.Error("they can say to be coming to what nobody has confirmed")
		}
		old := stranger.Get(link(c, v))
		webtest.Want(t, old, http.StatusOK, "This visit has moved", "The newest mail about it has a link that works.")
		now := c.As(t, c.Patient).Get(old.Find(`.empty a.primary`).AttrOr("href", ""))
		webtest.Want(t, now, http.StatusOK, "Requested, not yet confirmed")

		cancelled := stranger.Submit(moved, "#cancel form", nil)
		webtest.Want(t, cancelled, http.StatusOK, "The visit is cancelled. Thank you for telling us.", "This visit is cancelled")
		webtest.Want(t, c.As(t, c.Full).Get("/admin/audit?entity=appointment"), http.StatusOK,
			"Pablo Paz cancelled their own visit. By the link in a mail.", "Pablo Paz moved their own visit to another time. By the link in a mail.",
			"Pablo Paz said to be coming to a visit. By the link in a mail.")
	})
}

func TestALinkOfADoctorsOrStaffsBrowserIsThePatients(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visit(c.OpenTime(4))
		for _, who := range []webtest.Person{c.Doctor, c.Desk} {
			desk := c.As(t, who)
			week := desk.Get(strings.Replace(link(c, v), "/visit?", "/visit/move?", 1))
			night := c.Clock.Now().AddDate(0, 0, 1).Truncate(24 * time.Hour).Add(3 * time.Hour)
			refused := desk.Post("/visit/move", url.Values{"token": {strings.TrimPrefix(link(c, v), "/visit?token=")}, "at": {page.Machine(night)}})
			webtest.Want(t, week, http.StatusOK, "Change the time")
			webtest.Want(t, refused, http.StatusUnprocessableEntity, "Your visit is still at its old time.")
		}
	})
}

// Programs that look at mail open its links, and some follow what they find there.
func TestOnlyAPressOnAButtonDoesAnything(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visit(c.OpenTime(4))
		token := strings.TrimPrefix(link(c, v), "/visit?token=")
		scanner := c.Visitor(t)
		scanner.Get(link(c, v)).Find(`main a[href^="/"]`).Each(func(_ int, a *goquery.Selection) { scanner.Get(a.AttrOr("href", "/")) })
		for _, path := range []string{"/visit/coming", "/visit/cancel"} {
			if a := scanner.Get(path + "?token=" + token); a.Status != http.StatusMethodNotAllowed {
				t.Errorf("%s is opened: %d", path, a.Status)
			}
			if a := scanner.PostFrom("cross-site", path, url.Values{"token": {token}}); a.Status != http.StatusForbidden {
				t.Errorf("%s from another site answers %d", path, a.Status)
			}
			if a := scanner.Post(path+"?token="+token, nil); a.Status != http.StatusNotFound {
				t.Errorf("%s takes a token from its address: %d", path, a.Status)
			}
		}
		scanner.Get("/visit/move?token=" + token + "&at=" + page.Machine(c.OpenTime(9)))
		now, err := c.Booking.Visit(t.Context(), c.Desk.Caller, v.ID)
		if err != nil || now.Status != turno.StatusConfirmed || now.ComingAt != nil || !now.ScheduledAt.Equal(v.ScheduledAt) || now.Sequence != v.Sequence {
			t.Errorf("the visit is %+v (%v)", now.Appointment, err)
		}
	})
}

func TestLinksThatWorkNoMore(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		stranger := c.Visitor(t)
		for _, token := range []string{"", "nonsense", strings.Repeat("a", 4000)} {
			for _, path := range []string{"/visit", "/visit/move"} {
				webtest.Want(t, stranger.Get(path+"?token="+token), http.StatusNotFound, "This link works no more")
			}
			for _, path := range []string{"/visit/coming", "/visit/cancel", "/visit/move"} {
				webtest.Want(t, stranger.Post(path, url.Values{"token": {token}, "at": {page.Machine(c.OpenTime(3))}}), http.StatusNotFound, "This link works no more")
			}
		}
		v := c.Visit(c.OpenTime(4))
		shown := stranger.Get(link(c, v))
		c.Clock.Set(v.ScheduledAt)
		webtest.Want(t, stranger.Get(link(c, v)), http.StatusOK, "This visit has begun")
		webtest.Want(t, stranger.Submit(shown, "#cancel form", nil), http.StatusOK, "This visit has begun")
		taken := stranger.Submit(shown, `form[action="/visit/coming"]`, nil)
		webtest.Want(t, taken, http.StatusOK, "This visit has begun")
		if taken.Says("Thank you") {
			t.Error("they are thanked for nothing")
		}
	})
}

func TestATimeThatIsGoneWhenALinkMovesThere(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v, gone := c.Visit(c.OpenTime(4)), c.OpenTime(9)
		_, err := c.Booking.Book(t.Context(), c.OtherPatient.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: gone})
		c.Must(err)
		stranger := c.Visitor(t)
		refused := stranger.Post("/visit/move", url.Values{"token": {strings.TrimPrefix(link(c, v), "/visit?token=")}, "at": {page.Machine(gone)}})
		webtest.Want(t, refused, http.StatusConflict, "This time has just been taken.", "Your visit is still at its old time.")
		moved := stranger.Submit(refused, `main form[action="/visit/move"]`, url.Values{"at": {refused.Find(`form[action="/visit/move"] button.slot`).First().AttrOr("value", "")}})
		webtest.Want(t, moved, http.StatusOK, "The visit is at its new time.")
	})
}
