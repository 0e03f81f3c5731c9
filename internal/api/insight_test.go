package api_test

import (
	"net/http"
	"testing"
)

func TestNumbersAndTheTrailOverHTTP(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments", bookBody(c.doctor.UserID, at(10, 0))), http.StatusCreated)
		days := "?from=2027-01-04&to=2027-01-06&time_zone=UTC"

		perDay := "/api/v1/analytics/appointments-per-day"
		none := `{"day":"2027-01-04","pending":0,"confirmed":0,"completed":0,"cancelled":0,"total":0}`
		one := `{"day":"2027-01-05","pending":1,"confirmed":0,"completed":0,"cancelled":0,"total":1}`
		want(t, c.ask(c.full, "GET", perDay+days, ""), http.StatusOK, none+","+one, `"time_zone":"UTC"`, `"by":"scheduled_at"`)
		want(t, c.ask(c.doctor, "GET", perDay+days, ""), http.StatusOK, one)
		lacks(t, c.ask(c.otherDoctor, "GET", perDay+days, ""), one)
		want(t, c.ask(c.full, "GET", perDay+days+"&by=created_at", ""), http.StatusOK, `"day":"2027-01-04","pending":1`)
		want(t, c.ask(c.full, "GET", perDay+"?from=yesterday", ""), http.StatusUnprocessableEntity, `"location":"query.from"`)
		want(t, c.ask(c.full, "GET", perDay+"?from=2027-01-02&to=2027-01-01", ""), http.StatusUnprocessableEntity, `"location":"query.to"`)
		want(t, c.ask(c.full, "GET", perDay+"?time_zone=Mars", ""), http.StatusUnprocessableEntity, `"location":"query.time_zone"`)

		ratings := c.ask(c.full, "GET", "/api/v1/analytics/doctor-ratings?limit=1", "")
		want(t, ratings, http.StatusOK, `"rating":0,"rating_count":0`, `"next_cursor"`)
		if ratings.header.Get("Link") == "" {
			t.Error("there is no Link to the next page of ratings")
		}
		want(t, c.ask(c.doctor, "GET", "/api/v1/analytics/doctor-ratings", ""), http.StatusOK, `"full_name":"Dr doctor"`)

		want(t, c.ask(c.full, "GET", "/api/v1/analytics/access"+days, ""), http.StatusOK,
			`"visits":1`, `"third_next_available_days":0`, `"booked_minutes":30`, `"no_show_rate":null`)

		trail := "/api/v1/audit-logs?entity=appointment&action_type=CREATE&action_by=" + c.patient.UserID.String()
		want(t, c.ask(c.full, "GET", trail, ""), http.StatusOK, `"action_type":"CREATE","entity":"appointment"`, `"created_at":"2027-01-04T09:00:00Z"`)
		lacks(t, c.ask(c.full, "GET", trail+"&to=2027-01-04T09:00:00Z", ""), "CREATE")
		want(t, c.ask(c.full, "GET", "/api/v1/audit-logs?cursor=rubbish", ""), http.StatusUnprocessableEntity, `"location":"query.cursor"`)

		want(t, c.ask(c.desk, "GET", "/api/v1/patients/"+c.patient.UserID.String(), ""), http.StatusOK)
		log := c.ask(c.patient, "GET", "/api/v1/me/access-log", "")
		want(t, log, http.StatusOK, `"action_type":"READ"`, `"name":"Dina Desk","role":"admin"`)
		lacks(t, log, "desk@example.org", c.desk.UserID.String())
		lacks(t, c.ask(c.otherPatient, "GET", "/api/v1/me/access-log", ""), "Dina Desk")
	})
}
