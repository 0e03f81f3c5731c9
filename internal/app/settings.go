package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/seal"
)

// checkSettings finds what is wrong with a server's settings before a database is
// opened, made or brought to another version. What the settings say for
// themselves, kong has asked config of already.
func checkSettings(ctx context.Context, c *config.Server) error {
	if _, err := httpx.ParseProxies(c.TrustedProxies); err != nil {
		return usage("--trusted-proxies: %w", err)
	}
	if err := checkClinic(c.Clinic); err != nil {
		return err
	}
	if err := checkKey(c.Database, c.Key); err != nil {
		return err
	}
	if _, err := mailer(c.SMTP); err != nil {
		return err
	}
	return checkListen(ctx, c.Listen)
}

// checkClinic asks the use case that will make the first location.
func checkClinic(c config.Clinic) error {
	_, err := account.CheckLocation(firstLocation(c))
	refused, ok := errors.AsType[*turno.Error](err)
	if !ok || len(refused.Fields) == 0 {
		return err
	}
	first := refused.Fields[0]
	flag := strings.ReplaceAll(strings.TrimPrefix(first.Location, "body."), "_", "-")
	return usage("--clinic-%s: %s", flag, strings.TrimSuffix(first.Message, "."))
}

// checkKey looks at a key that the settings name. One that the program finds or
// makes itself depends on the database.
func checkKey(d config.Database, k config.Key) error {
	if k.Text == "" && k.KeyFile == "" {
		return nil
	}
	text, key, err := keyText(d, k, false)
	if err != nil {
		return usage("--key-file: %w", err)
	}
	if _, err := seal.NewBox(text); err != nil {
		return usage("the sealing key in %s can't be used: %w. Make one with turno key new", key.source, err)
	}
	return nil
}

// checkListen takes the address for a moment. That another program has it is a
// failure, which passes; that it can't be one of this machine is a wrong setting.
func checkListen(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return listener.Close()
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, os.ErrPermission), ctx.Err() != nil:
		return adviseListen(err)
	default:
		return usage("--listen is an address of this machine, such as localhost:8080: %w", err)
	}
}

func adviseListen(err error) error {
	return advise(fmt.Errorf("the server can't listen: %w", err), "Choose another address with --listen, such as --listen localhost:8081")
}
