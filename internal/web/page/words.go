package page

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/ui"
)

// Born is what stands beside a patient's name: two people of one name never look
// alike.
func (r *Request) Born(birth turno.Date) string {
	if birth.IsZero() {
		return r.T("birth date not known")
	}
	return r.T("born %s", r.ShortDate(birth))
}

// SamePatients is who a patient that could not be registered may be, each with
// where to go on with them; none when something else is wrong with the form.
func (r *Request) SamePatients(f *Form, href func(turno.User) string) ([]ui.Somebody, error) {
	if !f.same {
		return nil, nil
	}
	found, err := r.Site.Account.SamePatients(r.Context(), r.Caller, f.Get("full_name"), f.Date("date_of_birth"))
	if err != nil {
		return nil, err
	}
	people := make([]ui.Somebody, len(found))
	for i, person := range found {
		about := r.Born(f.Date("date_of_birth"))
		if person.ContactNumber != "" {
			about += " · " + person.ContactNumber
		}
		people[i] = ui.Somebody{Name: person.FullName, About: about, Href: href(person.User)}
	}
	return people, nil
}

// RegisterPatient makes an account for a patient whom staff have before them. One
// of a name and birth date that another has is made only if staff say so. What is
// wrong is taken into the form, as Take does.
func (r *Request) RegisterPatient(f *Form, patient account.NewUser) (account.Person, bool, error) {
	patient.Role, patient.Unlike = turno.RolePatient, !f.Has(ui.AnotherPersonField)
	person, err := r.Site.Account.CreateUser(r.Context(), r.Caller, patient)
	f.same = turno.CodeOf(err) == turno.CodeConflict
	if r.Take(f, err) {
		return account.Person{}, false, nil
	}
	return person, err == nil, err
}

// Skipped says that clocks in a zone don't show a time on a day, because they go
// forward then; "" when they do.
func (r *Request) Skipped(day turno.Date, clock turno.Clock, zone *time.Location) string {
	if day.Has(clock, zone) {
		return ""
	}
	return r.T("There is no %s on this day: the clocks go forward. Choose another time.", r.Words.Clock(clock))
}

// Genders are what people may tell us. none is how it reads that they don't.
func (r *Request) Genders(none string) []ui.Option {
	return []ui.Option{
		{Label: none},
		{Value: string(turno.GenderFemale), Label: r.T("Female")},
		{Value: string(turno.GenderMale), Label: r.T("Male")},
		{Value: string(turno.GenderOther), Label: r.T("Other")},
	}
}

// DayName heads a day of a week of open times: "Today", "Tue".
func (r *Request) DayName(day, today turno.Date) string {
	if isNear(day, today) {
		return r.Day(day, today)
	}
	return locale.Capital(r.ShortWeekday(day.At(0, time.UTC).Weekday()))
}

// DayBelow is the reader's day at an instant, as it fits below a time: "Today",
// "Tue 24 Nov".
func (r *Request) DayBelow(at time.Time) string {
	day, today := turno.DateOf(at, r.Zone), r.Today()
	if isNear(day, today) {
		return r.Day(day, today)
	}
	return r.ShortDay(day)
}

func isNear(day, today turno.Date) bool { return day == today || day == today.AddDays(1) }

// ZoneLine says that times are the reader's.
func (r *Request) ZoneLine() string {
	return r.T("Times are in %s.", r.Words.Zone(r.Zone.String()))
}

// ZoneNote says whose times they are: the reader's, and when the clocks of a
// clinic in another zone go otherwise, that they do.
func (r *Request) ZoneNote(clinic string) string {
	if SameClocks(r.Now, r.Zone, r.ZoneNamed(clinic, r.Zone)) {
		return r.ZoneLine()
	}
	return r.T("Times are in %s; the clinic is on %s.", r.Words.Zone(r.Zone.String()), r.Words.Zone(clinic))
}

// ZoneNamed is the zone of a name in the database, or the other one when this
// machine does not know it.
func (r *Request) ZoneNamed(name string, otherwise *time.Location) *time.Location {
	zone, err := r.Site.zones.Location(name)
	if err != nil {
		return otherwise
	}
	return zone
}

// SameClocks reports whether clocks in two zones show the same at an instant.
func SameClocks(at time.Time, a, b *time.Location) bool {
	_, here := at.In(a).Zone()
	_, there := at.In(b).Zone()
	return here == there
}
