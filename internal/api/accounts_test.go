package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

const (
	registration = `{"username": "Ana", "email": "Ana@Example.org", "password": "five unrelated blue teapots", "full_name": "Ana Pérez",
		"date_of_birth": "1990-05-17", "gender": "female", "contact_number": "+34 600-111-222", "time_zone": "Europe/Madrid"}`
	anaLogin = `{"login": "ANA@example.org", "password": "five unrelated blue teapots"}`
)

func TestAnAccountFromItsBeginningToItsEnd(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		made := c.ask(nil, "POST", "/api/v1/auth/register", registration)
		want(t, made, http.StatusCreated, `"username":"Ana"`, `"email":"Ana@Example.org"`, `"role":"patient"`,
			`"date_of_birth":"1990-05-17"`, `"contact_number":"+34600111222"`)
		lacks(t, made, "teapots", "argon2", "password")
		id := made.decoded(t)["id"].(string)
		want(t, c.ask(nil, "POST", "/api/v1/auth/register", registration), http.StatusConflict, `"code":"identity_taken"`)

		signedIn := c.ask(nil, "POST", "/api/v1/auth/login", anaLogin)
		want(t, signedIn, http.StatusOK, `"expires_at":"2027-02-03T09:00:00Z"`, id)
		cookie := signedIn.header.Get("Set-Cookie")
		if !strings.HasPrefix(cookie, "turno_device=") || !strings.Contains(cookie, "HttpOnly") {
			t.Errorf("the cookie is %q", cookie)
		}
		wrong := c.ask(nil, "POST", "/api/v1/auth/login", `{"login": "Ana", "password": "a wrong secret of mine"}`)
		want(t, wrong, http.StatusUnauthorized, `"code":"wrong_credentials"`)
		lacks(t, wrong, "a wrong secret")
		ana := &person{token: signedIn.decoded(t)["token"].(string)}

		want(t, c.ask(ana, "GET", "/api/v1/me", ""), http.StatusOK, `"full_name":"Ana Pérez"`)
		want(t, c.ask(ana, "PATCH", "/api/v1/me", `{"full_name": "Ana María", "gender": ""}`), http.StatusOK, `"full_name":"Ana María"`)
		want(t, c.ask(ana, "PATCH", "/api/v1/me", `{"role": "admin"}`), http.StatusUnprocessableEntity, `"location":"body.role"`)
		want(t, c.ask(ana, "GET", "/api/v1/auth/sessions", ""), http.StatusOK, `"current":true`)

		child := c.ask(ana, "POST", "/api/v1/me/dependants", `{"full_name": "Leo", "date_of_birth": "2020-06-01", "relation": "mother"}`)
		want(t, child, http.StatusCreated, `"email":"`+child.decoded(t)["id"].(string)+`@no-mail.invalid"`)
		want(t, c.ask(ana, "GET", child.header.Get("Location"), ""), http.StatusOK, `"full_name":"Leo"`)
		want(t, c.ask(ana, "GET", "/api/v1/me/dependants", ""), http.StatusOK, `"full_name":"Leo"`)

		body := fmt.Sprintf(`{"doctor_id": %q, "scheduled_at": "2027-01-05T10:00:00Z", "reason": "A sore knee."}`, c.doctor.UserID)
		visit := c.ask(ana, "POST", "/api/v1/appointments", body).header.Get("Location")
		export := c.ask(ana, "GET", "/api/v1/me/export", "")
		want(t, export, http.StatusOK, `"reason":"A sore knee."`, `"dependants":[{`, `"action_type":"CREATE"`)
		lacks(t, export, "argon2", "password")

		want(t, c.ask(ana, "POST", "/api/v1/auth/password",
			`{"current_password": "five unrelated blue teapots", "new_password": "seven distant green kettles"}`), http.StatusNoContent)
		want(t, c.ask(nil, "POST", "/api/v1/auth/login", anaLogin), http.StatusUnauthorized)

		want(t, c.ask(ana, "POST", "/api/v1/me/erase", ""), http.StatusNoContent)
		want(t, c.ask(ana, "GET", "/api/v1/me", ""), http.StatusUnauthorized, `"code":"unauthenticated"`)
		want(t, c.ask(c.desk, "GET", "/api/v1/patients/"+id, ""), http.StatusOK, `"full_name":"Erased person"`, `"date_of_birth":"1990-01-01"`)
		want(t, c.ask(c.desk, "GET", visit, ""), http.StatusOK, `"status":"cancelled"`, `"reason":""`)
	})
}

func TestSigningOut(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		here, there := c.signIn("patient"), c.signIn("patient")
		want(t, c.ask(here, "DELETE", "/api/v1/auth/sessions/"+there.SessionID.String(), ""), http.StatusNoContent)
		want(t, c.ask(there, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
		want(t, c.ask(here, "DELETE", "/api/v1/auth/sessions/"+there.SessionID.String(), ""), http.StatusNotFound)
		want(t, c.ask(c.patient, "DELETE", "/api/v1/auth/sessions", ""), http.StatusNoContent)
		want(t, c.ask(here, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
		want(t, c.ask(c.patient, "POST", "/api/v1/auth/logout", ""), http.StatusNoContent)
		want(t, c.ask(c.patient, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
	})
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for range 5 {
			want(t, c.ask(nil, "POST", "/api/v1/auth/login", `{"login": "patient", "password": "wrong"}`), http.StatusUnauthorized)
		}
		slow := c.ask(nil, "POST", "/api/v1/auth/login", `{"login": "patient", "password": "wrong"}`)
		want(t, slow, http.StatusTooManyRequests, `"code":"rate_limited"`)
		if after := slow.header.Get("Retry-After"); after != "1" {
			t.Errorf("Retry-After is %q", after)
		}
	})
}

func TestSignInAgain(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.clock.Advance(11 * time.Minute)
		for _, r := range [][3]string{
			{"PATCH", "/api/v1/me", `{"email": "new@example.org"}`},
			{"GET", "/api/v1/me/export", ""},
			{"POST", "/api/v1/me/erase", ""},
		} {
			want(t, c.ask(c.patient, r[0], r[1], r[2]), http.StatusForbidden, `"code":"sign_in_again"`)
		}
	})
}

func TestADoctorsProfile(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		made := c.ask(nil, "POST", "/api/v1/auth/register-doctor", `{"username": "grace", "email": "grace@example.org",
			"password": "five unrelated blue teapots", "full_name": "Dr Grace", "specialization_id": 1, "license_number": "MD-77",
			"years_of_experience": 3, "time_zone": "Africa/Lagos"}`)
		want(t, made, http.StatusCreated, `"role":"doctor"`, `"license_number":"MD-77"`)
		path := "/api/v1/doctors/" + made.decoded(t)["id"].(string)
		want(t, c.ask(nil, "GET", path, ""), http.StatusNotFound)
		want(t, c.ask(c.patient, "GET", path, ""), http.StatusNotFound)
		want(t, c.ask(c.desk, "POST", path+"/verify", ""), http.StatusForbidden)
		want(t, c.ask(c.full, "POST", path+"/verify", `{"note": "Seen."}`), http.StatusOK, `"verification_note":"Seen."`,
			`"verified_by":"`+c.full.UserID.String()+`"`)
		public := c.ask(nil, "GET", path, "")
		want(t, public, http.StatusOK, `"full_name":"Dr Grace"`, `"time_zone":"Africa/Lagos"`)
		lacks(t, public, "MD-77", "grace@", "username", "verif", "slot_minutes")

		want(t, c.ask(c.doctor, "PATCH", path, `{"bio": "x"}`), http.StatusForbidden)
		want(t, c.ask(c.desk, "PATCH", path, `{"slot_minutes": 20, "auto_confirm": true}`), http.StatusOK, `"slot_minutes":20`, `"auto_confirm":true`)
		want(t, c.ask(c.desk, "PATCH", path, `{"license_number": "x"}`), http.StatusForbidden)
		want(t, c.ask(c.full, "PATCH", path, `{"specialization_id": 999}`), http.StatusUnprocessableEntity, `"location":"body.specialization_id"`)
		want(t, c.ask(c.full, "PATCH", path, fmt.Sprintf(`{"location_id": %q}`, uuid.New())), http.StatusUnprocessableEntity, `"location":"body.location_id"`)
		want(t, c.ask(c.full, "PATCH", path, `{"horizon_days": 0}`), http.StatusUnprocessableEntity, `"location":"body.horizon_days"`)
		want(t, c.ask(c.full, "POST", path+"/unverify", ""), http.StatusOK)
		want(t, c.ask(nil, "GET", path, ""), http.StatusNotFound)
	})
}

func TestPatientsAndProxies(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		path := "/api/v1/patients/" + c.patient.UserID.String()
		want(t, c.ask(nil, "GET", path, ""), http.StatusUnauthorized)
		want(t, c.ask(c.otherPatient, "GET", path, ""), http.StatusNotFound)
		want(t, c.ask(c.doctor, "GET", path, ""), http.StatusNotFound)
		want(t, c.ask(c.proxy, "PATCH", path, `{"contact_number": "+44 1632 960123"}`), http.StatusOK, `"contact_number":"+441632960123"`)
		want(t, c.ask(c.proxy, "PATCH", path, `{"contact_number": "1632 960123"}`), http.StatusUnprocessableEntity, `"location":"body.contact_number"`)
		want(t, c.ask(c.patient, "GET", path+"/proxies", ""), http.StatusOK, `"username":"proxy"`, `"ends_at":null`)
		want(t, c.ask(c.proxy, "POST", path+"/proxies", `{"username": "doctor", "relation": "aunt"}`), http.StatusForbidden)
		want(t, c.ask(c.proxy, "DELETE", path+"/proxies/"+c.proxy.UserID.String(), ""), http.StatusNoContent) // who was named may leave
		want(t, c.ask(c.proxy, "GET", path, ""), http.StatusNotFound)
		want(t, c.ask(c.desk, "POST", path+"/proxies", `{"username": "PROXY", "relation": "aunt", "ends_at": "2027-06-01T00:00:00Z"}`),
			http.StatusCreated, `"full_name":"Pat proxy"`, `"ends_at":"2027-06-01T00:00:00Z"`)
		want(t, c.ask(c.patient, "DELETE", path+"/proxies?proxy_user_id="+c.proxy.UserID.String(), ""), http.StatusNoContent)
		want(t, c.ask(c.patient, "DELETE", path+"/proxies", ""), http.StatusUnprocessableEntity)
		for range 10 {
			c.ask(c.patient, "POST", path+"/proxies", `{"username": "nobody-at-all", "relation": "aunt"}`)
		}
		want(t, c.ask(c.patient, "POST", path+"/proxies", `{"username": "proxy", "relation": "aunt"}`), http.StatusTooManyRequests)
		c.newVisit("pending")
		want(t, c.ask(c.doctor, "GET", path, ""), http.StatusOK)
		want(t, c.ask(c.doctor, "PATCH", path, `{"full_name": "X"}`), http.StatusForbidden)
	})
}

// Whoever is named hears of it and decides; whoever names hears nothing of them.
func TestInvitingAProxy(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		path, own := "/api/v1/patients/"+c.patient.UserID.String(), "/api/v1/me/proxy-invitations"
		for _, name := range []string{"other-patient", "nobody-at-all"} {
			want(t, c.ask(c.patient, "POST", path+"/proxies", `{"username": "`+name+`", "relation": "aunt"}`), http.StatusCreated,
				`"proxy_user_id":null`, `"status":"invited"`, `"username":"`+name+`"`)
		}
		listed := c.ask(c.patient, "GET", path+"/proxy-invitations", "")
		want(t, listed, http.StatusOK, `"username":"other-patient"`, `"username":"nobody-at-all"`)
		if strings.Contains(string(listed.body), c.otherPatient.UserID.String()) {
			t.Errorf("the patient is told whose account it is: %s", listed.body)
		}
		want(t, c.ask(c.otherPatient, "GET", path, ""), http.StatusNotFound)
		asked := c.ask(c.otherPatient, "GET", own, "")
		want(t, asked, http.StatusOK, `"patient_name":"Pat patient"`, `"relation":"aunt"`)
		var list struct{ Items []struct{ ID string } }
		c.must(json.Unmarshal(asked.body, &list))
		if len(list.Items) != 1 {
			t.Fatalf("who is asked reads %s", asked.body)
		}
		want(t, c.ask(c.proxy, "POST", own+"/"+list.Items[0].ID+"/accept", ""), http.StatusNotFound)
		want(t, c.ask(c.otherPatient, "POST", own+"/"+list.Items[0].ID+"/accept", ""), http.StatusNoContent)
		want(t, c.ask(c.otherPatient, "GET", path, ""), http.StatusOK)
		want(t, c.ask(c.patient, "GET", path+"/proxies", ""), http.StatusOK, `"username":"other-patient"`, `"status":"active"`)
		want(t, c.ask(c.otherPatient, "POST", own+"/"+list.Items[0].ID+"/decline", ""), http.StatusNotFound)
	})
}

func TestUsers(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		want(t, c.ask(c.patient, "GET", "/api/v1/users", ""), http.StatusForbidden)
		everybody := c.ask(c.full, "GET", "/api/v1/users?limit=2", "")
		want(t, everybody, http.StatusOK, `"next_cursor"`)
		if everybody.header.Get("Link") == "" {
			t.Error("there is no Link to the next page")
		}
		patients := c.ask(c.desk, "GET", "/api/v1/users?q=pat+1990-02-03", "")
		want(t, patients, http.StatusOK, `"username":"patient"`, `"date_of_birth":"1990-02-03"`)
		lacks(t, patients, `"role":"doctor"`, `"role":"admin"`)
		want(t, c.ask(c.desk, "GET", "/api/v1/users?role=doctor", ""), http.StatusForbidden)
		want(t, c.ask(c.full, "GET", "/api/v1/users?cursor=x", ""), http.StatusUnprocessableEntity, `"location":"query.cursor"`)

		walkIn := c.ask(c.desk, "POST", "/api/v1/users", `{"role": "patient", "full_name": "Walk In", "date_of_birth": "1950-01-31"}`)
		want(t, walkIn, http.StatusCreated, `"username":"patient-`)
		want(t, c.ask(c.desk, "POST", "/api/v1/users", `{"role": "patient", "full_name": "Walk In"}`), http.StatusUnprocessableEntity, `"location":"body.date_of_birth"`)
		want(t, c.ask(c.desk, "POST", "/api/v1/users", `{"role": "admin", "staff_level": "full", "full_name": "X", "username": "xyz", "email": "x@example.org"}`), http.StatusForbidden)

		doctor := "/api/v1/users/" + c.doctor.UserID.String()
		want(t, c.ask(c.desk, "PATCH", doctor, `{"active": false}`), http.StatusForbidden)
		want(t, c.ask(c.full, "PATCH", doctor, `{"active": false}`), http.StatusOK, `"active":false`)
		want(t, c.ask(c.doctor, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
		want(t, c.ask(c.full, "PATCH", "/api/v1/users/"+c.full.UserID.String(), `{"active": false}`), http.StatusConflict, `"code":"in_use"`)
		want(t, c.ask(c.desk, "POST", "/api/v1/users/"+c.patient.UserID.String()+"/erase", ""), http.StatusForbidden)
		want(t, c.ask(c.full, "POST", "/api/v1/users/"+c.patient.UserID.String()+"/erase", ""), http.StatusNoContent)
		want(t, c.ask(c.patient, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
	})
}

func TestTheClinicsLists(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		made := c.ask(c.full, "POST", "/api/v1/specializations", `{"name": "Astrology"}`)
		want(t, made, http.StatusCreated, `"name":"Astrology"`)
		var field struct{ ID int }
		c.must(json.Unmarshal(made.body, &field))
		path := fmt.Sprintf("/api/v1/specializations/%d", field.ID)
		want(t, c.ask(c.full, "POST", "/api/v1/specializations", `{"name": "Astrology"}`), http.StatusConflict)
		want(t, c.ask(c.desk, "PATCH", path, `{"name": "Astronomy"}`), http.StatusForbidden)
		want(t, c.ask(c.full, "PATCH", path, `{"name": "Astronomy"}`), http.StatusOK, `"name":"Astronomy"`)
		want(t, c.ask(nil, "GET", "/api/v1/specializations", ""), http.StatusOK, `"Astronomy"`)
		want(t, c.ask(c.full, "DELETE", path, ""), http.StatusNoContent)
		want(t, c.ask(c.full, "DELETE", path, ""), http.StatusNotFound)
		want(t, c.ask(c.full, "DELETE", "/api/v1/specializations/1", ""), http.StatusConflict, `"code":"in_use"`)

		place := c.ask(c.full, "POST", "/api/v1/locations", `{"name": "Harbour", "country": "gb", "time_zone": "Europe/London"}`)
		want(t, place, http.StatusCreated, `"country":"GB"`)
		path = "/api/v1/locations/" + place.decoded(t)["id"].(string)
		want(t, c.ask(c.full, "PATCH", path, `{"city": "Bristol"}`), http.StatusOK, `"city":"Bristol"`)
		want(t, c.ask(c.full, "PATCH", path, `{"time_zone": "Mars/Base"}`), http.StatusUnprocessableEntity, `"location":"body.time_zone"`)
		want(t, c.ask(nil, "GET", "/api/v1/locations", ""), http.StatusOK, `"Harbour"`)
	})
}
