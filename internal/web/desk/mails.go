package desk

import (
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// mailsView is what was sent to people, is to be sent, or is kept.
type mailsView struct {
	r      *page.Request
	State  notify.State // "": all
	Person uuid.UUID    // uuid.Nil: everybody
	Counts map[notify.State]int
	Found  []notify.Listed
	More   string
}

// mails lists mail by state, the newest first.
func mails(r *page.Request) error {
	q := r.URL.Query()
	v := mailsView{r: r}
	if state := notify.State(q.Get("state")); slices.Contains(notify.States(), state) {
		v.State = state
	}
	v.Person, _ = uuid.Parse(q.Get("person")) // Nil: everybody
	var err error
	if v.Found, v.More, err = r.Site.Mail.Mails(r.Context(), r.Caller, notify.Search{State: v.State, Person: v.Person, Cursor: q.Get("cursor")}); err != nil {
		return err
	}
	if v.Counts, err = r.Site.Mail.CountMails(r.Context(), r.Caller, v.Person); err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Mail"), At: "/admin"}, mailsPage(v))
}

func (v mailsView) lead() string {
	if v.Person != uuid.Nil {
		return v.r.T("To one person, or about their visits.")
	}
	switch {
	case v.r.Site.Demo:
		return v.r.T("What would be sent to people. A demo sends nothing, so it is kept here.")
	case v.r.Site.Mail.Sends():
		return v.r.T("What is sent to people about their visits and accounts.")
	}
	return v.r.T("What would be sent to people. No mail server is set up, so it is kept here.")
}

// states are the ways to see the list, each with how many there are.
func (v mailsView) states() []ui.Choice {
	choices := []ui.Choice{{Label: v.r.T("All"), Href: v.r.With("state", "", "cursor", ""), Current: v.State == ""}}
	for _, state := range notify.States() {
		if v.Counts[state] == 0 && v.State != state && !slices.Contains([]notify.State{notify.Failed, notify.Waiting}, state) {
			continue
		}
		choices = append(choices, ui.Choice{Label: mailState(v.r, state), Href: v.r.With("state", string(state), "cursor", ""),
			Current: v.State == state, Count: counted(v.r, v.Counts[state])})
	}
	return choices
}

// counted is a number of mails, which is not counted to the end.
func counted(r *page.Request, n int) string {
	if n >= notify.ManyMails {
		return r.T("%s and more", r.Decimal(notify.ManyMails, 0))
	}
	return r.Decimal(float64(n), 0)
}

func (v mailsView) table() ui.TableProps {
	p := ui.TableProps{Caption: v.r.T("Mail"), Columns: []ui.Column{
		{Name: v.r.T("Mail")}, {Name: v.r.T("To")}, {Name: v.r.T("State")}, {Name: v.r.T("Made on")},
	}}
	for _, m := range v.Found {
		to := ui.Cell{Text: m.UserName, Href: personPath(m.UserID), Note: m.Recipient}
		if m.UserBirth != nil {
			to.Text += ", " + v.r.Born(*m.UserBirth)
		}
		row := ui.Row{Cells: []ui.Cell{
			{Text: mailKind(v.r, notify.Kind(m.Kind)), Href: mailPath(m.ID)}, to,
			{More: mailBadge(v.r, m.State), Note: tries(v.r, m)}, {Text: v.r.ShortDateTime(m.CreatedAt, v.r.Zone)},
		}}
		switch m.State {
		case notify.Failed:
			row.Tone = "warm"
		case notify.Dropped:
			row.Tone = "faded"
		case notify.Waiting, notify.Withheld, notify.Sent, notify.Kept:
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// tries says how often a mail was tried that has not left yet.
func tries(r *page.Request, m notify.Listed) string {
	if m.Attempts == 0 || m.State == notify.Sent {
		return ""
	}
	return r.N("tried %d time|tried %d times", m.Attempts)
}

func mailPath(id uuid.UUID) string { return "/admin/mail/" + id.String() }

func mailsOfPath(u turno.User) string { return "/admin/mail?person=" + u.ID.String() }

// mailKind is what a mail is about, in a few words.
func mailKind(r *page.Request, kind notify.Kind) string {
	switch kind {
	case notify.KindBooked:
		return r.T("Visit booked")
	case notify.KindConfirmed:
		return r.T("Visit confirmed")
	case notify.KindMoved:
		return r.T("Visit moved")
	case notify.KindCancelled:
		return r.T("Visit cancelled")
	case notify.KindExpired:
		return r.T("Not confirmed in time")
	case notify.KindReminderDay:
		return r.T("Reminder, 24 hours before")
	case notify.KindReminderSoon:
		return r.T("Reminder, 2 hours before")
	case notify.KindFeedback:
		return r.T("How was your visit?")
	case notify.KindAddressChanged:
		return r.T("The email of your account was changed")
	case notify.KindNewSignIn:
		return r.T("New sign-in to your account")
	case notify.KindLicenceVerified:
		return r.T("Your licence is verified")
	case notify.KindPasswordReset:
		return r.T("A link for a new password")
	case notify.KindVerifyEmail:
		return r.T("Confirm your address")
	}
	return string(kind)
}

// mailState is how far a mail has come, in a word or two.
func mailState(r *page.Request, state notify.State) string {
	switch state {
	case notify.Failed:
		return r.T("Not delivered")
	case notify.Waiting:
		return r.T("Waiting")
	case notify.Withheld:
		return r.T("Held back")
	case notify.Sent:
		return r.T("Sent")
	case notify.Kept:
		return r.T("Kept here")
	case notify.Dropped:
		return r.T("Not needed any more")
	}
	return string(state)
}

// mailTone is how much a state asks to be looked at, and its sign.
func mailTone(state notify.State) (ui.NoticeKind, ui.IconName) {
	switch state {
	case notify.Failed:
		return ui.Fault, ui.IconStop
	case notify.Waiting:
		return ui.Info, ui.IconWaiting
	case notify.Withheld:
		return ui.Warn, ui.IconLock
	case notify.Sent:
		return ui.Success, ui.IconCheck
	case notify.Kept, notify.Dropped:
	}
	return ui.Info, ui.IconMail
}
