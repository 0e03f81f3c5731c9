package store_test

import (
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// farID is the key of whatever a rule adds and names elsewhere.
func farID() uuid.UUID { return uuid.UUID{15: 1} }

func (b *book) appointmentRules() []rule {
	visit := row{"id": turno.NewID(), "patient_id": b.patient.ID, "doctor_id": b.doctor.ID, "scheduled_at": at(16, 0), "ends_at": at(16, 30),
		"created_at": at(9, 0), "updated_at": at(9, 0)}
	called := visit.with(row{"status": "cancelled", "cancellation_kind": "patient", "cancelled_at": at(9, 0)})
	with := func(changes row) statement { return insert("appointments", visit.with(changes)) }
	off := func(changes row) statement { return insert("appointments", called.with(changes)) }
	return []rule{
		{name: "a visit", do: with(nil), want: accepted},
		{name: "is pending to begin with", given: []statement{with(nil)}, want: accepted,
			do: sql("UPDATE appointments SET sequence = 1 WHERE id = $1 AND status = 'pending'", visit["id"])},
		{name: "has a key of its own", do: with(row{"id": b.pending.ID}), want: byKey()},
		{name: "has a patient", do: with(row{"patient_id": b.admin.ID}), want: byReference()},
		{name: "who is not missing", do: with(row{"patient_id": nil}), want: asMissing()},
		{name: "has a doctor", do: with(row{"doctor_id": b.admin.ID}), want: byReference()},
		{name: "who is not missing", do: with(row{"doctor_id": nil}), want: asMissing()},
		{name: "has a time", do: with(row{"scheduled_at": nil}), want: asMissing()},
		{name: "has an end", do: with(row{"ends_at": nil}), want: asMissing()},
		{name: "does not end before it starts", do: with(row{"ends_at": at(15, 0)}), want: byCheck()},
		{name: "is not empty", do: with(row{"ends_at": at(16, 0)}), want: byCheck()},
		{name: "is in one of four statuses", do: with(row{"status": "noshow"}), want: asUnknown()},
		{name: "has a type of its doctor", do: with(row{"visit_type_id": b.checkup.ID}), want: accepted},
		{name: "has no type of another doctor", do: with(row{"visit_type_id": b.checkup.ID, "doctor_id": b.other.ID}), want: byReference()},
		{name: "is somewhere", do: with(row{"location_id": turno.NewID()}), want: byReference()},
		{name: "was booked by somebody", do: with(row{"booked_by": turno.NewID()}), want: byReference()},

		{name: "one called off", do: off(nil), want: accepted},
		{name: "says of what kind that was", do: off(row{"cancellation_kind": nil}), want: byCheck()},
		{name: "which is one of four", do: off(row{"cancellation_kind": "weather"}), want: asUnknown()},
		{name: "and when", do: off(row{"cancelled_at": nil}), want: byCheck()},
		{name: "and perhaps who did it and why", do: off(row{"cancelled_by": b.admin.ID, "cancellation_reason": []byte("sealed")}), want: accepted},
		{name: "somebody did it", do: off(row{"cancelled_by": turno.NewID()}), want: byReference()},
		{name: "an open one has no kind", do: with(row{"cancellation_kind": "patient"}), want: byCheck()},
		{name: "an open one has no time of that", do: with(row{"cancelled_at": at(9, 0)}), want: byCheck()},
		{name: "an open one was called off by nobody", do: with(row{"cancelled_by": b.admin.ID}), want: byCheck()},
		{name: "an open one has no reason for it", do: with(row{"cancellation_reason": []byte("sealed")}), want: byCheck()},
		{name: "a completed one has no kind either", do: with(row{"status": "completed", "cancellation_kind": "no_show"}), want: byCheck()},
	}
}

// lifeRules are all pairs of states, of which a few are steps in a life.
func (b *book) lifeRules() []rule {
	type state struct {
		name  string
		visit store.Visit
		set   row
	}
	off := func(kind string) row {
		return row{"status": "cancelled", "cancellation_kind": kind, "cancelled_at": at(9, 0)}
	}
	on := func(status string) row { return row{"status": status, "cancellation_kind": nil, "cancelled_at": nil} }
	states := []state{
		{"pending", b.pending, on("pending")},
		{"confirmed", b.confirmed, on("confirmed")},
		{"completed", b.completed, on("completed")},
		{"cancelled", b.cancelled, off("patient")},
		{"missed", b.missed, off("no_show")},
		{"rated", b.rated, on("completed")},
	}
	steps := map[string]string{
		"pending":   "pending confirmed cancelled",
		"confirmed": "pending confirmed completed cancelled missed rated",
		"completed": "completed missed rated",
		"cancelled": "cancelled",
		"missed":    "completed missed rated",
		"rated":     "completed rated",
	}
	var rules []rule
	for _, from := range states {
		for _, to := range states {
			want := byCheck()
			if strings.Contains(" "+steps[from.name]+" ", " "+to.name+" ") {
				want = accepted
			}
			rules = append(rules, rule{name: from.name + " to " + to.name, do: update("appointments", "id", from.visit.ID, to.set), want: want})
		}
	}
	id := b.pending.ID
	return append(rules,
		rule{name: "a visit moves", do: update("appointments", "id", id, row{"scheduled_at": at(17, 0), "ends_at": at(17, 30)}), want: accepted},
		rule{name: "not beyond its end", do: update("appointments", "id", id, row{"scheduled_at": at(17, 0)}), want: byCheck()},
		rule{name: "a visit keeps its doctor", do: update("appointments", "id", id, row{"doctor_id": b.other.ID}), want: byCheck()},
		rule{name: "a visit keeps its patient", do: update("appointments", "id", id, row{"patient_id": b.child.ID}), want: byCheck()},
	)
}

func (b *book) feedbackRules() []rule {
	feedback := row{"id": turno.NewID(), "patient_id": b.patient.ID, "doctor_id": b.doctor.ID, "appointment_id": b.completed.ID,
		"rating": 1, "created_at": at(9, 0)}
	with := func(changes row) statement { return insert("feedback", feedback.with(changes)) }
	return []rule{
		{name: "on a completed visit", do: with(nil), want: accepted},
		{name: "of five points, in words", do: with(row{"rating": 5, "comments": "Kind."}), want: accepted},
		{name: "not of six", do: with(row{"rating": 6}), want: byCheck()},
		{name: "not of none", do: with(row{"rating": 0}), want: byCheck()},
		{name: "not without any", do: with(row{"rating": nil}), want: asMissing()},
		{name: "not on a request", do: with(row{"appointment_id": b.pending.ID}), want: byCheck()},
		{name: "not on a visit to come", do: with(row{"appointment_id": b.confirmed.ID}), want: byCheck()},
		{name: "not on a visit called off", do: with(row{"appointment_id": b.cancelled.ID}), want: byCheck()},
		{name: "not on a visit that was missed", do: with(row{"appointment_id": b.missed.ID}), want: byCheck()},
		{name: "not on no visit", do: with(row{"appointment_id": turno.NewID()}), want: byCheck()},
		{name: "not twice", do: with(row{"appointment_id": b.rated.ID}), want: byKey()},
		{name: "not by another patient", do: with(row{"patient_id": b.child.ID}), want: byCheck()},
		{name: "not about another doctor", do: with(row{"doctor_id": b.other.ID}),
			want: refused("the visit is not the doctor's", either(sqldb.IsCheckViolation, sqldb.IsForeignKeyViolation))},
		{name: "words can be erased", do: update("feedback", "appointment_id", b.rated.ID, row{"comments": nil}), want: accepted},
		{name: "a rating stays", do: update("feedback", "appointment_id", b.rated.ID, row{"rating": 1}), want: byCheck()},
		{name: "it stays with its doctor", do: update("feedback", "appointment_id", b.rated.ID, row{"doctor_id": b.other.ID}), want: byCheck()},
		{name: "it stays with its patient", do: update("feedback", "appointment_id", b.rated.ID, row{"patient_id": b.child.ID}), want: byCheck()},
		{name: "it does not move to a request", do: update("feedback", "appointment_id", b.rated.ID, row{"appointment_id": b.pending.ID}), want: byCheck()},
	}
}

func either(a, b func(error) bool) func(error) bool {
	return func(err error) bool { return a(err) || b(err) }
}

func newEntry() row {
	return row{"id": farID(), "action_type": "CREATE", "created_at": at(9, 0), "entity": "user", "entity_id": "1"}
}

func (b *book) trailRules() []rule {
	entry := newEntry()
	old := entry.with(row{"created_at": at(9, 0).AddDate(-20, 0, 0)}) // in no monthly partition
	given := []statement{insert("audit_logs", entry)}
	with := func(changes row) statement { return insert("audit_logs", entry.with(changes)) }
	rules := []rule{
		{name: "an entry of the system", do: with(nil), want: accepted},
		{name: "an entry about a time without a partition", do: insert("audit_logs", old), want: accepted},
		{name: "somebody acted", do: with(row{"action_by": turno.NewID()}), want: byReference()},
		{name: "in some way", do: with(row{"action_type": nil}), want: asMissing()},
		{name: "whose name has at most 255 characters", do: with(row{"action_type": strings.Repeat("A", 256)}), want: asTooLong()},
		{name: "with something", do: with(row{"entity": nil}), want: asMissing()},
		{name: "once", given: given, do: given[0], want: refused("it is there", either(sqldb.IsUniqueViolation, asImmutableError))},
		{name: "is not changed", given: given, do: sql("UPDATE audit_logs SET action_detail = 'nothing'"), want: asImmutable()},
		{name: "is not taken from who did it", given: given, do: sql("UPDATE audit_logs SET action_by = NULL"), want: asImmutable()},
		{name: "is not deleted", given: given, do: sql("DELETE FROM audit_logs"), want: asImmutable()},
		{name: "is not changed without a partition", given: []statement{insert("audit_logs", old)}, do: sql("UPDATE audit_logs SET entity = 'x'"), want: asImmutable()},
		{name: "is not deleted without a partition", given: []statement{insert("audit_logs", old)}, do: sql("DELETE FROM audit_logs"), want: asImmutable()},
	}
	replace := with(row{"action_type": "NOTHING"})
	replace.sql = strings.Replace(replace.sql, "INSERT", "INSERT OR REPLACE", 1)
	rules = append(rules, rule{name: "is not replaced", given: given, do: replace, want: asImmutable(), only: sqldb.SQLite})
	for _, table := range []string{"audit_logs", "audit_logs_default", "audit_logs_202701"} {
		rules = append(rules, rule{name: table + " is not truncated", given: given, do: sql("TRUNCATE " + table), want: asImmutable(), only: sqldb.Postgres})
	}
	return append(rules,
		rule{name: "is not changed in its partition", given: given, do: sql("UPDATE audit_logs_202701 SET entity = 'x'"), want: asImmutable(), only: sqldb.Postgres},
		rule{name: "is not deleted in its partition", given: given, do: sql("DELETE FROM audit_logs_202701"), want: asImmutable(), only: sqldb.Postgres})
}

func asImmutableError(err error) bool { return sqlState("42501", sqldb.IsCheckViolation)(err) }

func (b *book) machineryRules() []rule {
	session := row{"id": turno.NewID(), "user_id": b.patient.ID, "token_hash": []byte("hash"), "created_at": at(9, 0),
		"authenticated_at": at(9, 0), "last_seen_at": at(9, 0), "expires_at": at(10, 0)}
	answer := row{"user_id": b.patient.ID, "route": "POST /appointments", "key": "k", "body_hash": []byte("hash"), "created_at": at(9, 0)}
	event := row{"id": turno.NewID(), "key": "k", "event": "appointment.booked", "payload": "{}", "run_at": at(9, 0), "created_at": at(9, 0)}
	device := row{"token_hash": []byte("hash"), "user_id": b.patient.ID, "created_at": at(9, 0), "last_used_at": at(9, 0)}
	rollup := row{"dimension": "created_at", "bucket": at(9, 0), "pending": 0, "confirmed": 0, "completed": 0, "cancelled": 0,
		"no_shows": 0, "late_cancellations": 0, "lead_minutes": 0}
	reading := row{"reader_id": b.admin.ID, "subject_id": b.patient.ID, "hour": at(9, 0)}
	rules := []rule{
		{name: "a token opens one session", given: []statement{insert("sessions", session)},
			do: insert("sessions", session.with(row{"id": turno.NewID()})), want: byKey()},
		{name: "a session has a user", do: insert("sessions", session.with(row{"user_id": turno.NewID()})), want: byReference()},
		{name: "a session expires", do: insert("sessions", session.with(row{"expires_at": nil})), want: asMissing()},
		{name: "a device has a user", do: insert("devices", device.with(row{"user_id": turno.NewID()})), want: byReference()},
		{name: "an answer has a user", do: insert("idempotent_answers", answer.with(row{"user_id": turno.NewID()})), want: byReference()},
		{name: "of a client's key too long", do: insert("idempotent_answers", answer.with(row{"key": strings.Repeat("k", 256)})), want: asTooLong()},
		{name: "an event happens once", given: []statement{insert("outbox", event)},
			do: insert("outbox", event.with(row{"id": turno.NewID()})), want: byKey()},
		{name: "visits are counted in two ways", do: insert("visit_rollups", rollup.with(row{"dimension": "ends_at"})), want: byCheck()},
	}
	for table, r := range map[string]row{"sessions": session, "idempotent_answers": answer, "outbox": event, "devices": device,
		"visit_rollups": rollup, "record_reads": reading} {
		s := insert(table, r)
		rules = append(rules, rule{name: "a row of " + table, do: s, want: accepted},
			rule{name: "the same row of " + table + " again", given: []statement{s}, do: s, want: byKey()})
	}
	return rules
}
