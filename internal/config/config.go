package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/turno-health/turno"
)

// Server is what serve and demo are told. The tags are kong's
// (github.com/alecthomas/kong): they make the flags, variables and help.
type Server struct {
	Database
	Key
	Log
	Clinic  `embed:"" prefix:"clinic-"`
	Limits  `embed:""`
	Access  `embed:""`
	Pages   `embed:""`
	SMTP    SMTP   `embed:"" prefix:"smtp-"`
	Listen  string `help:"Address to listen on; port 0 takes a free one." env:"TURNO_LISTEN" default:"${listen}" group:"Server"`
	BaseURL string `name:"base-url" help:"How people reach it, such as https://turno.example.org. With https, cookies and headers insist on it." env:"TURNO_BASE_URL" placeholder:"URL" group:"Server"`

	TrustedProxies  []string      `help:"Addresses or networks of proxies whose X-Forwarded-For is believed." env:"TURNO_TRUSTED_PROXIES" sep:"," placeholder:"10.0.0.0/8" group:"Server"`
	MetricsToken    string        `help:"Bearer token that opens /metrics to others than this machine." env:"TURNO_METRICS_TOKEN" placeholder:"TOKEN" group:"Server"`
	ShutdownTimeout time.Duration `help:"How long requests and jobs may take to finish after a signal to stop." env:"TURNO_SHUTDOWN_TIMEOUT" default:"30s" group:"Server"`
}

// Database says where the data is.
type Database struct {
	Database string `help:"The SQLite file, or a postgres:// URL." env:"TURNO_DATABASE" default:"${database}" placeholder:"FILE|URL"`
}

// IsPostgres reports whether the database is a PostgreSQL server, not a file.
func (d Database) IsPostgres() bool {
	return strings.HasPrefix(d.Database, "postgres://") || strings.HasPrefix(d.Database, "postgresql://")
}

// DatabaseName is the database without what is secret about it, for logs and sentences.
func (d Database) DatabaseName() string {
	if !d.IsPostgres() {
		return d.Database
	}
	u, err := url.Parse(d.Database)
	if err != nil {
		return "PostgreSQL"
	}
	return u.Host + "/" + strings.TrimPrefix(u.Path, "/")
}

// Key says where the sealing key is. Keys are text, one a line, the current one
// first; Text wins over KeyFile.
type Key struct {
	KeyFile string `help:"File with the sealing keys, one a line, the current one first. Without one, a key is made beside the database." env:"TURNO_KEY_FILE" placeholder:"FILE" group:"Server"`
	// Text is for TURNO_KEY only: a flag could be seen by everybody on the machine.
	Text string `name:"key" hidden:"" env:"TURNO_KEY"`
}

// Log says how the program tells what it does, on standard error.
type Log struct {
	LogFormat string `help:"Form of the log: json, text, or auto: text on a terminal." env:"TURNO_LOG_FORMAT" enum:"auto,json,text" default:"auto" group:"Server"`
	LogLevel  string `help:"Least level that is logged: debug, info, warn or error." env:"TURNO_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" group:"Server"`
}

// Level is the least level that is logged.
func (l Log) Level() slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// Clinic describes the first location of a fresh database. Later the API changes
// it, and these settings do nothing.
type Clinic struct {
	Name         string `help:"Name of the clinic, for a fresh database." env:"TURNO_CLINIC_NAME" default:"Our clinic" group:"Clinic"`
	Phone        string `help:"Whom to call." env:"TURNO_CLINIC_PHONE" placeholder:"NUMBER" group:"Clinic"`
	AddressLine1 string `name:"address-line1" help:"Where to go." env:"TURNO_CLINIC_ADDRESS_LINE1" placeholder:"STREET" group:"Clinic"`
	City         string `help:"City." env:"TURNO_CLINIC_CITY" placeholder:"CITY" group:"Clinic"`
	PostalCode   string `help:"Postal code." env:"TURNO_CLINIC_POSTAL_CODE" placeholder:"CODE" group:"Clinic"`
	Country      string `help:"Country, as two letters (ISO 3166-1)." env:"TURNO_CLINIC_COUNTRY" placeholder:"ES" group:"Clinic"`
	TimeZone     string `help:"Time zone (IANA). Without one: that of this machine, else UTC." env:"TURNO_CLINIC_TIME_ZONE" placeholder:"Europe/Madrid" group:"Clinic"`
}

// Pages say what the pages tell people.
type Pages struct {
	EmergencyNumber string `help:"Whom to call in an emergency: said where people book. Without one, nothing is said." env:"TURNO_EMERGENCY_NUMBER" placeholder:"112" group:"Server"`
}

// Limits bound what people can do. See docs/operations.md.
type Limits struct {
	SignupsPerHour     int `help:"Accounts that one address may make in an hour; 0 means no limit." env:"TURNO_SIGNUPS_PER_HOUR" default:"30" group:"Limits"`
	AnonymousPerMinute int `help:"Requests of one address without sign-in in a minute; 0 means no limit." env:"TURNO_ANONYMOUS_PER_MINUTE" default:"600" group:"Limits"`
	MaxOpenVisits      int `help:"Visits to come that a patient may have booked; 0 means no limit. Staff may book more." env:"TURNO_MAX_OPEN_VISITS" default:"10" group:"Limits"`
	AuditYears         int `help:"Years for which the trail of who did what is kept." env:"TURNO_AUDIT_YEARS" default:"6" group:"Limits"`
	StaffIdleMinutes   int `help:"Minutes without activity after which a session of staff or a doctor locks, 5 to 60." env:"TURNO_STAFF_IDLE_MINUTES" default:"15" group:"Limits"`
}

// Access says what signing in takes.
type Access struct {
	RequireSecondFactor string `help:"Who must set up a second factor: none, admins, staff (admins and doctors), or auto: staff when the base URL is https, else none." env:"TURNO_REQUIRE_SECOND_FACTOR" enum:"auto,none,admins,staff" default:"auto" group:"Server"`
}

// SecondFactor is who must set up a second factor: none, admins or staff.
func (s *Server) SecondFactor() string {
	switch {
	case s.RequireSecondFactor != "" && s.RequireSecondFactor != "auto":
		return s.RequireSecondFactor
	case s.HTTPS():
		return "staff"
	}
	return "none"
}

// StaffIdle is how long a session of staff and doctors may idle.
func (l Limits) StaffIdle() time.Duration { return time.Duration(l.StaffIdleMinutes) * time.Minute }

// HTTPS reports whether people reach the server through https.
func (s *Server) HTTPS() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// Validate says what is wrong with the settings; kong calls it.
func (s *Server) Validate() error {
	for _, bound := range []struct {
		flag             string
		value, min, most int
	}{
		{"--signups-per-hour", s.SignupsPerHour, 0, 1_000_000},
		{"--anonymous-per-minute", s.AnonymousPerMinute, 0, 1_000_000},
		{"--max-open-visits", s.MaxOpenVisits, 0, 1_000_000},
		{"--audit-years", s.AuditYears, 1, 100},
		{"--staff-idle-minutes", s.StaffIdleMinutes, 5, 60},
	} {
		if bound.value < bound.min || bound.value > bound.most {
			return fmt.Errorf("%s is a number from %d to %d", bound.flag, bound.min, bound.most)
		}
	}
	if s.ShutdownTimeout <= 0 {
		return errors.New("--shutdown-timeout is longer than nothing, such as 30s")
	}
	if s.TimeZone != "" {
		if _, err := turno.ZoneNamed(s.TimeZone); err != nil {
			return errors.New("--clinic-time-zone is the name of a time zone, such as Europe/Madrid")
		}
	}
	if err := s.validateURL(); err != nil {
		return err
	}
	return s.SMTP.validate(s.BaseURL)
}

func (s *Server) validateURL() error {
	s.BaseURL = strings.TrimRight(s.BaseURL, "/")
	if s.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Path+u.RawQuery+u.Fragment != "" {
		return errors.New("--base-url is where people reach the server and nothing behind it, such as https://turno.example.org")
	}
	return nil
}
