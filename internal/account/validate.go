package account

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/store"
)

// checks collects what is wrong with an input. Each method returns the value as
// it is to be stored.
type checks struct {
	fields []turno.FieldError
}

// err is nil when nothing was wrong.
func (c *checks) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return turno.Invalid(c.fields...)
}

func (c *checks) add(field, message string) {
	c.fields = append(c.fields, turno.FieldError{Location: "body." + field, Message: message})
}

// erasedPrefix begins the usernames of erased people; nobody can choose it.
const erasedPrefix = "erased-"

func (c *checks) username(field, s string) string {
	length := utf8.RuneCountInString(s)
	switch {
	case !cleanText(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !turno.CanBeSeen(string(r)) && !unicode.IsMark(r) }):
		c.add(field, "A username has no spaces or control characters.")
	case strings.Contains(s, "@") || strings.Contains(store.Fold(s), "@"):
		c.add(field, "A username has no @.")
	case length < 3 || length > 150:
		c.add(field, "A username has 3 to 150 characters.")
	case strings.HasPrefix(store.Fold(s), erasedPrefix):
		c.add(field, "This username is reserved.")
	}
	return s
}

func (c *checks) email(field, s string) string {
	parsed, err := mail.ParseAddress(s)
	at := strings.LastIndexByte(s, '@')
	switch {
	case !cleanText(s) || err != nil || parsed.Address != s || len(s) > 254, strings.ContainsFunc(s, neverInAddress), !isDomain(s[at+1:]):
		c.add(field, "This is not an email address.")
	case strings.ContainsFunc(s[:at], func(r rune) bool { return r > unicode.MaxASCII }):
		c.add(field, "Most mail servers deliver to no address with such letters before the @. Please give one of a to z, digits and signs.")
	case strings.HasSuffix(store.Fold(s), turno.NoMailDomain):
		c.add(field, "This address is reserved.")
	}
	return s
}

// neverInAddress is what no address has: space, and what cannot be seen.
func neverInAddress(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }

// isDomain reports whether mail can be sent to a domain, in whatever script it is
// written (RFC 5891).
func isDomain(s string) bool {
	ascii, err := idna.Lookup.ToASCII(s)
	return err == nil && strings.Contains(strings.Trim(ascii, "."), ".")
}

func (c *checks) password(field, s string, identities ...string) {
	if problem := passwordProblem(s, identities...); problem != "" {
		c.add(field, problem)
	}
}

// line is one line of text, without space around it, written in the one way that
// Unicode prefers (NFC).
func (c *checks) line(field, s string, atLeast, atMost int) string {
	s = norm.NFC.String(strings.TrimSpace(s))
	length := utf8.RuneCountInString(s)
	switch {
	case !cleanText(s) || strings.ContainsFunc(s, func(r rune) bool { return !turno.FitsName(r) }):
		c.add(field, "This contains characters that can't be used.")
	case length < atLeast:
		c.add(field, "This is required.")
	case s != "" && !turno.CanBeSeen(s):
		c.add(field, "There is nothing to be seen in this.")
	case length > atMost:
		c.add(field, fmt.Sprintf("This is too long: at most %d characters.", atMost))
	}
	return s
}

// text is lines of text, of which none is required.
func (c *checks) text(field, s string, atMost int) string {
	s = strings.TrimSpace(s)
	switch {
	case !cleanText(s):
		c.add(field, "This contains characters that can't be used.")
	case utf8.RuneCountInString(s) > atMost:
		c.add(field, fmt.Sprintf("This is too long: at most %d characters.", atMost))
	}
	return s
}

func (c *checks) timeZone(field, s string) string {
	if s == "" {
		c.add(field, "Please give an IANA time zone such as Europe/Madrid.")
	} else if _, err := turno.ZoneNamed(s); err != nil {
		c.add(field, "This is not an IANA time zone such as Europe/Madrid.")
	}
	return s
}

// localePattern is the shape of BCP 47, without its registry.
var localePattern = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)

func (c *checks) locale(field, s string) string {
	if s != "" && (len(s) > 35 || !localePattern.MatchString(s)) {
		c.add(field, "This is not a language tag such as es or pt-BR.")
	}
	return s
}

func (c *checks) dateOfBirth(field string, d turno.Date, now time.Time) turno.Date {
	// The date where it is latest on earth: somebody was born there today.
	today := turno.DateOf(now.Add(14*time.Hour), time.UTC)
	switch {
	case d.IsZero():
		c.add(field, "Please give a date.")
	case d.Year < 1900:
		c.add(field, "This is before 1900.")
	case today.Before(d):
		c.add(field, "This is in the future.")
	}
	return d
}

func (c *checks) gender(field string, g turno.Gender) turno.Gender {
	switch g {
	case "", turno.GenderMale, turno.GenderFemale, turno.GenderOther:
	default:
		c.add(field, "This is male, female or other, or left out.")
	}
	return g
}

// e164 is the international form of a telephone number, of which the column
// holds fourteen digits.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{5,13}$`)

// contactNumber is s in the form E.164; empty stays empty.
func (c *checks) contactNumber(field, s string) string {
	s = plainNumber(s)
	if s != "" && !e164.MatchString(s) {
		c.add(field, "Please give the number in international form, such as +34 600 111 222.")
	}
	return s
}

// plainNumber is s without what people write between digits.
func plainNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-()./\u2010\u2011", r) {
			return -1
		}
		return r
	}, s)
}

func (c *checks) between(field string, n, least, most int, unit string) int {
	if n < least || n > most {
		c.add(field, fmt.Sprintf("This is from %d to %d%s.", least, most, unit))
	}
	return n
}

// cleanText reports whether both databases can hold s.
func cleanText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
