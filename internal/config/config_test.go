package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/config"
)

func TestSettingsHaveBounds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*config.Server)
		want   string // in the error; empty: none
	}{
		{"the defaults are fine", func(*config.Server) {}, ""},
		{"no limit is fine", func(s *config.Server) { s.SignupsPerHour, s.AnonymousPerMinute, s.MaxOpenVisits = 0, 0, 0 }, ""},
		{"fewer than none", func(s *config.Server) { s.MaxOpenVisits = -1 }, "--max-open-visits"},
		{"a trail kept for no time", func(s *config.Server) { s.AuditYears = 0 }, "--audit-years"},
		{"four idle minutes", func(s *config.Server) { s.StaffIdleMinutes = 4 }, "--staff-idle-minutes"},
		{"no time to stop", func(s *config.Server) { s.ShutdownTimeout = 0 }, "--shutdown-timeout"},
		{"a base URL with a slash at its end", func(s *config.Server) { s.BaseURL = "https://turno.example.org/" }, ""},
		{"a base URL without a scheme", func(s *config.Server) { s.BaseURL = "turno.example.org" }, "--base-url"},
		{"a base URL with a password", func(s *config.Server) { s.BaseURL = "https://a:b@turno.example.org" }, "--base-url"},
		{"a mail server", withMail(func(*config.Server) {}), ""},
		{"mail in the clear to this machine", withMail(func(s *config.Server) { s.SMTP.Host, s.SMTP.Security = "127.0.0.1", "none" }), ""},
		{"mail in the clear to another", withMail(func(s *config.Server) { s.SMTP.Security = "none" }), "--smtp-security"},
		{"mail whose links lead nowhere", withMail(func(s *config.Server) { s.BaseURL = "" }), "--base-url"},
		{"mail from nobody", withMail(func(s *config.Server) { s.SMTP.From = "" }), "--smtp-from"},
		{"mail from a name in any letters", withMail(func(s *config.Server) { s.SMTP.From = "Cl\u00ednica <clinic@example.org>" }), ""},
		{"mail from an address that servers refuse", withMail(func(s *config.Server) { s.SMTP.From = "cl\u00ednica@example.org" }), "--smtp-from"},
		{"mail from a domain that servers refuse", withMail(func(s *config.Server) { s.SMTP.From = "clinic@ex\u00e4mple.org" }), "--smtp-from"},
		{"answers to an address that servers refuse", withMail(func(s *config.Server) { s.SMTP.ReplyTo = "desk@ex\u00e4mple.org" }), "--smtp-reply-to"},
		{"answers to what is no address", withMail(func(s *config.Server) { s.SMTP.ReplyTo = "desk" }), "--smtp-reply-to"},
		{"a port that is none", withMail(func(s *config.Server) { s.SMTP.Port = 70000 }), "--smtp-port"},
		{"a password of nobody", withMail(func(s *config.Server) { s.SMTP.Username = "" }), "--smtp-username"},
		{"a name without a password", withMail(func(s *config.Server) { s.SMTP.Password = "" }), "--smtp-password-file"},
		{"a sender without a mail server", withMail(func(s *config.Server) { s.SMTP.Host = "" }), "--smtp-host"},
		{"the zone of the machine's whim", func(s *config.Server) { s.TimeZone = "Local" }, "--clinic-time-zone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := config.Server{ShutdownTimeout: time.Second}
			s.AuditYears, s.StaffIdleMinutes = 6, 15
			tt.change(&s)
			err := s.Validate()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

// withMail changes settings that send mail.
func withMail(change func(*config.Server)) func(*config.Server) {
	return func(s *config.Server) {
		s.BaseURL = "https://turno.example.org"
		s.SMTP = config.SMTP{Host: "mail.example.org", Security: "starttls", Username: "clinic", Password: "secret", From: "Clinic <clinic@example.org>"}
		change(s)
	}
}

func TestTheUsualPortsOfMail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		security   string
		port, want int
	}{{"starttls", 0, 587}, {"tls", 0, 465}, {"none", 0, 25}, {"tls", 2465, 2465}} {
		if got := (config.SMTP{Security: tt.security, Port: tt.port}).PortOr(); got != tt.want {
			t.Errorf("%s with port %d: %d, want %d", tt.security, tt.port, got, tt.want)
		}
	}
}

func TestWhoNeedsASecondFactor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ setting, baseURL, want string }{
		{"auto", "https://turno.example.org", "staff"},
		{"auto", "http://localhost:8080", "none"},
		{"", "", "none"},
		{"none", "https://turno.example.org", "none"},
		{"admins", "", "admins"},
		{"staff", "", "staff"},
	} {
		s := config.Server{BaseURL: tt.baseURL}
		s.RequireSecondFactor = tt.setting
		if got := s.SecondFactor(); got != tt.want {
			t.Errorf("%q at %q: %s, want %s", tt.setting, tt.baseURL, got, tt.want)
		}
	}
}

func TestTheNameOfADatabaseHoldsNoPassword(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"clinic.db": "clinic.db",
		"postgres://turno:secret@db.example.org:5433/clinic?sslmode=require": "db.example.org:5433/clinic",
		"postgresql://turno:se%zzcret@db/clinic":                             "PostgreSQL",
	} {
		if got := (config.Database{Database: dsn}).DatabaseName(); got != want {
			t.Errorf("%s is named %s, want %s", dsn, got, want)
		}
	}
}
