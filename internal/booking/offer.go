package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// OfferQuery asks what can be booked at a start.
type OfferQuery struct {
	DoctorID    uuid.UUID
	StartsAt    time.Time
	VisitTypeID *uuid.UUID // nil: the choice that suits best
	PatientID   uuid.UUID  // for whom; uuid.Nil: the caller
	Browser     uuid.UUID  // the anonymous session, or uuid.Nil
}

// Offer is everything that somebody reads before they book.
type Offer struct {
	Doctor   turno.Doctor // as the public sees it
	Location *turno.Location
	Choices  []OfferChoice // one at least
	Chosen   OfferChoice
	Slot     turno.Interval // of the chosen length
	State    OfferState
	Hold     *turno.Hold // the caller's, or the browser's, when it is for this start
	// Yours is the visit that has this time, when the caller is its patient or acts
	// for them.
	Yours *uuid.UUID
	// Alternatives are the nearest open times when this one can't be had.
	Alternatives []turno.Interval
	// Confirmed says that the visit will be booked at once, not only requested.
	Confirmed bool
}

// OfferChoice is a kind of visit that the caller may choose.
type OfferChoice struct {
	Type    *turno.VisitType // nil: a visit of the doctor's slot length
	Minutes int
	Fits    bool // it can be had at this start
}

// TypeID is the visit type to book; nil for the plain visit.
func (o OfferChoice) TypeID() *uuid.UUID {
	if o.Type == nil {
		return nil
	}
	return &o.Type.ID
}

// OfferState is whether a start can be had.
type OfferState string

// The states.
const (
	OfferOpen       OfferState = "open"
	OfferHeld       OfferState = "held"        // by the caller or the browser: it can be booked
	OfferTaken      OfferState = "taken"       // somebody has it
	OfferTooShort   OfferState = "too_short"   // it is free, but not for as long as the choice takes
	OfferNotOffered OfferState = "not_offered" // it is no time of this doctor's
)

// Bookable reports whether booking would succeed now.
func (s OfferState) Bookable() bool { return s == OfferOpen || s == OfferHeld }

// Offer says what the caller could book at a start: by whom, where, how long,
// and whether it can still be had. Errors: KindNotFound without such a doctor,
// KindInvalid for a visit type that the caller can't choose.
func (s *Service) Offer(ctx context.Context, c policy.Caller, q OfferQuery) (offer Offer, err error) {
	if err := policy.Check(c, policy.ReadSlots, 0); err != nil {
		return Offer{}, err
	}
	if q.StartsAt.IsZero() {
		return Offer{}, turno.Invalid(turno.FieldError{Location: "query.starts_at", Message: "Say when."})
	}
	q.StartsAt = turno.Instant(q.StartsAt)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		o := offerTx{s: s, tx: tx, caller: c, want: q, practice: forPractice(c, q.DoctorID)}
		offer, err = o.run()
		return err
	})
	if err != nil {
		return Offer{}, err
	}
	return offer, nil
}

// offerTx reads one offer.
type offerTx struct {
	s        *Service
	tx       *sqldb.Tx
	caller   policy.Caller
	want     OfferQuery
	practice bool
	calendar store.Calendar
	rules    schedule.Rules
	busy     []turno.Interval // without the caller's own holds
	holds    []store.KeptHold
	newcomer bool // the doctor has not seen the patient, as far as the caller tells
}

func (o *offerTx) run() (Offer, error) {
	if err := o.read(); err != nil {
		return Offer{}, err
	}
	doctor, err := store.DoctorByID(o.tx, o.want.DoctorID)
	if err != nil {
		return Offer{}, err
	}
	offer := Offer{Doctor: publicDoctor(doctor), Confirmed: o.practice || o.calendar.AutoConfirm}
	if offer.Location, err = locationOf(o.tx, doctor.LocationID); err != nil {
		return Offer{}, err
	}
	if offer.Choices, err = o.choices(); err != nil {
		return Offer{}, err
	}
	if offer.Chosen, err = o.choose(offer.Choices); err != nil {
		return Offer{}, err
	}
	length := time.Duration(offer.Chosen.Minutes) * time.Minute
	offer.Slot = turno.Interval{StartsAt: o.want.StartsAt, EndsAt: o.want.StartsAt.Add(length)}
	offer.Hold = o.holdOf(o.want.StartsAt)
	if offer.State, err = o.state(offer); err != nil {
		return Offer{}, err
	}
	if offer.State == OfferTaken {
		if offer.Yours, err = o.yours(); err != nil {
			return Offer{}, err
		}
	}
	if !offer.State.Bookable() {
		offer.Alternatives, err = o.alternatives(offer.Chosen.Minutes)
	}
	return offer, err
}

func (o *offerTx) read() (err error) {
	o.calendar, err = store.CalendarOf(o.tx, o.want.DoctorID, o.want.StartsAt, o.want.StartsAt.Add(neighbourhood))
	if err != nil {
		return err
	}
	if !o.calendar.Bookable {
		return turno.NotFound("doctor")
	}
	if o.rules, err = o.s.zones.Rules(&o.calendar); err != nil {
		return err
	}
	if o.holds, err = liveHolds(o.tx, o.caller, o.want.Browser); err != nil {
		return err
	}
	o.busy = openings.Blocking(o.calendar.Busy, o.tx.Now, o.isOwnHold)
	return nil
}

func (o *offerTx) isOwnHold(p turno.BusyPeriod) bool {
	return p.HoldID != nil && slices.ContainsFunc(o.holds, func(h store.KeptHold) bool { return h.ID == *p.HoldID })
}

func (o *offerTx) holdOf(start time.Time) *turno.Hold {
	for _, h := range o.holds {
		if h.DoctorID == o.want.DoctorID && h.StartsAt.Equal(start) {
			return &h.Hold
		}
	}
	return nil
}

// choices are the visit types that the caller may book; the plain visit when
// there are none.
func (o *offerTx) choices() ([]OfferChoice, error) {
	types, err := store.VisitTypes(o.tx, o.want.DoctorID)
	if err != nil {
		return nil, err
	}
	known, err := o.known()
	if err != nil {
		return nil, err
	}
	o.newcomer = !known || !o.caller.SignedIn()
	var choices []OfferChoice
	for _, t := range types {
		if bookable(t, o.practice, known, "") == nil {
			choices = append(choices, OfferChoice{Type: &t, Minutes: t.Minutes})
		}
	}
	if len(choices) == 0 {
		choices = []OfferChoice{{Minutes: o.calendar.SlotMinutes}}
	}
	for i := range choices {
		choices[i].Fits = o.check(choices[i].Minutes) == nil
	}
	return choices, nil
}

// known reports whether the doctor has seen the patient. Of an anonymous visitor
// that shows at booking; of a stranger's patient nobody learns it.
func (o *offerTx) known() (known bool, err error) {
	patient := o.want.PatientID
	if patient == uuid.Nil {
		patient = o.caller.UserID
	}
	if !o.caller.SignedIn() {
		return true, nil
	}
	if !o.caller.Is(patient) && !o.practice {
		if acts, err := store.ActsFor(o.tx, o.caller.UserID, patient); err != nil || !acts {
			return false, err
		}
	}
	b := o.tx.Batch()
	store.HasBeenSeenIn(b, &known, patient, o.want.DoctorID)
	if err := b.Run(); err != nil {
		return false, fmt.Errorf("has the doctor seen the patient: %w", err)
	}
	return known, nil
}

// choose is the type asked for; or what the hold is for; or what is for newcomers,
// when the patient is one; or the one that fits and is as long as a slot; or any that
// fits; or, when none does, the one as long as a slot, by which it is told best
// whether the time is taken. A visitor whom nobody knows yet is a newcomer, and gets
// what everybody may have first.
func (o *offerTx) choose(choices []OfferChoice) (OfferChoice, error) {
	if want := o.want.VisitTypeID; want != nil {
		for _, choice := range choices {
			if choice.Type != nil && choice.Type.ID == *want {
				return choice, nil
			}
		}
		return OfferChoice{}, turno.Invalid(turno.FieldError{Location: "query.visit_type_id", Message: "This doctor has no such visit type."})
	}
	best, rank := choices[0], 0
	for _, choice := range choices {
		asSlot := choice.Minutes == o.calendar.SlotMinutes
		forNew := choice.Type != nil && choice.Type.Audience == turno.AudienceNew
		sure := !forNew && (o.caller.SignedIn() || choice.Type == nil || choice.Type.Audience.Everybody())
		r := 0
		switch {
		case choice.Fits && o.isHeldFor(choice):
			r = 6
		case choice.Fits && forNew && o.newcomer:
			r = 5
		case choice.Fits && sure && asSlot:
			r = 4
		case choice.Fits && sure:
			r = 3
		case choice.Fits:
			r = 2
		case asSlot:
			r = 1
		}
		if r > rank {
			best, rank = choice, r
		}
	}
	return best, nil
}

func (o *offerTx) isHeldFor(choice OfferChoice) bool {
	hold := o.holdOf(o.want.StartsAt)
	return hold != nil && equalIDs(hold.VisitTypeID, choice.TypeID())
}

func (o *offerTx) check(minutes int) error {
	now := judgedAt(o.holds, o.want.DoctorID, o.want.StartsAt, o.tx.Now)
	return checkTime(o.rules, o.busy, o.want.StartsAt, minutes, o.practice, now)
}

func (o *offerTx) state(offer Offer) (OfferState, error) {
	err := o.check(offer.Chosen.Minutes)
	switch {
	case err == nil && offer.Hold != nil:
		return OfferHeld, nil
	case err == nil:
		return OfferOpen, nil
	case errors.Is(err, errTooShort):
		return OfferTooShort, nil
	case turno.CodeOf(err) == turno.CodeSlotTaken:
		return OfferTaken, nil
	case turno.CodeOf(err) == turno.CodeNotOffered:
		return OfferNotOffered, nil
	}
	return "", err
}

// yours is the caller's visit at this start.
func (o *offerTx) yours() (*uuid.UUID, error) {
	if !o.caller.SignedIn() {
		return nil, nil //nolint:nilnil // nobody's
	}
	for _, p := range o.calendar.Busy {
		if p.AppointmentID == nil || !p.StartsAt.Equal(o.want.StartsAt) {
			continue
		}
		visit, err := store.VisitByID(o.tx, *p.AppointmentID, o.caller.UserID)
		if err != nil {
			return nil, err
		}
		if visit.ActsFor || o.caller.Is(visit.PatientID) {
			return &visit.ID, nil
		}
	}
	return nil, nil //nolint:nilnil // somebody else's
}

func (o *offerTx) alternatives(minutes int) ([]turno.Interval, error) {
	around := o.want.StartsAt
	calendar, err := store.CalendarOf(o.tx, o.want.DoctorID, around.Add(-alternativeReach), around.Add(alternativeReach))
	if err != nil {
		return nil, err
	}
	rules, err := o.s.zones.Rules(&calendar)
	if err != nil {
		return nil, err
	}
	query := schedule.Query{Now: o.tx.Now, ForStaff: o.practice, Minutes: minutes}
	return schedule.Nearest(rules, openings.Blocking(calendar.Busy, o.tx.Now, nil), around, alternativeCount, query), nil
}
