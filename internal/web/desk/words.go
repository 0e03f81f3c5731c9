package desk

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// bornPerson is born for somebody in a list of all people, who may be no patient.
func bornPerson(r *page.Request, u account.ListedUser) string {
	if u.DateOfBirth == nil {
		return ""
	}
	return r.Born(*u.DateOfBirth)
}

// typeNote follows another note: " · First visit".
func typeNote(r *page.Request, v booking.VisitView) string {
	if v.VisitType == nil {
		return ""
	}
	return " · " + v.VisitType.Name + ui.ModeNote(r.Words, v.VisitType.Mode)
}

// what is the kind and length of a visit: "First visit · by video · 40 minutes".
func what(r *page.Request, v booking.VisitView) string {
	length := r.Minutes(int(v.EndsAt.Sub(v.ScheduledAt) / time.Minute))
	if v.VisitType == nil {
		return length
	}
	return v.VisitType.Name + ui.ModeNote(r.Words, v.VisitType.Mode) + " · " + length
}

func visitPath(id uuid.UUID) string { return "/admin/appointments/" + id.String() }

func personPath(id uuid.UUID) string { return "/admin/users/" + id.String() }

// bookPath is where a time is booked for somebody. alone says that the day shows
// this doctor only, to come back to.
func bookPath(doctorID uuid.UUID, at time.Time, alone bool) string {
	q := url.Values{"doctor": {doctorID.String()}, "at": {at.UTC().Format(time.RFC3339)}}
	if alone {
		q.Set("alone", "1")
	}
	return "/admin/book?" + q.Encode()
}

// rename gives the errors of a use case's fields to the form's: pairs of the old
// and the new name.
func rename(f *page.Form, pairs ...string) {
	for i := range f.Errors {
		for k := 0; k+1 < len(pairs); k += 2 {
			if f.Errors[i].Field == pairs[k] {
				f.Errors[i].Field = pairs[k+1]
				break
			}
		}
	}
}

// typedDate is a date as people here write it, in the order of their language:
// 3/2/1990, 3.2.1990.
var typedDate = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$`)

// typedQuery is what somebody typed to find a person, with its dates written as
// the search reads them.
func typedQuery(r *page.Request, query string) string {
	words := strings.Fields(query)
	for i, word := range words {
		parts := typedDate.FindStringSubmatch(word)
		if parts == nil {
			continue
		}
		day, month := parts[1], parts[2]
		if r.Lang() == "en-US" {
			day, month = month, day
		}
		words[i] = fmt.Sprintf("%s-%02s-%02s", parts[3], month, day)
	}
	return strings.Join(words, " ")
}

// clinicChoices are the pages of the administration, for full staff.
func clinicChoices(r *page.Request) []ui.Choice {
	var choices []ui.Choice
	for _, tab := range []struct{ path, name string }{
		{"/admin", r.T("Numbers")},
		{"/admin/doctors", r.T("Doctors")},
		{"/admin/specializations", r.T("Specializations")},
		{"/admin/locations", r.T("Locations")},
		{"/admin/mail", r.T("Mail")},
		{"/admin/audit", r.T("Trail")},
		{"/admin/system", r.T("System")},
	} {
		choices = append(choices, ui.Choice{Label: tab.name, Href: tab.path, Current: r.URL.Path == tab.path})
	}
	return choices
}
