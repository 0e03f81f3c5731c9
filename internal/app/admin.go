package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/sqldb"
)

type adminCommands struct {
	Create            adminCreateCommand      `cmd:"" help:"Make a full admin, also the first one."`
	ResetSecondFactor adminResetFactorCommand `cmd:"" name:"reset-second-factor" help:"Take one-time codes, recovery codes and passkeys away from somebody who lost them all."`
}

type adminCreateCommand struct {
	config.Database
	Username string `help:"Name to sign in with." required:"" placeholder:"NAME"`
	Email    string `help:"Address of the admin." required:"" placeholder:"EMAIL"`
	FullName string `help:"Name to be shown." required:"" placeholder:"NAME"`
}

// Help is shown by turno admin create --help.
func (adminCreateCommand) Help() string {
	return "Example:\n\n  turno admin create --database clinic.db --username ana --email ana@example.org --full-name 'Ana Ruiz'\n\n" +
		"The password is asked for, or read from the first line of standard input. It works while the server runs."
}

// Run makes the admin.
func (c *adminCreateCommand) Run(ctx context.Context, p *Program) (err error) {
	db, err := p.open(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := migrateNew(ctx, db); err != nil {
		return err
	}
	password, err := p.readSecret(ctx, "password", true)
	if err != nil {
		return err
	}
	accounts := account.New(db, account.Config{Now: time.Now})
	admin, err := accounts.CreateAdmin(ctx, c.Username, c.Email, c.FullName, password)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s may sign in now and do everything in %s.\n", admin.Username, c.DatabaseName())
	return nil
}

type adminResetFactorCommand struct {
	config.Database
	Username string `arg:"" help:"Who signs in with this name, or with this email."`
}

// Help is shown by turno admin reset-second-factor --help.
func (adminResetFactorCommand) Help() string {
	return "Example:\n\n  turno admin reset-second-factor ana --database clinic.db\n\n" +
		"Make sure first that it is really they who ask. The password stays; all their sessions end, and the trail and they themselves are told. It works while the server runs."
}

// Run takes the second factors away.
func (c *adminResetFactorCommand) Run(ctx context.Context, p *Program) (err error) {
	db, err := p.openExisting(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	user, err := account.New(db, account.Config{Now: time.Now}).ResetSecondFactor(ctx, c.Username)
	if turno.KindOf(err) == turno.KindNotFound {
		return advise(fmt.Errorf("nobody signs in as %s in %s", c.Username, c.DatabaseName()), "Find the name with turno audit list, or under People")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s signs in with the password alone now, and is asked for a new second factor where one is required.\n", user.Username)
	return nil
}

// migrateNew makes the tables of an empty database, since the first admin may
// come before the first start, and demands this program's version of others.
func migrateNew(ctx context.Context, db *sqldb.DB) error {
	current, err := version(ctx, db)
	if err != nil {
		return err
	}
	if current > 0 {
		return checkVersion(ctx, db)
	}
	return migrate(ctx, db, slog.New(slog.DiscardHandler))
}
