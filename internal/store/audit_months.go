package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// monthsAhead is how many months of the trail have a partition before they
// begin.
const monthsAhead = 3

// MakeAuditPartitions makes the partitions of this month and the next ones. Those
// that exist are left alone, without a lock. For others it needs the trail for
// itself, and fails with sqldb.IsBusy when it can't have it soon. On SQLite the trail
// is one table, and there is nothing to do.
func MakeAuditPartitions(tx *sqldb.Tx) error {
	if tx.Engine() == sqldb.SQLite {
		return nil
	}
	if err := askForTrail(tx); err != nil {
		return err
	}
	first := monthOf(tx.Now)
	for n := range monthsAhead + 1 {
		month := turno.DateOf(first.AddDate(0, n, 0), time.UTC)
		if _, err := tx.Exec(`SELECT make_audit_partition($1)`, month); err != nil {
			return fmt.Errorf("make the trail's partition for %s: %w", month, err)
		}
	}
	return nil
}

// askForTrail has the locks that follow in the transaction asked for no longer than
// half a second. Making and dropping a partition need the whole trail for a moment,
// which whoever reads it keeps to their end, and pg_dump for hours; and as long as they
// wait for it, every booking waits behind them to write its entry.
func askForTrail(tx *sqldb.Tx) error {
	if _, err := tx.Exec(`SELECT set_config('lock_timeout', '500ms', true)`); err != nil {
		return fmt.Errorf("limit the wait for the trail: %w", err)
	}
	return nil
}

// HasAuditPartition reports whether this month's entries of the trail have their
// place. If not they go to the default partition, and move once it is made.
func HasAuditPartition(tx *sqldb.Tx) (has bool, err error) {
	if tx.Engine() == sqldb.SQLite {
		return true, nil
	}
	name := "audit_logs_" + monthOf(tx.Now).Format("200601")
	if err := tx.QueryRow(`SELECT to_regclass(format('%I.%I', current_schema(), $1::text)) IS NOT NULL`, name).Scan(&has); err != nil {
		return false, fmt.Errorf("look for this month's partition: %w", err)
	}
	return has, nil
}

// AuditRowsOutsideMonths counts the entries of the trail that no monthly
// partition took. There should be none.
func AuditRowsOutsideMonths(tx *sqldb.Tx) (rows int64, err error) {
	if tx.Engine() == sqldb.SQLite {
		return 0, nil
	}
	if err := tx.QueryRow(`SELECT count(*) FROM audit_logs_default`).Scan(&rows); err != nil {
		return 0, fmt.Errorf("count the entries outside months: %w", err)
	}
	return rows, nil
}

// DropAuditMonthBefore returns a step that removes the oldest whole month of the
// trail that is over for more than so many years, and reports whether there was
// one. It is the only way in which entries ever go. With 0 years none does. On
// PostgreSQL it fails with sqldb.IsBusy when it can't have the trail for itself soon.
func DropAuditMonthBefore(years int) func(*sqldb.Tx) (dropped bool, err error) {
	return func(tx *sqldb.Tx) (bool, error) {
		if years <= 0 {
			return false, nil
		}
		drop := dropPartition
		if tx.Engine() == sqldb.SQLite {
			drop = deleteMonth
		}
		dropped, err := drop(tx, monthOf(tx.Now.AddDate(-years, 0, 0)))
		if err != nil {
			return false, fmt.Errorf("drop an old month of the trail: %w", err)
		}
		return dropped, nil
	}
}

// dropPartition drops the oldest partition that ends at or before the cutoff.
// When none is left it clears what lies before the cutoff in the default one.
func dropPartition(tx *sqldb.Tx, cutoff time.Time) (bool, error) {
	var name string
	err := tx.QueryRow(`
		SELECT CAST(part.relname AS text)
		  FROM pg_inherits
		  JOIN pg_class part ON part.oid = inhrelid
		 WHERE inhparent = CAST('audit_logs' AS regclass)
		   AND part.relname ~ '^audit_logs_[0-9]{6}$'
		   AND CAST(part.relname AS text) COLLATE "C" < $1
		 ORDER BY part.relname
		 LIMIT 1`, "audit_logs_"+cutoff.Format("200601")).Scan(&name)
	if errors.Is(err, sqldb.ErrNoRows) {
		return false, clearDefaultPartition(tx, cutoff)
	}
	if err != nil {
		return false, err
	}
	if err := askForTrail(tx); err != nil {
		return false, err
	}
	_, err = tx.Exec(`DROP TABLE ` + name) // the pattern above leaves nothing to quote
	return err == nil, err
}

func clearDefaultPartition(tx *sqldb.Tx, cutoff time.Time) error {
	var old bool
	err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM audit_logs_default WHERE created_at < $1)`, cutoff).Scan(&old)
	if err != nil || !old {
		return err
	}
	if err := askForTrail(tx); err != nil {
		return err
	}
	if _, err := tx.Exec(`ALTER TABLE audit_logs_default DISABLE TRIGGER audit_logs_append_only`); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM audit_logs_default WHERE created_at < $1`, cutoff); err != nil {
		return err
	}
	_, err = tx.Exec(`ALTER TABLE audit_logs_default ENABLE TRIGGER audit_logs_append_only`)
	return err
}

// deleteMonth deletes entries of the month of the oldest one, if it lies before the
// cutoff, so many at a time that nobody waits long. The trigger that guards the trail
// steps aside for this transaction only: it is made again from its own text before the
// commit.
func deleteMonth(tx *sqldb.Tx, cutoff time.Time) (bool, error) {
	var oldest time.Time
	err := tx.QueryRow(`
		SELECT created_at
		  FROM audit_logs
		 WHERE created_at < $1
		 ORDER BY created_at
		 LIMIT 1`, cutoff).Scan(&oldest)
	if errors.Is(err, sqldb.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var guard string
	if err := tx.QueryRow(`SELECT sql FROM sqlite_schema WHERE name = 'audit_logs_no_delete'`).Scan(&guard); err != nil {
		return false, err
	}
	if _, err := tx.Exec(`DROP TRIGGER audit_logs_no_delete`); err != nil {
		return false, err
	}
	if _, err := tx.Exec(`
		DELETE FROM audit_logs
		 WHERE id IN (SELECT id
		                FROM audit_logs
		               WHERE created_at < $1
		               ORDER BY created_at
		               `+purgeLimit()+`)`, monthOf(oldest).AddDate(0, 1, 0)); err != nil {
		return false, err
	}
	_, err = tx.Exec(guard)
	return err == nil, err
}

// monthOf is the first instant of the month, in UTC.
func monthOf(t time.Time) time.Time {
	year, month, _ := t.UTC().Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}
