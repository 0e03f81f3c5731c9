package find

import (
	"strconv"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// What stands on a card: so many days, and so many times of each.
const (
	cardDays  = 5
	cardTimes = 3
)

// results is what a search found, and what was asked.
type results struct {
	query           *page.Form
	sort            string
	specializations []turno.Specialization
	specialization  string // the name of the one asked for
	doctors         []booking.FoundDoctor
	count           int    // on all pages
	next            string // the cursor of the page after
	kept            *booking.KeptTime
}

// search lists doctors with their next open times. All that is asked is in the
// address.
func search(r *page.Request) error {
	found := results{query: r.Query(), sort: sortOf(r.URL.Query().Get("sort"))}
	want := found.wanted(r)
	var err error
	if found.specializations, err = r.Site.Account.Specializations(r.Context(), r.Caller); err != nil {
		return err
	}
	for _, s := range found.specializations {
		if s.ID == want.SpecializationID {
			found.specialization = s.Name
		}
	}
	if found.doctors, found.next, err = r.Site.Booking.SearchDoctors(r.Context(), r.Caller, want); err != nil {
		return err
	}
	if found.count, err = r.Site.Booking.CountDoctors(r.Context(), r.Caller, want); err != nil {
		return err
	}
	if found.kept, err = keptTime(r); err != nil {
		return err
	}
	return r.Show(page.Head{Title: found.heading(r), Description: r.T("Choose a time that suits you. It takes less than a minute."), At: "/doctors"}, searchPage(r, found))
}

// wanted reads the query. What can't be read asks for nothing: an address that
// somebody was sent should always show doctors.
func (f results) wanted(r *page.Request) booking.Search {
	want := booking.Search{Query: f.query.Get("q"), Sort: f.sort, Kinds: true, Slots: 1, Days: cardDays, Zone: r.Zone.String(), Limit: 10, Cursor: f.query.Get("cursor")}
	want.SpecializationID, _ = page.Whole(f.query.Get("specialization"))
	if rating, err := strconv.ParseFloat(f.query.Get("rating"), 64); err == nil && rating > 0 && rating <= 5 {
		want.MinRating = rating
	}
	if day, err := turno.ParseDate(f.query.Get("from")); err == nil {
		want.From = day.At(0, r.Zone)
	}
	return want
}

func sortOf(asked string) string {
	switch asked {
	case booking.SortRating, booking.SortName:
		return asked
	}
	return booking.SortEarliest
}

// heading says what is shown: "Cardiology, soonest first".
func (f results) heading(r *page.Request) string {
	who := r.T("All doctors")
	switch query := f.query.Get("q"); {
	case f.specialization != "" && query != "":
		who = r.T("%s: “%s”", f.specialization, query)
	case f.specialization != "":
		who = f.specialization
	case query != "":
		who = r.T("Doctors for “%s”", query)
	}
	switch f.sort {
	case booking.SortRating:
		return r.T("%s, best rated first", who)
	case booking.SortName:
		return r.T("%s, by name", who)
	}
	return r.T("%s, soonest first", who)
}

// lead says how many there are, and whose times they are.
func (f results) lead(r *page.Request) string {
	return r.N("%d doctor.|%d doctors.", f.count) + " " + r.ZoneLine()
}

// isFiltered reports whether there is anything to take away.
func (f results) isFiltered() bool {
	for _, field := range []string{"q", "specialization", "rating", "from"} {
		if f.query.Get(field) != "" {
			return true
		}
	}
	return false
}

// isNarrowed reports whether a filter is set that a phone hides at first.
func (f results) isNarrowed() bool {
	return f.query.Get("specialization")+f.query.Get("rating")+f.query.Get("from") != ""
}

// clear is the address without filters; "" when there are none.
func (f results) clear() string {
	if !f.isFiltered() {
		return ""
	}
	return "/doctors"
}

func (f results) sorts(r *page.Request) []ui.Choice {
	choices := []ui.Choice{
		{Label: r.T("Soonest"), Href: r.With("sort", "", "cursor", ""), Icon: ui.IconClock},
		{Label: r.T("Best rated"), Href: r.With("sort", booking.SortRating, "cursor", ""), Icon: ui.IconStar},
		{Label: r.T("Name"), Href: r.With("sort", booking.SortName, "cursor", "")},
	}
	for i, sort := range []string{booking.SortEarliest, booking.SortRating, booking.SortName} {
		choices[i].Current = sort == f.sort
	}
	return choices
}

func (f results) specializationOptions(r *page.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("Any")}}
	for _, s := range f.specializations {
		options = append(options, ui.Option{Value: strconv.Itoa(s.ID), Label: s.Name})
	}
	return options
}

func ratingOptions(r *page.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("Any")}}
	for _, stars := range []string{"4.5", "4", "3"} {
		n, _ := strconv.ParseFloat(stars, 64) // each is one
		options = append(options, ui.Option{Value: stars, Label: r.T("%s or more", r.Decimal(n, 1))})
	}
	return options
}

// keepSort is the order as a hidden field of the filters.
func (f results) keepSort() []string {
	if f.sort == booking.SortEarliest {
		return nil
	}
	return []string{"sort", f.sort}
}

func (f results) nextPage(r *page.Request) string {
	if f.next == "" {
		return ""
	}
	return r.With("cursor", f.next)
}

// firstPage is the way back; the browser's own leads to the page before.
func (f results) firstPage(r *page.Request) string {
	if f.query.Get("cursor") == "" {
		return ""
	}
	return r.With("cursor", "")
}

// card is a doctor of the list.
func card(r *page.Request, d booking.FoundDoctor) ui.DoctorProps {
	p := ui.DoctorProps{
		Name: d.FullName, Href: page.DoctorPath(d.ID), About: about(r, d.Doctor), Where: placeName(d.Location),
		Rating: d.Rating, Count: d.RatingCount, MoreHref: page.DoctorPath(d.ID),
	}
	if len(d.Days) > 0 {
		p.Next = soon(r, d.NextSlots[0].StartsAt)
		p.MoreHref += "?week=" + d.Days[0].Date.String()
	}
	for _, day := range d.Days {
		p.Days = append(p.Days, cardDay(r, d, day, p.MoreHref))
	}
	return p
}

// cardDay is a day on a card: its first times, and the way to the others.
func cardDay(r *page.Request, d booking.FoundDoctor, open booking.SlotDay, all string) ui.SlotDay {
	day := ui.SlotDay{Day: open.Date, Name: r.DayName(open.Date, r.Today()), Date: r.DayMonth(open.Date)}
	shown := open.Slots
	if len(shown) > cardTimes+1 { // one more is as short as a link to it
		shown = shown[:cardTimes]
		day.More, day.MoreN = all+"&day="+open.Date.String(), len(open.Slots)-cardTimes
	}
	for _, slot := range shown {
		day.Slots = append(day.Slots, ui.Slot{At: slot.StartsAt, Href: page.BookPath(d.ID, slot.StartsAt, nil), About: r.Date(open.Date) + ", " + d.FullName})
	}
	return day
}

// about is a doctor in a line: "Cardiology · 14 years of experience".
func about(r *page.Request, d turno.Doctor) string {
	parts := []string{d.Specialization}
	if d.YearsOfExperience > 0 {
		parts = append(parts, r.N("%d year of experience|%d years of experience", d.YearsOfExperience))
	}
	return strings.Join(parts, " · ")
}
