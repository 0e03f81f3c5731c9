package practice_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

// weekOf is what the editor sends for these hours of one day.
func weekOf(day turno.Weekday, zone string, windows ...string) url.Values {
	form := url.Values{"do": {"preview"}, "slot_minutes": {"30"}, "buffer_minutes": {"0"}, "min_notice_minutes": {"0"}, "horizon_days": {"90"}, "time_zone": {zone}}
	for i, window := range windows {
		from, to, _ := strings.Cut(window, "-")
		row := string(day) + "-" + string(rune('0'+i))
		form.Set("start-"+row, from)
		form.Set("end-"+row, to)
	}
	return form
}

func TestAPreviewSaysWhatDaylightSavingDoes(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Clock.Set(time.Date(2027, 3, 15, 9, 0, 0, 0, time.UTC)) // Madrid's clocks go forward on the 28th
		v := signedIn(t, c, c.Doctor)
		preview := v.Post("/schedule/hours", weekOf(turno.Sunday, "Europe/Madrid", "01:00-05:00"))
		for _, words := range []string{"Sunday 28 March: the clocks go forward, and there is no time from 02:00 to 03:00.",
			"Your hours 01:00–05:00 are 1 hour shorter on that day.", "Nothing is saved yet.",
			"Sunday 31 October: the clocks go back, and the time from 02:00 to 03:00 comes twice.", "are 1 hour longer on that day."} {
			if !preview.Says(words) {
				t.Errorf("the preview does not say %q", words)
			}
		}
		fits := map[string]string{}
		for _, row := range preview.Find("#preview tbody tr").EachIter() {
			fits[strings.TrimSpace(row.Find("th").Text())] = strings.TrimSpace(row.Find("td.number").Text())
		}
		if fits["Sun 21 Mar"] != "8" || fits["Sun 28 Mar"] != "6" || fits["Sun 31 Oct"] != "10" {
			t.Errorf("visits that fit: %v", fits)
		}
		saved, err := c.Booking.Availability(t.Context(), c.Doctor.Caller, c.Doctor.UserID)
		if err != nil || len(saved) != 7 {
			t.Errorf("a preview left %d windows: %v", len(saved), err)
		}
	})
}

func TestHoursAreSavedWithTheVisitsOutsideListed(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(onDay(c, 15, 0))
		v := signedIn(t, c, c.Doctor)
		form := weekOf(turno.Monday, "UTC", "08:00-10:00", "11:00-13:00")
		form.Set("do", "save")
		form.Set("release-Monday-1", "1440")
		form.Set("auto_confirm", "on")
		page := v.Post("/schedule/hours", form)
		if !page.Says("Saved. Some visits now lie outside your hours") || len(rows(page, "#outside")) != 1 {
			t.Errorf("got %d %s", page.Status, page.Text())
		}
		saved, err := c.Booking.Availability(t.Context(), c.Doctor.Caller, c.Doctor.UserID)
		if err != nil || len(saved) != 2 || saved[1].ReleaseMinutes == nil || *saved[1].ReleaseMinutes != 1440 {
			t.Errorf("saved %+v, %v", saved, err)
		}
	})
}

func TestHoursComeBackAsTheyWereTyped(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := signedIn(t, c, c.Doctor)
		for name, row := range map[string]struct {
			windows []string
			field   string
		}{
			"no time":          {[]string{"nine-10:00"}, "start-Monday-0"},
			"the wrong way":    {[]string{"10:00-09:00"}, "end-Monday-0"},
			"one over another": {[]string{"08:00-10:00", "09:00-11:00"}, "start-Monday-1"},
		} {
			page := v.Post("/schedule/hours", weekOf(turno.Monday, "UTC", row.windows...))
			field := page.Find(`[name="` + row.field + `"]`)
			if page.Status != http.StatusUnprocessableEntity || field.AttrOr("aria-invalid", "") != "true" || field.AttrOr("value", "") == "" {
				t.Errorf("%s: %d, the field is %q: %s", name, page.Status, field.AttrOr("value", ""), page.Find(".summary").Text())
			}
		}
		form := weekOf(turno.Monday, "UTC", "08:00-10:00")
		form.Set("do", "copy")
		form.Set("copy_from", "Monday")
		form.Set("copy_to", "weekdays")
		copied := v.Post("/schedule/hours", form)
		if got := copied.Find(`[name="end-Friday-0"]`).AttrOr("value", ""); got != "10:00" {
			t.Errorf("Friday ends at %q", got)
		}
		form.Set("do", "add Monday")
		if v.Post("/schedule/hours", form).Find(`[name="end-Monday-1"]`).Length() != 1 {
			t.Error("Monday has no room for more")
		}
	})
}

// Times are understood as people write them, and asked for as the reader does.
func TestTimesAreUnderstoodAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	v := signedIn(t, c, c.Doctor)
	hours := weekOf(turno.Monday, "UTC", "9-0930", "9:45 AM-2:30 p. m.", "15h-12:00 AM")
	hours.Set("do", "save")
	if page := v.Post("/schedule/hours", hours); page.Status != http.StatusOK {
		t.Fatalf("%d: %s", page.Status, page.Find(".summary").Text())
	}
	week, err := c.Booking.Availability(t.Context(), c.Doctor.Caller, c.Doctor.UserID)
	c.Must(err)
	var saved []string
	for _, w := range week {
		saved = append(saved, w.StartTime.String()+"-"+w.EndTime.String())
	}
	if diff := cmp.Diff([]string{"09:00-09:30", "09:45-14:30", "15:00-24:00"}, saved); diff != "" {
		t.Errorf("the hours of Monday (-want +got):\n%s", diff)
	}
	day := c.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	if page := v.Post("/schedule/hours/extra", url.Values{"date": {day}, "starts_at": {"9 PM"}, "ends_at": {"12 AM"}}); page.Status != http.StatusOK {
		t.Errorf("extra hours: %d: %s", page.Status, page.Find(".summary").Text())
	}
	if page := v.Post("/schedule/time-off", url.Values{"from_date": {day}, "from_time": {"2.30pm"}, "to_date": {day}, "to_time": {"17h30"}}); page.Status != http.StatusOK {
		t.Errorf("time off: %d: %s", page.Status, page.Find(".summary").Text())
	}
	for language, want := range map[string]string{
		"en": "Write a time like 09:30.", "en-US": "Write a time like 9:30\u00a0AM.", "es": "Escribe una hora como 09:30.",
	} {
		v.Header.Set("Accept-Language", language)
		page := v.Post("/schedule/hours/extra", url.Values{"date": {day}, "starts_at": {"early"}, "ends_at": {"12 AM"}})
		if got := page.Find("#f-starts_at-error").Text(); page.Status != http.StatusUnprocessableEntity || !strings.Contains(got, want) {
			t.Errorf("in %s: %d, %q, want %q", language, page.Status, got, want)
		}
	}
}

func TestADoctorFallsIllWithoutTwentyCalls(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		first, second := c.Visit(onDay(c, 10, 0)), asks(t, c, c.OtherPatient, 11, 0)
		v := signedIn(t, c, c.Doctor)
		page := v.Get("/schedule/time-off")
		page = v.Submit(page, `form[action="/schedule/time-off"]`, url.Values{"do": {"block"}, "reason": {"Flu"}})
		if page.Status != http.StatusConflict || len(rows(page, "#in-the-way")) != 2 || page.Find(`[name="reason"]`).AttrOr("value", "") != "Flu" {
			t.Fatalf("got %d %s", page.Status, page.Text())
		}
		page = v.Submit(page, `form[action="/schedule/time-off"]`, url.Values{"do": {"clear"}, "to-" + second.ID.String(): {""}})
		if !page.Says("The time is blocked.") || !page.Says("Flu") {
			t.Errorf("got %d %s", page.Status, page.Text())
		}
		moved, err := c.Booking.Visit(t.Context(), c.Desk.Caller, first.ID)
		if err != nil || !moved.ScheduledAt.After(onDay(c, 24, 0)) {
			t.Errorf("the first is at %v, %v", moved.ScheduledAt, err)
		}
		if got := statusOf(t, c, second.ID); got != "cancelled practice" {
			t.Errorf("the second is %s", got)
		}
		page = v.Submit(page, `form[action$="/delete"]`, nil)
		if !page.Says("The time is open again.") {
			t.Errorf("got %s", page.Text())
		}
	})
}

// Whole days are days, without their midnights.
func TestWholeDaysOffAreDays(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, storetest.NewClock(time.Date(2026, time.December, 1, 9, 0, 0, 0, time.UTC)))
	v := signedIn(t, c, c.Doctor)
	for _, off := range [][]string{{"2026-12-26", "00:00", "2026-12-30", "24:00"}, {"2026-12-24", "00:00", "2026-12-24", "24:00"}, {"2026-12-23", "00:00", "2026-12-23", "12:00"}} {
		v.Post("/schedule/time-off", url.Values{"from_date": {off[0]}, "from_time": {off[1]}, "to_date": {off[2]}, "to_time": {off[3]}})
	}
	for _, test := range []struct{ language, path, within, want string }{
		{"en-US", "/schedule/time-off", ".entries strong", "Wednesday, December 23, 12:00\u00a0AM to 12:00\u00a0PM; Thursday, December 24; Sat, Dec 26 to Wed, Dec 30"},
		{"en", "/schedule/time-off", ".entries strong", "Wednesday 23 December, 00:00 to 12:00; Thursday 24 December; Sat 26 Dec to Wed 30 Dec"},
		{"es", "/schedule/time-off", ".entries strong", "Miércoles, 23 de diciembre, de 00:00 a 12:00; Jueves, 24 de diciembre; Sáb 26 dic a mié 30 dic"},
		{"en", "/schedule?day=2026-12-27", ".day-off > span", "All day"},
		{"es", "/schedule?day=2026-12-24&view=week", ".item.off .top", "00:00 Ausencia; Todo el día Ausencia; Todo el día Ausencia; Todo el día Ausencia"},
	} {
		v.Header.Set("Accept-Language", test.language)
		page := v.Get(test.path)
		var got []string
		for _, said := range page.Find(test.within).EachIter() {
			got = append(got, strings.Join(strings.FieldsFunc(said.Text(), func(c rune) bool { return c == ' ' || c == '\n' || c == '\t' }), " "))
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s in %s (-want +got):\n%s", test.path, test.language, diff)
		}
	}
}

func TestTimeOffCancelsNoVisitThatNobodyWasShown(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		shown := c.Visit(onDay(c, 10, 0))
		next := asks(t, c, c.OtherPatient, 24+10, 0)
		v := signedIn(t, c, c.Doctor)
		page := v.Submit(v.Get("/schedule/time-off"), `form[action="/schedule/time-off"]`, url.Values{"do": {"block"}})
		since := asks(t, c, c.OtherPatient, 11, 0)
		// Meanwhile somebody has booked, and the range is longer than the one that was listed.
		page = v.Submit(page, `form[action="/schedule/time-off"]`, url.Values{"do": {"clear"}, "to_date": {onDay(c, 24, 0).Format(time.DateOnly)}, "to-" + shown.ID.String(): {""}})
		if page.Status != http.StatusConflict || len(rows(page, "#in-the-way")) != 3 || !page.Says("There are visits in this time that were not listed before.") {
			t.Fatalf("got %d %s", page.Status, page.Text())
		}
		for _, id := range []uuid.UUID{shown.ID, since.ID, next.ID} {
			if got := statusOf(t, c, id); strings.HasPrefix(got, "cancelled") {
				t.Errorf("a visit is %s", got)
			}
		}
		all := url.Values{"do": {"clear"}}
		for _, id := range []uuid.UUID{shown.ID, since.ID, next.ID} {
			all.Set("to-"+id.String(), "")
		}
		if page = v.Submit(page, `form[action="/schedule/time-off"]`, all); !page.Says("The time is blocked.") {
			t.Fatalf("got %d %s", page.Status, page.Text())
		}
		if got := statusOf(t, c, since.ID); got != "cancelled practice" {
			t.Errorf("it is %s", got)
		}
	})
}

func TestWhoeverNoMailReachesIsListedToBeCalled(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(onDay(c, 10, 0))
		who, err := c.Account.CreateUser(t.Context(), c.Desk.Caller, account.NewUser{Role: turno.RolePatient, FullName: "Nora Nomail",
			DateOfBirth: turno.Date{Year: 1950, Month: 1, Day: 2}, ContactNumber: "+34 600 000 001", TimeZone: "UTC"})
		c.Must(err)
		visit, err := c.Booking.Book(t.Context(), c.Desk.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, PatientID: who.ID, ScheduledAt: onDay(c, 11, 0)})
		c.Must(err)
		v := signedIn(t, c, c.Doctor)
		page := v.Submit(v.Get("/schedule/time-off"), `form[action="/schedule/time-off"]`, url.Values{"do": {"block"}})
		page = v.Submit(page, `form[action="/schedule/time-off"]`, url.Values{"do": {"clear"}, "to-" + visit.ID.String(): {""}})
		if got := rows(page, "#to-call"); len(got) != 1 || !strings.Contains(got[0], "Nora Nomail") || !page.Says("Cancelled") {
			t.Errorf("to be called: %q: %s", got, page.Text())
		}
	})
}

func TestPressingTwiceBooksOneVisit(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		asks(t, c, c.Patient, 10, 0)
		v := signedIn(t, c, c.Doctor)
		form := v.Get("/schedule/book?patient=" + c.Patient.UserID.String() + "&at=" + url.QueryEscape(onDay(c, 24+11, 0).Format(time.RFC3339)))
		for range 2 {
			if page := v.Submit(form, "form.post-button[action^='/schedule/book']", nil); !page.Says("The visit is booked.") && !strings.HasPrefix(page.Path, "/schedule/visits/") {
				t.Errorf("got %d %s", page.Status, page.Text())
			}
		}
		_, err := c.Account.UpdateUser(t.Context(), c.Full.Caller, c.Patient.UserID, account.Patch{Active: new(false)})
		c.Must(err)
		if v.Get("/schedule/book?q=pablo").Find(".table").Length() != 0 || signedIn(t, c, c.Desk).Get("/schedule/book?q=pablo&doctor="+c.Doctor.UserID.String()).Find(".table").Length() != 0 {
			t.Error("a patient who is no longer active is offered to be booked for")
		}
	})
}

func TestAVisitIsMovedFollowedUpAndCancelled(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := asks(t, c, c.Patient, 10, 0)
		v := signedIn(t, c, c.Doctor)
		page := v.Get("/schedule/visits/" + visit.ID.String())
		for _, words := range []string{"Pablo Paz", "born 3 Feb 1990", "Chest pain", "Requested, not yet confirmed"} {
			if !page.Says(words) {
				t.Errorf("the page does not say %q", words)
			}
		}
		path := "/schedule/visits/" + visit.ID.String()
		page = v.Post(path+"/move", url.Values{"date": {"2027-01-04"}, "time": {"noon"}})
		if page.Status != http.StatusUnprocessableEntity || page.Find(`[name="time"]`).AttrOr("value", "") != "noon" {
			t.Errorf("got %d", page.Status)
		}
		page = v.Post(path+"/move", url.Values{"date": {"2027-01-04"}, "time": {"12:10"}})
		if !page.Says("The visit is at its new time.") || !page.Says("Monday 4 January at 12:10") {
			t.Errorf("got %s", page.Text())
		}
		page = v.Get("/schedule/book?q=pablo")
		if page.Find(".table tbody tr").Length() != 1 || v.Get("/schedule/book?q=olivia").Find(".table").Length() != 0 {
			t.Error("a doctor finds those who asked for a visit, and nobody else")
		}
		page = v.Post("/schedule/book?patient="+c.Patient.UserID.String(), url.Values{"date": {"2027-01-05"}, "time": {"9:00"}})
		if !page.Says("The visit is booked.") || !page.Says("Confirmed") {
			t.Errorf("got %s", page.Text())
		}
		page = v.Post(path+"/cancel", url.Values{"reason": {"I am ill."}})
		if got := statusOf(t, c, visit.ID); got != "cancelled practice" || !page.Says("I am ill.") {
			t.Errorf("it is %s: %s", got, page.Text())
		}
	})
}

func TestATimeToBookSaysWhatFits(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		kinds := map[string]string{}
		for name, minutes := range map[string]int{"Short": 30, "Long": 90} {
			kind, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: name, Minutes: minutes})
			c.Must(err)
			kinds[name] = kind.ID.String()
		}
		asks(t, c, c.Patient, 10, 0) // so the doctor knows them
		asks(t, c, c.OtherPatient, 14, 0)
		v := signedIn(t, c, c.Doctor)
		book := func(minute int, kind string) string {
			return "/schedule/book?" + url.Values{"patient": {c.Patient.UserID.String()}, "at": {page.Machine(onDay(c, 13, minute))}, "type": {kinds[kind]}}.Encode()
		}
		buttonOf := `form:not(#others) input[name="at"]`
		fits := v.Get(book(30, "Short"))
		if marked := fits.Find(".chip:contains('does not fit at this time')").Text(); !strings.Contains(marked, "Long") || strings.Contains(marked, "Short") {
			t.Errorf("of the kinds are marked: %q", marked)
		}
		if fits.Find(buttonOf).Length() != 1 || fits.Says("This time is too short") {
			t.Errorf("a kind that fits is not offered: %s", fits.Text())
		}
		long := v.Get(book(30, "Long"))
		if long.Find(buttonOf).Length() != 0 || !long.Says("This time is too short") || long.Find("#others button.slot").Length() != 3 {
			t.Errorf("a kind that does not fit: %s", long.Text())
		}
		if taken := v.Get(book(60, "Long")); !taken.Says("This time is not free") || taken.Find(buttonOf).Length() != 0 {
			t.Errorf("a time that is taken: %s", taken.Text())
		}
		lost := v.Post(book(30, "Long"), url.Values{"at": {page.Machine(onDay(c, 13, 30))}})
		if lost.Status != http.StatusUnprocessableEntity || !lost.Says("This time is too short for this visit. Here are the nearest open times.") || lost.Find("#nearest button.slot").Length() != 3 {
			t.Errorf("the nearest open times are not there: %d %s", lost.Status, lost.Text())
		}
		if booked := v.Submit(lost, "#nearest", url.Values{"at": {lost.Find("#nearest button.slot").First().AttrOr("value", "")}}); !booked.Says("The visit is booked.") {
			t.Errorf("one of them is pressed: %d %s", booked.Status, booked.Text())
		}
	})
}

func TestEnterPreviewsTheHours(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := signedIn(t, c, c.Doctor)
		editor := v.Get("/schedule/hours")
		if pressed := editor.Find("form#hours button").First().AttrOr("value", ""); pressed != "preview" {
			t.Errorf("Enter presses %q, not preview", pressed)
		}
		unknown := v.Submit(editor, "form#hours", url.Values{"do": {"something"}, "slot_minutes": {"45"}})
		if unknown.Status != http.StatusUnprocessableEntity || v.Get("/schedule/hours").Find("#f-slot_minutes").AttrOr("value", "") == "45" {
			t.Errorf("what nobody knows is answered %d, or saved", unknown.Status)
		}
	})
}
