package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

type restoreCommand struct {
	config.Database
	File           string `arg:"" help:"Backup to restore."`
	Identity       string `help:"File with the age identity that opens the backup." placeholder:"FILE" xor:"protection"`
	PassphraseFile string `help:"File with the passphrase instead of asking for it." placeholder:"FILE" xor:"protection"`
	Replace        bool   `help:"Put it in the place of a database that exists, which is kept beside it under another name."`
	Erasures       string `help:"Export of the trail (turno audit export --action ERASE): the people in it are erased again." placeholder:"FILE"`
}

// Help is shown by turno restore --help.
func (restoreCommand) Help() string {
	return "Example:\n\n  turno restore clinic.age --identity key.txt --database restored.db\n\n" +
		"Stop the server first. Everybody is signed out. Who was erased in the database that is replaced, or in the --erasures, is erased again."
}

// Run restores.
func (c *restoreCommand) Run(ctx context.Context, p *Program) (err error) {
	if c.IsPostgres() {
		return advise(errors.New("turno restores SQLite databases only"),
			"For PostgreSQL: age -d -i key.txt turno.dump.age | pg_restore --clean --if-exists --dbname=\"$TURNO_DATABASE\"")
	}
	replacing := mustExist(c.Database) == nil
	if replacing && !c.Replace {
		return advise(fmt.Errorf("%s exists already", c.DatabaseName()), "Choose another name with --database, or add --replace")
	}
	if !replacing {
		if err := c.checkAlone(); err != nil {
			return err
		}
	}
	erased, err := c.erasures(ctx, p, replacing)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(c.Database.Database), ".turno-restore-*")
	if err != nil {
		return fmt.Errorf("make a place for the restored database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	draft := filepath.Join(folder, "restored.db")
	if err := c.decrypt(ctx, p, draft); err != nil {
		return err
	}
	again, err := finishDraft(ctx, draft, erased)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	kept, err := c.put(ctx, draft, replacing)
	if err != nil {
		return err
	}
	c.tell(p, kept, again)
	return nil
}

// checkAlone refuses what a database that is gone has left: SQLite would replay it
// into the one that comes to its place.
func (c *restoreCommand) checkAlone() error {
	for _, ending := range []string{"-wal", "-shm", "-journal"} {
		if left := c.Database.Database + ending; mustExist(config.Database{Database: left}) == nil {
			return advise(fmt.Errorf("%s is a part of another database, and may hold the last that was written to it", left),
				"Move it to where that database is, or choose another name with --database")
		}
	}
	return nil
}

func (c *restoreCommand) tell(p *Program, kept string, again int) {
	fmt.Fprintf(p.Stdout, "%s is restored, and everybody is signed out.\n", c.DatabaseName())
	if again > 0 {
		fmt.Fprintf(p.Stdout, "Erased again, as they had been since: %d.\n", again)
	}
	if kept != "" {
		fmt.Fprintf(p.Stdout, "The database that was there is %s now.\n", kept)
	}
	if _, err := os.Stat(c.Database.Database + ".key"); err != nil {
		fmt.Fprintf(p.Stdout, "Put its sealing key back as %s.key, or name the file with --key-file.\n", c.Database.Database)
	}
}

// erasures lists who was erased, as far as we can know: the backup may be older.
func (c *restoreCommand) erasures(ctx context.Context, p *Program, replacing bool) (erased []uuid.UUID, err error) {
	if c.Erasures != "" {
		if erased, err = readErasures(c.Erasures); err != nil {
			return nil, err
		}
	}
	if !replacing {
		return erased, nil
	}
	const advice = "If it is damaged, move it away together with the files whose names begin like its own, and name an export of the trail with --erasures"
	db, err := p.openExisting(ctx, c.Database)
	if err != nil {
		return nil, advise(fmt.Errorf("look for erased people in the database to be replaced: %w", err), advice)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.Read(ctx, func(tx *sqldb.Tx) error {
		known, err := store.ErasedUsers(tx)
		erased = append(erased, known...)
		return err
	})
	return erased, err
}

// readErasures takes the people out of an export of the trail.
func readErasures(path string) ([]uuid.UUID, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the erasures: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	var ids []uuid.UUID
	lines := json.NewDecoder(file)
	for {
		var line auditLine
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			return ids, nil
		}
		if err != nil {
			return nil, advise(fmt.Errorf("%s is not an export of the trail: %w", path, err), "Make one with turno audit export --action ERASE")
		}
		if line.Action != turno.AuditErase || line.Entity != "user" {
			continue
		}
		id, err := uuid.Parse(line.EntityID)
		if err != nil {
			return nil, fmt.Errorf("%s names a user without an id", path)
		}
		ids = append(ids, id)
	}
}

// The first bytes of what can be restored.
const (
	agePrefix    = "age-encryption.org/"
	sqlitePrefix = "SQLite format 3\x00"
)

// decrypt writes the database in the backup to a new file and checks it.
func (c *restoreCommand) decrypt(ctx context.Context, p *Program, to string) error {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	bar := p.progress()
	defer bar.finish()
	var from io.Reader = bufio.NewReader(&watchedReader{ctx: ctx, from: file, bar: bar, total: sizeOf(c.File), what: "decrypting"})
	if begins(from, agePrefix) {
		identities, err := c.identities(ctx, p)
		if err != nil {
			return err
		}
		plain, err := age.Decrypt(from, identities...)
		if err != nil {
			return advise(fmt.Errorf("open the backup: %w", err), "Check that this is its --identity or passphrase")
		}
		from = bufio.NewReader(plain)
	}
	if !begins(from, sqlitePrefix) {
		return advise(fmt.Errorf("%s is not a backup that turno made", c.File), "See turno backup --help")
	}
	if err := writeNewFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	}); err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	if err := sqldb.CheckFile(ctx, to); err != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	return nil
}

func begins(from io.Reader, prefix string) bool {
	buffered, ok := from.(*bufio.Reader)
	if !ok {
		return false
	}
	start, err := buffered.Peek(len(prefix))
	return err == nil && string(start) == prefix
}

func (c *restoreCommand) identities(ctx context.Context, p *Program) ([]age.Identity, error) {
	if c.Identity != "" {
		text, err := os.ReadFile(c.Identity)
		if err != nil {
			return nil, fmt.Errorf("read the identity: %w", err)
		}
		identities, err := age.ParseIdentities(strings.NewReader(string(text)))
		if err != nil {
			return nil, advise(fmt.Errorf("%s holds no age identity", c.Identity), "It is a file that age-keygen made")
		}
		return identities, nil
	}
	passphrase, err := p.passphrase(ctx, c.PassphraseFile, false)
	if err != nil {
		return nil, err
	}
	identity, err := age.NewScryptIdentity(passphrase)
	return []age.Identity{identity}, err
}

// finishDraft makes of the content of a backup a database for today: of this
// version, with nobody signed in, and without those who were erased since.
func finishDraft(ctx context.Context, draft string, erased []uuid.UUID) (again int, err error) {
	db, err := sqldb.Open(ctx, draft, sqldb.Options{Now: time.Now})
	if err != nil {
		return 0, err
	}
	defer func() { // the file must be closed to be moved
		if err = errors.Join(err, db.Close()); err == nil {
			err = sqldb.SettleFile(ctx, draft)
		}
	}()
	if current, err := version(ctx, db); err != nil || current == 0 {
		return 0, errors.Join(errors.New("the backup is of another program's database"), err)
	}
	if err := migrate(ctx, db, slog.New(slog.DiscardHandler)); err != nil {
		return 0, err
	}
	visits := booking.New(db, booking.Config{})
	accounts := account.New(db, account.Config{Now: time.Now, CancelOpenVisits: visits.CancelOpenVisits})
	if again, err = accounts.EraseAgain(ctx, erased); err != nil {
		return again, err
	}
	return again, db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := store.EndAllSessions(tx); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "database", Detail: "restored"})
	})
}

// put moves the draft to its place, and what was there aside. At no moment is there
// no database, and no file is lost that came to one of the names meanwhile.
func (c *restoreCommand) put(ctx context.Context, draft string, replacing bool) (kept string, err error) {
	target := c.Database.Database
	if !replacing {
		err := c.checkAlone()
		if err == nil {
			err = os.Link(draft, target) // a rename would go over another file
		}
		if err != nil {
			return "", fmt.Errorf("put the restored database in its place: %w", err)
		}
		return "", nil
	}
	if err := sqldb.SettleFile(ctx, target); err != nil {
		return "", advise(fmt.Errorf("move %s aside: %w", target, err), "Stop the server first")
	}
	if kept, err = secondName(target, target+".replaced-"+time.Now().UTC().Format("20060102T150405Z")); err != nil {
		return "", fmt.Errorf("keep the database that is there: %w", err)
	}
	if err := os.Rename(draft, target); err != nil {
		return "", errors.Join(fmt.Errorf("put the restored database in its place: %w", err), os.Remove(kept))
	}
	return kept, nil
}

// secondName gives the file another name, with a number behind it if it is taken.
func secondName(path, name string) (string, error) {
	free := name
	for n := 2; ; n++ {
		err := os.Link(path, free)
		if !errors.Is(err, fs.ErrExist) {
			return free, err
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
