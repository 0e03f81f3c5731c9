package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// The limits that keep holds from being used for hoarding (SECURITY.md).
const (
	maxUnusedHolds   = 3 // on one doctor within holdPause
	holdPause        = 10 * time.Minute
	maxAddressHolds  = 3                // live ones of anonymous visitors at one address
	longestHold      = 15 * time.Minute // however often it is renewed
	holdLimitMessage = "You have held several times with this doctor without booking. Please book one, or try again in a few minutes."
)

// NewHold is a wish to keep a slot for a moment.
type NewHold struct {
	DoctorID    uuid.UUID
	StartsAt    time.Time
	VisitTypeID *uuid.UUID
	Browser     uuid.UUID // the anonymous session that asks, or asked before the caller signed in; uuid.Nil: none
}

// Hold keeps an offered slot for turno.HoldLifetime. A person or a browser has
// one hold at most: a new one replaces the old, and asking for the same slot
// again renews it, up to 15 minutes in all. The errors about the time are those
// of Book; turno.KindRateLimited after too many unused holds.
func (s *Service) Hold(ctx context.Context, c policy.Caller, n NewHold) (turno.Hold, error) {
	action := policy.CreateHold
	if !c.SignedIn() && n.Browser != uuid.Nil {
		action = policy.CreateAnonymousHold
	}
	if err := policy.Check(c, action, 0); err != nil {
		return turno.Hold{}, err
	}
	if n.StartsAt.IsZero() {
		return turno.Hold{}, turno.Invalid(turno.FieldError{Location: "body.starts_at", Message: "Say when."})
	}
	n.StartsAt = turno.Instant(n.StartsAt)
	id := turno.NewID()
	if c.SignedIn() && n.Browser != uuid.Nil {
		if _, err := s.TakeOverHold(ctx, c, n.Browser); err != nil {
			return turno.Hold{}, err
		}
	}

	var hold turno.Hold
	touched := []uuid.UUID{n.DoctorID, n.DoctorID} // the new hold's doctor, the old one's
	err := s.untilFresh(ctx, func(tx *sqldb.Tx) error {
		t := holdTx{s: s, tx: tx, caller: c, want: n, id: id, holder: c.UserID}
		if !c.SignedIn() {
			t.holder = n.Browser
		}
		var err error
		hold, err = t.run()
		if t.old != nil {
			touched[1] = t.old.DoctorID
		}
		return err
	})
	if err != nil {
		want := NewVisit{DoctorID: n.DoctorID, ScheduledAt: n.StartsAt, VisitTypeID: n.VisitTypeID}
		return turno.Hold{}, s.afterLoss(ctx, c, want, err)
	}
	s.config.Observe(OutcomeHeld)
	s.changed(touched...)
	return hold, nil
}

// ReleaseHold gives a hold back before it expires. browser is the anonymous
// session, or uuid.Nil.
func (s *Service) ReleaseHold(ctx context.Context, c policy.Caller, id, browser uuid.UUID) error {
	if browser == uuid.Nil {
		if err := policy.Admit(c, policy.ReleaseHold); err != nil {
			return err
		}
	}
	var doctorID uuid.UUID
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		hold, found, err := store.HoldByID(tx, id)
		if err != nil {
			return err
		}
		var relation policy.Relation
		if found && (c.Is(hold.HolderID) || browser != uuid.Nil && browser == hold.HolderID) {
			relation = policy.Self
		}
		if err := policy.Check(c, policy.ReleaseHold, relation); err != nil {
			return err
		}
		doctorID = hold.DoctorID
		b := tx.Batch()
		store.FreeIn(b, holdPeriod(hold.Hold))
		store.EndHoldIn(b, hold.ID, false, tx.Now)
		if err := b.Run(); err != nil {
			return fmt.Errorf("release a hold: %w", err)
		}
		return nil
	})
	if err == nil {
		s.changed(doctorID)
	}
	return err
}

// holdTx is one attempt to hold, inside its transaction.
type holdTx struct {
	s      *Service
	tx     *sqldb.Tx
	caller policy.Caller
	want   NewHold
	id     uuid.UUID
	holder uuid.UUID

	calendar *calendarReading
	minutes  int
	old      *store.KeptHold // the one that a new hold replaces
	limits   store.HoldLimits
}

func (t *holdTx) run() (turno.Hold, error) {
	if err := t.read(); err != nil {
		return turno.Hold{}, err
	}
	if t.renews() {
		return t.renew()
	}
	if err := t.checkLimits(); err != nil {
		return turno.Hold{}, err
	}
	rules, err := t.s.zones.Rules(&t.calendar.Calendar)
	if err != nil {
		return turno.Hold{}, err
	}
	busy := openings.Blocking(t.calendar.Busy, t.tx.Now, t.isOld)
	if err := checkTime(rules, busy, t.want.StartsAt, t.minutes, false, t.tx.Now); err != nil {
		return turno.Hold{}, ofStart(err)
	}
	length := time.Duration(t.minutes+t.calendar.BufferMinutes) * time.Minute
	hold := turno.Hold{
		ID:          t.id,
		DoctorID:    t.want.DoctorID,
		VisitTypeID: t.want.VisitTypeID,
		Interval:    turno.Interval{StartsAt: t.want.StartsAt, EndsAt: t.want.StartsAt.Add(length)},
		HolderID:    t.holder,
		Anonymous:   !t.caller.SignedIn(),
		ExpiresAt:   t.tx.Now.Add(turno.HoldLifetime),
	}
	return hold, t.write(hold)
}

// ofStart is a refusal of a visit's time as one of a hold's, which another field of the
// body says.
func ofStart(err error) error {
	if e, ok := errors.AsType[*turno.Error](err); ok {
		for i := range e.Fields {
			if e.Fields[i].Location == "body.scheduled_at" {
				e.Fields[i].Location = "body.starts_at"
			}
		}
	}
	return err
}

func (t *holdTx) read() error {
	var typeFound, seen bool
	var olds []store.KeptHold
	var visitType turno.VisitType
	b := t.tx.Batch()
	b.ShareLock(t.want.DoctorID)
	b.Lock(t.holder)
	if !t.caller.SignedIn() { // the limit of an address is exact too
		b.Lock(uuid.NewSHA1(uuid.NameSpaceURL, []byte("address:"+t.caller.Address)))
	}
	t.calendar = t.s.rules.readIn(b, t.want.DoctorID, t.want.StartsAt, t.want.StartsAt.Add(neighbourhood), t.tx.Now)
	store.LiveHoldsIn(b, &olds, t.holder)
	store.HoldLimitsIn(b, &t.limits, t.holder, t.want.DoctorID, t.caller.Address, t.tx.Now.Add(-holdPause), t.tx.Now)
	if t.want.VisitTypeID != nil {
		store.VisitTypeIn(b, &visitType, &typeFound, *t.want.VisitTypeID)
		store.HasBeenSeenIn(b, &seen, t.holder, t.want.DoctorID)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("read for a hold: %w", err)
	}
	if len(olds) > 0 {
		t.old = &olds[0]
	}
	if err := t.calendar.check(); err != nil {
		return err
	}
	if !t.calendar.found || !t.calendar.Bookable {
		return turno.NotFound("doctor")
	}
	t.minutes = t.calendar.SlotMinutes
	if t.want.VisitTypeID == nil {
		return nil
	}
	if !typeFound || visitType.DoctorID != t.want.DoctorID {
		return turno.Invalid(turno.FieldError{Location: "body.visit_type_id", Message: "This doctor has no such visit type."})
	}
	t.minutes = visitType.Minutes
	// Whether an anonymous visitor is known to the doctor shows at booking.
	return bookable(visitType, false, seen || !t.caller.SignedIn(), "body.visit_type_id")
}

// renews reports whether the same slot is asked for again while it is held.
func (t *holdTx) renews() bool {
	return t.old != nil && t.tx.Now.Before(t.old.ExpiresAt) &&
		t.old.DoctorID == t.want.DoctorID && t.old.StartsAt.Equal(t.want.StartsAt) &&
		equalIDs(t.old.VisitTypeID, t.want.VisitTypeID)
}

func (t *holdTx) renew() (turno.Hold, error) {
	hold := t.old.Hold
	hold.ExpiresAt = later(hold.ExpiresAt, earlier(t.tx.Now.Add(turno.HoldLifetime), t.old.CreatedAt.Add(longestHold)))
	var renewed int64
	b := t.tx.Batch()
	store.RenewHoldIn(b, &renewed, hold)
	if err := b.Run(); err != nil {
		return hold, fmt.Errorf("renew a hold: %w", err)
	}
	if renewed == 0 {
		return hold, slotTaken()
	}
	return hold, nil
}

func (t *holdTx) checkLimits() error {
	if t.limits.Unused >= maxUnusedHolds {
		return turno.RateLimited(holdLimitMessage, t.limits.OldestAt.Add(holdPause).Sub(t.tx.Now))
	}
	if !t.caller.SignedIn() && t.limits.FromAddress >= maxAddressHolds {
		return turno.RateLimited("Too many times are being held from your network. Please sign in, or try again in a few minutes.", turno.HoldLifetime)
	}
	return nil
}

func (t *holdTx) isOld(p turno.BusyPeriod) bool {
	return t.old != nil && p.HoldID != nil && *p.HoldID == t.old.ID
}

// write claims the new time before it frees the old, as a move does, unless the
// two overlap.
func (t *holdTx) write(h turno.Hold) error {
	var inserted, free int64
	period := holdPeriod(h)
	freeFirst := t.old != nil && t.old.DoctorID == h.DoctorID && t.old.Overlaps(h.Interval)
	b := t.tx.Batch()
	for _, p := range overlapping(t.calendar.Busy, h.Interval) {
		if p.Expired(t.tx.Now) && !t.isOld(p) {
			store.ClearExpiredIn(b, p, t.tx.Now)
		}
	}
	if freeFirst {
		store.FreeIn(b, holdPeriod(t.old.Hold))
	}
	if t.old != nil {
		store.EndHoldIn(b, t.old.ID, false, t.tx.Now)
	}
	store.InsertHoldIn(b, &inserted, h, t.caller.Address, t.tx.Now)
	store.ClaimIn(b, &free, period)
	if t.old != nil && !freeFirst {
		store.FreeIn(b, holdPeriod(t.old.Hold))
	}
	if err := b.Run(); sqldb.IsForeignKeyViolation(err) {
		return errStale // what it points at went meanwhile, or was not inserted
	} else if err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	switch {
	case inserted == 0:
		return errStale
	case free == 0:
		return slotTaken()
	}
	return nil
}

func holdPeriod(h turno.Hold) turno.BusyPeriod {
	return turno.BusyPeriod{
		OwnerID:   h.DoctorID,
		Interval:  h.Interval,
		Kind:      turno.BusyHold,
		HoldID:    &h.ID,
		ExpiresAt: &h.ExpiresAt,
	}
}

func equalIDs(a, b *uuid.UUID) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
