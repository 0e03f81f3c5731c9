package ui

import (
	"strconv"
	"time"

	"github.com/turno-health/turno"
)

// What the page of the design system shows. It is for those who make pages, so
// it is in English only.

func designParts() []Choice {
	var parts []Choice
	for _, part := range []string{"Colours", "Type", "Icons", "Buttons", "Notices", "Forms", "Times", "Agenda", "People", "Visits", "Lists", "Numbers"} {
		parts = append(parts, Choice{Label: part, Href: "#" + string(part[0]+'a'-'A') + part[1:]})
	}
	return parts
}

func designColours() []string {
	return []string{"paper", "card", "sunk", "line", "edge", "ink", "ink-2", "ink-3", "accent", "accent-2", "accent-soft", "accent-line",
		"warm", "warm-soft", "bad", "bad-soft", "calm", "calm-soft", "star"}
}

// designDay is the day that everything happens on: the next at nine.
func designMorning(now time.Time, zone *time.Location) time.Time {
	return turno.DateOf(now, zone).At(9*60, zone)
}

func designSlots(from time.Time, n int) []Slot {
	from = from.Truncate(time.Hour)
	var slots []Slot
	for i := range n {
		slots = append(slots, Slot{At: from.Add(time.Duration(i) * 20 * time.Minute), Href: "#times", Selected: i == 4})
	}
	return slots
}

func designDaysOf(now time.Time, zone *time.Location, counts ...int) []SlotDay {
	names := []string{"Today", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	var days []SlotDay
	for i, n := range counts {
		morning := designMorning(now, zone).AddDate(0, 0, i)
		day := SlotDay{Day: turno.DateOf(morning, zone), Name: names[i], Date: strconv.Itoa(23+i) + " Nov"}
		for k := range min(n, 4) {
			day.Slots = append(day.Slots, Slot{At: morning.Add(time.Duration(k*40+i*20) * time.Minute), Href: "#times"})
		}
		if n > 4 {
			day.More, day.MoreN = "#times", n-4
		}
		days = append(days, day)
	}
	return days
}

func designWeek(now time.Time, zone *time.Location) WeekProps {
	return WeekProps{ID: "design-week", Title: "23 to 29 November", Level: 3, Previous: "", Next: "/design?week=2#times",
		Days: designDaysOf(now, zone, 2, 4, 11, 0, 6, 1, 0), ZoneNote: "Times are in Madrid time, as at the clinic."}
}

func designEmptyWeek() WeekProps {
	return WeekProps{ID: "design-none", Title: "30 November to 6 December", Level: 3, Previous: "/design?week=1#times", Next: "/design?week=3#times",
		First: "/design?week=4#times", FirstLabel: "First open time: Monday 7 December"}
}

func designAgenda(now time.Time, zone *time.Location) AgendaProps {
	morning := designMorning(now, zone)
	day := turno.DateOf(morning, zone)
	at := func(minutes, length int, item AgendaItem) AgendaItem {
		item.At = morning.Add(time.Duration(minutes) * time.Minute)
		item.Ends = item.At.Add(time.Duration(length) * time.Minute)
		if item.Free {
			item.Href, item.About = "#agenda", "with Dr Okafor"
		}
		return item
	}
	return AgendaProps{Label: "The front desk's day", ByOne: true, Zone: zone, FromHour: 8, ToHour: 14, Now: morning.Add(100 * time.Minute), Columns: []AgendaColumn{
		{Day: day, Title: "Dr Amara Okafor", Note: "Cardiology", Today: true, Href: "#agenda", Items: []AgendaItem{
			at(0, 40, AgendaItem{Title: "Jonas Weber", Note: "Follow-up", Standing: Completed, Href: "#agenda"}),
			at(40, 20, AgendaItem{Title: "Mei Tanaka", Standing: Missed, Href: "#agenda"}),
			at(60, 20, AgendaItem{Free: true}),
			at(80, 40, AgendaItem{Title: "Sofía Navarro", Note: "First visit · 40 minutes", Standing: Confirmed, Href: "#agenda"}),
			at(120, 20, AgendaItem{Title: "Ibrahim Diallo", Standing: Requested, Href: "#agenda"}),
			at(140, 20, AgendaItem{Free: true}), at(160, 20, AgendaItem{Free: true}),
			at(180, 60, AgendaItem{Off: true, Title: "Lunch"}),
		}},
		{Day: day, Title: "Dr Lucía Martín", Note: "Dermatology", Href: "#agenda", Items: []AgendaItem{
			at(-60, 120, AgendaItem{Off: true, Title: "Away", Note: "Conference"}),
			at(60, 10, AgendaItem{Title: "Grace Lindqvist", Standing: Confirmed, Href: "#agenda"}),
			at(70, 10, AgendaItem{Title: "A very long name that does not fit anywhere", Standing: Confirmed, Href: "#agenda"}),
			at(90, 30, AgendaItem{Free: true}), at(120, 30, AgendaItem{Free: true}),
		}},
		{Day: day, Title: "Dr Ben Adler", Note: "General medicine", Href: "#agenda", Items: []AgendaItem{
			at(-30, 30, AgendaItem{Title: "Olivia Orr", Note: "Cancelled by the patient", Standing: Cancelled, Href: "#agenda"}),
			at(0, 15, AgendaItem{Free: true}), at(15, 15, AgendaItem{Free: true}), at(30, 15, AgendaItem{Free: true}),
		}},
	}}
}

func designDayList(now time.Time, zone *time.Location) DayListProps {
	morning := designMorning(now, zone)
	at := func(minutes int) time.Time { return morning.Add(time.Duration(minutes) * time.Minute) }
	return DayListProps{Label: "A doctor's day", Zone: zone, Hours: []DayHour{
		{Hour: 8},
		{Hour: 9, Items: []DayItem{
			{Visit: &VisitProps{At: at(0), Ends: at(40), Zone: zone, Who: "Jonas Weber", WhoNote: "born 1 January 1977", What: "Follow-up", Standing: Completed, Short: true, Href: "#agenda"}},
			{Now: at(45)},
			{Free: []Slot{{At: at(40), Href: "#agenda"}}},
		}},
		{Hour: 10, Items: []DayItem{
			{Visit: &VisitProps{At: at(60), Ends: at(100), Zone: zone, Who: "Ibrahim Diallo", WhoNote: "born 3 February 1990", What: "First visit", Standing: Requested, Short: true, Href: "#agenda", Actions: designVisitActions()}},
		}},
		{Hour: 11, Items: []DayItem{{Off: &OffProps{At: at(120), Ends: at(180), Title: "Time off", Note: "Dentist"}}}},
	}}
}

func designDoctors(now time.Time, zone *time.Location) []DoctorProps {
	return []DoctorProps{
		{Name: "Dr Amara Okafor", Href: "#people", About: "Cardiology · 14 years of experience", Where: "Riverside Clinic, Madrid", Rating: 4.8, Count: 126,
			Next: "Next: today at 16:40", Days: designDaysOf(now, zone, 2, 3, 7, 0, 2), MoreHref: "#people", Level: 3},
		{Name: "Dr Lucía Martín", Href: "#people", About: "Dermatology · 8 years of experience", Where: "Riverside Clinic, Madrid",
			Next: "Next: tomorrow at 09:30", Slots: designSlots(now, 3), MoreHref: "#people", Level: 3},
		{Name: "Dr Ben Adler", Href: "#people", About: "General medicine · 1 year of experience", Rating: 3.4, Count: 1, Level: 3},
	}
}

func designVisits(now time.Time, zone *time.Location) []VisitProps {
	at := designMorning(now, zone).AddDate(0, 0, 1)
	visit := func(hours int, v VisitProps) VisitProps {
		v.At = at.Add(time.Duration(hours) * time.Hour)
		v.Ends, v.Zone, v.Href = v.At.Add(40*time.Minute), zone, "#visits"
		return v
	}
	return []VisitProps{
		visit(0, VisitProps{ShowDay: true, Who: "Dr Amara Okafor", What: "First visit · 40 minutes", Where: "Riverside Clinic, Calle del Río 1", ForWhom: "Leo Paz", Standing: Requested}),
		visit(24, VisitProps{ShowDay: true, Who: "Dr Lucía Martín", What: "Follow-up · 15 minutes · by video", Icon: IconVideo, Standing: Confirmed}),
		visit(1, VisitProps{Who: "Ibrahim Diallo", WhoNote: "born 3 February 1990", What: "First visit", Standing: Requested, Short: true, Actions: designVisitActions()}),
		visit(2, VisitProps{Who: "Sofía Navarro", WhoNote: "born 12 May 1948", What: "Chest pain on exertion", Standing: Completed, Short: true}),
		visit(3, VisitProps{Who: "Grace Lindqvist", WhoNote: "born 30 August 2001", Standing: Cancelled, Short: true}),
		visit(4, VisitProps{Who: "Jonas Weber", WhoNote: "born 1 January 1977", Standing: Missed, Short: true}),
	}
}

func designTable() TableProps {
	return TableProps{Caption: "People", Columns: []Column{
		{Name: "Name", Sort: "#lists", Sorted: "ascending"}, {Name: "Born"}, {Name: "Telephone"}, {Name: "Visits", Number: true, Sort: "#lists"}, {Name: "Actions", Hidden: true},
	}, Rows: []Row{
		{Cells: []Cell{{Text: "Pablo Paz", Href: "#lists", Note: "pablo@example.org"}, {Text: "3 Feb 1990"}, {Text: "+34 600 000 000"}, {Text: "12"}, {More: Button(ButtonProps{Label: "Book", Kind: Quiet, Small: true, Href: "#lists", About: "Pablo Paz"})}}},
		{Tone: "warm", Cells: []Cell{{Text: "Pablo Paz", Href: "#lists", Note: "waiting for a call"}, {Text: "9 Sep 1961"}, {Text: "+34 600 111 222"}, {Text: "1"}, {More: Button(ButtonProps{Label: "Book", Kind: Quiet, Small: true, Href: "#lists", About: "Pablo Paz"})}}},
		{Tone: "faded", Cells: []Cell{{Text: "Olivia Orr", Note: "deactivated"}, {Text: "14 Jul 1985"}, {Text: "–"}, {Text: "0"}, {}}},
	}}
}

func designDays(now time.Time, zone *time.Location) ChartProps {
	p := ChartProps{Title: "Visits per day", Summary: "The last two weeks: 128 visits, most of them on Tuesdays.", DayName: "Day", Level: 3,
		Series: []Series{{"Completed", "calm"}, {"Confirmed", "accent"}, {"Requested", "warm"}, {"Cancelled", "faded"}}}
	for i, values := range [][]int{{9, 0, 0, 1}, {14, 0, 0, 2}, {8, 0, 0, 0}, {11, 0, 0, 3}, {6, 0, 0, 1}, {0, 0, 0, 0}, {0, 0, 0, 0},
		{5, 4, 1, 1}, {0, 13, 3, 2}, {0, 9, 2, 0}, {0, 10, 1, 1}, {0, 5, 4, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}} {
		day := turno.DateOf(now, zone).AddDays(i - 7)
		bar := Bar{Day: day, Name: day.String(), Values: values}
		if i%2 == 0 {
			bar.Label = strconv.Itoa(day.Day)
		}
		p.Bars = append(p.Bars, bar)
	}
	return p
}

func designRatings() BarsProps {
	return BarsProps{Title: "Average rating per doctor", Summary: "Of all ratings so far.", Head: [2]string{"Doctor", "Rating"}, Most: 5, Level: 3, Items: []BarItem{
		{Label: "Dr Amara Okafor", Note: "126 ratings", Value: 4.8, Shown: "4.8", Href: "#numbers"},
		{Label: "Dr Lucía Martín", Note: "58 ratings", Value: 4.6, Shown: "4.6", Href: "#numbers"},
		{Label: "Dr Ben Adler", Note: "1 rating", Value: 3.4, Shown: "3.4", Href: "#numbers"},
	}}
}
