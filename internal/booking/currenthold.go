package booking

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// CurrentHold is the live hold of the caller or of the browser, the newer one
// when both have one; nil when neither has. browser is the anonymous session, or
// uuid.Nil.
func (s *Service) CurrentHold(ctx context.Context, c policy.Caller, browser uuid.UUID) (hold *turno.Hold, err error) {
	if err := policy.Check(c, policy.ReadHold, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		kept, err := liveHolds(tx, c, browser)
		if len(kept) > 0 {
			hold = &kept[0].Hold
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return hold, nil
}

// KeptTime is a time that is held for somebody, as a page tells of it.
type KeptTime struct {
	turno.Hold
	DoctorName string
}

// KeptTime is CurrentHold with the doctor's name; nil also when the doctor takes no
// visits any more.
func (s *Service) KeptTime(ctx context.Context, c policy.Caller, browser uuid.UUID) (kept *KeptTime, err error) {
	if err := policy.Check(c, policy.ReadHold, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		holds, err := liveHolds(tx, c, browser)
		if err != nil || len(holds) == 0 {
			return err
		}
		doctor, err := store.DoctorByID(tx, holds[0].DoctorID)
		if err == nil && doctor.VerifiedAt != nil && doctor.Active() {
			kept = &KeptTime{Hold: holds[0].Hold, DoctorName: doctor.FullName}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read whose time is held: %w", err)
	}
	return kept, nil
}

// liveHolds are those of the caller and of the browser that have not expired,
// the newest first.
func liveHolds(tx *sqldb.Tx, c policy.Caller, browser uuid.UUID) ([]store.KeptHold, error) {
	var kept []store.KeptHold
	b := tx.Batch()
	store.LiveHoldsIn(b, &kept, holders(c, browser)...)
	if err := b.Run(); err != nil {
		return nil, fmt.Errorf("read live holds: %w", err)
	}
	kept = slices.DeleteFunc(kept, func(h store.KeptHold) bool { return !tx.Now.Before(h.ExpiresAt) })
	slices.SortFunc(kept, func(a, b store.KeptHold) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return kept, nil
}

// holders is under which ids the caller's holds may be kept.
func holders(c policy.Caller, browser uuid.UUID) []uuid.UUID {
	var ids []uuid.UUID
	for _, id := range []uuid.UUID{c.UserID, browser} {
		if id != uuid.Nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// TakeOverHold makes the hold of a browser that of the person who has signed in
// there, so that nobody loses a slot by signing in. It replaces a hold that the
// person had; the time and the expiry stay. Whoever can't hold, as the practice
// books without, gives it back. The answer is nil when there is none to keep.
func (s *Service) TakeOverHold(ctx context.Context, c policy.Caller, browser uuid.UUID) (hold *turno.Hold, err error) {
	if err := policy.Check(c, policy.TakeOverHold, 0); err != nil {
		return nil, err
	}
	if browser == uuid.Nil || c.Is(browser) {
		return nil, nil
	}
	locks := []uuid.UUID{c.UserID, browser}
	slices.SortFunc(locks, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	var freed []uuid.UUID // the doctors whose time is given back
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(locks...); err != nil {
			return err
		}
		var kept []store.KeptHold
		b := tx.Batch()
		store.LiveHoldsIn(b, &kept, locks...)
		if err := b.Run(); err != nil {
			return fmt.Errorf("read the holds to take over: %w", err)
		}
		hold, freed, err = takeOver(tx, c, browser, kept)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.changed(freed...)
	return hold, nil
}

// takeOver ends what the person held themself, and gives them what the browser
// holds.
func takeOver(tx *sqldb.Tx, c policy.Caller, browser uuid.UUID, kept []store.KeptHold) (hold *turno.Hold, freed []uuid.UUID, err error) {
	at := slices.IndexFunc(kept, func(h store.KeptHold) bool {
		return h.HolderID == browser && h.Anonymous && tx.Now.Before(h.ExpiresAt)
	})
	if at < 0 {
		return nil, nil, nil
	}
	taken := kept[at].Hold
	mayHold := policy.Check(c, policy.CreateHold, 0) == nil
	b := tx.Batch()
	for i, h := range kept {
		if i != at || !mayHold {
			store.FreeIn(b, holdPeriod(h.Hold))
			store.EndHoldIn(b, h.ID, false, tx.Now)
			freed = append(freed, h.DoctorID)
		}
	}
	if mayHold {
		taken.HolderID, taken.Anonymous = c.UserID, false
		store.GiveHoldIn(b, taken.ID, c.UserID)
	}
	if err := b.Run(); err != nil {
		return nil, nil, fmt.Errorf("take over a hold: %w", err)
	}
	if !mayHold {
		return nil, freed, nil
	}
	return &taken, freed, nil
}
