package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAVisitFromTheSearchToTheRating(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		base := "/api/v1/doctors/" + c.doctor.UserID.String()

		found := c.ask(nil, "GET", "/api/v1/doctors?q=doctor&sort=name", "")
		want(t, found, http.StatusOK, `"full_name":"Dr doctor"`, `"next_slots":[{"starts_at":"2027-01-04T10:00:00Z"`)
		lacks(t, found, "email", "username", "license", "L-doctor")

		slots := c.ask(nil, "GET", base+"/slots?from=2027-01-05T00:00:00Z&to=2027-01-06T00:00:00Z", "")
		want(t, slots, http.StatusOK)
		if items := slots.decoded(t)["items"].([]any); len(items) != 14 {
			t.Errorf("there are %d slots, want 14", len(items))
		}

		held := c.ask(c.patient, "POST", "/api/v1/holds", fmt.Sprintf(`{"doctor_id": %q, "starts_at": "2027-01-05T10:00:00Z"}`, c.doctor.UserID))
		want(t, held, http.StatusCreated, `"expires_at":"2027-01-04T09:05:00Z"`)

		body := fmt.Sprintf(`{"doctor_id": %q, "scheduled_at": "2027-01-05T10:00:00Z", "reason": "a cough", "hold_id": %q}`, c.doctor.UserID, held.decoded(t)["id"])
		booked := c.ask(c.patient, "POST", "/api/v1/appointments", body, "Idempotency-Key", "one")
		want(t, booked, http.StatusCreated, `"status":"pending"`, `"reason":"a cough"`, `"cancellation_kind":null`)
		visit := booked.header.Get("Location")
		if visit != "/api/v1/appointments/"+booked.decoded(t)["id"].(string) {
			t.Errorf("Location is %q", visit)
		}

		again := c.ask(c.patient, "POST", "/api/v1/appointments", body, "Idempotency-Key", "one")
		if diff := cmp.Diff(string(booked.body), string(again.body)); again.status != http.StatusCreated || diff != "" {
			t.Errorf("sent again, the answer is %d (-first +second):\n%s", again.status, diff)
		}
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(11, 0)), "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "idempotency_key_reused")

		lost := c.ask(c.otherPatient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(10, 0)))
		want(t, lost, http.StatusConflict, `"code":"slot_taken"`)
		if nearest := lost.decoded(t)["alternatives"].([]any); len(nearest) != 3 {
			t.Errorf("the alternatives are %v, want 3", nearest)
		}
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.otherDoctor.UserID, at(10, 0))), http.StatusConflict, `"code":"patient_busy"`)
		want(t, c.ask(c.patient, "POST", "/api/v1/holds", fmt.Sprintf(`{"doctor_id": %q, "starts_at": "2027-01-05T10:07:00Z"}`, c.doctor.UserID)), http.StatusUnprocessableEntity, `"code":"not_offered"`, `"location":"body.starts_at"`)
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(10, 7))), http.StatusUnprocessableEntity, `"code":"not_offered"`, `"location":"body.scheduled_at"`)

		want(t, c.ask(c.doctor, "POST", visit+"/confirm", ""), http.StatusOK, `"status":"confirmed"`)
		want(t, c.ask(c.doctor, "POST", visit+"/confirm", ""), http.StatusConflict, `"code":"invalid_transition"`)
		want(t, c.ask(c.patient, "POST", visit+"/reschedule", `{"scheduled_at": "2027-01-05T12:00:00+01:00"}`), http.StatusOK, `"status":"pending"`, `"scheduled_at":"2027-01-05T11:00:00Z"`)
		want(t, c.ask(c.desk, "POST", visit+"/confirm", ""), http.StatusOK)
		c.clock.Advance(26*time.Hour + 30*time.Minute)
		c.doctor = c.signIn("doctor")
		want(t, c.ask(c.doctor, "POST", visit+"/complete", ""), http.StatusOK, `"status":"completed"`)

		rated := c.ask(c.patient, "POST", visit+"/feedback", `{"rating": 5, "comments": "kind"}`)
		want(t, rated, http.StatusCreated, `"month":"2027-01"`)
		lacks(t, rated, c.patient.UserID.String(), strings.TrimPrefix(visit, "/api/v1/appointments/"))
		want(t, c.ask(c.patient, "POST", visit+"/feedback", `{"rating": 1}`), http.StatusConflict, `"code":"already_rated"`)
		want(t, c.ask(nil, "GET", base+"/feedback", ""), http.StatusOK, `"comments":"kind"`)
		want(t, c.ask(nil, "GET", "/api/v1/doctors?q=doctor&sort=rating", ""), http.StatusOK, `"rating":5,"rating_count":1`)
	})
}

func TestNewHoursListTheVisitsOutside(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		base := "/api/v1/doctors/" + c.doctor.UserID.String()
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(10, 0))), http.StatusCreated)
		week := `[{"day_of_week": "Tuesday", "start_time": "12:00", "end_time": "24:00"}, {"day_of_week": "Monday", "start_time": "09:00", "end_time": "12:30", "release_minutes": 1440}]`
		replaced := c.ask(c.doctor, "PUT", base+"/availability", week)
		want(t, replaced, http.StatusOK, `"items":[{"day_of_week":"Monday","start_time":"09:00","end_time":"12:30","release_minutes":1440}`)
		if outside := replaced.decoded(t)["outside"].([]any); len(outside) != 1 {
			t.Errorf("outside: %v", outside)
		}
		want(t, c.ask(nil, "GET", base+"/availability", ""), http.StatusOK, `"end_time":"24:00"`)
	})
}

func TestADoctorWhoLeavesLeavesAList(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		early, late := c.newVisit("confirmed"), c.newVisit("confirmed")
		over, cancelled := c.newVisit("completed"), c.newVisit("cancelled")
		doctor, patient := "/api/v1/users/"+c.doctor.UserID.String(), "/api/v1/users/"+c.patient.UserID.String()
		c.full = c.signIn("owner")
		for _, step := range []struct {
			name, method, path, body string
			want                     []string
		}{
			{"unverified", "POST", "/api/v1/doctors/" + c.doctor.UserID.String() + "/unverify", "", []string{early.ID.String(), late.ID.String()}},
			{"given a name", "PATCH", doctor, `{"full_name": "Dr Other Name"}`, nil},
			{"deactivated", "PATCH", doctor, `{"active": false}`, []string{early.ID.String(), late.ID.String()}},
			{"deactivated once more", "PATCH", doctor, `{"active": false}`, []string{early.ID.String(), late.ID.String()}},
			{"active again", "PATCH", doctor, `{"active": true}`, nil},
			{"a patient, whose visits somebody else gives", "PATCH", patient, `{"active": false}`, nil},
		} {
			got := c.ask(c.full, step.method, step.path, step.body)
			want(t, got, http.StatusOK)
			var body struct {
				Outside []struct{ ID string }
			}
			if err := json.Unmarshal(got.body, &body); err != nil || body.Outside == nil {
				t.Fatalf("%s: no list, %v\n%s", step.name, err, got.body)
			}
			var ids []string
			for _, visit := range body.Outside {
				ids = append(ids, visit.ID)
			}
			if diff := cmp.Diff(step.want, ids); diff != "" {
				t.Errorf("%s: outside (-want +got), of %v, %v, over %v, cancelled %v:\n%s", step.name, early.ID, late.ID, over.ID, cancelled.ID, diff)
			}
		}
	})
}

func TestTimeOffOverAVisitIsRefusedOrCancelsIt(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		base := "/api/v1/doctors/" + c.doctor.UserID.String()
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(10, 0))), http.StatusCreated)
		off := `{"starts_at": "2027-01-05T00:00:00Z", "ends_at": "2027-01-06T00:00:00Z", "reason": "a day out"%s}`
		refused := c.ask(c.doctor, "POST", base+"/time-off", fmt.Sprintf(off, ""))
		want(t, refused, http.StatusConflict, `"code":"appointments_in_the_way"`, `"appointments":[{"id":`)
		taken := c.ask(c.doctor, "POST", base+"/time-off", fmt.Sprintf(off, `, "on_conflict": "cancel"`))
		want(t, taken, http.StatusCreated, `"cancelled":[{"id":`, `"cancellation_kind":"practice"`)
		want(t, c.ask(c.doctor, "GET", base+"/time-off", ""), http.StatusOK, "a day out")
		want(t, c.ask(c.patient, "GET", base+"/time-off", ""), http.StatusForbidden)
		want(t, c.ask(c.desk, "DELETE", "/api/v1/time-off/"+taken.decoded(t)["id"].(string), ""), http.StatusNoContent)
	})
}

func TestExtraHoursComeAndGo(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		base := "/api/v1/doctors/" + c.doctor.UserID.String()
		added := c.ask(c.doctor, "POST", base+"/extra-hours", `{"starts_at": "2027-01-09T10:00:00Z", "ends_at": "2027-01-09T11:00:00Z"}`)
		want(t, added, http.StatusCreated, `"starts_at":"2027-01-09T10:00:00Z"`)
		want(t, c.ask(nil, "GET", base+"/slots?from=2027-01-09T00:00:00Z&to=2027-01-10T00:00:00Z", ""), http.StatusOK, "2027-01-09T10:30:00Z")
		want(t, c.ask(c.doctor, "DELETE", "/api/v1/extra-hours/"+added.decoded(t)["id"].(string), ""), http.StatusNoContent)
		want(t, c.ask(nil, "GET", base+"/extra-hours", ""), http.StatusOK, `{"items":[]}`)
	})
}

func TestVisitTypesAreAddedAndWithdrawn(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		base := "/api/v1/doctors/" + c.doctor.UserID.String()
		added := c.ask(c.doctor, "POST", base+"/visit-types", `{"name": "First visit", "minutes": 60}`)
		want(t, added, http.StatusCreated, `"mode":"in_person"`, `"audience":"all"`, `"active":true`)
		id := added.decoded(t)["id"].(string)
		want(t, c.ask(nil, "GET", base+"/slots?visit_type_id="+id, ""), http.StatusOK)
		want(t, c.ask(c.doctor, "PATCH", "/api/v1/visit-types/"+id, `{"active": false}`), http.StatusOK, `"active":false`, `"minutes":60`)
		want(t, c.ask(nil, "GET", base+"/visit-types", ""), http.StatusOK, `{"items":[]}`)
	})
}

func TestManyRivalsForOneSlot(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		const rivals = 64
		var people [rivals]*person
		for i := range people {
			people[i] = c.newPatient(fmt.Sprintf("rival-%d", i))
		}
		for hour := 10; hour < 13; hour++ {
			var answers [rivals]response
			var race sync.WaitGroup
			for i, p := range people {
				race.Go(func() {
					answers[i] = c.ask(p, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(hour, 0)))
				})
			}
			race.Wait()
			won := 0
			for _, got := range answers {
				if got.status == http.StatusCreated {
					won++
					continue
				}
				want(t, got, http.StatusConflict, `"code":"slot_taken"`, `"alternatives":[{`)
			}
			if won != 1 {
				t.Errorf("%d rivals won", won)
			}
		}
	})
}

// want checks a status and that the body contains all of the texts.
func want(t *testing.T, r response, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d\n%s", r.status, status, r.body)
	}
	for _, text := range texts {
		if !strings.Contains(string(r.body), text) {
			t.Errorf("the body lacks %s:\n%s", text, r.body)
		}
	}
}

// lacks checks that the body contains none of the texts.
func lacks(t *testing.T, r response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(string(r.body), text) {
			t.Errorf("the body gives away %s:\n%s", text, r.body)
		}
	}
}
