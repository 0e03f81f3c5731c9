package app

import (
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

type versionCommand struct{}

// Help is shown by turno version --help.
func (versionCommand) Help() string { return "Example:\n\n  turno version" }

// Run prints what this program is.
func (versionCommand) Run(p *Program) error {
	schema, err := schemaVersion()
	if err != nil {
		return err
	}
	b := buildOf()
	fmt.Fprintf(p.Stdout, "turno %s\ncommit %s\n%s %s/%s\nschema %d\n",
		b.version, b.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, schema)
	return nil
}

// build is what the Go tool has noted in the program.
type build struct{ version, commit string }

func buildOf() build {
	b := build{"unknown", "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			b.commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			b.commit += ", changed since"
		}
	}
	return b
}

// schemaVersion is the newest migration of this program, the same on both
// engines.
func schemaVersion() (int, error) {
	files, err := fs.Glob(store.Migrations(sqldb.SQLite), "*.sql")
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("list the migrations: %w", err)
	}
	return strconv.Atoi(files[len(files)-1][:4])
}

type openAPICommand struct{}

// Help is shown by turno openapi --help.
func (openAPICommand) Help() string { return "Example:\n\n  turno openapi > openapi.json" }

// Run prints the document.
func (openAPICommand) Run(p *Program) error {
	document, err := api.Document(buildOf().version)
	if err != nil {
		return err
	}
	_, err = p.Stdout.Write(document)
	return err
}

type keyCommands struct {
	New keyNewCommand `cmd:"" help:"Print a new sealing key."`
}

type keyNewCommand struct{}

// Help is shown by turno key new --help.
func (keyNewCommand) Help() string {
	return "Example:\n\n  (umask 077; turno key new > turno.key); turno serve --key-file turno.key\n\n" +
		"The key seals what patients write. Keep it apart from the backups: both together open them."
}

// Run prints a key.
func (keyNewCommand) Run(p *Program) error {
	fmt.Fprintln(p.Stdout, seal.NewKey())
	return nil
}
