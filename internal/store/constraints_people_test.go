package store_test

import (
	"bytes"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// newUser is a patient who is not in the clinic yet.
func newUser() row {
	return row{"id": turno.NewID(), "username": "eva", "username_folded": "eva", "email": "eva@example.org",
		"email_folded": "eva@example.org", "password": "hash", "role": "patient", "full_name": "Eva", "search_name": "eva",
		"created_at": at(9, 0), "updated_at": at(9, 0)}
}

func (b *book) userRules() []rule {
	user := newUser()
	admin := user.with(row{"role": "admin", "staff_level": "desk"})
	with := func(changes row) statement { return insert("users", user.with(changes)) }
	return []rule{
		{name: "a patient", do: with(nil), want: accepted},
		{name: "a key is used once", do: with(row{"id": b.patient.ID}), want: byKey()},
		{name: "a username is used once", do: with(row{"username": "carla"}), want: byKey()},
		{name: "also in another case", do: with(row{"username": "CARLA", "username_folded": "carla"}), want: byKey()},
		{name: "nobody takes another's username later either", want: byKey(),
			do: update("users", "id", b.child.ID, row{"username": "Carla", "username_folded": "carla"})},
		{name: "an email is used once", do: with(row{"email": "carla@example.org"}), want: byKey()},
		{name: "also in another case", do: with(row{"email": "Carla@Example.ORG", "email_folded": "carla@example.org"}), want: byKey()},
		{name: "a username is no email", do: with(row{"username": "eva@home"}), want: byCheck()},
		{name: "a username is not empty", do: with(row{"username": ""}), want: byCheck()},
		{name: "a name is not empty", do: with(row{"full_name": ""}), want: byCheck()},
		{name: "everybody has an email", do: with(row{"email": nil}), want: asMissing()},
		{name: "everybody has a username", do: with(row{"username": nil}), want: asMissing()},
		{name: "everybody has a name", do: with(row{"full_name": nil}), want: asMissing()},
		{name: "everybody has a password or an empty one", do: with(row{"password": nil}), want: asMissing()},
		{name: "everybody has a role", do: with(row{"role": nil}), want: asMissing()},
		{name: "a username has at most 150 characters", do: with(row{"username": strings.Repeat("é", 151)}), want: asTooLong()},
		{name: "which may be of two bytes", do: with(row{"username": strings.Repeat("é", 150)}), want: accepted},
		{name: "an email has at most 255 characters", do: with(row{"email": strings.Repeat("e", 256)}), want: asTooLong()},
		{name: "and may have them", do: with(row{"email": strings.Repeat("e", 255)}), want: accepted},
		{name: "the hash of a password has at most 255 characters", do: with(row{"password": strings.Repeat("e", 256)}), want: asTooLong()},
		{name: "there are three roles", do: with(row{"role": "nurse"}), want: asUnknown()},

		{name: "an admin has a staff level", do: insert("users", admin), want: accepted},
		{name: "and is nothing without", do: insert("users", admin.with(row{"staff_level": nil})), want: byCheck()},
		{name: "there are two staff levels", do: insert("users", admin.with(row{"staff_level": "half"})), want: asUnknown()},
		{name: "a patient has no staff level", do: with(row{"staff_level": "desk"}), want: byCheck()},
		{name: "a doctor has no staff level", do: with(row{"role": "doctor", "staff_level": "full"}), want: byCheck()},
		{name: "nobody gets one later", do: update("users", "id", b.patient.ID, row{"staff_level": "full"}), want: byCheck()},
		{name: "a patient with a profile does not become a doctor", want: byReference(),
			do: update("users", "id", b.patient.ID, row{"role": "doctor"})},
		{name: "a doctor with a profile does not become staff", want: byReference(),
			do: update("users", "id", b.doctor.ID, row{"role": "admin", "staff_level": "full"})},
	}
}

// An update moves updated_at, also one that a person makes by hand and forgets.
func (b *book) updatedAtRules() []rule {
	move := update("users", "id", b.patient.ID, row{"locale": "es"})
	later := at(23, 0)
	was := func(condition string) statement {
		return sql("UPDATE users SET locale = 'x' WHERE id = $1 AND "+condition, b.patient.ID, at(9, 0))
	}
	return []rule{
		{name: "before an update it is when the user was made", do: was("updated_at = $2"), want: accepted},
		{name: "an update moves it", given: []statement{move}, do: was("updated_at > $2"), want: accepted},
		{name: "also one that changes nothing else", do: was("updated_at > $2"), want: accepted,
			given: []statement{update("users", "id", b.patient.ID, row{"locale": ""})}},
		{name: "an update that sets it has its way", do: sql("UPDATE users SET locale = 'x' WHERE id = $1 AND updated_at = $2", b.patient.ID, later),
			given: []statement{update("users", "id", b.patient.ID, row{"updated_at": later})}, want: accepted},
		{name: "it does not move back when it lies in the future", do: sql("UPDATE users SET locale = 'x' WHERE id = $1 AND updated_at > $2", b.patient.ID, farFuture()),
			given: []statement{update("users", "id", b.patient.ID, row{"updated_at": farFuture()}), move}, want: accepted},
	}
}

func (b *book) referenceRules() []rule {
	location := row{"id": turno.NewID(), "name": "Annex", "time_zone": "UTC", "place_hash": bytes.Repeat([]byte{1}, 32)}
	return []rule{
		{name: "a specialization numbers itself", do: insert("specializations", row{"name": "Neurology", "name_folded": "neurology"}), want: accepted},
		{name: "its name is used once", do: insert("specializations", row{"name": "Cardiology", "name_folded": "another"}), want: byKey()},
		{name: "also in another case", do: insert("specializations", row{"name": "CARDIOLOGY", "name_folded": "cardiology"}), want: byKey()},
		{name: "its name is not empty", do: insert("specializations", row{"name": "", "name_folded": ""}), want: byCheck()},
		{name: "its name is not missing", do: insert("specializations", row{"name": nil, "name_folded": "neurology"}), want: asMissing()},
		{name: "its name has at most 100 characters", do: insert("specializations", row{"name": strings.Repeat("n", 101), "name_folded": "neurology"}), want: asTooLong()},
		{name: "one without doctors can go", do: remove("specializations", "id", b.dermatology), want: accepted},
		{name: "one in use stays", given: []statement{update("doctors", "user_id", b.other.ID, row{"specialization_id": b.dermatology})},
			do: remove("specializations", "id", b.dermatology), want: byReference()},

		{name: "a location", do: insert("locations", location), want: accepted},
		{name: "has a name", do: insert("locations", location.with(row{"name": ""})), want: byCheck()},
		{name: "and a zone", do: insert("locations", location.with(row{"time_zone": nil})), want: asMissing()},
		{name: "and, with its address, a hash", do: insert("locations", location.with(row{"place_hash": nil})), want: asMissing()},
		{name: "of its length", do: insert("locations", location.with(row{"place_hash": []byte{1}})), want: byCheck()},
		{name: "which no other has", given: []statement{insert("locations", location)},
			do: insert("locations", location.with(row{"id": turno.NewID()})), want: byKey()},
		{name: "its country is a code of two letters", do: insert("locations", location.with(row{"country": "ESP"})), want: asTooLong()},
		{name: "one in use stays", do: remove("locations", "id", location["id"]), want: byReference(),
			given: []statement{insert("locations", location), update("doctors", "user_id", b.other.ID, row{"location_id": location["id"]})}},
		{name: "one that a visit names stays", do: remove("locations", "id", location["id"]), want: byReference(),
			given: []statement{insert("locations", location), update("appointments", "id", b.pending.ID, row{"location_id": location["id"]})}},
		{name: "one that nobody uses can go", given: []statement{insert("locations", location)},
			do: remove("locations", "id", location["id"]), want: accepted},
	}
}

func (b *book) doctorRules() []rule {
	user := newUser().with(row{"role": "doctor"})
	given := []statement{insert("users", user)}
	doctor := row{"user_id": user["id"], "specialization_id": b.cardiology, "license_number": "L-new",
		"years_of_experience": 0, "time_zone": "Europe/Madrid"}
	with := func(changes row) statement { return insert("doctors", doctor.with(changes)) }
	set := func(changes row) statement { return update("doctors", "user_id", b.other.ID, changes) }
	bounds := func(column string, least, most int) []rule {
		return []rule{
			{name: column + " is no less", do: set(row{column: least - 1}), want: byCheck()},
			{name: column + " at the least", do: set(row{column: least}), want: accepted},
			{name: column + " at the most", do: set(row{column: most}), want: accepted},
			{name: column + " is no more", do: set(row{column: most + 1}), want: byCheck()},
		}
	}
	rules := []rule{
		{name: "a profile", given: given, do: with(nil), want: accepted},
		{name: "belongs to a user", do: with(nil), want: byReference()},
		{name: "who is a doctor", do: with(row{"user_id": b.admin.ID}), want: byReference()},
		{name: "not a patient who says otherwise", do: with(row{"user_id": b.patient.ID, "role": "patient"}), want: byCheck()},
		{name: "of whom there is one", do: with(row{"user_id": b.doctor.ID}), want: byKey()},
		{name: "it has a specialization", given: given, do: with(row{"specialization_id": nil}), want: asMissing()},
		{name: "that there is", given: given, do: with(row{"specialization_id": 9999}), want: byReference()},
		{name: "a location is one that there is", given: given, do: with(row{"location_id": turno.NewID()}), want: byReference()},
		{name: "it has a licence", given: given, do: with(row{"license_number": nil}), want: asMissing()},
		{name: "whose number is not empty", given: given, do: with(row{"license_number": ""}), want: byCheck()},
		{name: "has at most 100 characters", given: given, do: with(row{"license_number": strings.Repeat("1", 101)}), want: asTooLong()},
		{name: "and is used once", given: given, do: with(row{"license_number": "L-ana"}), want: byKey()},
		{name: "it says how experienced the doctor is", given: given, do: with(row{"years_of_experience": nil}), want: asMissing()},
		{name: "it has a zone", given: given, do: with(row{"time_zone": nil}), want: asMissing()},
		{name: "a user verified it", given: given, do: with(row{"verified_by": turno.NewID()}), want: byReference()},

		{name: "it is confirmed automatically or not", do: set(row{"auto_confirm": 2}), want: byCheck(), only: sqldb.SQLite},

		{name: "a rating adds up", do: set(row{"rating": 4.33, "rating_sum": 13, "rating_count": 3}), want: accepted},
		{name: "half a hundredth is rounded up", do: set(row{"rating": 4.13, "rating_sum": 33, "rating_count": 8}), want: accepted},
		{name: "a rating that is too good", do: set(row{"rating": 4.34, "rating_sum": 13, "rating_count": 3}), want: byCheck()},
		{name: "a rating without feedback", do: set(row{"rating": 5}), want: byCheck()},
		{name: "points without feedback", do: set(row{"rating_sum": 5}), want: byCheck()},
		{name: "a rating above five", do: set(row{"rating": 6, "rating_sum": 6, "rating_count": 1}), want: byCheck()},
		{name: "a rating below nothing", do: set(row{"rating": -0.99, "rating_sum": -1, "rating_count": 1}), want: byCheck()},
		{name: "less than no feedback", do: set(row{"rating": 5, "rating_sum": -5, "rating_count": -1}), want: byCheck()},
	}
	rules = append(rules, bounds("years_of_experience", 0, 80)...)
	rules = append(rules, bounds("slot_minutes", 5, 480)...)
	rules = append(rules, bounds("buffer_minutes", 0, 240)...)
	rules = append(rules, bounds("min_notice_minutes", 0, 43200)...)
	return append(rules, bounds("horizon_days", 1, 730)...)
}

func (b *book) patientRules() []rule {
	user := newUser()
	given := []statement{insert("users", user)}
	patient := row{"user_id": user["id"], "date_of_birth": "2001-02-28"}
	proxy := row{"patient_id": b.child.ID, "proxy_user_id": b.patient.ID, "relation": "mother", "created_at": at(9, 0)}
	asks := func(changes row) row {
		return row{"id": turno.NewID(), "patient_id": b.child.ID, "proxy_user_id": b.patient.ID, "named": "carla", "named_folded": "carla",
			"relation": "mother", "created_at": at(9, 0), "expires_at": at(10, 0)}.with(changes)
	}
	with := func(changes row) statement { return insert("patients", patient.with(changes)) }
	return []rule{
		{name: "a profile", given: given, do: with(nil), want: accepted},
		{name: "belongs to a user", do: with(nil), want: byReference()},
		{name: "who is a patient", do: with(row{"user_id": b.admin.ID}), want: byReference()},
		{name: "not a doctor who says otherwise", do: with(row{"user_id": b.doctor.ID, "role": "doctor"}), want: byCheck()},
		{name: "of whom there is one", do: with(row{"user_id": b.patient.ID}), want: byKey()},
		{name: "it has a date of birth", given: given, do: with(row{"date_of_birth": nil}), want: asMissing()},
		{name: "that a calendar has", given: given, do: with(row{"date_of_birth": "2001-02-29"}), want: asImpossible()},
		{name: "in a month that a calendar has", given: given, do: with(row{"date_of_birth": "2001-13-01"}), want: asImpossible()},
		{name: "a gender", given: given, do: with(row{"gender": "other"}), want: accepted},
		{name: "is one of three", given: given, do: with(row{"gender": "unknown"}), want: asUnknown()},
		{name: "families share a phone", do: update("patients", "user_id", b.child.ID, row{"contact_number": "+34600100200"}), want: accepted,
			given: []statement{update("patients", "user_id", b.patient.ID, row{"contact_number": "+34600100200"})}},
		{name: "a number has at most 15 characters", given: given, do: with(row{"contact_number": "+345678901234567"}), want: asTooLong()},

		{name: "a mother acts for a child", do: insert("patient_proxies", proxy), want: accepted},
		{name: "once", given: []statement{insert("patient_proxies", proxy)}, do: insert("patient_proxies", proxy), want: byKey()},
		{name: "nobody is a proxy of themselves", do: insert("patient_proxies", proxy.with(row{"proxy_user_id": b.child.ID})), want: byCheck()},
		{name: "nobody acts for a doctor", do: insert("patient_proxies", proxy.with(row{"patient_id": b.doctor.ID})), want: byReference()},
		{name: "a patient asks somebody to act", do: insert("proxy_invitations", asks(nil)), want: accepted},
		{name: "also somebody who is not there", do: insert("proxy_invitations", asks(row{"proxy_user_id": nil})), want: accepted},
		{name: "each name once, in any case", given: []statement{insert("proxy_invitations", asks(nil))}, do: insert("proxy_invitations", asks(row{"id": turno.NewID(), "named": "CARLA"})), want: byKey()},
		{name: "a refusal that was taken back is not in the way of another", given: []statement{insert("proxy_invitations", asks(row{"declined_at": at(9, 10), "withdrawn_at": at(9, 20)}))},
			do: insert("proxy_invitations", asks(row{"id": turno.NewID()})), want: accepted},
		{name: "only a refusal stays when it is taken back", do: insert("proxy_invitations", asks(row{"withdrawn_at": at(9, 20)})), want: byCheck()},
		{name: "nobody asks themselves", do: insert("proxy_invitations", asks(row{"proxy_user_id": b.child.ID})), want: byCheck()},
		{name: "nobody asks for a doctor", do: insert("proxy_invitations", asks(row{"patient_id": b.doctor.ID})), want: byReference()},
		{name: "nobody asks without a name", do: insert("proxy_invitations", asks(row{"named": ""})), want: byCheck()},
		{name: "a stranger is no proxy", do: insert("patient_proxies", proxy.with(row{"proxy_user_id": turno.NewID()})), want: byReference()},
	}
}

func (b *book) deletionRules() []rule {
	user := newUser()
	doctor := newUser().with(row{"role": "doctor", "id": turno.NewID()})
	given := []statement{
		insert("users", user),
		insert("patients", row{"user_id": user["id"], "date_of_birth": "2001-02-28"}),
	}
	gone := []statement{
		insert("users", doctor),
		insert("doctors", row{"user_id": doctor["id"], "specialization_id": b.cardiology, "license_number": "L-new",
			"years_of_experience": 0, "time_zone": "UTC"}),
		insert("availability", row{"id": turno.NewID(), "doctor_id": doctor["id"], "day_of_week": "Monday", "start_time": "09:00", "end_time": "10:00"}),
		insert("visit_types", row{"id": turno.NewID(), "doctor_id": doctor["id"], "name": "Talk", "minutes": 10}),
	}
	entry := newEntry().with(row{"action_by": user["id"]})
	visit := []statement{insert("appointments", row{"id": farID(), "patient_id": b.child.ID, "doctor_id": b.other.ID, "scheduled_at": at(16, 0),
		"ends_at": at(16, 30), "created_at": at(9, 0), "updated_at": at(9, 0)})}
	return []rule{
		{name: "a patient with a visit stays", given: visit, do: remove("users", "id", b.child.ID), want: byReference()},
		{name: "and so does the profile", given: visit, do: remove("patients", "user_id", b.child.ID), want: byReference()},
		{name: "a doctor with a visit stays", given: visit, do: remove("users", "id", b.other.ID), want: byReference()},
		{name: "and so does the profile", given: visit, do: remove("doctors", "user_id", b.other.ID), want: byReference()},
		{name: "who booked a visit stays", given: after(given, visit[0], update("appointments", "id", farID(), row{"booked_by": user["id"]})),
			do: remove("users", "id", user["id"]), want: byReference()},
		{name: "who called off a visit stays", given: after(given, update("appointments", "id", b.cancelled.ID, row{"cancelled_by": user["id"]})),
			do: remove("users", "id", user["id"]), want: byReference()},
		{name: "a patient without history can go", given: given, do: remove("users", "id", user["id"]), want: accepted},
		{name: "with the profile, which can be made again", given: after(given, remove("users", "id", user["id"]), given[0]), do: given[1], want: accepted},
		{name: "one who is in the trail stays", given: after(given, insert("audit_logs", entry)),
			do: remove("users", "id", user["id"]), want: byReference()},
		{name: "one who is busy stays", given: after(given, insert("time_off", b.newTimeOff()), insert("busy_periods", b.busyFor(user["id"]))),
			do: remove("users", "id", user["id"]), want: byReference()},
		{name: "who verified a doctor stays", given: after(given, update("doctors", "user_id", b.other.ID, row{"verified_by": user["id"]})),
			do: remove("users", "id", user["id"]), want: byReference()},
		{name: "a doctor without history can go, with hours and visit types", given: gone, do: remove("users", "id", doctor["id"]), want: accepted},
		{name: "a visit with feedback stays", do: remove("appointments", "id", b.rated.ID), want: byReference()},
		{name: "a visit type with visits stays", given: []statement{update("appointments", "id", b.pending.ID, row{"visit_type_id": b.checkup.ID})},
			do: remove("visit_types", "id", b.checkup.ID), want: byReference()},
	}
}
