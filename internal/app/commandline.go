package app

import (
	"github.com/alecthomas/kong"
)

// commandLine is every command. Settings come from flags and, where the help
// shows one, from a variable.
type commandLine struct {
	Serve      serveCommand      `cmd:"" help:"Run the server."`
	Demo       demoCommand       `cmd:"" help:"Run a clinic with people and history to look at." set:"database=turno-demo.db" set:"listen=localhost:8080"` //nolint:staticcheck // kong reads every set
	Migrate    migrateCommand    `cmd:"" help:"Bring a database to this release's version; serve does it too."`
	Admin      adminCommands     `cmd:"" help:"Make admins, and help people who lost the way in."`
	Audit      auditCommands     `cmd:"" help:"Read the trail of who did what."`
	Prove      proveCommand      `cmd:"" help:"Race many clients for one slot, and show that nobody is double-booked."`
	Backup     backupCommand     `cmd:"" help:"Copy a SQLite database while it is in use, encrypted."`
	Restore    restoreCommand    `cmd:"" help:"Make a database of a backup."`
	Key        keyCommands       `cmd:"" help:"Manage sealing keys."`
	OpenAPI    openAPICommand    `cmd:"" name:"openapi" help:"Print the OpenAPI document of the REST API."`
	Version    versionCommand    `cmd:"" help:"Print the version of the program and of its schema."`
	Completion completionCommand `cmd:"" help:"Print a script that completes commands and flags in a shell."`
	Complete   completeCommand   `cmd:"" hidden:"" passthrough:""`
}

func newParser(options ...kong.Option) (*kong.Kong, error) {
	return kong.New(&commandLine{}, append([]kong.Option{
		kong.Name("turno"),
		kong.Description("Appointments with doctors: one program, one database.\n\n" +
			"To look around: turno demo. For real: turno serve --database clinic.db"),
		kong.Vars{"database": "turno.db", "listen": ":8080"},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	}, options...)...)
}
