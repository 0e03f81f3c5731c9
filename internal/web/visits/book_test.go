package visits_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestANewcomerBooksWithoutLosingTheTime(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		offer := v.Get(v.Get("/").Find(".soonest a.slot").First().AttrOr("href", ""))
		if !strings.HasPrefix(offer.Path, "/book?") || !offer.Says("Sign in to book") || offer.Find(".countdown").Length() != 1 {
			t.Fatalf("the first time of the start page leads to %s, which says %s", offer.Path, offer.Text())
		}
		when := offer.Find(".big-time time").AttrOr("datetime", "")
		other := c.As(t, c.OtherPatient).Get(offer.Path)
		if !other.Says("This time has just been taken") {
			t.Errorf("meanwhile somebody else reads %s", other.Text())
		}
		form := v.Get(offer.Find("a:contains('Register and book')").AttrOr("href", ""))
		if !form.Says("We are keeping your time") {
			t.Errorf("the form to register says %s", form.Text())
		}
		signedIn := v.Submit(form, "main form", url.Values{
			"full_name": {"Nadia Nueva"}, "date_of_birth": {"1985-06-07"}, "email": {"nadia@example.org"}, "username": {"nadia"}, "password": {webtest.Password},
		})
		if signedIn.Path != offer.Path || signedIn.Find(".countdown").Length() != 1 {
			t.Fatalf("having registered she is at %s, which says %s", signedIn.Path, signedIn.Text())
		}
		visit := v.Submit(signedIn, "#book", url.Values{"reason": {"A cough"}})
		if !strings.HasPrefix(visit.Path, "/appointments/") || !visit.Says("Requested, not yet confirmed") || !visit.Says("A cough") {
			t.Fatalf("having booked she is at %s, which says %s", visit.Path, visit.Text())
		}
		if got := visit.Find("h1 time").AttrOr("datetime", ""); got != when {
			t.Errorf("the visit is at %s, want %s, which was pressed", got, when)
		}
		for _, told := range []string{"Riverside Clinic", "Calle del Río 1", "+34 910 000 000", "30 minutes", "Nadia Nueva"} {
			if !visit.Says(told) {
				t.Errorf("the visit does not say %q: %s", told, visit.Text())
			}
		}
		if list := v.Get("/appointments"); !list.Says("Requested, not yet confirmed") {
			t.Errorf("her visits are %s", list.Text())
		}
	})
}

func TestTheSameFormSentTwiceIsOneVisit(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil))
		first, second := v.Submit(form, "#book", nil), v.Submit(form, "#book", nil)
		if first.Path != second.Path || !strings.HasPrefix(first.Path, "/appointments/") {
			t.Errorf("sent twice, the form leads to %s and %s", first.Path, second.Path)
		}
		changed := v.Submit(form, "#book", url.Values{"reason": {"Something else"}})
		if changed.Status != http.StatusUnprocessableEntity && changed.Status != http.StatusConflict {
			t.Errorf("sent with another reason it answers %d: %s", changed.Status, changed.Text())
		}
	})
}

// The back button leads to the form of a time that is the reader's own by now.
func TestGoingBackAfterBookingShowsTheVisit(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v, path := c.As(t, c.Patient), page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil)
		visit := v.Submit(v.Get(path), "#book", nil)
		if back := v.Get(path); back.Path != visit.Path || !back.Says("You have this visit already.") {
			t.Errorf("going back leads to %s: %s", back.Path, back.Text())
		}
	})
}

func TestAVisitForSomebodyUnreadableIsNotBookedForTheReader(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		answer := v.Submit(v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil)), "#book", url.Values{"for": {"my-daughter"}, "reason": {"Fever"}})
		if answer.Status != http.StatusUnprocessableEntity || !answer.Says("Choose whom the visit is for.") || !answer.Says("Fever") {
			t.Errorf("got %d %s", answer.Status, answer.Text())
		}
		if list := v.Get("/appointments"); list.Find(".visit").Length() != 0 {
			t.Errorf("booked is %s", list.Text())
		}
	})
}

func TestATimeThatIsTooShortIsNotSaidToBeTaken(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		long, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Long", Minutes: 90})
		c.Must(err)
		_, err = c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Check-up", Minutes: 30})
		c.Must(err)
		free := c.OpenTime(4)
		c.Visit(c.OpenTime(5))
		got := c.As(t, c.OtherPatient).Get(page.BookPath(c.Doctor.UserID, free, &long.ID))
		if !got.Says("This time is too short for this visit") || !got.Says("1 hour 30 minutes: too long for this time") || got.Says("taken") || got.Find(".notice .slot").Length() == 0 {
			t.Errorf("the page says %s", got.Text())
		}
	})
}

func TestTheLoserOfARaceIsOfferedOthersAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		path := page.BookPath(c.Doctor.UserID, c.OpenTime(5), nil)
		loser, winner := c.As(t, c.Patient), c.As(t, c.OtherPatient)
		slow := loser.Get(path)
		c.Clock.Advance(turno.HoldLifetime + time.Second)
		if won := winner.Submit(winner.Get(path), "#book", nil); !strings.HasPrefix(won.Path, "/appointments/") {
			t.Fatalf("the winner is at %s: %s", won.Path, won.Text())
		}
		lost := loser.Submit(slow, "#book", url.Values{"reason": {"My knee"}})
		if lost.Status != http.StatusConflict || !lost.Says("This time has just been taken") {
			t.Fatalf("the loser gets %d: %s", lost.Status, lost.Text())
		}
		others := lost.Find("#book button.slot")
		if others.Length() != 3 {
			t.Fatalf("the loser is offered %d other times, want 3", others.Length())
		}
		again := loser.Submit(lost, "#book", url.Values{"at": {others.First().AttrOr("value", "")}})
		if got := again.Find("textarea[name=reason]").Text(); again.Status != http.StatusOK || got != "My knee" {
			t.Fatalf("another time is answered with %d, and the reason %q: %s", again.Status, got, again.Text())
		}
		if visit := loser.Submit(again, "#book", nil); !visit.Says("My knee") || !strings.HasPrefix(visit.Path, "/appointments/") {
			t.Errorf("in the end the loser is at %s: %s", visit.Path, visit.Text())
		}
	})
}

func TestChoosingALanguageInTheMiddleComesBackToTheTime(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		path := page.BookPath(c.Doctor.UserID, c.OpenTime(3), nil)
		wrong := v.Submit(v.Get(path), "#book", url.Values{"reason": {strings.Repeat("x", booking.MaxReason+1)}})
		if wrong.Status != http.StatusUnprocessableEntity {
			t.Fatalf("a reason that is too long answers %d", wrong.Status)
		}
		if spanish := v.Submit(wrong, "form.languages", url.Values{"language": {"es"}}); spanish.Path != path || !spanish.Says("Pedir cita") {
			t.Errorf("in Spanish one is at %s: %s", spanish.Path, spanish.Text())
		}
		if nothing := c.Visitor(t).Get("/book"); nothing.Path != "/doctors" {
			t.Errorf("without a time one is at %s", nothing.Path)
		}
	})
}

func TestAnExpiredHoldIsHarmless(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(1), nil))
		c.Clock.Advance(turno.HoldLifetime + time.Minute)
		if visit := v.Submit(form, "#book", nil); !strings.HasPrefix(visit.Path, "/appointments/") {
			t.Errorf("the time was free, and the form leads to %s: %s", visit.Path, visit.Text())
		}
	})
}

func TestMoreTimeKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(3), nil))
		before := form.Find(".countdown time").AttrOr("datetime", "")
		c.Clock.Advance(4 * time.Minute)
		more := v.Submit(form, "#book", url.Values{"do": {"hold"}, "reason": {"Half a sentence"}})
		if got := more.Find(".countdown time").AttrOr("datetime", ""); got <= before {
			t.Errorf("the time is kept until %s, and was until %s", got, before)
		}
		if got := more.Find("textarea[name=reason]").Text(); got != "Half a sentence" {
			t.Errorf("the reason is %q", got)
		}
	})
}

func TestAVisitIsBookedForSomebodyWhomOneCaresFor(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil))
		wrong := v.Submit(form, "#book", url.Values{"for": {"new"}, "full_name": {"Leo Paz"}, "reason": {"Fever"}})
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find("#f-date_of_birth").AttrOr("aria-invalid", "") != "true" ||
			wrong.Find("textarea[name=reason]").Text() != "Fever" || wrong.Find("#f-full_name").AttrOr("value", "") != "Leo Paz" {
			t.Fatalf("without a date of birth the answer is %d: %s", wrong.Status, wrong.Text())
		}
		child := url.Values{"for": {"new"}, "full_name": {"Leo Paz"}, "date_of_birth": {"2019-05-06"}, "relation": {"father"}}
		visit := v.Submit(wrong, "#book", child)
		if !visit.Says("Leo Paz") || !strings.HasPrefix(visit.Path, "/appointments/") {
			t.Fatalf("the visit for the child is at %s: %s", visit.Path, visit.Text())
		}
		if again := v.Submit(wrong, "#book", child); again.Path != visit.Path {
			t.Errorf("sent twice, the form leads to %s and %s", visit.Path, again.Path)
		}
		if list := v.Get("/appointments"); !list.Says("For Leo Paz") {
			t.Errorf("the list says %s", list.Text())
		}
		next := v.Get(page.BookPath(c.OtherDoctor.UserID, c.OpenTime(5), nil))
		if n := next.Find("input[name=for]").Length(); n != 3 {
			t.Errorf("one can book for %d people, want oneself, the child, somebody new", n)
		}
	})
}

func TestSomebodyElsesVisitIsNotThere(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		path := page.VisitPath(c.Visit(c.OpenTime(0)).ID)
		stranger, mother := c.As(t, c.OtherPatient), c.As(t, c.Mother)
		for _, below := range []string{"", "/reschedule", "/cancel", "/feedback"} {
			if got := stranger.Get(path + below); got.Status != http.StatusNotFound {
				t.Errorf("a stranger gets %d at %s", got.Status, path+below)
			}
		}
		if got := stranger.Post(path+"/cancel", nil); got.Status != http.StatusNotFound {
			t.Errorf("a stranger cancels with %d", got.Status)
		}
		if got := mother.Get(path); got.Status != http.StatusOK || !got.Says("for Pablo Paz") {
			t.Errorf("the mother gets %d: %s", got.Status, got.Text())
		}
		if got := c.Visitor(t).Get(path); !strings.HasPrefix(got.Path, "/login?next=") {
			t.Errorf("somebody unknown is sent to %s", got.Path)
		}
	})
}

func TestAVisitIsMovedCancelledAndRated(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		path := page.VisitPath(c.Visit(c.OpenTime(0)).ID)
		week := v.Get(path + "/reschedule")
		target := week.Find("a.slot").Eq(3)
		chosen := v.Get(target.AttrOr("href", ""))
		moved := v.Submit(chosen, "#chosen form", nil)
		if got, want := moved.Find("h1 time").AttrOr("datetime", ""), target.Find("time").AttrOr("datetime", ""); got != want || !moved.Says("new time") {
			t.Fatalf("the visit is at %s, want %s: %s", got, want, moved.Text())
		}
		cancelled := v.Submit(v.Get(path+"/cancel"), "main form", url.Values{"reason": {"Away"}})
		if cancelled.Path != path || !cancelled.Says("The visit is cancelled.") || !cancelled.Says("Undo: book this time again") {
			t.Errorf("having cancelled the patient is at %s: %s", cancelled.Path, cancelled.Text())
		}

		past := c.Visit(c.OpenTime(2))
		c.Clock.Set(past.EndsAt)
		if _, err := c.Booking.Complete(t.Context(), c.Desk.Caller, past.ID); err != nil {
			t.Fatal(err)
		}
		rate := v.Get(page.VisitPath(past.ID) + "/feedback")
		empty := v.Submit(rate, "main form", url.Values{"comments": {"Kind and quick"}})
		if empty.Status != http.StatusUnprocessableEntity || empty.Find("textarea").Text() != "Kind and quick" {
			t.Fatalf("without stars the answer is %d: %s", empty.Status, empty.Text())
		}
		for range 2 { // sending it twice is harmless
			rated := v.Submit(empty, "main form", url.Values{"rating": {"5"}})
			if rated.Path != page.VisitPath(past.ID) || !rated.Says("You have rated this visit.") {
				t.Errorf("having rated the patient is at %s: %s", rated.Path, rated.Text())
			}
		}
		if doctor := c.Visitor(t).Get(page.DoctorPath(c.Doctor.UserID)); !doctor.Says("Kind and quick") || !doctor.Says("January 2027") || doctor.Says("Pablo") {
			t.Errorf("the doctor's page says %s", doctor.Text())
		}
	})
}

func TestLosingTheTimeToMoveToKeepsTheVisit(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v, other := c.As(t, c.Patient), c.OtherPatient
		path := page.VisitPath(c.Visit(c.OpenTime(0)).ID)
		target := c.OpenTime(2)
		chosen := v.Get(path + "/reschedule?at=" + page.Machine(target))
		if _, err := c.Booking.Book(t.Context(), other.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: target}); err != nil {
			t.Fatal(err)
		}
		lost := v.Submit(chosen, "#chosen form", nil)
		if lost.Status != http.StatusConflict || lost.Find("form .notice button.slot").Length() != 3 || !lost.Says("Your visit is still at its old time.") {
			t.Errorf("the answer is %d: %s", lost.Status, lost.Text())
		}
	})
}

func TestWhoMovesAVisitReadsWhoseItIs(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for _, test := range []struct {
			who         string
			as          webtest.Person
			still, done string
		}{
			{"its patient", c.Patient, "Your visit is still at its old time.", "The visit is at its new time. The doctor has to confirm it again."},
			{"somebody who acts for the patient", c.Mother, "The visit is still at its old time.", "The visit is at its new time. The doctor has to confirm it again."},
			{"its doctor", c.Doctor, "The visit is still at its old time.", "The visit is at its new time. It is not confirmed yet."},
			{"the desk", c.Desk, "The visit is still at its old time.", "The visit is at its new time. It is not confirmed yet."},
		} {
			visit := c.Request(c.OpenTime(0))
			v := c.As(t, test.as)
			path := page.VisitPath(visit.ID) + "/reschedule"
			if wrong := v.Post(path, url.Values{"at": {"soon"}}); !wrong.Says(test.still) {
				t.Errorf("%s: a time that is none is answered %d: %s", test.who, wrong.Status, wrong.Text())
			}
			if moved := v.Post(path, url.Values{"at": {page.Machine(c.OpenTime(1))}}); !moved.Says(test.done) {
				t.Errorf("%s: the move is answered %d: %s", test.who, moved.Status, moved.Text())
			}
		}
	})
}

func TestMovingToNoTimeIsWrongInput(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		path := page.VisitPath(c.Visit(c.OpenTime(0)).ID) + "/reschedule"
		for _, at := range []string{"", "soon", "2027-13-01T00:00:00Z"} {
			if got := v.Post(path, url.Values{"at": {at}}); got.Status != http.StatusUnprocessableEntity || !got.Says("Say when.") || !got.Says("Your visit is still at its old time.") {
				t.Errorf("at %q is answered with %d: %s", at, got.Status, got.Text())
			}
		}
	})
}

// A gap is long enough for a kind of visit of patients seen before only: a visitor
// is told so before signing in.
func TestAVisitorIsToldThatATimeIsTooShort(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for name, kind := range map[string]turno.VisitType{"First visit": {Minutes: 60, Audience: turno.AudienceAll}, "Follow-up": {Minutes: 30, Audience: turno.AudienceKnown}} {
			kind.DoctorID, kind.Name = c.Doctor.UserID, name
			_, err := c.Booking.AddVisitType(c.Context(), c.Doctor.Caller, kind)
			c.Must(err)
		}
		c.Visit(c.OpenTime(1))
		const told = "This time is for patients seen before"
		if gap := c.Visitor(t).Get(page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil)); !gap.Says(told) || !gap.Says("Sign in to book") {
			t.Errorf("of half an hour the page says %s", gap.Text())
		}
		if wide := c.Visitor(t).Get(page.BookPath(c.Doctor.UserID, c.OpenTime(4), nil)); wide.Says(told) || !wide.Says("First visit") {
			t.Errorf("of an hour the page says %s", wide.Text())
		}
	})
}
