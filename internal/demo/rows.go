package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// trailSpan is how far back the trail of the demo goes.
const trailSpan = 30 * 24 * time.Hour

// busySpan is how long busy periods are kept after their end, as the job does.
const busySpan = 24 * time.Hour

// writeClinic writes what everything else refers to.
func (g *generator) writeClinic(ctx context.Context, db *sqldb.DB) error {
	err := db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := makePartitions(tx, g.now.Add(-trailSpan), g.now); err != nil {
			return err
		}
		for _, f := range g.fields {
			if _, err := tx.Exec(`
				INSERT INTO specializations (name, name_folded)
				VALUES ($1, $2)
				    ON CONFLICT (name_folded) DO NOTHING`, f.name, store.Fold(f.name)); err != nil {
				return fmt.Errorf("write a specialization: %w", err)
			}
		}
		ids, err := specializationIDs(tx)
		g.fieldIDs = ids
		return err
	})
	if err != nil {
		return err
	}
	for _, place := range g.places {
		l := place.value
		g.rows.locations.add(l.ID, l.Name, l.Phone, l.AddressLine1, l.AddressLine2, l.City, l.State,
			l.PostalCode, l.Country, l.Directions, l.TimeZone, store.PlaceHash(*l))
	}
	g.addUser(&g.admin)
	g.addUser(&g.desk)
	return g.rows.write(ctx, db)
}

func specializationIDs(tx *sqldb.Tx) (map[string]int, error) {
	list, err := store.Specializations(tx)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]int, len(list))
	for _, s := range list {
		ids[s.Name] = s.ID
	}
	return ids, nil
}

// makePartitions makes the months of the trail, which only PostgreSQL has.
func makePartitions(tx *sqldb.Tx, from, to time.Time) error {
	if tx.Engine() != sqldb.Postgres {
		return nil
	}
	first := turno.DateOf(from, time.UTC)
	first.Day = 1
	for month := first; !turno.DateOf(to, time.UTC).Before(month); month = month.AddDays(31) {
		month.Day = 1
		if _, err := tx.Exec(`SELECT make_audit_partition($1)`, month); err != nil {
			return fmt.Errorf("make a month of the trail: %w", err)
		}
	}
	return nil
}

// finish writes the statistics and marks the clinic as complete.
func (g *generator) finish(ctx context.Context, db *sqldb.DB) error {
	g.addRollups()
	if err := g.rows.write(ctx, db); err != nil {
		return err
	}
	return db.WriteLong(ctx, func(tx *sqldb.Tx) error {
		if err := analyse(tx); err != nil {
			return err
		}
		return setMark(tx, marked)
	})
}

// analyse lets the database plan the first searches well. SQLite looks at a
// sample only when told to.
func analyse(tx *sqldb.Tx) error {
	statements := []string{`ANALYZE`}
	if tx.Engine() == sqldb.SQLite {
		statements = []string{`PRAGMA analysis_limit = 400`, `ANALYZE`}
	}
	for _, sql := range statements {
		if _, err := tx.Exec(sql); err != nil {
			return fmt.Errorf("analyse the demo: %w", err)
		}
	}
	return nil
}

func (g *generator) addUser(p *person) {
	password, verified := g.password, &p.createdAt
	if p.noSignIn {
		password, verified = "", nil
	}
	g.rows.users.add(p.id, p.username, store.Fold(p.username), p.email(), store.Fold(p.email()), password, p.role,
		nullable(p.staff), p.fullName, store.SearchName(p.fullName), p.zone, "", verified, p.createdAt, p.createdAt)
}

func (g *generator) addPatient(p *patient) {
	g.addUser(&p.person)
	g.rows.patients.add(p.id, p.born, nullable(p.gender), nullable(p.phone))
	if p.guardian != nil {
		g.rows.proxies.add(p.id, p.guardian.id, p.relation, p.createdAt)
	}
}

func (g *generator) addDoctor(d *doctor) {
	g.addUser(&d.person)
	verifiedAt := d.verifiedAt()
	verified, by, note := &verifiedAt, &g.admin.id, "Checked against the public register."
	if d.unverified {
		verified, by, note = nil, nil, ""
	}
	g.rows.doctors.add(d.id, g.fieldIDs[d.field.name], d.license, d.years, mean(d.ratings, d.ratedBy), d.ratings, d.ratedBy,
		d.bio, d.location.ID, d.person.zone, d.slot, d.buffer, d.notice, d.horizon, d.autoConfirm, verified, by, note)
	r := newRandom(ofRows, d.number)
	for _, a := range d.weekly {
		g.rows.availability.add(r.id(d.createdAt), d.id, a.DayOfWeek, a.StartTime, a.EndTime, a.ReleaseMinutes)
	}
	for _, e := range d.extra {
		g.rows.extraHours.add(e.ID, d.id, e.StartsAt, e.EndsAt)
	}
	for _, t := range d.types {
		g.rows.visitTypes.add(t.ID, d.id, t.Name, t.Minutes, t.Mode, t.Audience, t.Instructions, t.Active)
	}
	for _, off := range d.timeOff {
		g.rows.timeOff.add(off.ID, d.id, off.StartsAt, off.EndsAt, off.Reason, off.CreatedAt)
		if off.EndsAt.After(g.now.Add(-busySpan)) {
			g.rows.busyPeriods.add(d.id, off.StartsAt, off.EndsAt, turno.BusyTimeOff, nil, off.ID)
		}
	}
	for _, v := range d.visits {
		g.addVisit(r, d, v)
	}
}

// mean is the rating as the database computes it, half a cent up.
func mean(sum, count int) float64 {
	if count == 0 {
		return 0
	}
	return float64((200*sum+count)/(2*count)) / 100
}

func (g *generator) addVisit(r random, d *doctor, v *visit) {
	g.rollups.add(v)
	booker := g.whoBooked(v)
	updatedAt := v.createdAt
	var cancelledAt *time.Time
	var cancelledBy *uuid.UUID
	if n := len(v.steps); n > 0 {
		updatedAt = v.steps[n-1].at
		if v.status == turno.StatusCancelled {
			cancelledAt, cancelledBy = &updatedAt, g.actorID(d, v, v.steps[n-1].by)
		}
	}
	g.rows.appointments.add(v.id, v.patient.id, d.id, v.at.StartsAt, v.at.EndsAt, v.status, idOf(v.visitType), d.location.ID, booker,
		g.seal(v.reason, v.id), len(v.steps), nullable(v.kind), cancelledAt, cancelledBy, g.seal(v.cancelNote, v.id), v.createdAt, updatedAt)
	if v.rating != nil {
		g.rows.feedback.add(v.rating.id, v.patient.id, d.id, v.id, v.rating.stars, nullable(v.rating.comments), v.rating.createdAt)
	}
	if v.status != turno.StatusCancelled && v.at.EndsAt.After(g.now.Add(-busySpan)) {
		g.rows.busyPeriods.add(d.id, v.at.StartsAt, v.at.EndsAt.Add(minutes(d.buffer)), turno.BusyAppointment, v.id, nil)
		g.rows.busyPeriods.add(v.patient.id, v.at.StartsAt, v.at.EndsAt, turno.BusyAppointment, v.id, nil)
	}
	g.addTrail(r, d, v, booker)
}

// addTrail adds what the trail would say of the visit.
func (g *generator) addTrail(r random, d *doctor, v *visit, booker *uuid.UUID) {
	add := func(action turno.AuditAction, by *uuid.UUID, at time.Time, event string, status turno.Status) {
		if at.After(g.now.Add(-trailSpan)) {
			g.rows.auditLogs.add(r.id(at), by, action, "event="+event+" status="+string(status), at,
				"appointment", v.id.String(), v.patient.id)
		}
	}
	first := turno.StatusConfirmed
	if n := len(v.steps); (n == 0 && v.status == turno.StatusPending) || (n > 0 && v.wasRequested(d)) {
		first = turno.StatusPending
	}
	add(turno.AuditCreate, booker, v.createdAt, "booked", first)
	for i, s := range v.steps {
		status := v.status
		if i < len(v.steps)-1 {
			status = turno.StatusConfirmed
		}
		add(turno.AuditUpdate, g.actorID(d, v, s.by), s.at, s.event, status)
	}
	if v.rating != nil && v.rating.createdAt.After(g.now.Add(-trailSpan)) {
		g.rows.auditLogs.add(r.id(v.rating.createdAt), g.actorID(d, v, thePatient), turno.AuditCreate, "", v.rating.createdAt,
			"feedback", v.rating.id.String(), v.patient.id)
	}
}

// wasRequested reports whether the practice had to confirm the visit.
func (v *visit) wasRequested(d *doctor) bool { return !d.autoConfirm && !v.byStaff }

func (g *generator) whoBooked(v *visit) *uuid.UUID {
	if v.byStaff {
		return &g.desk.id
	}
	return g.actorID(nil, v, thePatient)
}

// actorID is nil for the system. A guardian acts for a child.
func (g *generator) actorID(d *doctor, v *visit, by actor) *uuid.UUID {
	switch by {
	case thePatient:
		if v.patient.guardian != nil {
			return &v.patient.guardian.id
		}
		return &v.patient.id
	case theDoctor:
		return &d.id
	case theDesk:
		return &g.desk.id
	case theSystem:
	}
	return nil
}

func (g *generator) seal(text string, id uuid.UUID) []byte {
	if text == "" {
		return nil
	}
	return g.box.Seal([]byte(text), id[:])
}

// nullable is nil for the empty string, as a column that may be NULL wants it.
func nullable[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}
