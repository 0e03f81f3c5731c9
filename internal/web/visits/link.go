package visits

import (
	"context"
	"net/http"
	"net/url"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// linkPath is a page of the link in a mail.
func linkPath(path, token string) string { return path + "?" + url.Values{"token": {token}}.Encode() }

// linkedVisit shows what a mail told of, to whoever has its link, and what can be
// done without signing in. Programs that look at mail come here too: nothing is done.
func linkedVisit(r *page.Request) error {
	token := r.URL.Query().Get("token")
	v, err := openLink(r, token)
	if err != nil || v.State != booking.LinkWorks {
		return linkOver(r, v, err)
	}
	return r.Show(page.Head{Title: r.T("Your visit"), Private: true, Narrow: true}, linkPage(r, v, token))
}

// openLink reads the visit of a link, with times as its reader's clocks show them.
func openLink(r *page.Request, token string) (booking.MailedVisit, error) {
	v, err := r.Site.Booking.OpenVisitLink(r.Context(), r.Caller, token)
	if err == nil && v.State == booking.LinkWorks {
		r.Zone = r.ZoneNamed(v.ReaderZone, r.Zone)
	}
	return v, err
}

// linkOver says why a link does nothing any more; err, if any, is why it never did.
func linkOver(r *page.Request, v booking.MailedVisit, err error) error {
	if err != nil && turno.KindOf(err) != turno.KindNotFound {
		return err
	}
	status := http.StatusOK
	title, text := r.T("This link works no more"), r.T("It may be for a visit that is over or long changed. Sign in to see your visits.")
	switch v.State {
	case booking.LinkCalledOff:
		title, text = r.T("This visit is cancelled"), r.T("There is nothing to do. You can book another visit whenever you like.")
	case booking.LinkMoved:
		title, text = r.T("This visit has moved"), r.T("The newest mail about it has a link that works. You can also sign in and see when it is now.")
	case booking.LinkBegun:
		title, text = r.T("This visit has begun"), r.T("The link worked until then. If something is wrong, please call the clinic.")
	case booking.LinkWorks:
	default:
		status = http.StatusNotFound
	}
	return r.ShowAs(status, page.Head{Title: title, Private: true, Narrow: true}, linkOverPage(r, v, title, text))
}

// comeByLink notes that somebody comes.
func comeByLink(r *page.Request) error {
	token, done, err := byLink(r, r.Site.Booking.ComingByLink)
	if done {
		r.Say(string(ui.Success), "Thank you. The clinic knows that you are coming.")
		return r.Redirect(linkPath("/visit", token))
	}
	return err
}

// cancelByLink calls the visit off.
func cancelByLink(r *page.Request) error {
	token, done, err := byLink(r, r.Site.Booking.CancelByLink)
	if done {
		r.Say(string(ui.Success), "The visit is cancelled. Thank you for telling us.")
		return r.Redirect(linkPath("/visit", token))
	}
	return err
}

// linkUse is a use case of a link.
type linkUse func(ctx context.Context, c policy.Caller, token string) error

// byLink does something with the visit of a link. When that is not done, the page that
// says why has been answered, or the error is.
func byLink(r *page.Request, act linkUse) (token string, done bool, err error) {
	form, err := r.Form()
	if err != nil {
		return "", false, err
	}
	token = form.Raw("token")
	err = act(r.Context(), r.Caller, token)
	switch {
	case turno.KindOf(err) == turno.KindNotFound:
		return token, false, linkOver(r, booking.MailedVisit{}, err)
	case turno.KindOf(err) == turno.KindConflict: // the page says how it stands now
		return token, false, r.Redirect(linkPath("/visit", token))
	}
	return token, err == nil, err
}

// showMoveByLink shows a week of other times.
func showMoveByLink(r *page.Request) error {
	token := r.URL.Query().Get("token")
	v, err := openLink(r, token)
	if err != nil || v.State != booking.LinkWorks {
		return linkOver(r, v, err)
	}
	if !v.Can.Move {
		return r.Redirect(linkPath("/visit", token))
	}
	return showWeek(r, http.StatusOK, moveView{VisitView: v.VisitView, to: page.Instant(r.URL.Query().Get("at")), token: token})
}

// moveByLink puts the visit at the time that was chosen. Its next page has the link
// for that time.
func moveByLink(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	token := form.Raw("token")
	moved, next, err := r.Site.Booking.MoveByLink(r.Context(), r.Caller, token, page.Instant(form.Get("at")))
	switch kind := turno.KindOf(err); {
	case err == nil:
	case kind == turno.KindConflict || kind == turno.KindInvalid:
		return cantMoveByLink(r, token, err)
	case kind == turno.KindNotFound:
		return linkOver(r, booking.MailedVisit{}, err)
	default:
		return err
	}
	if moved.Status == turno.StatusConfirmed {
		r.Say(string(ui.Success), "The visit is at its new time.")
	} else {
		r.Say(string(ui.Success), "The visit is at its new time. The doctor has to confirm it again.")
	}
	return r.Redirect(linkPath("/visit", next))
}

func cantMoveByLink(r *page.Request, token string, problem error) error {
	v, err := openLink(r, token)
	if err != nil || v.State != booking.LinkWorks {
		return linkOver(r, v, err)
	}
	return showWeek(r, httpx.Status(turno.KindOf(problem)), moveView{VisitView: v.VisitView, problem: problem, token: token})
}

// mailedFacts are the rows of the page: what the mail said.
func mailedFacts(r *page.Request, v booking.VisitView) []ui.Term {
	terms := []ui.Term{
		{Name: r.T("When"), Icon: ui.IconCalendar, More: when(r, v)},
		{Name: r.T("With"), Icon: ui.IconPerson, Value: v.DoctorName},
		{Name: r.T("For"), Icon: ui.IconHeart, Value: v.PatientName},
		{Name: r.T("How long"), Icon: ui.IconClock, Value: r.Minutes(minutes(v))},
	}
	if l := v.Location; l != nil {
		terms = append(terms, ui.Term{Name: r.T("Where"), Icon: ui.IconPin, More: where(r, v)})
		if l.Phone != "" {
			terms = append(terms, ui.Term{Name: r.T("Questions?"), Icon: ui.IconPhone, Value: l.Phone, Href: page.Tel(l.Phone)})
		}
	}
	if v.VisitType != nil && v.VisitType.Instructions != "" {
		terms = append(terms, ui.Term{Name: r.T("What to bring"), Icon: ui.IconInfo, More: lines(v.VisitType.Instructions)})
	}
	return terms
}

// mailedTitle is when the visit is.
func mailedTitle(r *page.Request, v booking.VisitView) string {
	return locale.Capital(r.DateTime(v.ScheduledAt, r.Zone))
}
