package live

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// watchFile looks, while a page is open, whether another process has changed the
// SQLite file: it cannot say what it changed, so every page looks again.
func (h *Hub) watchFile(ctx context.Context) {
	ticker := time.NewTicker(h.config.Poll)
	defer ticker.Stop()
	var seen fileState
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if h.Subscribers() == 0 {
			continue
		}
		now, err := h.look(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			h.config.Logger.WarnContext(ctx, "could not look for changes of other programs; trying again", "error", err)
		case err == nil:
			if now.version != seen.version && now.newest != seen.newest {
				h.config.Heard()
				h.tellAll()
			}
			seen = now
		}
	}
}

// fileState is what tells that somebody else wrote. The version moves with every
// commit elsewhere, those of River in this process included, every few seconds; the
// trail moves with what people do, here too. When both moved, it may be news.
type fileState struct {
	version int64
	newest  uuid.UUID
}

func (h *Hub) look(ctx context.Context) (now fileState, err error) {
	err = h.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if now.version, err = tx.VersionElsewhere(); err != nil {
			return err
		}
		now.newest, err = store.NewestEntry(tx)
		return err
	})
	return now, err
}
