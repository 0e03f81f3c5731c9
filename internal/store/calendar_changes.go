package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// ChangesView is which noted changes of calendars a transaction sees: on
// PostgreSQL its snapshot, on SQLite everything up to the last one. Nothing that one
// view does not see is missed by reading on from it, in whatever order transactions
// end.
type ChangesView struct {
	server  string  // on PostgreSQL: when it was started
	end     int64   // it sees no position from this one on
	running []int64 // nor these before it
}

// Sees reports whether the transaction saw what the change of this position did.
func (v ChangesView) Sees(position int64) bool {
	return position < v.end && !slices.Contains(v.running, position)
}

// Follows reports whether v is of the same database as a view before. One that was
// started since may have lost what that view saw, as a replica that took over; one
// that is older came from a backup.
func (v ChangesView) Follows(before ChangesView) bool {
	return v.server == before.server && v.end >= before.end
}

// CalendarChange is a doctor whose open times, or what a search looks at, may have
// changed, and where in the order of changes.
type CalendarChange struct {
	Position int64
	DoctorID uuid.UUID
	Within   *turno.Interval // visits, holds and time off came, went or moved in it, without their buffers; nil: anything
}

// CalendarChanges is what this transaction sees, and of that the changes that the
// view before did not.
func CalendarChanges(tx *sqldb.Tx, before ChangesView) (changes []CalendarChange, view ChangesView, err error) {
	var text string
	b := tx.Batch()
	sqldb.BatchOne(b, &text, nil, scanText, viewOfChanges(tx))
	// SQLite makes a number of xid8, a name that it does not know.
	changed, args := `
		SELECT CAST(position AS text), doctor_id, starts_at, ends_at
		  FROM calendar_changes
		 WHERE position >= CAST(CAST($1 AS text) AS xid8)`, []any{strconv.FormatInt(before.end, 10)}
	if len(before.running) > 0 { // not OR, which no index serves
		changed += `
		 UNION ALL
		SELECT CAST(position AS text), doctor_id, starts_at, ends_at
		  FROM calendar_changes
		 WHERE position = ANY($2)`
		args = append(args, sqldb.In(before.running))
	}
	sqldb.BatchAll(b, &changes, scanCalendarChange, changed, args...)
	if err := b.Run(); err != nil {
		return nil, view, fmt.Errorf("read the changes of calendars: %w", err)
	}
	view, err = parseView(text)
	return changes, view, err
}

// CurrentChanges is what this transaction sees.
func CurrentChanges(tx *sqldb.Tx) (view ChangesView, err error) {
	text, err := sqldb.One(tx, scanText, viewOfChanges(tx))
	if err != nil {
		return view, fmt.Errorf("read which changes of calendars there are: %w", err)
	}
	return parseView(text)
}

// viewOfChanges asks for the snapshot, or what is like one where there is one writer.
func viewOfChanges(tx *sqldb.Tx) string {
	if tx.Engine() == sqldb.SQLite {
		return `
		SELECT '::' || (COALESCE(MAX(position), 0) + 1) || ':'
		  FROM calendar_changes`
	}
	return `SELECT CAST(EXTRACT(epoch FROM pg_postmaster_start_time()) AS text) || ':' || CAST(pg_current_snapshot() AS text)`
}

// parseView reads when the server was started and a snapshot in PostgreSQL's text
// form, start:xmin:xmax:xip,xip... What is below xmin is over, so the rest says it all.
func parseView(text string) (view ChangesView, err error) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 {
		return view, fmt.Errorf("read a snapshot: %q is none", text)
	}
	view.server = parts[0]
	if view.end, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
		return view, fmt.Errorf("read a snapshot: %w", err)
	}
	for number := range strings.SplitSeq(parts[3], ",") {
		if number == "" {
			break // none is running
		}
		xid, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return view, fmt.Errorf("read a snapshot: %w", err)
		}
		view.running = append(view.running, xid)
	}
	return view, nil
}

// keepCalendarChanges is how long the changes are kept for servers that fell behind.
const keepCalendarChanges = 30 * time.Minute

// ChangesPatience is how long a server may leave the changes of calendars unread
// and still find them all.
const ChangesPatience = keepCalendarChanges / 2

// PurgeCalendarChanges removes changes that every server has read. On SQLite the
// last one stays, so that no position is given twice.
func PurgeCalendarChanges(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "old changes of calendars", `
		DELETE FROM calendar_changes
		 WHERE position IN (
		       SELECT position
		         FROM calendar_changes
		        ORDER BY position
		        `+purgeLimit()+`)
		   AND changed_at < $1
		   AND position < (SELECT position
		                     FROM calendar_changes
		                    ORDER BY position DESC
		                    LIMIT 1)`, keepCalendarChanges)
}

func scanText(row sqldb.Scanner) (text string, err error) {
	err = row.Scan(&text)
	return text, err
}

func scanCalendarChange(row sqldb.Scanner) (c CalendarChange, err error) {
	var position string
	var from, to *time.Time
	if err := row.Scan(&position, &c.DoctorID, &from, &to); err != nil {
		return c, err
	}
	if from != nil && to != nil {
		c.Within = &turno.Interval{StartsAt: *from, EndsAt: *to}
	}
	if c.Position, err = strconv.ParseInt(position, 10, 64); err != nil {
		return c, fmt.Errorf("read a position: %w", err)
	}
	return c, nil
}
