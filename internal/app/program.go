package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/config"
)

// The exit status of the program.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 2
)

// Program is one run of the command line.
type Program struct {
	Args           []string // without the name of the program
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Ready is told where a server can be reached, once it can. Nil is fine.
	Ready func(url string)
}

// Run does what the arguments say and returns the exit status. When ctx ends, a
// server finishes what it is doing and other commands give up.
func (p *Program) Run(ctx context.Context) int {
	err := p.run(ctx)
	if err == nil {
		return ExitOK
	}
	fmt.Fprintln(p.Stderr, "turno: "+sentence(err))
	if _, wrong := errors.AsType[*usageError](err); wrong {
		return ExitUsage
	}
	return ExitFailed
}

func (p *Program) run(ctx context.Context) error {
	helped := false
	parser, err := newParser(
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Bind(p),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(p.Args)
	switch {
	case helped:
		return nil
	case err != nil:
		return &usageError{err}
	}
	return parsed.Run()
}

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() + "; see turno --help" }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// adviceError is a failure with what to do about it.
type adviceError struct {
	err    error
	advice string // a sentence without its full stop
}

func advise(err error, advice string) error { return &adviceError{err, advice} }

func (e *adviceError) Error() string { return e.err.Error() + ". " + e.advice }
func (e *adviceError) Unwrap() error { return e.err }

// sentence is an error in one line, for people. A use case's own words need no
// explanation of where they come from.
func sentence(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted."
	}
	text := err.Error()
	if refused, ok := errors.AsType[*turno.Error](err); ok && refused.Kind != turno.KindInternal {
		text = ownWords(refused)
	}
	text = strings.Join(strings.Fields(text), " ")
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// ownWords is what a use case says to the person, without the cause.
func ownWords(e *turno.Error) string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	words := make([]string, len(e.Fields))
	for i, field := range e.Fields {
		words[i] = strings.TrimPrefix(field.Location, "body.") + ": " + field.Message
	}
	return strings.Join(words, " ")
}

// logger writes to standard error: text for people, JSON for machines.
func (p *Program) logger(c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level()}
	if c.LogFormat == "text" || c.LogFormat == "auto" && isTerminal(p.Stderr) {
		return slog.New(slog.NewTextHandler(p.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(p.Stderr, options))
}

// isTerminal reports whether a stream of the program is a person's.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
