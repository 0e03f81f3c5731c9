package me

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
)

// showUnsubscribe says what a link would end, and asks to press a button.
func showUnsubscribe(r *page.Request) error {
	token := r.URL.Query().Get("token")
	sub, err := r.Site.Account.Subscription(r.Context(), r.Caller, token)
	return showSubscription(r, sub, token, err)
}

// unsubscribe ends mail of a topic. Mail programs send this by themselves, from
// elsewhere, without cookies and without asking (RFC 8058): so it is not protected
// against other sites, acts for nobody but whom the link is for, and does nothing else.
// They are not sent on, as they would not follow.
func unsubscribe(r *page.Request) error {
	token := r.URL.Query().Get("token")
	form, unread := r.Form() // in whatever form programs send it
	sub, err := r.Site.Account.Unsubscribe(r.Context(), r.Caller, token)
	if err == nil && unread == nil && form.Has("page") {
		return r.Redirect(unsubscribePath(token))
	}
	return showSubscription(r, sub, token, err)
}

// resubscribe takes it back, for who pressed by mistake.
func resubscribe(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	token := form.Raw("token")
	sub, err := r.Site.Account.Resubscribe(r.Context(), r.Caller, token)
	if err == nil {
		return r.Redirect(unsubscribePath(token))
	}
	return showSubscription(r, sub, token, err)
}

// showSubscription says how it stands; err is why the link is none.
func showSubscription(r *page.Request, sub account.Subscription, token string, err error) error {
	if turno.KindOf(err) == turno.KindNotFound {
		return r.ShowAs(http.StatusNotFound, page.Head{Title: r.T("This link works no more"), Private: true, Narrow: true}, unsubscribeOverPage(r))
	}
	if err != nil {
		return err
	}
	title := offTitle(r, sub.Topic)
	if sub.On {
		title = onTitle(r, sub.Topic)
	}
	return r.Show(page.Head{Title: title, Private: true, Narrow: true}, unsubscribePage(r, sub, token))
}

func onTitle(r *page.Request, topic account.MailTopic) string {
	if topic == account.TopicFeedback {
		return r.T("No more questions how a visit was?")
	}
	return r.T("No more reminders of visits?")
}

func stopLabel(r *page.Request, topic account.MailTopic) string {
	if topic == account.TopicFeedback {
		return r.T("Don't ask me again")
	}
	return r.T("No more reminders")
}

func offTitle(r *page.Request, topic account.MailTopic) string {
	if topic == account.TopicFeedback {
		return r.T("You are not asked any more")
	}
	return r.T("You get no more reminders")
}
