package me

import (
	"net/url"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showMail says which mail the person gets, and lets them choose.
func showMail(r *page.Request) error {
	choices, err := r.Site.Account.MailChoices(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Mail"), Narrow: true}, mailPage(r, choices))
}

// chooseMail keeps what the person chose.
func chooseMail(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	err = r.Site.Account.ChooseMail(r.Context(), r.Caller, account.MailChoices{
		ReminderDay: form.Has("reminder_24h"), ReminderSoon: form.Has("reminder_2h"), Feedback: form.Has("feedback"),
	})
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "Saved.")
	return r.Redirect("/account/mail")
}

// unsubscribePath is the page of the link in a mail that ends such mail.
func unsubscribePath(token string) string {
	return "/unsubscribe?" + url.Values{"token": {token}}.Encode()
}
