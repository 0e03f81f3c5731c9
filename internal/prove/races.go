package prove

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

// Races lists the ways to fight for time.
func Races() []Race {
	return []Race{
		{"many patients book one slot", 1, func(_ context.Context, c *clinic, day time.Time) ([]attempt, error) {
			return c.each(func(ctx context.Context, i int) error {
				_, err := c.book(ctx, i, 0, day.Add(9*time.Hour))
				return err
			}), nil
		}},
		{"the desk books visits that overlap in part", 1, func(_ context.Context, c *clinic, day time.Time) ([]attempt, error) {
			return c.each(func(ctx context.Context, i int) error {
				offset := time.Duration(i%(slotMinutes-1)) * time.Minute
				_, err := c.bookByDesk(ctx, i, 0, day.Add(9*time.Hour+offset))
				return err
			}), nil
		}},
		{"one patient books many doctors at one time", 1, func(_ context.Context, c *clinic, day time.Time) ([]attempt, error) {
			return c.each(func(ctx context.Context, i int) error {
				_, err := c.book(ctx, 0, i%len(c.doctors), day.Add(9*time.Hour))
				return err
			}), nil
		}},
		{"many patients hold one slot", 1, func(_ context.Context, c *clinic, day time.Time) ([]attempt, error) {
			return c.each(func(ctx context.Context, _ int) error {
				// Another browser and address each: somebody who holds again and again has to pause.
				browser := uuid.New()
				visitor := policy.Caller{Address: browser.String()}
				_, err := c.Hold(ctx, visitor, booking.NewHold{DoctorID: c.doctors[0], StartsAt: day.Add(9 * time.Hour), Browser: browser})
				return err
			}), nil
		}},
		{"many visits move into one slot", 1, func(ctx context.Context, c *clinic, day time.Time) ([]attempt, error) {
			ids, err := c.spread(ctx, day)
			return c.each(func(ctx context.Context, i int) error {
				_, err := c.Move(ctx, c.desk, ids[i], day.Add(9*time.Hour))
				return err
			}), err
		}},
		{"visits swap places", 0, swap},
		{"requests are confirmed while others book their time", 0, confirm},
	}
}

// swap lets neighbours want each other's time at the same moment. Nobody can
// have it, as nobody leaves before they arrive; nobody may lose their own.
func swap(ctx context.Context, c *clinic, day time.Time) ([]attempt, error) {
	ids, err := c.spread(ctx, day)
	if err != nil {
		return nil, err
	}
	return c.each(func(ctx context.Context, i int) error {
		partner := i ^ 1
		if partner == len(ids) {
			partner = i - 1
		}
		_, err := c.Move(ctx, c.desk, ids[i], spreadAt(day, partner))
		return err
	}), nil
}

// confirm lets half of the clients confirm requests while the others book over
// them.
func confirm(ctx context.Context, c *clinic, day time.Time) ([]attempt, error) {
	half := len(c.patients) / 2
	ids := make([]uuid.UUID, half)
	at := func(i int) time.Time { return day.Add(9*time.Hour + time.Duration(i%half)*slot) }
	for i := range half {
		visit, err := c.book(ctx, i, 0, at(i))
		if err != nil {
			return nil, err
		}
		ids[i] = visit.ID
	}
	return c.each(func(ctx context.Context, i int) error {
		if i < half {
			if _, err := c.Confirm(ctx, c.desk, ids[i]); err != nil {
				return err
			}
			return winsNoTime()
		}
		_, err := c.book(ctx, i, 0, at(i))
		return err
	}), nil
}

// winsNoTime is how an attempt that wanted none counts: with the losers.
func winsNoTime() error { return turno.Conflict(turno.CodeSlotTaken, "") }
