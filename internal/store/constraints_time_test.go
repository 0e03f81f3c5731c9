package store_test

import (
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// farFuture is after any clock that a test runs by.
func farFuture() time.Time { return time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC) }

func (b *book) availabilityRules() []rule {
	window := row{"id": turno.NewID(), "doctor_id": b.doctor.ID, "day_of_week": "Monday", "start_time": turno.Clock(9 * 60), "end_time": turno.Clock(12 * 60)}
	given := []statement{insert("availability", window)}
	with := func(changes row) statement { return insert("availability", window.with(changes)) }
	another := func(from, to turno.Clock) statement {
		return with(row{"id": turno.NewID(), "start_time": from, "end_time": to})
	}
	onTuesday := with(row{"id": turno.NewID(), "day_of_week": "Tuesday"})
	return []rule{
		{name: "a window", do: with(nil), want: accepted},
		{name: "has a key of its own", given: given, do: with(row{"day_of_week": "Tuesday"}), want: byKey()},
		{name: "belongs to a doctor", do: with(row{"doctor_id": b.patient.ID}), want: byReference()},
		{name: "is on a day of the week", do: with(row{"day_of_week": "Someday"}), want: asUnknown()},
		{name: "has a start", do: with(row{"start_time": nil}), want: asMissing()},
		{name: "has an end", do: with(row{"end_time": nil}), want: asMissing()},
		{name: "does not end before it starts", do: with(row{"end_time": turno.Clock(8 * 60)}), want: byCheck()},
		{name: "is not empty", do: with(row{"end_time": turno.Clock(9 * 60)}), want: byCheck()},
		{name: "may last to the end of the day", do: with(row{"end_time": turno.EndOfDay}), want: accepted},
		{name: "does not start there", do: with(row{"start_time": turno.EndOfDay, "end_time": turno.EndOfDay}), want: byCheck()},
		{name: "is on a clock of 24 hours", do: with(row{"end_time": "24:01"}), want: asImpossible()},
		{name: "with minutes", do: with(row{"end_time": "12:60"}), want: asImpossible()},
		{name: "from its start", do: with(row{"start_time": "08:60"}), want: asImpossible()},
		{name: "may be kept back for a year", do: with(row{"release_minutes": 525600}), want: accepted},
		{name: "may be for staff only", do: with(row{"release_minutes": 0}), want: accepted},
		{name: "is not kept back for less than nothing", do: with(row{"release_minutes": -1}), want: byCheck()},
		{name: "is not kept back for more than a year", do: with(row{"release_minutes": 525601}), want: byCheck()},

		{name: "the same window twice", given: given, do: another(9*60, 12*60), want: byExclusion()},
		{name: "one that reaches into it", given: given, do: another(8*60, 9*60+1), want: byExclusion()},
		{name: "one that begins in it", given: given, do: another(11*60+59, 13*60), want: byExclusion()},
		{name: "one inside it", given: given, do: another(10*60, 11*60), want: byExclusion()},
		{name: "one around it", given: given, do: another(8*60, 13*60), want: byExclusion()},
		{name: "two that overlap up to the end of the day", given: []statement{another(13*60, turno.EndOfDay)}, do: another(23*60, turno.EndOfDay), want: byExclusion()},
		{name: "one right after it", given: given, do: another(12*60, 13*60), want: accepted},
		{name: "one right before it", given: given, do: another(8*60, 9*60), want: accepted},
		{name: "another day", given: given, do: onTuesday, want: accepted},
		{name: "another doctor", given: given, do: with(row{"id": turno.NewID(), "doctor_id": b.other.ID}), want: accepted},
		{name: "one moved onto it", given: after(given, onTuesday), do: sql("UPDATE availability SET day_of_week = 'Monday' WHERE day_of_week = 'Tuesday'"), want: byExclusion()},
		{name: "one made longer alone", given: given, do: update("availability", "id", window["id"], row{"end_time": turno.Clock(13 * 60)}), want: accepted},
	}
}

func (b *book) extraHoursRules() []rule {
	hours := row{"id": turno.NewID(), "doctor_id": b.doctor.ID, "starts_at": at(18, 0), "ends_at": at(20, 0)}
	given := []statement{insert("extra_hours", hours)}
	another := func(from, to time.Time) statement {
		return insert("extra_hours", hours.with(row{"id": turno.NewID(), "starts_at": from, "ends_at": to}))
	}
	return []rule{
		{name: "an opening", do: given[0], want: accepted},
		{name: "belongs to a doctor", do: insert("extra_hours", hours.with(row{"doctor_id": b.patient.ID})), want: byReference()},
		{name: "does not end before it starts", do: another(at(20, 0), at(18, 0)), want: byCheck()},
		{name: "is not empty", do: another(at(18, 0), at(18, 0)), want: byCheck()},
		{name: "does not overlap another", given: given, do: another(at(19, 59), at(21, 0)), want: byExclusion()},
		{name: "may follow another", given: given, do: another(at(20, 0), at(21, 0)), want: accepted},
		{name: "of another doctor may overlap", given: given, want: accepted,
			do: insert("extra_hours", hours.with(row{"id": turno.NewID(), "doctor_id": b.other.ID}))},
		{name: "is not moved onto another", given: after(given, another(at(20, 0), at(21, 0))), want: byExclusion(),
			do: sql("UPDATE extra_hours SET starts_at = $1 WHERE ends_at = $2", at(19, 0), at(21, 0))},
	}
}

func (b *book) visitTypeRules() []rule {
	kind := row{"id": turno.NewID(), "doctor_id": b.doctor.ID, "name": "Talk", "minutes": 5}
	with := func(changes row) statement { return insert("visit_types", kind.with(changes)) }
	return []rule{
		{name: "the shortest", do: with(nil), want: accepted},
		{name: "the longest", do: with(row{"minutes": 480}), want: accepted},
		{name: "one too short", do: with(row{"minutes": 4}), want: byCheck()},
		{name: "one too long", do: with(row{"minutes": 481}), want: byCheck()},
		{name: "has a name", do: with(row{"name": ""}), want: byCheck()},
		{name: "of at most 100 characters", do: with(row{"name": strings.Repeat("n", 101)}), want: asTooLong()},
		{name: "used once by a doctor", do: with(row{"name": "Check-up"}), want: byKey()},
		{name: "which another may use", do: with(row{"name": "Check-up", "doctor_id": b.other.ID}), want: accepted},
		{name: "belongs to a doctor", do: with(row{"doctor_id": b.patient.ID}), want: byReference()},
		{name: "on the phone, for staff", do: with(row{"mode": "phone", "audience": "staff"}), want: accepted},
		{name: "there are three modes", do: with(row{"mode": "letter"}), want: asUnknown()},
		{name: "is active or not", do: with(row{"active": 2}), want: byCheck(), only: sqldb.SQLite},
		{name: "for new patients", do: with(row{"audience": "new"}), want: accepted},
		{name: "there are four audiences", do: with(row{"audience": "friends"}), want: asUnknown()},
	}
}

func (b *book) newTimeOff() row {
	return row{"id": farID(), "doctor_id": b.doctor.ID, "starts_at": at(14, 0), "ends_at": at(15, 0), "created_at": at(9, 0)}
}

func (b *book) timeOffRules() []rule {
	off := b.newTimeOff()
	return []rule{
		{name: "an hour", do: insert("time_off", off), want: accepted},
		{name: "belongs to a doctor", do: insert("time_off", off.with(row{"doctor_id": b.patient.ID})), want: byReference()},
		{name: "does not end before it starts", do: insert("time_off", off.with(row{"ends_at": at(13, 0)})), want: byCheck()},
		{name: "is not empty", do: insert("time_off", off.with(row{"ends_at": at(14, 0)})), want: byCheck()},
	}
}

func (b *book) newHold() row {
	return row{"id": farID(), "doctor_id": b.doctor.ID, "starts_at": at(14, 0), "ends_at": at(14, 30), "holder_id": b.patient.ID,
		"anonymous": false, "created_at": at(9, 0), "expires_at": at(9, 5)}
}

func (b *book) holdRules() []rule {
	hold := b.newHold()
	given := []statement{insert("holds", hold)}
	another := hold.with(row{"id": turno.NewID()})
	return []rule{
		{name: "of a slot", do: given[0], want: accepted},
		{name: "one lives at a time", given: given, do: insert("holds", another), want: byKey()},
		{name: "another when it has ended", given: after(given, update("holds", "id", hold["id"], row{"ended_at": at(9, 1)})),
			do: insert("holds", another), want: accepted},
		{name: "is anonymous or not", do: insert("holds", hold.with(row{"anonymous": 2})), want: byCheck(), only: sqldb.SQLite},
		{name: "is used or not", do: insert("holds", hold.with(row{"used": 2})), want: byCheck(), only: sqldb.SQLite},
		{name: "always expires", do: insert("holds", hold.with(row{"expires_at": nil})), want: asMissing()},
		{name: "always has a holder", do: insert("holds", hold.with(row{"holder_id": nil})), want: asMissing()},
		{name: "does not end before it starts", do: insert("holds", hold.with(row{"ends_at": at(13, 0)})), want: byCheck()},
		{name: "is of a doctor", do: insert("holds", hold.with(row{"doctor_id": b.patient.ID})), want: byReference()},
		{name: "may be for a visit type of the doctor", do: insert("holds", hold.with(row{"visit_type_id": b.checkup.ID})), want: accepted},
		{name: "not for one of another doctor", want: byReference(),
			do: insert("holds", hold.with(row{"visit_type_id": b.checkup.ID, "doctor_id": b.other.ID}))},
	}
}

// busyFor is an hour off for anybody.
func (b *book) busyFor(owner any) row {
	return row{"owner_id": owner, "starts_at": at(14, 0), "ends_at": at(15, 0), "kind": "time_off", "time_off_id": farID()}
}

func (b *book) busyRules() []rule {
	period := b.busyFor(b.doctor.ID)
	given := []statement{insert("time_off", b.newTimeOff()), insert("holds", b.newHold()), insert("busy_periods", period)}
	claim := func(changes row) statement {
		s := insert("busy_periods", period.with(changes))
		s.sql += " ON CONFLICT DO NOTHING"
		return s
	}
	from := func(start, end time.Time) statement { return claim(row{"starts_at": start, "ends_at": end}) }
	visit := row{"kind": "appointment", "appointment_id": b.pending.ID, "time_off_id": nil}
	hold := row{"kind": "hold", "hold_id": farID(), "expires_at": at(9, 5), "time_off_id": nil}
	free := given[:2]
	return []rule{
		{name: "time off", given: free, do: claim(nil), want: accepted},
		{name: "a visit", do: claim(visit), want: accepted},
		{name: "a hold", given: free, do: claim(hold), want: accepted},

		{name: "the same time twice", given: given, do: from(at(14, 0), at(15, 0)), want: taken},
		{name: "the same start, shorter", given: given, do: from(at(14, 0), at(14, 1)), want: taken},
		{name: "the same start, longer", given: given, do: from(at(14, 0), at(16, 0)), want: taken},
		{name: "into its beginning", given: given, do: from(at(13, 0), at(14, 0).Add(time.Microsecond)), want: taken},
		{name: "into its end", given: given, do: from(at(15, 0).Add(-time.Microsecond), at(16, 0)), want: taken},
		{name: "inside it", given: given, do: from(at(14, 20), at(14, 40)), want: taken},
		{name: "around it", given: given, do: from(at(13, 0), at(16, 0)), want: taken},
		{name: "a visit in time off", given: given, do: claim(visit), want: taken},
		{name: "a hold in time off", given: given, do: claim(hold), want: taken},
		{name: "around two", given: after(given, from(at(15, 0), at(16, 0))), do: from(at(13, 0), at(17, 0)), want: taken},
		{name: "in the first of two", given: after(given, from(at(15, 0), at(16, 0))), do: from(at(14, 30), at(14, 40)), want: taken},
		{name: "right before it", given: given, do: from(at(13, 0), at(14, 0)), want: accepted},
		{name: "right after it", given: given, do: from(at(15, 0), at(16, 0)), want: accepted},
		{name: "between two", given: after(given, from(at(16, 0), at(17, 0))), do: from(at(15, 0), at(16, 0)), want: accepted},
		{name: "somebody else", given: given, do: claim(row{"owner_id": b.patient.ID}), want: accepted},

		{name: "moved onto another", given: after(given, from(at(16, 0), at(17, 0))), want: byExclusion(),
			do: sql("UPDATE busy_periods SET starts_at = $1 WHERE starts_at = $2", at(14, 30), at(16, 0))},
		{name: "given to one who is busy", given: after(given, claim(row{"owner_id": b.patient.ID, "starts_at": at(14, 30)})), want: byExclusion(),
			do: sql("UPDATE busy_periods SET owner_id = $1 WHERE owner_id = $2", b.doctor.ID, b.patient.ID)},
		{name: "moved to a free time", given: given, want: byExclusion(), only: sqldb.SQLite,
			do: sql("UPDATE busy_periods SET starts_at = $1, ends_at = $2", at(16, 0), at(17, 0))},
		{name: "made shorter", given: given, want: byExclusion(), only: sqldb.SQLite,
			do: sql("UPDATE busy_periods SET ends_at = $1", at(14, 30))},
		{name: "given to another", given: given, want: byExclusion(), only: sqldb.SQLite,
			do: sql("UPDATE busy_periods SET owner_id = $1", b.patient.ID)},
		{name: "a hold renewed", given: after(free, claim(hold)), do: sql("UPDATE busy_periods SET expires_at = $1", at(9, 10)), want: accepted},

		{name: "ends before it starts", given: free, do: from(at(15, 0), at(14, 0)), want: byCheck()},
		{name: "is empty", given: free, do: from(at(14, 0), at(14, 0)), want: byCheck()},
		{name: "of nobody", given: free, do: claim(row{"owner_id": turno.NewID()}), want: byReference()},
		{name: "of no kind", given: free, do: claim(row{"kind": nil}), want: asMissing()},
		{name: "of a kind that there is not", given: free, do: claim(row{"kind": "lunch"}), want: asUnknown()},
		{name: "of a kind that there is not, without a cause", do: claim(row{"kind": "lunch", "time_off_id": nil}), want: asUnknown()},
		{name: "a hold without expiry", given: free, do: claim(hold.with(row{"expires_at": nil})), want: byCheck()},
		{name: "a visit with an expiry", do: claim(visit.with(row{"expires_at": at(9, 5)})), want: byCheck()},
		{name: "time off with an expiry", given: free, do: claim(row{"expires_at": at(9, 5)}), want: byCheck()},
		{name: "a visit that names none", do: claim(visit.with(row{"appointment_id": nil})), want: byCheck()},
		{name: "a visit that there is not", do: claim(visit.with(row{"appointment_id": turno.NewID()})), want: byReference()},
		{name: "a hold that names none", given: free, do: claim(hold.with(row{"hold_id": nil})), want: byCheck()},
		{name: "a hold that there is not", given: free, do: claim(hold.with(row{"hold_id": turno.NewID()})), want: byReference()},
		{name: "time off that names none", given: free, do: claim(row{"time_off_id": nil}), want: byCheck()},
		{name: "time off that there is not", do: claim(nil), want: byReference()},
		{name: "two causes", given: free, do: claim(row{"appointment_id": b.pending.ID}), want: byCheck()},
		{name: "its visit stays", given: []statement{claim(visit)}, do: remove("appointments", "id", b.pending.ID), want: byReference()},
		{name: "its hold stays", given: after(free, claim(hold)), do: remove("holds", "id", farID()), want: byReference()},
		{name: "its time off stays", given: given, do: remove("time_off", "id", farID()), want: byReference()},
	}
}
