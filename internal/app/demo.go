package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/sqldb"
)

type demoCommand struct {
	config.Server
	Size string `help:"How large: s (50 doctors), m (1,000) or l (10,000)." enum:"s,m,l" default:"s"`
}

// Help is shown by turno demo --help.
func (demoCommand) Help() string {
	return "Example:\n\n  turno demo\n\n" +
		"It makes a clinic in turno-demo.db, once, and serves it to this machine only. Remove the file for a fresh one."
}

// Run makes the clinic where it is missing and serves it.
func (c *demoCommand) Run(ctx context.Context, p *Program) error {
	if err := checkSettings(ctx, &c.Server); err != nil {
		return err
	}
	logger := p.logger(c.Log)
	if c.SMTP.Configured() {
		logger.WarnContext(ctx, "a demo sends no mail, whatever the settings of SMTP say: it is kept, to be read at /admin/mail")
	}
	c.SMTP = config.SMTP{} // people of a demo are made up, and so are their addresses
	if c.EmergencyNumber == "" {
		c.EmergencyNumber = "112" // the clinics of the demo are in Europe
	}
	if err := c.refuseOthers(ctx, p); err != nil {
		return err
	}
	n, err := openNode(ctx, &c.Server, logger)
	if err != nil {
		return err
	}
	n.demo = true
	accounts, err := c.fill(ctx, p, n)
	if err != nil {
		return errors.Join(adviseDemo(err), n.close())
	}
	return n.serve(ctx, func(url string) {
		c.greet(p, url, accounts)
		if p.Ready != nil {
			p.Ready(url)
		}
	})
}

// refuseOthers looks before anything is changed: a database that the demo did not
// make is neither migrated nor given a key.
func (c *demoCommand) refuseOthers(ctx context.Context, p *Program) (err error) {
	if mustExist(c.Database) != nil {
		return nil
	}
	db, err := p.open(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	current, err := version(ctx, db)
	if err != nil || current == 0 {
		return err
	}
	return adviseDemo(db.Read(ctx, func(tx *sqldb.Tx) error {
		made, err := demo.Made(tx)
		if err == nil && !made {
			err = demo.ErrNotDemo
		}
		return err
	}))
}

func adviseDemo(err error) error {
	switch {
	case errors.Is(err, demo.ErrNotDemo):
		return advise(demo.ErrNotDemo, "Such as --database turno-demo.db")
	case errors.Is(err, demo.ErrInterrupted):
		return demo.ErrInterrupted
	}
	return err
}

func (c *demoCommand) fill(ctx context.Context, p *Program, n *node) (demo.Accounts, error) {
	size, err := demo.ParseSize(c.Size)
	if err != nil {
		return demo.Accounts{}, err
	}
	bar := p.progress()
	defer bar.finish()
	return demo.Fill(ctx, n.db, size, time.Now(), n.box, func(done, total int, what string) {
		bar.show(int64(done), int64(total), what)
	})
}

func (c *demoCommand) greet(p *Program, url string, a demo.Accounts) {
	fmt.Fprintf(p.Stdout, `
A clinic to look around in: %[1]s

  patient   %-22[2]s has visits to come, a child, and one visit to rate
  doctor    %-22[3]s has visits today and requests to answer
  desk      %-22[4]s books, moves and cancels for anyone
  admin     %-22[5]s does everything

  The password of all of them: %[6]s

Try this first: open %[1]s, press a time on the card of a doctor and
book it as patient; then, in a private window, sign in as doctor and confirm it.
For programs, the API is described at %[1]s/docs:

  curl -s '%[1]s/api/v1/doctors?limit=3'

Ctrl-C stops it. The data stays in %[7]s; remove it to start afresh.

`, url, a.Patient.FullName, a.Doctor.FullName, a.Desk.FullName, a.Admin.FullName, demo.Password, c.DatabaseName())
}
