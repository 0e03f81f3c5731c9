package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/system"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// systemView is how the installation is doing.
type systemView struct {
	r      *page.Request
	Status system.Status
}

func systemPage(r *page.Request) error {
	if r.Site.System == nil {
		return turno.NotFound("page")
	}
	status, err := r.Site.System.Status(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("System"), At: "/admin"}, systemComponent(systemView{r, status}))
}

// retryJob has a job that failed tried again.
func retryJob(r *page.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || r.Site.System == nil {
		return turno.NotFound("job")
	}
	if err := r.Site.System.RetryJob(r.Context(), r.Caller, id); err != nil {
		return err
	}
	r.Say("success", "The job is tried again.")
	return r.Redirect("/admin/system")
}

func (v systemView) facts() []ui.Fact {
	s := v.Status
	waiting := ui.Fact{Name: v.r.T("Events that wait"), Value: v.r.Decimal(float64(s.WaitingEvents), 0)}
	if s.OldestEventAt != nil {
		waiting.Note = v.r.T("since %s", v.r.Ago(v.r.Now.Sub(*s.OldestEventAt)))
	}
	mails := ui.Fact{Name: v.r.T("Mails that wait"), Value: v.r.Decimal(float64(s.WaitingMails.Count), 0), Href: "/admin/mail?state=waiting"}
	if s.WaitingMails.OldestAt != nil {
		mails.Note = v.r.T("since %s", v.r.Ago(v.r.Now.Sub(*s.WaitingMails.OldestAt)))
	}
	given := ui.Fact{Name: v.r.T("Given up"), Value: v.depth("discarded")}
	if s.Jobs.Depth["discarded"] > 0 {
		given.Note = v.r.T("with the past turns of tasks")
	}
	return []ui.Fact{
		{Name: v.r.T("Jobs that wait"), Value: v.depth("available", "scheduled", "retryable", "pending")},
		{Name: v.r.T("Running now"), Value: v.depth("running")},
		given,
		waiting,
		mails,
		{Name: v.r.T("Mail not delivered"), Value: counted(v.r, s.MailsFailed), Href: "/admin/mail?state=failed"},
		{Name: v.r.T("Live pages"), Value: strconv.Itoa(s.Streams), Note: v.r.T("open on this node")},
	}
}

func (v systemView) depth(states ...string) string {
	sum := 0
	for _, state := range states {
		sum += v.Status.Jobs.Depth[state]
	}
	return v.r.Decimal(float64(sum), 0)
}

func (v systemView) terms() []ui.Term {
	s := v.Status
	mail := v.r.T("Not set up: it is kept to be read here")
	switch {
	case v.r.Site.Demo:
		mail = v.r.T("A demo sends nothing: it is kept to be read here")
	case s.Mail:
		mail = v.r.T("Set up")
	}
	if s.WaitingMails.LastError != "" {
		mail += " · " + v.r.T("the last attempt that failed: %s", wrong(v.r, s.WaitingMails.LastError))
	}
	migrations := v.r.T("%d, the newest", s.Migration)
	if s.Migration != s.NewestMigration {
		migrations = v.r.T("%d; this version knows %d", s.Migration, s.NewestMigration)
	}
	return []ui.Term{
		{Name: v.r.T("Version"), Value: s.Version},
		{Name: v.r.T("Running for"), Value: uptime(v.r, s.Uptime)},
		{Name: v.r.T("Database"), Value: fmt.Sprintf("%v · %s MB", s.Engine, v.r.Decimal(float64(s.DatabaseBytes)/1e6, 1))},
		{Name: v.r.T("Migration"), Value: migrations},
		{Name: v.r.T("Mail"), Value: mail, Href: "/admin/mail"},
	}
}

// uptime is a length in the largest unit that says something.
func uptime(r *page.Request, d time.Duration) string {
	if days := int(d.Hours() / 24); days > 1 {
		return r.N("%d day|%d days", days)
	}
	return r.Minutes(int(d / time.Minute))
}

func (v systemView) tasks() ui.TableProps {
	p := ui.TableProps{Caption: v.r.T("Periodic tasks"), Plain: true, Columns: []ui.Column{
		{Name: v.r.T("Task")}, {Name: v.r.T("Every")}, {Name: v.r.T("Last")}, {Name: v.r.T("Next")}, {Name: v.r.T("State")},
	}}
	tasks := slices.SortedFunc(slices.Values(v.Status.Jobs.Tasks), func(a, b jobs.TaskRun) int { return cmp.Compare(a.Name, b.Name) })
	for _, task := range tasks {
		p.Rows = append(p.Rows, ui.Row{Cells: []ui.Cell{
			{Text: task.Name}, {Text: uptime(v.r, task.Every)}, {Text: v.moment(task.LastAt)}, {Text: v.moment(task.NextAt)}, {Text: cmp.Or(task.State, "–")},
		}})
	}
	return p
}

func (v systemView) moment(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return v.r.ShortDateTime(*at, v.r.Zone)
}

func (v systemView) failures() ui.TableProps {
	p := ui.TableProps{Caption: v.r.T("Jobs that failed"), Plain: true, Columns: []ui.Column{
		{Name: v.r.T("Job")}, {Name: v.r.T("What went wrong")}, {Name: v.r.T("Attempts")}, {Name: v.r.T("Last")}, {Name: v.r.T("Next")}, {Name: v.r.T("Try again"), Hidden: true},
	}}
	for _, f := range v.Status.Jobs.Failures {
		next := v.r.T("not by itself")
		if f.NextAt != nil {
			next = v.moment(f.NextAt)
		}
		if f.Task {
			next = v.r.T("%s, at its next turn", next)
		}
		p.Rows = append(p.Rows, ui.Row{Tone: "warm", Cells: []ui.Cell{
			{Text: f.Name}, {Text: f.Error}, {Text: v.r.T("%d of %d", f.Attempts, f.MaxAttempts)}, {Text: v.moment(&f.AttemptedAt)}, {Text: next},
			{More: ui.PostButton(fmt.Sprintf("/admin/system/jobs/%d/retry", f.ID), ui.ButtonProps{Label: v.r.T("Try again"), Icon: ui.IconUndo, Small: true, About: f.Name})},
		}})
	}
	return p
}
