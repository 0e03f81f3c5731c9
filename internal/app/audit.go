package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

type auditCommands struct {
	List   auditListCommand   `cmd:"" help:"Show the newest entries."`
	Export auditExportCommand `cmd:"" help:"Write entries as NDJSON, one JSON object a line."`
}

// auditFilter chooses entries of the trail, as GET /audit-logs does.
type auditFilter struct {
	ActionBy string `help:"Only what the user with this id did." placeholder:"ID"`
	Action   string `name:"action" help:"Only this: CREATE, UPDATE, DELETE, READ, LOGIN, LOGIN_FAILED, LOGOUT, EXPORT or ERASE." placeholder:"TYPE" enum:",CREATE,UPDATE,DELETE,READ,LOGIN,LOGIN_FAILED,LOGOUT,EXPORT,ERASE" default:""`
	Entity   string `help:"Only about rows of this sort: appointment, user, patient ..." placeholder:"NAME"`
	EntityID string `help:"Only about the row with this id." placeholder:"ID"`
	From     string `help:"Not before this day or instant (UTC, or RFC 3339)." placeholder:"2026-01-31"`
	To       string `help:"Before this day or instant." placeholder:"2026-02-01"`
}

func (f auditFilter) trail() (insight.TrailFilter, error) {
	t := insight.TrailFilter{Action: turno.AuditAction(f.Action), Entity: f.Entity, EntityID: f.EntityID}
	if f.ActionBy != "" {
		id, err := uuid.Parse(f.ActionBy)
		if err != nil {
			return t, usage("--action-by is the id of a user, as GET /users shows it")
		}
		t.ActionBy = &id
	}
	var err error
	if t.From, err = instant("--from", f.From); err != nil {
		return t, err
	}
	if t.To, err = instant("--to", f.To); err != nil {
		return t, err
	}
	if !t.From.IsZero() && !t.To.IsZero() && !t.From.Before(t.To) {
		return t, usage("--from is before --to")
	}
	return t, nil
}

func instant(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usage("%s is a day such as 2026-01-31 or an instant such as 2026-01-31T08:00:00Z", flag)
}

type auditListCommand struct {
	config.Database
	auditFilter
	Limit int `help:"Entries to show." default:"50"`
}

// Help is shown by turno audit list --help.
func (auditListCommand) Help() string {
	return "Example:\n\n  turno audit list --database clinic.db --entity appointment --from 2026-01-31"
}

// Run prints a table.
func (c *auditListCommand) Run(ctx context.Context, p *Program) (err error) {
	if c.Limit < 1 {
		return usage("--limit is at least 1")
	}
	filter, err := c.trail()
	if err != nil {
		return err
	}
	db, err := p.openExisting(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "AT\tBY\tACTION\tENTITY\tID\tDETAIL")
	shown := 0
	for e, err := range insight.New(db).ExportTrail(ctx, filter) {
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", e.CreatedAt.Format(time.RFC3339), actor(e), e.Action, e.Entity, e.EntityID, e.Detail)
		if shown++; shown == c.Limit {
			break
		}
	}
	return table.Flush()
}

func actor(e turno.AuditEntry) string {
	if e.ActionBy == nil {
		return "system"
	}
	return e.ActionBy.String()
}

type auditExportCommand struct {
	config.Database
	auditFilter
	Output string `help:"File to write, readable by its owner only; without it, standard output." placeholder:"FILE"`
}

// Help is shown by turno audit export --help.
func (auditExportCommand) Help() string {
	return "Example:\n\n  turno audit export --database clinic.db --from 2026-01-01 --to 2026-02-01 --output january.ndjson\n\n" +
		"The newest entry comes first. That the trail was exported is noted in it."
}

// Run notes the export and writes the entries.
func (c *auditExportCommand) Run(ctx context.Context, p *Program) (err error) {
	filter, err := c.trail()
	if err != nil {
		return err
	}
	db, err := p.openExisting(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if filter.To.IsZero() { // what comes later is not asked for, our own entry among it
		filter.To = time.Now()
	}
	if err := db.Write(ctx, func(tx *sqldb.Tx) error {
		return store.Audit(tx, turno.AuditEntry{Action: turno.AuditExport, Entity: "audit_log"})
	}); err != nil {
		return err
	}
	entries := insight.New(db).ExportTrail(ctx, filter)
	if c.Output == "" {
		_, err = writeEntries(p.Stdout, entries)
		return err
	}
	n := 0
	err = writeNewFile(c.Output, func(w io.Writer) (err error) {
		n, err = writeEntries(w, entries)
		return err
	})
	if err == nil {
		fmt.Fprintf(p.Stderr, "%d entries are in %s.\n", n, c.Output)
	}
	return err
}

// auditLine is an entry as the REST API writes it.
type auditLine struct {
	ID       uuid.UUID         `json:"id"`
	ActionBy *uuid.UUID        `json:"action_by"`
	Action   turno.AuditAction `json:"action_type"`
	Entity   string            `json:"entity"`
	EntityID string            `json:"entity_id"`
	Detail   string            `json:"action_detail"`
	At       time.Time         `json:"created_at"`
}

func writeEntries(to io.Writer, entries func(func(turno.AuditEntry, error) bool)) (n int, err error) {
	w := bufio.NewWriter(to)
	lines := json.NewEncoder(w)
	for e, err := range entries {
		if err != nil {
			return n, err
		}
		if err := lines.Encode(auditLine{e.ID, e.ActionBy, e.Action, e.Entity, e.EntityID, e.Detail, e.CreatedAt.UTC()}); err != nil {
			return n, err
		}
		n++
	}
	return n, w.Flush()
}

// writeNewFile makes a file of mode 0600 with what write gives it, whole or not
// at all, and never over another.
func writeNewFile(path string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return advise(fmt.Errorf("%s exists already", path), "Remove it or choose another name")
	}
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
