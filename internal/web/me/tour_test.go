package me_test

import (
	"testing"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.AddPasskey(c.Mother)
	leo := c.Dependant("Leo Paz")
	if _, err := c.Account.Patient(t.Context(), c.Desk.Caller, c.Mother.UserID); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{"maria", "nobody-at-all"} {
		_, err := c.Account.InviteProxy(t.Context(), c.OtherPatient.Caller, c.OtherPatient.UserID, account.NewProxy{Username: named, Relation: "aunt"})
		c.Must(err)
	}
	begin := func(tab *webtest.Tab) { tab.Follow("main form.post-button button") }
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "account", Path: "/account", As: c.Mother},
		webtest.Place{Name: "account-doctor", Path: "/account", As: c.Doctor},
		webtest.Place{Name: "account-profile", Path: "/account/profile", As: c.Mother},
		webtest.Place{Name: "account-password-wrong", Path: "/account/password", As: c.Mother, Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form button.primary")
		}},
		webtest.Place{Name: "account-second-factor", Path: "/account/second-factor", As: c.Mother},
		webtest.Place{Name: "account-app", Path: "/account/second-factor", As: c.Patient, Prepare: begin},
		webtest.Place{Name: "account-codes", Path: "/account/second-factor", As: c.Mother, Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form.post-button:has([value=codes]) button")
		}},
		webtest.Place{Name: "account-passkeys", Path: "/account/passkeys", As: c.Mother},
		webtest.Place{Name: "account-passkey-new", Path: "/account/passkeys/new", As: c.Patient},
		webtest.Place{Name: "account-calendar", Path: "/account/calendar", As: c.OtherDoctor},
		webtest.Place{Name: "account-calendar-made", Path: "/account/calendar", As: c.Mother, Prepare: func(tab *webtest.Tab) {
			tab.Follow("main form.post-button:has([value=make]) button")
		}},
		webtest.Place{Name: "account-mail", Path: "/account/mail", As: c.Mother},
		webtest.Place{Name: "unsubscribe", Path: subscription(c, account.TopicFeedback)},
		webtest.Place{Name: "unsubscribed", Path: subscription(c, account.TopicReminders), Prepare: func(tab *webtest.Tab) {
			if tab.Has("main form[action^='/unsubscribe?'] button") { // another look has not done it
				tab.Follow("main form[action^='/unsubscribe?'] button")
			}
		}},
		webtest.Place{Name: "unsubscribe-none", Path: "/unsubscribe?token=none"},
		webtest.Place{Name: "account-devices", Path: "/account/devices", As: c.Mother},
		webtest.Place{Name: "account-people", Path: "/account/people", As: c.Mother},
		webtest.Place{Name: "account-people-named", Path: "/account/people", As: c.Patient},
		webtest.Place{Name: "account-people-invited", Path: "/account/people", As: c.OtherPatient},
		webtest.Place{Name: "account-people-end", Path: "/account/people/" + leo.ID.String() + "/end", As: c.Mother},
		webtest.Place{Name: "account-access", Path: "/account/access?all=yes", As: c.Mother},
		webtest.Place{Name: "account-erase", Path: "/account/erase", As: c.Mother},
		webtest.Place{Name: "account-notices", Path: "/account/notices", As: c.Mother},
	)
}

// What only a clinic that sends mail shows.
func TestTourWhereMailIsSent(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	c.SetUpMail()
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "account-unconfirmed", Path: "/account", As: c.Mother},
		webtest.Place{Name: "account-mail-unconfirmed", Path: "/account/mail", As: c.Mother},
	)
}
