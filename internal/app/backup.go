package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/sqldb"
)

type backupCommand struct {
	config.Database
	To             string   `help:"File to write." required:"" placeholder:"FILE"`
	Recipient      []string `help:"Encrypt for who has this age identity; may be given again." placeholder:"age1..." xor:"protection"`
	PassphraseFile string   `help:"Encrypt with the passphrase in this file instead of asking for one." placeholder:"FILE" xor:"protection"`
	Plaintext      bool     `help:"Do not encrypt. Whoever has the file can read who is whose patient." xor:"protection"`
}

// Help is shown by turno backup --help.
func (backupCommand) Help() string {
	return "Examples:\n\n  turno backup --database clinic.db --to clinic.age --recipient age1...\n  turno backup --database clinic.db --to clinic.age\n\n" +
		"It works while the server runs, which does not wait for it. Encryption is age's (https://age-encryption.org). " +
		"Keep the sealing key too, elsewhere: without it what patients wrote can't be read. For PostgreSQL, use pg_dump."
}

// Run writes the backup.
func (c *backupCommand) Run(ctx context.Context, p *Program) (err error) {
	if c.IsPostgres() {
		return advise(errors.New("turno backs up SQLite databases only"),
			"For PostgreSQL: pg_dump --format=custom \"$TURNO_DATABASE\" | age -r age1... > turno.dump.age")
	}
	if _, err := os.Stat(c.To); err == nil {
		return advise(fmt.Errorf("%s exists already", c.To), "Remove it or choose another name")
	}
	recipients, err := c.recipients(ctx, p)
	if err != nil {
		return err
	}
	db, err := p.openExisting(ctx, c.Database)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	size, err := c.write(ctx, p, recipients)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	fmt.Fprintf(p.Stdout, "%s holds %d kB. Keep the sealing key too, in another place.\n", c.To, (size+1023)/1024)
	return nil
}

// write copies to a file beside the database, which is as well guarded as that
// is, and from there encrypted to its destination.
func (c *backupCommand) write(ctx context.Context, p *Program, recipients []age.Recipient) (size int64, err error) {
	folder, err := os.MkdirTemp(filepath.Dir(c.Database.Database), ".turno-backup-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	bar := p.progress()
	defer bar.finish()
	copied := filepath.Join(folder, "copy.db")
	if err := watch(bar, c.Database.Database, copied, func() error {
		return sqldb.CopyFile(ctx, c.Database.Database, copied)
	}); err != nil {
		return 0, err
	}
	err = writeNewFile(c.To, func(w io.Writer) (err error) {
		size, err = encryptFile(ctx, bar, copied, w, recipients)
		return err
	})
	return size, err
}

// watch shows how the copy grows towards the size of the original.
func watch(bar *progress, original, copied string, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			bar.show(sizeOf(copied), sizeOf(original), "copying")
		}
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// encryptFile writes the file to w, for the recipients, and returns its size.
func encryptFile(ctx context.Context, bar *progress, path string, w io.Writer, recipients []age.Recipient) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	from := &watchedReader{ctx: ctx, from: file, bar: bar, total: sizeOf(path), what: "encrypting"}
	if len(recipients) == 0 {
		return io.Copy(w, from)
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(sealed, from)
	return n, errors.Join(err, sealed.Close())
}

// watchedReader shows how far it is, and ends when ctx does.
type watchedReader struct {
	ctx         context.Context
	from        io.Reader
	bar         *progress
	done, total int64
	what        string
}

// Read implements io.Reader.
func (r *watchedReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(b)
	r.done += int64(n)
	r.bar.show(r.done, r.total, r.what)
	return n, err
}

// recipients is who can open the backup; nobody in particular for plain text.
func (c *backupCommand) recipients(ctx context.Context, p *Program) ([]age.Recipient, error) {
	if c.Plaintext {
		return nil, nil
	}
	if len(c.Recipient) > 0 {
		list, err := age.ParseRecipients(strings.NewReader(strings.Join(c.Recipient, "\n")))
		if err != nil {
			return nil, usage("--recipient is a public key such as age-keygen prints: age1...")
		}
		return list, nil
	}
	passphrase, err := p.passphrase(ctx, c.PassphraseFile, true)
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	return []age.Recipient{recipient}, nil
}

// passphrase is the first line of the file, or what a person types.
func (p *Program) passphrase(ctx context.Context, path string, isNew bool) (string, error) {
	const least = 8
	var passphrase string
	switch {
	case path != "":
		text, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("read the passphrase: %w", err)
		}
		line, _, _ := bytes.Cut(text, []byte("\n"))
		passphrase = strings.TrimRight(string(line), "\r")
	case isTerminal(p.Stdin):
		typed, err := p.readSecret(ctx, "passphrase of the backup", isNew)
		if err != nil {
			return "", err
		}
		passphrase = typed
	default:
		return "", usage("say how the backup is encrypted, with --recipient, --identity or --passphrase-file as the command's help shows")
	}
	if isNew && len(passphrase) < least {
		return "", usage("the passphrase has fewer than %d characters", least)
	}
	return passphrase, nil
}
