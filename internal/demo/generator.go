package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// plan is what a size means.
type plan struct {
	doctors    int
	visitsEach int     // of a doctor, up to today
	block      int     // doctors who share a panel of patients, and are in memory together
	sparse     float64 // the share of doctors who come for a few sessions only
	tenureDays [2]int  // how long doctors have been here: least and most
}

func planOf(size Size) (plan, error) {
	switch size {
	case S:
		return plan{doctors: 50, visitsEach: 390, block: 50, sparse: 0.88, tenureDays: [2]int{60, 730}}, nil
	case M:
		return plan{doctors: 1_000, visitsEach: 2_250, block: 50, sparse: 0.1, tenureDays: [2]int{200, 730}}, nil
	case L:
		return plan{doctors: 10_000, visitsEach: 1_080, block: 50, sparse: 0.45, tenureDays: [2]int{150, 730}}, nil
	}
	return plan{}, fmt.Errorf("%q is not a size of the demo: choose s, m or l", size)
}

// visitsPerPatient is how often a patient has been here, on average.
const visitsPerPatient = 12

// generator makes one clinic.
type generator struct {
	plan     plan
	now      time.Time
	today    turno.Date // in the main location
	box      *seal.Box
	password string // the hash of Password

	places   []share[*turno.Location]
	zones    map[string]*time.Location
	fields   []field
	fieldIDs map[string]int // by name, as the database has them
	comments map[int][]string
	crowd    *crowd

	admin, desk person
	me, child   *patient // the account "patient", and who it cares for
	rollups     rollups
	rows        *tables
}

func newGenerator(p plan, now time.Time, box *seal.Box) (*generator, error) {
	hash, err := argon2id.CreateHash(Password, &argon2id.Params{
		Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
	if err != nil {
		return nil, fmt.Errorf("hash the password: %w", err)
	}
	g := &generator{
		plan: p, now: turno.Instant(now), box: box, password: hash,
		zones: make(map[string]*time.Location), fields: fields(), comments: commentsByStars(),
		crowd: newCrowd(), rollups: newRollups(), rows: newTables(),
	}
	for _, place := range places() {
		zone, err := time.LoadLocation(place.value.TimeZone)
		if err != nil {
			return nil, fmt.Errorf("load a time zone: %w", err)
		}
		g.zones[place.value.TimeZone] = zone
		g.places = append(g.places, share[*turno.Location]{place.weight, &place.value})
	}
	g.today = turno.DateOf(now, g.zones[g.places[0].value.TimeZone])
	g.makeAccounts(newRandom(ofClinic, 0))
	return g, nil
}

// makeAccounts makes the clinic itself: places, staff and the family to try.
func (g *generator) makeAccounts(r random) {
	home := g.places[0].value.TimeZone
	opened := g.today.AddDays(-g.plan.tenureDays[1]-30).At(9*60, g.zones[home])
	for _, place := range g.places {
		place.value.ID = r.id(opened)
	}
	account := func(username, fullName string, role turno.Role, level turno.StaffLevel) person {
		return person{
			id: r.id(opened), username: username, fullName: fullName, role: role, staff: level,
			zone: home, createdAt: opened, gender: turno.GenderFemale,
		}
	}
	g.admin = account("admin", showcaseAdmin, turno.RoleAdmin, turno.StaffFull)
	g.desk = account("desk", showcaseDesk, turno.RoleAdmin, turno.StaffDesk)
	g.me = &patient{
		person: account("patient", showcasePatient, turno.RolePatient, ""),
		born:   turno.Date{Year: g.today.Year - 38, Month: time.May, Day: 14},
		phone:  "+33639980014",
	}
	g.child = &patient{
		person: account("mateo.navarro", "Mateo Navarro Gil", turno.RolePatient, ""),
		born:   turno.Date{Year: g.today.Year - 7, Month: time.March, Day: 3},
		phone:  g.me.phone, guardian: g.me, relation: "mother",
	}
	g.child.noSignIn, g.child.gender = true, turno.GenderMale
}

// fill writes the clinic, one block of doctors after the other, so that memory
// does not grow with its size.
func (g *generator) fill(ctx context.Context, db *sqldb.DB, progress func(done, total int, what string)) error {
	total := g.plan.doctors * g.plan.visitsEach
	progress(0, total, "the clinic")
	if err := g.writeClinic(ctx, db); err != nil {
		return err
	}
	err := store.WithoutIndexes(ctx, db, large(), func() error {
		err := g.writeBlocks(ctx, db, func(done int) { progress(min(done, total), total, "visits") })
		progress(total, total, "making indexes")
		return err
	})
	if err != nil {
		return err
	}
	progress(total, total, "the statistics")
	return g.finish(ctx, db)
}

// writeBlocks writes the doctors, their patients and visits, and tells progress how
// many visits are done.
func (g *generator) writeBlocks(ctx context.Context, db *sqldb.DB, progress func(done int)) error {
	done := 0
	for first := 0; first < g.plan.doctors; first += g.plan.block {
		patients, doctors := g.makeBlock(first, min(g.plan.block, g.plan.doctors-first))
		for _, p := range patients {
			g.addPatient(p)
		}
		for _, d := range doctors {
			g.addDoctor(d)
			done += len(d.visits)
			d.visits = nil // they are rows now, and fill the memory
			if err := g.rows.writeIfLarge(ctx, db, g.plan.doctors*g.plan.visitsEach); err != nil {
				return err
			}
			progress(done)
		}
	}
	return g.rows.write(ctx, db)
}

// makeBlock invents doctors, their panel of patients, and all their visits.
func (g *generator) makeBlock(first, n int) ([]*patient, []*doctor) {
	r := newRandom(ofPanel, first)
	patients := g.crowd.panel(r, max(n*g.plan.visitsEach/visitsPerPatient, 24), g.today)
	panel := sortPanel(patients, g.today)
	doctors := make([]*doctor, n)
	for i := range doctors {
		d := g.newDoctor(first + i)
		g.fillCalendar(newRandom(ofCalendar, d.number), d, panel)
		doctors[i] = d
	}
	if first == 0 {
		g.tellStory(r, doctors)
	}
	g.register(r, patients, doctors)
	if first == 0 {
		patients = append([]*patient{g.me, g.child}, patients...)
	}
	return patients, doctors
}

// register decides when the patients signed up: minutes before their first
// booking or that of a child. Only then do they have ids.
func (g *generator) register(r random, patients []*patient, doctors []*doctor) {
	firsts := make(map[*patient]time.Time, len(patients))
	note := func(p *patient, at time.Time) {
		if first, known := firsts[p]; !known || at.Before(first) {
			firsts[p] = at
		}
	}
	for _, d := range doctors {
		for _, v := range d.visits {
			note(v.patient, v.createdAt)
			if v.patient.guardian != nil {
				note(v.patient.guardian, v.createdAt)
			}
		}
	}
	for _, p := range patients {
		first, visited := firsts[p]
		if !visited {
			first = g.now.Add(-r.span(time.Duration(g.plan.tenureDays[1]) * 24 * time.Hour)).Truncate(time.Minute)
		}
		p.createdAt = first.Add(-time.Duration(r.between(2, 9)) * time.Minute)
		if p.guardian != nil {
			p.createdAt = later(p.createdAt, p.guardian.createdAt.Add(30*time.Second))
		}
		p.role, p.zone, p.id = turno.RolePatient, g.me.zone, r.id(p.createdAt)
	}
}
