package me

import (
	"net/url"

	"github.com/turno-health/turno"
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

// mailLead says what comes whatever somebody chooses.
func mailLead(r *page.Request) string {
	switch {
	case r.Site.Demo || !r.Site.Mail.Sends():
		return r.T("No mail is sent here at present. What you choose counts when it is.")
	case r.Person.MailAddress() == "":
		return r.T("Without an email nothing comes. What you choose counts when you have one.")
	case r.Site.Mail.Unconfirmed(r.Person):
		return r.T("What you choose counts once your address is confirmed.")
	}
	return r.T("You always hear when a visit is booked, confirmed, moved or cancelled. The rest is yours to choose.")
}

// sendLinkAgain sends another link that confirms the person's address.
func sendLinkAgain(r *page.Request) error {
	err := r.Site.Mail.SendLinkAgain(r.Context(), r.Caller)
	switch {
	case err == nil:
		r.Say(string(ui.Success), "A link is on its way to your address.")
	case turno.KindOf(err) == turno.KindRateLimited:
		r.Say(string(ui.Warn), "A link was sent not long ago. Please look for it, also among unwanted mail, or check the address.")
	default:
		return err
	}
	return r.Redirect(r.Next("/account/mail"))
}

// unsubscribePath is the page of the link in a mail that ends such mail.
func unsubscribePath(token string) string {
	return "/unsubscribe?" + url.Values{"token": {token}}.Encode()
}
