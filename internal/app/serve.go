package app

import (
	"context"
	"errors"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/sqldb"
)

type serveCommand struct{ config.Server }

// Help is shown by turno serve --help.
func (serveCommand) Help() string {
	return "Example:\n\n  turno serve --database clinic.db --base-url https://turno.example.org --listen 127.0.0.1:8080\n\n" +
		"It brings the database to its version first. The first signal to stop lets requests and jobs finish, the second does not."
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *Program) error {
	if err := checkSettings(ctx, &c.Server); err != nil {
		return err
	}
	n, err := openNode(ctx, &c.Server, p.logger(c.Log))
	if err != nil {
		return err
	}
	if err := n.warnOfDemo(ctx); err != nil {
		return errors.Join(err, n.close())
	}
	return n.serve(ctx, p.Ready)
}

// warnOfDemo says aloud that everybody knows the passwords of a demo clinic. It
// refuses one that is not complete.
func (n *node) warnOfDemo(ctx context.Context) error {
	made := false
	err := n.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		made, err = demo.Made(tx)
		return err
	})
	if made {
		n.logger.WarnContext(ctx, "this is a demo clinic: everybody knows its passwords. Never put real people into it, nor on a network")
	}
	return err
}
