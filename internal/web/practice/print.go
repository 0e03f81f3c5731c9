package practice

import (
	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/ui"
)

// paper is the day as a table to take along.
func paper(p practice, a agenda) ui.TableProps {
	table := ui.TableProps{Caption: p.T("The visits of the day"), Columns: []ui.Column{
		{Name: p.T("Time"), Shrink: true}, {Name: p.T("Patient")}, {Name: p.T("Telephone")}, {Name: p.T("Visit")}, {Name: p.T("Status")},
	}}
	for _, v := range a.Visits {
		what := p.kind(v)
		if v.VisitType != nil && v.VisitType.Mode != turno.ModeInPerson {
			what += ", " + ui.ModeName(p.Words, v.VisitType.Mode)
		}
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{
			{Text: p.clock(v.ScheduledAt) + "–" + p.clock(v.EndsAt)},
			{Text: v.PatientName, Note: p.Born(v.PatientBirth)},
			{Text: v.PatientNumber},
			{Text: what},
			{More: ui.StatusChip(ui.StandingOf(v.Appointment), true)},
		}})
	}
	return table
}
