package find_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func names(answer *webtest.Answer) []string {
	return answer.Find(".doctor .name").Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
}

func TestTheSearchIsInTheAddress(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		tests := []struct {
			query, heading string
			want           []string
		}{
			{"", "All doctors, soonest first", []string{"Dr Amara Okafor", "Dr Lucía Martín"}},
			{"?sort=name", "All doctors, by name", []string{"Dr Amara Okafor", "Dr Lucía Martín"}},
			{"?q=lucia", "Doctors for “lucia”, soonest first", []string{"Dr Lucía Martín"}},
			{"?q=cardio&sort=rating", "Doctors for “cardio”, best rated first", []string{"Dr Amara Okafor"}},
			{"?specialization=1", "Cardiology, soonest first", []string{"Dr Amara Okafor"}},
			{"?rating=4", "All doctors, soonest first", nil},
			{"?q=nobody&from=rubbish&rating=x&specialization=y&sort=z", "Doctors for “nobody”, soonest first", nil},
		}
		for _, test := range tests {
			got := v.Get("/doctors" + test.query)
			if diff := cmp.Diff(test.want, names(got), cmpopts.EquateEmpty()); got.Status != http.StatusOK || diff != "" {
				t.Errorf("%q finds (-want +got):\n%s", test.query, diff)
			}
			if heading := got.Find("h1").Text(); heading != test.heading {
				t.Errorf("%q is headed %q, want %q", test.query, heading, test.heading)
			}
			if len(test.want) == 0 && !got.Says("No doctor fits all of this") {
				t.Errorf("%q says %s", test.query, got.Text())
			}
		}
		if got := v.Get("/doctors?from=2027-01-09"); !strings.HasPrefix(got.Find(".doctor a.slot time").First().AttrOr("datetime", ""), "2027-01-09") {
			t.Errorf("from a day on, the first time is %s", got.Find(".doctor a.slot time").First().AttrOr("datetime", ""))
		}
	})
}

// Nobody else is offered it meanwhile, and it is in none of the lists.
func TestWhatIsKeptForTheReaderIsAPressAway(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		path := page.BookPath(c.Doctor.UserID, c.OpenTime(2), nil)
		v, other := c.Visitor(t), c.Visitor(t)
		v.Get(path)
		other.Get(page.BookPath(c.Doctor.UserID, c.OpenTime(5), nil))
		for _, place := range []string{"/", "/doctors", page.DoctorPath(c.Doctor.UserID)} {
			got := v.Get(place)
			if !got.Says("Monday 4 January at 11:00, Dr Amara Okafor") || !got.Says("Kept until") || !got.Says("09:05") {
				t.Errorf("%s says %s", place, got.Text())
			}
			if back := v.Get(got.Find(".notice a").AttrOr("href", "")); back.Path != path {
				t.Errorf("%s leads to %s, want %s", place, back.Path, path)
			}
		}
		if got := other.Get("/"); got.Says("11:00, Dr Amara Okafor") || !got.Says("13:00, Dr Amara Okafor") {
			t.Errorf("somebody else reads %s", got.Text())
		}
		c.Clock.Advance(turno.HoldLifetime)
		if got := v.Get("/doctors"); got.Says("Kept until") {
			t.Errorf("when it is kept no more, the list says %s", got.Text())
		}
	})
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		v.Header.Set("Cookie", "turno_zone=America/Bogota")
		list := v.Get("/doctors")
		if first := list.Find(".doctor a.slot").First(); !strings.Contains(first.Text(), "05:00") || !list.Says("Times are in Bogota time.") {
			t.Errorf("the first time is %s; the page says %s", first.Text(), list.Find(".lead").Text())
		}
		doctor := v.Get(page.DoctorPath(c.Doctor.UserID))
		if !doctor.Says("Times are in Bogota time; the clinic is on UTC.") {
			t.Errorf("the doctor's page says %s", doctor.Find(".zone-note").Text())
		}
	})
}

func TestADoctorsWeek(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		kind, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "First visit", Minutes: 60, Mode: turno.ModeVideo, Audience: turno.AudienceAll, Active: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Follow-up", Minutes: 30, Mode: turno.ModeInPerson, Audience: turno.AudienceAll, Active: true}); err != nil {
			t.Fatal(err)
		}
		v := c.Visitor(t)
		week := v.Get(page.DoctorPath(c.Doctor.UserID))
		if got := week.Find(".chip[aria-current]").Text(); !strings.Contains(got, "Follow-up") {
			t.Errorf("the kind that is as long as a slot is not chosen, but %q", got)
		}
		if week.Find("[data-arrow=prev]").Length() != 0 || week.Find(".day").Length() != 7 {
			t.Errorf("the first week has a week before, or %d days", week.Find(".day").Length())
		}
		more := week.Find("a.slot.more").First()
		if day := v.Get(more.AttrOr("href", "")); day.Find(".day").First().Find("a.slot").Length() <= week.Find(".day").First().Find("a.slot").Length() {
			t.Error("more times of a day shows no more")
		}
		next := v.Get(week.Find("[data-arrow=next]").AttrOr("href", ""))
		if next.Find("#times-title").Text() != "Mon 11 Jan to Sun 17 Jan" || !next.Says("First available") {
			t.Errorf("the next week is %q: %s", next.Find("#times-title").Text(), next.Text())
		}
		long := v.Get(week.Find(".chip:contains('First visit')").AttrOr("href", ""))
		offer := v.Get(long.Find("a.slot").First().AttrOr("href", ""))
		if !strings.Contains(offer.Path, "type="+kind.ID.String()) || !offer.Says("First visit · 1 hour · by video") {
			t.Errorf("the time leads to %s, which says %s", offer.Path, offer.Text())
		}
		if gone := v.Get(page.DoctorPath(c.Patient.UserID)); gone.Status != http.StatusNotFound {
			t.Errorf("a patient's id answers %d", gone.Status)
		}
	})
}

func TestPatientsSeeTheirNextVisitFirst(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(c.OpenTime(3))
		home := c.As(t, c.Mother).Get("/")
		if got := home.Find(".visits a").First().AttrOr("href", ""); got != page.VisitPath(visit.ID) || !home.Says("For Pablo Paz") {
			t.Errorf("the mother's next visit leads to %q: %s", got, home.Text())
		}
		if c.Visitor(t).Get("/").Find(".visits").Length() != 0 {
			t.Error("a stranger sees a visit")
		}
	})
}

func TestWhatIsAskedIsNeverPartOfAPage(t *testing.T) {
	t.Parallel()
	const hostile = `"'><img src=x onerror=alert(1)><script>alert(1)</script>`
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		for _, field := range []string{"q", "specialization", "rating", "from", "sort", "week", "day", "type"} {
			query := "?" + url.Values{field: {hostile}}.Encode()
			for _, path := range []string{"/", "/doctors", page.DoctorPath(c.Doctor.UserID)} {
				answer := v.Get(path + query)
				if n := answer.Find("img[onerror], script:not([src])").Length(); n > 0 || answer.Status != http.StatusOK {
					t.Errorf("%s%s answers %d with %d pieces of it in the page", path, query, answer.Status, n)
				}
			}
		}
	})
}
