package me_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/webtest"
)

// subscription is the path of the link to get no more mail of a topic, of the patient.
func subscription(c *webtest.Clinic, topic account.MailTopic) string {
	return strings.TrimPrefix(c.Account.UnsubscribeURL(c.Patient.UserID, topic), c.URL)
}

// gets is which mail the patient gets.
func gets(t *testing.T, c *webtest.Clinic) account.MailChoices {
	t.Helper()
	choices, err := c.Account.MailChoices(t.Context(), c.Patient.Caller)
	c.Must(err)
	return choices
}

func wantGets(t *testing.T, c *webtest.Clinic, want account.MailChoices) {
	t.Helper()
	if diff := cmp.Diff(want, gets(t, c)); diff != "" {
		t.Errorf("the mail that the patient gets (-want +got):\n%s", diff)
	}
}

func TestPeopleChooseTheirMail(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get("/account/mail")
		webtest.Want(t, form, http.StatusOK, "A reminder the day before a visit", "No mail is sent here at present.")
		if n := form.Find("main input[type=checkbox][checked]").Length(); n != 3 {
			t.Errorf("%d of 3 boxes are ticked from the start", n)
		}
		saved := v.Post("/account/mail", url.Values{"reminder_24h": {"yes"}})
		webtest.Want(t, saved, http.StatusOK, "Saved.")
		if n := saved.Find("main input[type=checkbox][checked]").Length(); n != 1 {
			t.Errorf("%d boxes are ticked, want one", n)
		}
		wantGets(t, c, account.MailChoices{ReminderDay: true})
		webtest.Want(t, c.As(t, c.Full).Get("/admin/audit?entity=user"), http.StatusOK, "Pablo Paz changed their own details: mail choices.")
	})
}

// Whoever is not reached by mail is told, with the way to change that.
func TestWhoeverHasNotConfirmedTheirAddressIsTold(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.SetUpMail()
		const told, button = "Nobody has confirmed your address yet", "Send the link again"
		ana := c.NewPatient("ana", "Ana Prieto")
		v := c.As(t, ana)
		for _, path := range []string{"/account", "/account/profile", "/account/mail"} {
			webtest.Want(t, v.Get(path), http.StatusOK, told, button)
		}
		page := v.Get("/account/mail")
		if page.Says("You always hear") {
			t.Error("the page says that mail comes")
		}
		webtest.Want(t, v.Submit(page, `form[action="/account/mail/link"]`, nil), http.StatusOK, "A link is on its way to your address.")
		webtest.Want(t, v.Post("/account/mail/link", nil), http.StatusOK, "A link was sent not long ago.")
		webtest.Want(t, c.As(t, c.Desk).Get("/admin/users/"+ana.UserID.String()), http.StatusOK, "Nobody has confirmed this address")
		me, err := c.Account.Me(t.Context(), ana.Caller)
		c.Must(err)
		_, token, _ := strings.Cut(c.Account.VerifyEmailURL(me.User), "token=")
		c.Must(c.Account.VerifyEmail(t.Context(), policy.Caller{}, token))
		for _, path := range []string{"/account", "/account/profile", "/account/mail"} {
			if v.Get(path).Says(told) {
				t.Errorf("%s says so of an address that is confirmed", path)
			}
		}
		webtest.Want(t, v.Get("/account/mail"), http.StatusOK, "You always hear when a visit is booked")
		if c.As(t, c.Desk).Get("/admin/users/" + ana.UserID.String()).Says("Nobody has confirmed this address") {
			t.Error("staff are told so of an address that is confirmed")
		}
	})
}

func TestALinkUnsubscribesWithoutSigningIn(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		stranger := c.Visitor(t)
		shown := stranger.Get(subscription(c, account.TopicReminders))
		webtest.Want(t, shown, http.StatusOK, "No more reminders of visits?")
		if shown.Says("Pablo") || shown.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page says whose it is, or is kept: %s", shown.Text())
		}
		wantGets(t, c, account.MailChoices{ReminderDay: true, ReminderSoon: true, Feedback: true})
		done := stranger.Submit(shown, "main form", nil)
		webtest.Want(t, done, http.StatusOK, "You get no more reminders")
		wantGets(t, c, account.MailChoices{Feedback: true})
		webtest.Want(t, stranger.Submit(done, "main form", nil), http.StatusOK, "No more reminders of visits?")
		wantGets(t, c, account.MailChoices{ReminderDay: true, ReminderSoon: true, Feedback: true})
		webtest.Want(t, stranger.Post(subscription(c, account.TopicFeedback), nil), http.StatusOK, "You are not asked any more")
		wantGets(t, c, account.MailChoices{ReminderDay: true, ReminderSoon: true})
		webtest.Want(t, c.As(t, c.Full).Get("/admin/audit?entity=user"), http.StatusOK, "Pablo Paz changed their own details: mail choices. By the link in a mail.")
	})
}

// Undoing gives back what the link took, and no more.
func TestUndoingGivesBackWhatTheLinkTook(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		before, late account.MailChoices // as chosen before the link, and between it and undoing
		want         account.MailChoices
	}{
		{"all reminders", account.MailChoices{ReminderDay: true, ReminderSoon: true}, account.MailChoices{}, account.MailChoices{}},
		{"the later one only", account.MailChoices{ReminderSoon: true, Feedback: true}, account.MailChoices{Feedback: true, ReminderDay: true},
			account.MailChoices{Feedback: true, ReminderDay: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
				c.Must(c.Account.ChooseMail(t.Context(), c.Patient.Caller, tt.before))
				stranger := c.Visitor(t)
				done := stranger.Submit(stranger.Get(subscription(c, account.TopicReminders)), "main form", nil)
				wantGets(t, c, account.MailChoices{Feedback: tt.before.Feedback})
				stranger.Submit(done, "main form", nil)
				wantGets(t, c, tt.before)
				stranger.Post(subscription(c, account.TopicReminders), nil)
				c.Must(c.Account.ChooseMail(t.Context(), c.Patient.Caller, tt.late)) // by themselves: nothing is to be undone
				if page := stranger.Get(subscription(c, account.TopicReminders)); page.Says("Undo") {
					t.Errorf("what somebody chose by themselves can be undone: %s", page.Text())
				}
				_, token, _ := strings.Cut(subscription(c, account.TopicReminders), "token=")
				stranger.Post("/unsubscribe/undo", url.Values{"token": {token}})
				wantGets(t, c, tt.want)
			})
		})
	}
}

// RFC 8058: the mail program's own server posts, without cookies, from anywhere, in
// either form, and follows no redirect.
func TestMailProgramsUnsubscribeInOneClick(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		var parts bytes.Buffer
		writer := multipart.NewWriter(&parts)
		c.Must(writer.WriteField("List-Unsubscribe", "One-Click"))
		c.Must(writer.Close())
		for kind, body := range map[string]string{"application/x-www-form-urlencoded": "List-Unsubscribe=One-Click", writer.FormDataContentType(): parts.String()} {
			for _, headers := range []map[string]string{{}, {"Origin": "https://mail.example.com"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}} {
				c.Must(c.Account.ChooseMail(t.Context(), c.Patient.Caller, account.MailChoices{ReminderDay: true, ReminderSoon: true, Feedback: true}))
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+subscription(c, account.TopicReminders), strings.NewReader(body))
				c.Must(err)
				request.Header.Set("Content-Type", kind)
				for name, value := range headers {
					request.Header.Set(name, value)
				}
				response, err := http.DefaultTransport.RoundTrip(request)
				c.Must(err)
				c.Must(response.Body.Close())
				if response.StatusCode != http.StatusOK || len(response.Cookies()) != 0 {
					t.Errorf("as %s with %v: %d, with cookies %v", kind, headers, response.StatusCode, response.Cookies())
				}
				wantGets(t, c, account.MailChoices{Feedback: true})
			}
		}
	})
}

// What is open to other sites does nothing but end mail, for whom the link is for.
func TestNothingElseIsOpenToOtherSites(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		_, token, _ := strings.Cut(subscription(c, account.TopicReminders), "token=")
		other := c.As(t, c.OtherPatient)
		webtest.Want(t, other.PostFrom("cross-site", "/unsubscribe?token="+token, url.Values{"page": {"yes"}, "next": {"https://evil.example/"}}), http.StatusOK, "You get no more reminders")
		wantGets(t, c, account.MailChoices{Feedback: true})
		theirs, err := c.Account.MailChoices(t.Context(), c.OtherPatient.Caller)
		c.Must(err)
		if diff := cmp.Diff(account.MailChoices{ReminderDay: true, ReminderSoon: true, Feedback: true}, theirs); diff != "" {
			t.Errorf("whoever was signed in (-want +got):\n%s", diff)
		}
		for _, path := range []string{"/unsubscribe/undo", "/account/mail", "/unsubscribe/", "/unsubscribe/../account/mail"} {
			if a := other.PostFrom("cross-site", path, url.Values{"token": {token}}); a.Status != http.StatusForbidden {
				t.Errorf("%s from another site answers %d", path, a.Status)
			}
		}
		wantGets(t, c, account.MailChoices{Feedback: true})
	})
}

func TestAForgedLinkUnsubscribesNobody(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		stranger := c.Visitor(t)
		good := subscription(c, account.TopicReminders)
		visit := c.Visit(c.OpenTime(3))
		for name, path := range map[string]string{
			"nothing": "/unsubscribe", "nonsense": "/unsubscribe?token=%25%25", "cut off": good[:len(good)-5],
			"of a visit":    "/unsubscribe?token=" + c.VisitLink(visit),
			"of no topic":   strings.TrimPrefix(c.Account.UnsubscribeURL(c.Patient.UserID, "everything"), c.URL),
			"of no account": strings.TrimPrefix(c.Account.UnsubscribeURL(visit.ID, account.TopicReminders), c.URL),
		} {
			for _, a := range []*webtest.Answer{stranger.Get(path), stranger.PostFrom("cross-site", path, url.Values{"List-Unsubscribe": {"One-Click"}})} {
				if a.Status != http.StatusNotFound || !a.Says("This link works no more") {
					t.Errorf("%s answers %d: %s", name, a.Status, a.Text())
				}
			}
		}
		_, token, _ := strings.Cut(good, "token=")
		if a := stranger.Get("/visit?token=" + token); a.Status != http.StatusNotFound {
			t.Errorf("a link to unsubscribe opens a visit: %d", a.Status)
		}
		wantGets(t, c, account.MailChoices{ReminderDay: true, ReminderSoon: true, Feedback: true})
	})
}
