package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// readSecret asks for a secret, twice when it is a new one, or takes the first
// line of standard input when nobody sits there.
func (p *Program) readSecret(ctx context.Context, what string, twice bool) (string, error) {
	if !isTerminal(p.Stdin) {
		line, err := bufio.NewReader(io.LimitReader(p.Stdin, 4<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the %s: %w", what, err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", advise(fmt.Errorf("there is no %s on standard input", what), "Send it as the first line, or run this on a terminal to be asked")
		}
		return line, nil
	}
	secret, err := p.prompt(ctx, "The "+what+": ")
	if err != nil || !twice {
		return secret, err
	}
	again, err := p.prompt(ctx, "Once more: ")
	if err != nil {
		return "", err
	}
	if again != secret {
		return "", fmt.Errorf("the two were not the same %s", what)
	}
	return secret, nil
}

// prompt reads a line without showing it. An interrupt gives the terminal back.
func (p *Program) prompt(ctx context.Context, question string) (string, error) {
	stdin, ok := p.Stdin.(*os.File)
	if !ok {
		return "", errors.New("there is no terminal to ask on")
	}
	fd := int(stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("prepare the terminal: %w", err)
	}
	fmt.Fprint(p.Stderr, question)
	type answer struct {
		line []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the process, if nobody answers
		line, err := term.ReadPassword(fd)
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		fmt.Fprintln(p.Stderr)
		return string(a.line), a.err
	case <-ctx.Done():
		fmt.Fprintln(p.Stderr)
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
