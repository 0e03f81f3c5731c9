package app

import (
	"context"

	"github.com/turno-health/turno/internal/config"
)

type serveCommand struct{ config.Server }

// Help is shown by turno serve --help.
func (serveCommand) Help() string {
	return "Example:\n\n  turno serve --database clinic.db --base-url https://turno.example.org --listen 127.0.0.1:8080\n\n" +
		"It brings the database to its version first. The first signal to stop lets requests and jobs finish, the second does not."
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *Program) error {
	n, err := openNode(ctx, &c.Server, p.logger(c.Log))
	if err != nil {
		return err
	}
	if err := n.serve(ctx, p.Ready); err != nil {
		return err
	}
	return nil
}
