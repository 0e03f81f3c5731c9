package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // every time zone, also on machines that have none installed

	"github.com/turno-health/turno/internal/app"
)

func main() { os.Exit(run()) }

// run lets the first signal stop the program gently; the second one kills it.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	program := app.Program{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	return program.Run(ctx)
}
