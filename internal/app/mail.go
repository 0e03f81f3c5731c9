package app

import (
	"fmt"
	"net/mail"
	"os"
	"strings"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/notify"
)

// mailer is how mail leaves; nil when no mail server is configured. It connects to
// nothing: a mail server that is down must not keep the clinic from working.
func mailer(c config.SMTP) (*notify.Mailer, error) {
	if !c.Configured() {
		return nil, nil
	}
	password := c.Password
	if password == "" && c.PasswordFile != "" {
		text, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, usage("--smtp-password-file: %w", err)
		}
		if password = strings.TrimRight(string(text), "\r\n"); password == "" {
			return nil, usage("--smtp-password-file: %s is empty", c.PasswordFile)
		}
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, usage("--smtp-from: %w", err)
	}
	settings := notify.SMTP{
		Host: c.Host, Port: c.PortOr(), Security: notify.Security(c.Security),
		Username: c.Username, Password: password, From: *from,
	}
	if c.ReplyTo != "" {
		if settings.ReplyTo, err = mail.ParseAddress(c.ReplyTo); err != nil {
			return nil, usage("--smtp-reply-to: %w", err)
		}
	}
	m, err := notify.NewMailer(settings)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return m, nil
}
