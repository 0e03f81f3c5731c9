package config

import (
	"cmp"
	"errors"
	"net"
	"net/mail"
	"strings"
	"unicode"
)

// SMTP says how mail leaves. Without a host none does: it is kept in the
// database.
type SMTP struct {
	Host         string `help:"Mail server that takes what is sent to people. Without one, mail is kept in the database." env:"TURNO_SMTP_HOST" placeholder:"HOST" group:"Mail"`
	Port         int    `help:"Its port; 0 means the usual one: 587 for starttls, 465 for tls, 25 for none." env:"TURNO_SMTP_PORT" default:"0" group:"Mail"`
	Security     string `help:"How the connection is protected: starttls, tls, or none, which is for a mail server on this machine only." env:"TURNO_SMTP_SECURITY" enum:"starttls,tls,none" default:"starttls" group:"Mail"`
	Username     string `help:"Whom to sign in as. Without one, nobody signs in." env:"TURNO_SMTP_USERNAME" placeholder:"NAME" group:"Mail"`
	PasswordFile string `help:"File with the password; or TURNO_SMTP_PASSWORD, which wins." env:"TURNO_SMTP_PASSWORD_FILE" placeholder:"FILE" group:"Mail"`
	// Password is for TURNO_SMTP_PASSWORD only: a flag could be seen by everybody on the machine.
	Password string `hidden:"" env:"TURNO_SMTP_PASSWORD"`
	From     string `help:"Whom mail is from, such as \"Riverside Clinic <clinic@example.org>\"." env:"TURNO_SMTP_FROM" placeholder:"ADDRESS" group:"Mail"`
	ReplyTo  string `help:"Where answers go. Without one: to the sender." env:"TURNO_SMTP_REPLY_TO" placeholder:"ADDRESS" group:"Mail"`
}

// Configured reports whether there is a mail server.
func (s SMTP) Configured() bool { return s.Host != "" }

// PortOr is the port, or the usual one for the way in which the connection is
// protected.
func (s SMTP) PortOr() int {
	return cmp.Or(s.Port, map[string]int{"starttls": 587, "tls": 465, "none": 25}[s.Security])
}

// Loopback reports whether the mail server is on this machine.
func (s SMTP) Loopback() bool {
	ip := net.ParseIP(s.Host)
	return s.Host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s SMTP) validate(baseURL string) error {
	if !s.Configured() {
		if s.From+s.Username+s.PasswordFile+s.Password+s.ReplyTo != "" {
			return errors.New("--smtp-host is the mail server; without it the other --smtp settings do nothing")
		}
		return nil
	}
	switch {
	case s.Port < 0 || s.Port > 65535:
		return errors.New("--smtp-port is a number from 0 to 65535")
	case s.Security == "none" && !s.Loopback():
		return errors.New("--smtp-security none would send what is private in the clear; it is for a mail server on this machine, such as --smtp-host localhost")
	case baseURL == "":
		return errors.New("--base-url is needed to send mail: the links in it lead there")
	case (s.PasswordFile != "" || s.Password != "") && s.Username == "":
		return errors.New("--smtp-username is whose password it is")
	case s.Username != "" && s.PasswordFile == "" && s.Password == "":
		return errors.New("--smtp-password-file, or TURNO_SMTP_PASSWORD, is needed to sign in to the mail server")
	}
	if !isAddress(s.From) {
		return errors.New("--smtp-from is whom mail is from, such as clinic@example.org; its address has ASCII only, a domain in other letters its form that begins with xn--")
	}
	if s.ReplyTo == "" {
		return nil
	}
	if !isAddress(s.ReplyTo) {
		return errors.New("--smtp-reply-to is an address in ASCII, such as desk@example.org")
	}
	return nil
}

// isAddress reports whether every mail server takes an address, which may have a name
// in any script before it.
func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && !strings.ContainsFunc(parsed.Address, func(r rune) bool { return r > unicode.MaxASCII })
}
