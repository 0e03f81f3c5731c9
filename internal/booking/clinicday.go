package booking

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// ClinicDayQuery asks for a day of the whole practice.
type ClinicDayQuery struct {
	Date             turno.Date // zero: today
	Zone             string     // IANA name of the day; empty: that of the first location, or UTC
	SpecializationID int        // 0: all
	Limit            int        // columns: 20 unless told, 100 at most
	Cursor           string
}

// ClinicDay is a day of the whole practice, one column for a doctor.
type ClinicDay struct {
	Date turno.Date
	Zone string // IANA name
	turno.Interval
	Columns []DayColumn // by the doctor's name
	Doctors int         // how many columns there are on all pages
	Next    string      // the cursor of the next page
}

// DayColumn is the day of one doctor who works then or has visits.
type DayColumn struct {
	DoctorID       uuid.UUID
	DoctorName     string
	Specialization string
	DoctorZone     string           // IANA name
	Visits         []VisitView      // that touch the day and were not called off; without the reasons, for a desk is seen by many
	TimeOff        []turno.Interval // the part of the day
	Hours          []turno.Interval
	Free           []turno.Interval // slots from now on that the practice can book
}

const clinicDayList keyset.List = "doctors of a day"

// ClinicDay reads a day of every doctor who works then or has visits. It is for
// staff. A list is not noted in the trail; opening a visit is.
func (s *Service) ClinicDay(ctx context.Context, c policy.Caller, q ClinicDayQuery) (day ClinicDay, err error) {
	if err := policy.Check(c, policy.ReadClinicDay, 0); err != nil {
		return ClinicDay{}, err
	}
	after, err := clinicDayList.Parse(q.Cursor)
	if err != nil {
		return ClinicDay{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		d := clinicDayTx{s: s, tx: tx, caller: c, want: q}
		day, err = d.read(after)
		return err
	})
	if err != nil {
		return ClinicDay{}, err
	}
	return day, nil
}

// clinicDayTx reads one day, in as many queries for a hundred doctors as for one.
type clinicDayTx struct {
	s         *Service
	tx        *sqldb.Tx
	caller    policy.Caller
	want      ClinicDayQuery
	day       ClinicDay
	calendars map[uuid.UUID]*store.Calendar
	rules     map[uuid.UUID]schedule.Rules
	places    map[uuid.UUID]keyset.Place // by the doctor's name
}

func (d *clinicDayTx) read(after keyset.Place) (ClinicDay, error) {
	if err := d.setDay(); err != nil {
		return ClinicDay{}, err
	}
	present, err := d.present()
	if err != nil {
		return ClinicDay{}, err
	}
	d.day.Doctors = len(present)
	slices.SortFunc(present, func(a, b uuid.UUID) int { return compareNames(d.place(a), d.place(b)) })
	if after.ID != uuid.Nil {
		present = slices.DeleteFunc(present, func(id uuid.UUID) bool { return compareNames(d.place(id), after) <= 0 })
	}
	present, d.day.Next = keyset.Page(clinicDayList, present, keyset.Size(d.want.Limit), d.place)
	d.day.Columns, err = d.columns(present)
	return d.day, err
}

func (d *clinicDayTx) setDay() error {
	name := d.want.Zone
	if name == "" {
		location, found, err := store.FirstLocation(d.tx)
		if err != nil {
			return err
		}
		if name = "UTC"; found {
			name = location.TimeZone
		}
	}
	zone, err := zoneNamed("query.time_zone", name)
	if err != nil {
		return err
	}
	date := d.want.Date
	if date.IsZero() {
		date = turno.DateOf(d.tx.Now, zone)
	}
	d.day = ClinicDay{Date: date, Zone: name, Interval: dayOf(date, zone)}
	return nil
}

// present is the doctors who work on the day or have visits.
func (d *clinicDayTx) present() ([]uuid.UUID, error) {
	visited, err := store.DoctorsVisitedBetween(d.tx, d.want.SpecializationID, d.day.StartsAt, d.day.EndsAt)
	if err != nil {
		return nil, err
	}
	ids, err := store.FindableIDs(d.tx, store.DoctorFilter{SpecializationID: d.want.SpecializationID})
	if err != nil {
		return nil, err
	}
	for _, id := range visited {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	d.calendars, err = store.CalendarRules(d.tx, ids, d.day.StartsAt, d.day.EndsAt)
	if err != nil {
		return nil, err
	}
	d.rules = make(map[uuid.UUID]schedule.Rules, len(ids))
	d.places = make(map[uuid.UUID]keyset.Place, len(ids))
	var present []uuid.UUID
	for _, id := range ids {
		if d.rules[id], err = d.s.zones.Rules(d.calendars[id]); err != nil {
			return nil, err
		}
		works := d.calendars[id].Bookable && len(hoursIn(d.rules[id], d.day.Interval)) > 0
		if works || slices.Contains(visited, id) {
			present = append(present, id)
			d.places[id] = keyset.Place{Text: store.SearchName(d.calendars[id].FullName), ID: id}
		}
	}
	return present, nil
}

func (d *clinicDayTx) place(id uuid.UUID) keyset.Place { return d.places[id] }

func compareNames(a, b keyset.Place) int {
	if order := strings.Compare(a.Text, b.Text); order != 0 {
		return order
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

func (d *clinicDayTx) columns(ids []uuid.UUID) ([]DayColumn, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := store.AddBusy(d.tx, d.calendars, ids, d.day.StartsAt, d.day.EndsAt.Add(neighbourhood)); err != nil {
		return nil, err
	}
	details, err := store.ListVisitDetails(d.tx, store.DetailsFilter{
		Doctors: ids, Since: d.day.StartsAt, To: d.day.EndsAt, HeldTime: true}, d.caller.UserID)
	if err != nil {
		return nil, err
	}
	views, err := d.s.views(d.caller, details, d.tx.Now)
	if err != nil {
		return nil, err
	}
	specializations, err := store.Specializations(d.tx)
	if err != nil {
		return nil, err
	}
	names := make(map[int]string, len(specializations))
	for _, s := range specializations {
		names[s.ID] = s.Name
	}
	columns := make([]DayColumn, len(ids))
	for i, id := range ids {
		columns[i] = d.column(id)
		columns[i].Specialization = names[d.calendars[id].SpecializationID]
	}
	for _, v := range views {
		v.Reason = ""
		column := &columns[slices.Index(ids, v.DoctorID)]
		column.Visits = append(column.Visits, v)
	}
	return columns, nil
}

func (d *clinicDayTx) column(id uuid.UUID) DayColumn {
	calendar, rules := d.calendars[id], d.rules[id]
	column := DayColumn{
		DoctorID:   id,
		DoctorName: calendar.FullName,
		DoctorZone: calendar.TimeZone,
		Hours:      hoursIn(rules, d.day.Interval),
		Free:       freeForPractice(calendar, rules, d.day.Interval, d.tx.Now),
	}
	for _, p := range calendar.Busy {
		if p.Kind == turno.BusyTimeOff && p.Overlaps(d.day.Interval) {
			column.TimeOff = append(column.TimeOff, turno.Interval{
				StartsAt: later(p.StartsAt, d.day.StartsAt), EndsAt: earlier(p.EndsAt, d.day.EndsAt)})
		}
	}
	return column
}
