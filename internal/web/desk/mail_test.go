package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/web/webtest"
)

// mailOf is the path of the newest mail about a visit, to or about somebody.
func mailOf(t *testing.T, c *webtest.Clinic, p webtest.Person) string {
	t.Helper()
	c.WriteMail()
	mails, _, err := c.Mail.Mails(t.Context(), c.Full.Caller, notify.Search{Person: p.UserID})
	for _, m := range mails {
		if m.AppointmentID != nil {
			return "/admin/mail/" + m.ID.String()
		}
	}
	t.Fatalf("there is no mail about a visit to %s (%v)", p.FullName, err)
	return ""
}

func TestFullStaffReadWhatWasMailed(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		full := inside(t, c, c.Full)
		webtest.Want(t, full.Get("/admin/mail?state=failed"), http.StatusOK, "No mail")
		visit := c.Visit(c.OpenTime(0))
		path := mailOf(t, c, c.Patient)

		list := full.Get("/admin/mail")
		webtest.Want(t, list, http.StatusOK, "What would be sent to people. A demo sends nothing, so it is kept here.", "Visit booked", "Pablo Paz, born 3 Feb 1990", "pablo@example.org", "Kept here")
		if list.Find(`a.chip[href="/admin/mail?state=kept"]`).Length() != 1 {
			t.Error("the state is not to be chosen")
		}
		webtest.Want(t, full.Get("/admin/mail?state=failed"), http.StatusOK, "No mail")
		webtest.Want(t, full.Get("/admin/mail?person="+c.Patient.UserID.String()), http.StatusOK, "To one person, or about their visits.", "Visit booked")
		webtest.Want(t, full.Get("/admin/mail?person="+c.OtherPatient.UserID.String()), http.StatusOK, "No mail")

		one := full.Get(path)
		webtest.Want(t, one, http.StatusOK, "Visit confirmed: ", "A demo sends nothing, so it was not sent.", "Riverside Clinic", "Pablo Paz, born 3 Feb 1990",
			"It puts the visit into the reader's calendar", "Visit with Dr Amara Okafor", "METHOD:REQUEST")
		if one.Find(`a[href="/admin/appointments/`+visit.ID.String()+`"]`).Length() != 1 {
			t.Error("the mail does not lead to its visit")
		}
		frame := one.Find("iframe")
		if sandbox, there := frame.Attr("sandbox"); !there || sandbox != "" || frame.AttrOr("title", "") == "" {
			t.Errorf("the frame is <iframe sandbox=%q title=%q>", sandbox, frame.AttrOr("title", ""))
		}
		if got := one.Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "; frame-src 'self'") || !strings.Contains(got, "script-src 'self'") {
			t.Errorf("the page's policy is %q", got)
		}
		html := full.Get(frame.AttrOr("src", ""))
		webtest.Want(t, html, http.StatusOK, "Visit confirmed", "Dr Amara Okafor")
		if got := html.Header.Get("Content-Security-Policy"); got != notify.PreviewPolicy() || !strings.Contains(got, "sandbox") {
			t.Errorf("the frame's policy is %q", got)
		}
		webtest.Want(t, full.Get("/admin/audit"), http.StatusOK, "Olga Owner opened a mail to or about Pablo Paz.")
		webtest.Want(t, inside(t, c, c.Patient).Get("/account/access"), http.StatusOK, "opened a mail to you or about your visits")
	})
}

func TestAMailWhoseTimeIsOverIsNotReadAnyMore(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(c.OpenTime(0))
		path := mailOf(t, c, c.Patient)
		change(t, c, `UPDATE mails SET body_text = '', body_html = '', subject = '', calendar = ''`)
		a := inside(t, c, c.Full).Get(path)
		webtest.Want(t, a, http.StatusOK, "Nothing to read", "What a mail says is kept for 30 days.")
		if a.Find("iframe").Length() != 0 {
			t.Error("there is a frame with nothing in it")
		}
	})
}

func TestStaffLearnThatAnAddressIsRefused(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		change(t, c, `UPDATE users SET email_refused_at = created_at WHERE username = 'pablo'`)
		path := "/admin/users/" + c.Patient.UserID.String()
		for _, who := range []webtest.Person{c.Desk, c.Full} {
			webtest.Want(t, inside(t, c, who).Get(path), http.StatusOK, "Mail does not arrive at this address", "pablo@example.org has been refused since", "Ask for the right address")
		}
		desk := inside(t, c, c.Desk)
		saved := desk.Submit(desk.Get(path), "#details", url.Values{"email": {"pablo@example.net"}})
		webtest.Want(t, saved, http.StatusOK, "Saved.", "pablo@example.net")
		if saved.Says("Mail does not arrive") {
			t.Error("the new address bears the mark of the old")
		}
	})
}

func TestStaffHaveARefusedAddressTriedAgain(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(c.OpenTime(0))
		mail := mailOf(t, c, c.Patient)
		refuse := `UPDATE users SET email_refused_at = created_at WHERE username = 'pablo'`
		change(t, c, refuse)
		change(t, c, `UPDATE mails SET state = 'failed', sent_at = created_at, last_error = '550 5.1.1 no such user'`)
		path := "/admin/users/" + c.Patient.UserID.String()
		button := `form[action="` + path + `/try-address"]`
		desk := inside(t, c, c.Desk)
		tried := desk.Submit(desk.Get(path), button, nil)
		webtest.Want(t, tried, http.StatusOK, "Mail goes to this address again.", "Pablo Paz")
		if tried.Says("Mail does not arrive") || tried.Find(button).Length() != 0 {
			t.Error("the address is refused still")
		}
		full := inside(t, c, c.Full)
		webtest.Want(t, full.Get("/admin/audit"), http.StatusOK, "had the address of Pablo Paz tried again, which the mail server had refused.")
		webtest.Want(t, full.Get(mail), http.StatusOK, "It leaves as soon as the mail server takes it.")
		change(t, c, refuse)
		change(t, c, `UPDATE mails SET state = 'failed', sent_at = created_at`)
		again := full.Submit(full.Get(mail), button, nil)
		webtest.Want(t, again, http.StatusOK, "Mail goes to this address again.", "For the calendar")
	})
}

func TestAWaitingMailSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(c.OpenTime(0))
		mail := mailOf(t, c, c.Patient)
		full := inside(t, c, c.Full)
		for _, row := range []struct{ became, en, es, wrong string }{
			{`attempts = 0, last_error = ''`, "If the server refuses it for three days, it is given up.", "Si el servidor lo rechaza durante tres días, se abandona.", ""},
			{`attempts = 1, last_error = 'This is about the sender or the server, not about the address. 554 5.7.1 no'`,
				"The mail server refuses the sender or this server, not the address.", "El servidor de correo rechaza al remitente o a este servidor, no la dirección.",
				"Se trata del remitente o del servidor, no de la dirección. 554 5.7.1 no"},
			{`attempts = 1, last_error = 'dial tcp: connection refused'`, "It could not leave yet, and the address is not to blame.", "Aún no ha podido salir, y no es culpa de la dirección.", ""},
		} {
			change(t, c, `UPDATE mails SET state = 'waiting', sent_at = NULL, `+row.became)
			full.Header.Set("Accept-Language", "en")
			a := full.Get(mail)
			webtest.Want(t, a, http.StatusOK, row.en)
			if row.became[:12] == "attempts = 1" && a.Says("three days") {
				t.Errorf("three days where nothing is given up: %s", row.became)
			}
			full.Header.Set("Accept-Language", "es")
			webtest.Want(t, full.Get(mail), http.StatusOK, row.es, row.wrong)
		}
	})
}

func change(t *testing.T, c *webtest.Clinic, statement string) {
	t.Helper()
	if err := c.DB.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec(statement); return err }); err != nil {
		t.Fatal(err)
	}
}
