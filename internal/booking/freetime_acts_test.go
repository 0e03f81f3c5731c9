package booking_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// act does one of all the things that change what is open.
func (w *world) act(n *searchNode, r *rand.Rand) {
	doctor := w.doctors[r.IntN(len(w.doctors))]
	acts := 16
	if w.calm {
		acts = 10
	}
	switch r.IntN(acts) {
	case 0, 1, 2, 3:
		w.actBook(n, r, doctor)
	case 4, 5:
		w.actHold(n, r)
	case 6:
		w.actOnHold(n, r)
	case 7, 8:
		w.actOnVisit(n, r)
	case 9:
		w.actTimeOff(n, r, doctor)
	case 10:
		w.actHours(n, r, doctor)
	case 11:
		w.actExtraHours(n, r, doctor)
	case 12:
		w.actVisitType(n, r, doctor)
	case 13:
		w.actSettings(n, r, doctor)
	case 14:
		w.actByHand(n, r, doctor)
	case 15:
		_, err := n.ExpirePending(w.t.Context())
		w.note(err, "expired requests")
		_, err = n.SweepHolds(w.t.Context())
		w.note(err, "swept holds")
		_, err = n.ClearPast(w.t.Context())
		w.note(err, "cleared the past")
	}
}

// anOpenTime is one that a search on the node offers.
func (w *world) anOpenTime(n *searchNode, r *rand.Rand) (doctor uuid.UUID, at time.Time) {
	found, _, err := n.SearchDoctors(w.t.Context(), policy.Caller{}, booking.Search{Limit: 4, Slots: 5, Kinds: r.IntN(2) == 0})
	if !w.note(err, "searched") || len(found) == 0 {
		return doctor, at
	}
	one := found[r.IntN(len(found))]
	if len(one.NextSlots) == 0 {
		return doctor, at
	}
	return one.ID, one.NextSlots[r.IntN(len(one.NextSlots))].StartsAt
}

func (w *world) actBook(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	wish := booking.NewVisit{PatientID: w.patients[r.IntN(len(w.patients))].UserID}
	by := w.desk // may book any time
	wish.DoctorID, wish.ScheduledAt = doctor.UserID, w.clock.Now().Add(time.Duration(r.IntN(3000))*time.Minute)
	if r.IntN(3) > 0 {
		wish.DoctorID, wish.ScheduledAt = w.anOpenTime(n, r)
		by = policy.Caller{UserID: wish.PatientID, Role: turno.RolePatient, Address: "192.0.2.1"}
	}
	visit, err := n.Book(w.t.Context(), by, wish)
	if w.note(err, "booked %s of %s", wish.ScheduledAt, wish.DoctorID) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.visits = append(w.visits, visit)
	}
}

func (w *world) actHold(n *searchNode, r *rand.Rand) {
	by := w.patients[r.IntN(len(w.patients))]
	doctor, at := w.anOpenTime(n, r)
	hold, err := n.Hold(w.t.Context(), by, booking.NewHold{DoctorID: doctor, StartsAt: at})
	if w.note(err, "held %s of %s", at, doctor) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.holds = append(w.holds, heldTime{hold.ID, by})
	}
}

func (w *world) actOnHold(n *searchNode, r *rand.Rand) {
	w.mu.Lock()
	if len(w.holds) == 0 {
		w.mu.Unlock()
		return
	}
	held := w.holds[r.IntN(len(w.holds))]
	w.mu.Unlock()
	w.note(n.ReleaseHold(w.t.Context(), held.by, held.id, uuid.Nil), "released a hold")
}

func (w *world) actOnVisit(n *searchNode, r *rand.Rand) {
	w.mu.Lock()
	if len(w.visits) == 0 {
		w.mu.Unlock()
		return
	}
	visit := w.visits[r.IntN(len(w.visits))]
	w.mu.Unlock()
	if r.IntN(2) == 0 {
		_, err := n.Cancel(w.t.Context(), w.desk, visit.ID, "")
		w.note(err, "cancelled %s of %s", visit.ScheduledAt, visit.DoctorID)
		return
	}
	to := visit.ScheduledAt.Add(time.Duration(r.IntN(6000)-3000) * time.Minute)
	_, err := n.Move(w.t.Context(), w.desk, visit.ID, to)
	w.note(err, "moved %s of %s to %s", visit.ScheduledAt, visit.DoctorID, to)
}

func (w *world) actTimeOff(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	if off, err := n.TimeOff(w.t.Context(), w.desk, doctor.UserID); err == nil && len(off) > 0 && r.IntN(2) == 0 {
		w.note(n.DeleteTimeOff(w.t.Context(), w.desk, off[0].ID), "ended the time off of %s", doctor.UserID)
		return
	}
	from := w.clock.Now().Add(time.Duration(r.IntN(5000)) * time.Minute)
	off := turno.Interval{StartsAt: from, EndsAt: from.Add(time.Duration(1+r.IntN(1500)) * time.Minute)}
	_, _, err := n.AddTimeOff(w.t.Context(), w.desk, booking.NewTimeOff{DoctorID: doctor.UserID, Interval: off, CancelVisits: r.IntN(2) == 0})
	w.note(err, "time off of %s: %v", doctor.UserID, off)
}

func (w *world) actHours(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	from := turno.Clock(r.IntN(12) * 60)
	week := everyDay(from, from+turno.Clock(1+r.IntN(12))*60)
	for i := range week {
		if release := []int{-1, -1, 0, 90, 1440}[r.IntN(5)]; release >= 0 {
			week[i].ReleaseMinutes = &release
		}
	}
	_, _, err := n.ReplaceAvailability(w.t.Context(), w.desk, doctor.UserID, week[r.IntN(len(week)):])
	w.note(err, "new hours of %s", doctor.UserID)
}

func (w *world) actExtraHours(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	if hours, err := n.ExtraHours(w.t.Context(), w.desk, doctor.UserID); err == nil && len(hours) > 0 && r.IntN(2) == 0 {
		w.note(n.DeleteExtraHours(w.t.Context(), w.desk, hours[0].ID), "ended extra hours of %s", doctor.UserID)
		return
	}
	from := w.clock.Now().Add(time.Duration(r.IntN(40000)) * time.Second)
	_, err := n.AddExtraHours(w.t.Context(), w.desk, doctor.UserID, turno.Interval{StartsAt: from, EndsAt: from.Add(time.Duration(1+r.IntN(10)) * time.Hour)})
	w.note(err, "extra hours of %s from %s", doctor.UserID, from)
}

func (w *world) actVisitType(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	types, err := n.VisitTypes(w.t.Context(), w.desk, doctor.UserID)
	if err == nil && len(types) > 1 {
		active := !types[0].Active
		_, err = n.UpdateVisitType(w.t.Context(), w.desk, types[0].ID, booking.VisitTypePatch{Active: &active})
		w.note(err, "a kind of visit of %s is active: %v", doctor.UserID, active)
		return
	}
	kind := turno.VisitType{DoctorID: doctor.UserID, Name: fmt.Sprint(r.Uint32()), Minutes: 10 + 5*r.IntN(10)}
	_, err = n.AddVisitType(w.t.Context(), w.desk, kind)
	w.note(err, "a kind of visit of %s takes %d minutes", doctor.UserID, kind.Minutes)
}

// actSettings changes what account does, and tells the node as account does.
func (w *world) actSettings(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	err := n.db.Write(w.t.Context(), func(tx *sqldb.Tx) error {
		if err := tx.Lock(doctor.UserID); err != nil {
			return err
		}
		d, err := store.DoctorByID(tx, doctor.UserID)
		if err != nil {
			return err
		}
		d.SlotMinutes, d.BufferMinutes = 10+5*r.IntN(6), 5*r.IntN(3)
		d.MinNoticeMinutes, d.HorizonDays = []int{0, 60, 1440}[r.IntN(3)], []int{1, 8, 40, 300}[r.IntN(4)]
		d.TimeZone = []string{"Europe/Madrid", "America/New_York", "Asia/Kathmandu"}[r.IntN(3)]
		if err := store.UpdateDoctor(tx, d); err != nil {
			return err
		}
		return store.BumpCalendar(tx, d.ID)
	})
	n.index.Changed(doctor.UserID)
	w.note(err, "new settings of %s", doctor.UserID)
}

// actByHand does what no node is told of: it is only noted in the database.
func (w *world) actByHand(n *searchNode, r *rand.Rand, doctor policy.Caller) {
	if !w.byHand {
		return
	}
	statement := []string{
		`UPDATE doctors SET verified_at = NULL, calendar_version = calendar_version + 1 WHERE user_id = $1`,
		`UPDATE doctors SET verified_at = (SELECT created_at FROM users WHERE id = $1) WHERE user_id = $1`,
		`UPDATE users SET full_name = 'Person á', search_name = 'person a' WHERE id = $1`,
		`UPDATE doctors SET rating_sum = 9, rating_count = 2, rating = 4.5 WHERE user_id = $1`,
		`UPDATE doctors SET rating_sum = 8, rating_count = 2, rating = 4 WHERE user_id = $1`,
		`UPDATE doctors SET specialization_id = (SELECT MAX(id) FROM specializations) WHERE user_id = $1`,
	}[r.IntN(6)]
	err := n.db.Write(w.t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(statement, doctor.UserID)
		return err
	})
	w.note(err, "by hand, for %s: %s", doctor.UserID, statement)
}
