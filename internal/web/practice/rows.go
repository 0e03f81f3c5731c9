package practice

import (
	"github.com/a-h/templ"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/ui"
)

// visitRow is a visit of a day that is known.
func visitRow(p practice, v booking.VisitView, actions templ.Component) ui.VisitProps {
	return ui.VisitProps{
		ID: "v-" + v.ID.String(), At: v.ScheduledAt, Ends: v.EndsAt, Zone: p.Local,
		Who: v.PatientName, WhoNote: p.Born(v.PatientBirth), What: p.about(v), Icon: modeIcon(v),
		Standing: ui.StandingOf(v.Appointment), Short: true, Href: p.toVisit(v.ID), Actions: actions,
	}
}

// requestRow is a request in the queue: of any day, with how long it has waited.
func requestRow(p practice, v booking.VisitView) ui.VisitProps {
	row := visitRow(p, v, answers(p, v))
	row.ID, row.ShowDay = "q-"+v.ID.String(), true
	row.What += " · " + p.T("asked %s", p.Ago(p.Now.Sub(v.CreatedAt)))
	return row
}

// pastRow is a visit that is over and waits for an answer.
func pastRow(p practice, v booking.VisitView) ui.VisitProps {
	row := visitRow(p, v, answers(p, v))
	row.ID, row.ShowDay = "u-"+v.ID.String(), true
	return row
}

func calledOffRow(p practice, a agenda, v booking.VisitView) ui.VisitProps {
	row := visitRow(p, v, nil)
	row.ID, row.ShowDay = "c-"+v.ID.String(), a.Week
	return row
}

// about names the patient to those who hear a button and don't see its row.
func about(b ui.ButtonProps, patient string) ui.ButtonProps {
	b.About, b.Small = patient, true
	return b
}

// otherDays are the arrows of an agenda.
func otherDays(p practice, a agenda) ui.DateNavProps {
	step, view := 1, ""
	nav := ui.DateNavProps{Label: p.T("Other days"), PreviousLabel: p.T("The day before"), NextLabel: p.T("The day after")}
	if a.Week {
		step, view = 7, "week"
		nav = ui.DateNavProps{Label: p.T("Other weeks"), PreviousLabel: p.T("The week before"), NextLabel: p.T("The week after")}
	}
	at := func(day turno.Date) string {
		if day == p.today() {
			return p.to("/schedule", "view", view)
		}
		return p.to("/schedule", "day", day.String(), "view", view)
	}
	nav.Previous, nav.Today, nav.Next = at(a.Day.AddDays(-step)), at(p.today()), at(a.Day.AddDays(step))
	return nav
}

func agendaViews(p practice, a agenda) []ui.Choice {
	day := a.Day.String()
	return []ui.Choice{
		{Label: p.T("Day"), Href: p.to("/schedule", "day", day), Current: !a.Week},
		{Label: p.T("Week"), Href: p.to("/schedule", "day", day, "view", "week"), Current: a.Week},
	}
}
