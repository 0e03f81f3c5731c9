package desk

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// mailView is one mail, with what it says.
type mailView struct {
	r *page.Request
	notify.Opened
	Event *ical.Event // the invitation; nil: there is none
	Asks  ical.Method
}

// mailPage shows a mail. That one about a patient was opened goes to the trail.
func mailPage(r *page.Request) error {
	m, err := openMail(r)
	if err != nil {
		return err
	}
	v := mailView{r: r, Opened: m}
	if invitation, err := ical.Read([]byte(m.Calendar)); err == nil && len(invitation.Events) > 0 {
		v.Event, v.Asks = &invitation.Events[0], invitation.Method
	}
	// The one page with a frame: of its own HTML, from below.
	header := r.AnswerHeader()
	header.Set("Content-Security-Policy", header.Get("Content-Security-Policy")+"; frame-src 'self'")
	return r.Show(page.Head{Title: r.T("Mail"), At: "/admin", Wide: true}, mailComponent(v))
}

// mailHTML is the HTML of a mail for the frame on its page. It may do nothing and
// load nothing.
func mailHTML(r *page.Request) error {
	m, err := openMail(r)
	if err != nil {
		return err
	}
	header := r.AnswerHeader()
	header.Set("Content-Security-Policy", notify.PreviewPolicy())
	header.Set("X-Frame-Options", "SAMEORIGIN")
	return r.Write(http.StatusOK, "text/html; charset=utf-8", templ.Raw(m.HTML))
}

func openMail(r *page.Request) (notify.Opened, error) {
	id, err := r.ID("id")
	if err != nil {
		return notify.Opened{}, err
	}
	return r.Site.Mail.OpenMail(r.Context(), r.Caller, id)
}

// stands says what the state of the mail means, and what to do.
func (v mailView) stands() string {
	switch v.State {
	case notify.Failed:
		return v.r.T("It did not arrive, and is not tried again. If it matters, call the person. Check the address on their page.")
	case notify.Waiting:
		return v.waits()
	case notify.Withheld:
		if v.AskedAt != nil {
			return v.r.T("Nobody has confirmed this address yet, so nothing about a visit goes there. The person was asked to on %s; if it matters, call them.", moment(v.r, *v.AskedAt))
		}
		return v.r.T("Nobody has confirmed this address yet, so nothing about a visit goes there. No mail that asks to has left yet; if it matters, call the person.")
	case notify.Kept:
		if v.r.Site.Demo {
			return v.r.T("A demo sends nothing, so it was not sent. It can be read here.")
		}
		return v.r.T("No mail server is set up, so it was not sent. It can be read here.")
	case notify.Dropped:
		return v.r.T("By its time it was no longer true, so it was not sent.")
	case notify.Sent:
	}
	return ""
}

// waits says how long the mail may have to, and who can help.
func (v mailView) waits() string {
	switch v.Trouble() {
	case notify.SenderFault:
		return v.r.T("The mail server refuses the sender or this server, not the address. The mail waits, however long, and is tried every quarter of an hour: whoever looks after the mail server has to mend it.")
	case notify.NotThisMail:
		return v.r.T("It could not leave yet, and the address is not to blame. It waits, however long, and is tried again and again.")
	case notify.NoTrouble:
	}
	return v.r.T("It leaves as soon as the mail server takes it. If the server refuses it for three days, it is given up.")
}

// nothing says why there is nothing to read.
func (v mailView) nothing() string {
	if v.State == notify.Waiting || v.State == notify.Dropped {
		return v.r.T("A mail is written when it leaves, from what is true by then. This one is not written yet, or never was.")
	}
	return v.r.T("What a mail says is kept for 30 days.")
}

func (v mailView) terms() []ui.Term {
	to := v.To.FullName
	if v.Birth != nil {
		to += ", " + v.r.Born(*v.Birth)
	}
	terms := []ui.Term{{Name: v.r.T("To"), Value: to, Href: personPath(v.To.ID), Icon: ui.IconPerson}}
	if v.Recipient != "" {
		terms = append(terms, ui.Term{Name: v.r.T("Address"), Value: v.Recipient, Icon: ui.IconMail})
	}
	if v.Visit != nil {
		terms = append(terms,
			ui.Term{Name: v.r.T("About a visit of"), Value: v.Visit.PatientName + ", " + v.r.Born(v.Visit.PatientBirth), Href: visitPath(v.Visit.ID), Icon: ui.IconCalendar})
	}
	terms = append(terms, ui.Term{Name: v.r.T("Made on"), Value: moment(v.r, v.CreatedAt), Icon: ui.IconClock})
	if v.SentAt != nil {
		terms = append(terms, ui.Term{Name: mailState(v.r, v.State), Value: moment(v.r, *v.SentAt), Icon: ui.IconDone})
	}
	if v.Attempts > 0 {
		terms = append(terms, ui.Term{Name: v.r.T("Attempts"), Value: strconv.Itoa(v.Attempts), Icon: ui.IconUndo})
	}
	if v.LastError != "" {
		terms = append(terms, ui.Term{Name: v.r.T("What went wrong"), Value: wrong(v.r, v.LastError), Icon: ui.IconAlert})
	}
	return terms
}

// wrong is what went wrong at the last attempt: our words in the reader's language, the
// server's as they came.
func wrong(r *page.Request, said string) string {
	if answer, ok := strings.CutPrefix(said, notify.AboutSender); ok {
		return r.Sentence(notify.AboutSender) + answer
	}
	return r.Sentence(said)
}

// asks is what the invitation does to the reader's calendar.
func (v mailView) asks() string {
	if v.Asks == ical.Cancel {
		return v.r.T("It takes the visit out of the reader's calendar.")
	}
	return v.r.T("It puts the visit into the reader's calendar, or moves it there.")
}

// event is the invitation in plain words.
func (v mailView) event() []ui.Term {
	e := v.Event
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	terms := []ui.Term{
		{Name: v.r.T("Title"), Value: e.Summary},
		{Name: v.r.T("When"), Value: v.r.DateTime(e.Starts, zone) + " – " + v.r.Time(e.Ends, zone) + " (" + v.r.Words.Zone(zone.String()) + ")"},
	}
	if e.Location != "" {
		terms = append(terms, ui.Term{Name: v.r.T("Where"), Value: e.Location})
	}
	terms = append(terms, ui.Term{Name: v.r.T("Status"), Value: v.eventStatus()}, ui.Term{Name: v.r.T("Version"), Value: strconv.Itoa(e.Sequence)})
	if e.Organizer != nil {
		terms = append(terms, ui.Term{Name: v.r.T("Sender"), Value: e.Organizer.Name + " <" + e.Organizer.Email + ">"})
	}
	for _, attendee := range e.Attendees {
		terms = append(terms, ui.Term{Name: v.r.T("To"), Value: attendee.Name + " <" + attendee.Email + ">"})
	}
	return terms
}

func (v mailView) eventStatus() string {
	switch v.Event.Status {
	case ical.Tentative:
		return v.r.T("Requested, not yet confirmed")
	case ical.Confirmed:
		return v.r.T("Confirmed")
	case ical.Cancelled:
		return v.r.T("Cancelled")
	}
	return "–"
}
