package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/system"
	"github.com/turno-health/turno/internal/web/webtest"
)

// withSystem gives the clinic a node to look at.
func withSystem(t *testing.T, c *webtest.Clinic) {
	t.Helper()
	again := func(ctx context.Context) error { return jobs.Migrate(ctx, c.DB, nil) }
	if err := store.Migrate(t.Context(), c.DB, again); err != nil {
		t.Fatal(err)
	}
	inspector, err := jobs.NewInspector(c.DB, []jobs.Task{{Name: "sweep_holds", Every: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inspector.Close() })
	c.Site.System = system.New(c.DB, inspector, system.Config{Version: "1.2.3", StartedAt: c.Clock.Now().Add(-3 * time.Hour), Streams: func() int { return 7 }})
}

// waitingDoctor registers a doctor whom nobody has verified.
func waitingDoctor(t *testing.T, c *webtest.Clinic) account.Person {
	t.Helper()
	fields, err := c.Account.Specializations(t.Context(), c.Full.Caller)
	if err != nil {
		t.Fatal(err)
	}
	doctor, err := c.Account.RegisterDoctor(t.Context(), policy.Caller{}, account.NewUser{Username: "wilma", Email: "wilma@example.org", Password: webtest.Password,
		FullName: "Dr Wilma Waiting", TimeZone: "UTC", SpecializationID: fields[0].ID, LicenseNumber: "W 123", YearsOfExperience: 4})
	if err != nil {
		t.Fatal(err)
	}
	return doctor
}

func TestALicenceIsVerifiedAndTakenBack(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		doctor := waitingDoctor(t, c)
		full := inside(t, c, c.Full)
		queue := full.Get("/admin/doctors")
		webtest.Want(t, queue, http.StatusOK, "Dr Wilma Waiting", "W 123", "4 years", "Cardiology", "Dr Amara Okafor")
		form := "#d-" + doctor.ID.String() + " form"
		webtest.Want(t, full.Submit(queue, form, url.Values{"note": {strings.Repeat("x", 2001)}}), http.StatusUnprocessableEntity, "There is a problem")
		done := full.Submit(queue, form, url.Values{"note": {"Seen in the register"}})
		webtest.Want(t, done, http.StatusOK, "Verified. Patients can find and book this doctor now.", "Every licence is checked")
		again := full.Post("/admin/doctors/"+doctor.ID.String()+"/verify", url.Values{"note": {"Seen in another tab"}})
		webtest.Want(t, again, http.StatusOK, "This doctor was verified already. Nothing was changed.")

		c.Visit(c.OpenTime(0))
		person := full.Get("/admin/users/" + c.Doctor.UserID.String())
		back := full.Submit(person, `form[action$="/unverify"]`, nil)
		webtest.Want(t, back, http.StatusOK, "The verification was taken back.", "Please call these patients", "Pablo Paz", "born 3 Feb 1990", "+34600000000")
		webtest.Want(t, full.Get("/admin/doctors?q=wilma"), http.StatusOK, "Dr Wilma Waiting")
	})
}

func TestPeopleAreFoundMadeAndChanged(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk, full := inside(t, c, c.Desk), inside(t, c, c.Full)
		webtest.Want(t, desk.Get("/admin/users?q=600000000"), http.StatusOK, "Pablo Paz", "born 3 Feb 1990", "Olivia Orr")
		if a := desk.Get("/admin/users"); a.Says("Dr Amara Okafor") || a.Find("#f-role").Length() != 0 {
			t.Error("the front desk finds more than patients")
		}
		webtest.Want(t, full.Get("/admin/users?role=doctor"), http.StatusOK, "Dr Amara Okafor")
		webtest.Want(t, full.Get("/admin/users?q=nobody"), http.StatusOK, "Nobody was found")
		webtest.Want(t, full.Get("/admin/users?account=inactive"), http.StatusOK, "Nobody was found")

		form := full.Get("/admin/users/new?role=doctor")
		bad := full.Submit(form, "#new-user", url.Values{"full_name": {"Dr New"}, "email": {"nonsense"}})
		if webtest.Want(t, bad, http.StatusUnprocessableEntity); bad.Find("#f-email").AttrOr("value", "") != "nonsense" || bad.Find("#f-email-error").Length() != 1 {
			t.Error("what was typed is lost, or the error does not stand beside it")
		}
		webtest.Want(t, full.Submit(bad, "#new-user", url.Values{"email": {"new@example.org"}, "username": {"newdoc"}, "license_number": {"N 1"}, "years_of_experience": {"3"}}), http.StatusOK, "The account is there.", "Dr New", "Not yet")
		if a := desk.Get("/admin/users/new?role=admin"); a.Find("#f-staff_level").Length() != 0 {
			t.Error("the front desk may make staff")
		}
		webtest.Want(t, desk.Post("/admin/users", url.Values{"role": {"admin"}, "full_name": {"Eve"}, "staff_level": {"full"}}), http.StatusForbidden)

		path := "/admin/users/" + c.Patient.UserID.String()
		patient := desk.Get(path)
		webtest.Want(t, desk.Submit(patient, "#details", url.Values{"date_of_birth": {""}}), http.StatusUnprocessableEntity, "Please give a date.")
		webtest.Want(t, desk.Submit(patient, "#details", url.Values{"full_name": {"Pablo Paz Ruiz"}}), http.StatusOK, "Saved.", "Pablo Paz Ruiz")
		if a := desk.Get(path); a.Find(`form[action$="/reset-link"]`).Length() != 0 {
			t.Error("the front desk is offered a link for a new password")
		}
		link := full.Submit(full.Get(path), `form[action$="/reset-link"]`, nil)
		webtest.Want(t, link, http.StatusOK, "A link for a new password", "/reset?token=")
		if full.Get(path).Says("/reset?token=") {
			t.Error("the link is shown twice")
		}
		webtest.Want(t, desk.Post(path+"/active", url.Values{"active": {"no"}}), http.StatusOK, "The account is deactivated", "Activate again")
		webtest.Want(t, desk.Post(path+"/active", url.Values{"active": {"yes"}}), http.StatusOK, "The account is active again.")
		webtest.Want(t, desk.Post("/admin/users/"+c.Full.UserID.String()+"/level", url.Values{"staff_level": {"desk"}}), http.StatusForbidden)
		webtest.Want(t, full.Post("/admin/users/"+c.Full.UserID.String()+"/level", url.Values{"staff_level": {"desk"}}), http.StatusUnprocessableEntity, "This is the last admin who may do everything.")
		webtest.Want(t, full.Post("/admin/users/"+c.Desk.UserID.String()+"/level", url.Values{"staff_level": {"full"}}), http.StatusOK, "Saved. All their sessions have ended.")
	})
}

func TestOpeningARecordIsInTheTrail(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		desk, full := inside(t, c, c.Desk), inside(t, c, c.Full)
		desk.Get("/admin/users?q=pablo")
		desk.Get("/admin/day")
		trail := "/admin/audit?action=READ&whom=" + c.Patient.UserID.String()
		webtest.Want(t, full.Get(trail), http.StatusOK, "Nothing found")
		desk.Get("/admin/users/" + c.Patient.UserID.String())
		webtest.Want(t, full.Get(trail), http.StatusOK, "Dina Desk opened the record of Pablo Paz.", "action_by", c.Patient.UserID.String())
	})
}

func TestSpecializationsAreAddedRenamedAndDeleted(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		full := inside(t, c, c.Full)
		list := full.Get("/admin/specializations")
		webtest.Want(t, list, http.StatusOK, "Cardiology", "1 doctor", "1 can be booked")
		if list.Find(`form[action$="/delete"]`).Length() != 0 {
			t.Error("one that is used is offered to be deleted")
		}
		add := func(name string) *webtest.Answer {
			return full.Post("/admin/specializations", url.Values{"name": {name}})
		}
		webtest.Want(t, add("Cardiology"), http.StatusUnprocessableEntity, "There is a specialization of this name already.")
		webtest.Want(t, add(""), http.StatusUnprocessableEntity, "There is a problem")
		added := add("Urology")
		webtest.Want(t, added, http.StatusOK, "The specialization is there.", "Urology", "nobody has it")
		remove := added.Find(`form[action$="/delete"]`).AttrOr("action", "")
		rename := strings.TrimSuffix(remove, "/delete")
		webtest.Want(t, full.Post(rename, url.Values{"name": {"Andrology"}}), http.StatusOK, "Saved.", "Andrology")
		webtest.Want(t, full.Post(rename, url.Values{"name": {"Cardiology"}}), http.StatusUnprocessableEntity, "There is a specialization of this name already.")
		webtest.Want(t, full.Post(remove, nil), http.StatusOK, "The specialization is deleted.")
		webtest.Want(t, full.Post(remove, nil), http.StatusNotFound)
	})
}

func TestLocationsAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		full := inside(t, c, c.Full)
		form := full.Get("/admin/locations/new")
		bad := full.Submit(form, "#location", url.Values{"name": {""}, "country": {"Spain"}, "city": {"Getafe"}})
		if webtest.Want(t, bad, http.StatusUnprocessableEntity, "two-letter code"); bad.Find("#f-city").AttrOr("value", "") != "Getafe" {
			t.Error("what was typed is lost")
		}
		list := full.Submit(bad, "#location", url.Values{"name": {"South Clinic"}, "country": {"ES"}})
		webtest.Want(t, list, http.StatusOK, "South Clinic", "Getafe", "Riverside Clinic")
		again := full.Submit(bad, "#location", url.Values{"name": {"south clinic"}, "country": {"es"}, "phone": {"1"}})
		webtest.Want(t, again, http.StatusUnprocessableEntity, "There is a location of this name and address already.")
		if again.Find("#f-name").AttrOr("value", "") != "south clinic" || again.Find("#f-name").AttrOr("aria-invalid", "") != "true" {
			t.Error("the name is lost, or is not said to be the one that there is")
		}
		edit := full.Get(list.Find(`a[href^="/admin/locations/0"]`).First().AttrOr("href", ""))
		webtest.Want(t, full.Submit(edit, "#location", url.Values{"phone": {"+34 91 111"}}), http.StatusOK, "Saved.", "+34 91 111")
		webtest.Want(t, full.Get("/admin/locations/"+turno.NewID().String()), http.StatusNotFound)

		remove := `.panel:contains("South Clinic") form[action$="/delete"]`
		gone := full.Submit(full.Get("/admin/locations"), remove, nil)
		if webtest.Want(t, gone, http.StatusOK, "The location is deleted."); gone.Find(`form[action$="/delete"]`).Length() != 0 {
			t.Error("the only location is offered to be deleted")
		}
		webtest.Want(t, full.Get("/admin/audit"), http.StatusOK, "deleted a location.")
		only, err := c.Account.Clinic(t.Context())
		c.Must(err)
		webtest.Want(t, full.Post("/admin/locations/"+only.ID.String()+"/delete", nil), http.StatusUnprocessableEntity, "This is the only location, so it stays.")
	})
}

func TestTheNumbersOfTheClinic(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(c.OpenTime(0))
		full := inside(t, c, c.Full)
		page := full.Get("/admin?from=2027-01-01&to=2027-01-07&zone=UTC")
		webtest.Want(t, page, http.StatusOK, "Cancelled or missed", "of all visits, missed ones apart")
		webtest.Want(t, page, http.StatusOK, "Visits today", "Visits per day", "1 visit from 1 Jan 2027 to 7 Jan 2027", "Average rating per doctor", "Dr Amara Okafor", "Third next available", "Cardiology", "Lead time", "Did not come")
		if n := page.Find(".numbers tbody tr").Length(); n != 7 {
			t.Errorf("the table behind the chart has %d days, not 7", n)
		}
		webtest.Want(t, full.Get("/admin?from=2027-01-07&to=2027-01-01"), http.StatusUnprocessableEntity, "There is a problem", "Visits per day")
		webtest.Want(t, full.Get("/admin?zone=Nowhere"), http.StatusUnprocessableEntity, "There is a problem")
		webtest.Want(t, full.Get("/admin?from=nonsense"), http.StatusOK, "Visits per day")
	})
}

func TestTheTrailIsFiltered(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(c.OpenTime(0))
		full := inside(t, c, c.Full)
		for query, sentence := range map[string]string{
			"?entity=appointment&entity_id=" + visit.ID.String(): "Dina Desk booked a visit for Pablo Paz.",
			"?who=Dina+Desk&action=CREATE":                       "Dina Desk booked a visit for Pablo Paz.",
			"?who=Nobody":                                        "Nobody was found of this name.",
			"?whom=Paz":                                          "Several people match. Choose one below.",
			"?action=LOGIN":                                      "Olga Owner signed in.",
			"?entity=doctor":                                     "Olga Owner verified the licence of Dr Amara Okafor.",
			"?from=2028-01-01":                                   "Nothing found",
		} {
			webtest.Want(t, full.Get("/admin/audit"+query), http.StatusOK, sentence)
		}
		webtest.Want(t, full.Get("/admin/audit?from=2027-02-01&to=2027-01-01"), http.StatusUnprocessableEntity, "There is a problem")
		for _, field := range []string{"from", "to"} {
			webtest.Want(t, full.Get("/admin/audit?"+field+"=yesterday"), http.StatusUnprocessableEntity, "There is a problem", "Please give a date.")
		}
	})
}

// failedJobs leaves one event more than the page has room for, and a task.
func failedJobs(t *testing.T, c *webtest.Clinic) {
	t.Helper()
	args := []string{`{"name": "sweep_holds"}`}
	for range jobs.FailuresShown + 1 {
		args = append(args, `{"event": "greeting"}`)
	}
	err := c.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		for i, a := range args {
			kind := "event"
			if i == 0 {
				kind = "task"
			}
			_, err := tx.Exec(fmt.Sprintf(`
				INSERT INTO river_job (kind, args, state, attempt, max_attempts, attempted_at, finalized_at)
				VALUES ('%s', '%s', 'discarded', 1, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)`, kind, a))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHowTheSystemIsDoing(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		withSystem(t, c)
		full := inside(t, c, c.Full)
		webtest.Want(t, full.Get("/admin/system"), http.StatusOK, "1.2.3", "3 hours", "sweep_holds", "the newest", "A demo sends nothing: it is kept to be read here")
		failedJobs(t, c)
		webtest.Want(t, full.Get("/admin/system"), http.StatusOK, "with the past turns of tasks", "not by itself", "at its next turn",
			"There are more. Of those that are given up, 20 are listed, and of those that are tried again, as many.")
		webtest.Want(t, full.Post("/admin/system/jobs/12345/retry", nil), http.StatusNotFound)
		webtest.Want(t, inside(t, c, c.Desk).Post("/admin/system/jobs/1/retry", nil), http.StatusForbidden)
	})
}

func TestAClinicWithoutAMailServerSaysSo(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		withSystem(t, c)
		c.Site.Demo = false
		full := inside(t, c, c.Full)
		c.Visit(c.OpenTime(0))
		webtest.Want(t, full.Get("/admin/system"), http.StatusOK, "Not set up: it is kept to be read here")
		webtest.Want(t, full.Get("/admin/mail"), http.StatusOK, "What would be sent to people. No mail server is set up, so it is kept here.")
		webtest.Want(t, full.Get(mailOf(t, c, c.Patient)), http.StatusOK, "No mail server is set up, so it was not sent.")
	})
}

func TestThePagesSpeakSpanish(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		withSystem(t, c)
		c.Visit(c.OpenTime(0))
		full := inside(t, c, c.Full)
		full.Header.Set("Accept-Language", "es")
		for path, sentence := range map[string]string{
			"/admin/day": "Sin cita previa", "/admin": "Citas por día", "/admin/audit": "Dina Desk reservó una cita para Pablo Paz.",
			"/admin/appointments": "nacimiento: 3 feb 1990", "/admin/system": "Tareas periódicas",
		} {
			webtest.Want(t, full.Get(path), http.StatusOK, sentence)
		}
	})
}
