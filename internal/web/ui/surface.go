package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// NoticeKind is how serious something is.
type NoticeKind string

// The kinds of notice.
const (
	Success NoticeKind = "success"
	Info    NoticeKind = "info"
	Warn    NoticeKind = "warn"
	Fault   NoticeKind = "error"
)

func (k NoticeKind) icon() IconName {
	switch k {
	case Success:
		return IconDone
	case Warn:
		return IconAlert
	case Fault:
		return IconStop
	default:
		return IconInfo
	}
}

// known is the kind, or Info for one that nobody knows.
func (k NoticeKind) known() string {
	switch k {
	case Success, Warn, Fault:
		return string(k)
	default:
		return string(Info)
	}
}

// PanelProps describes a panel.
type PanelProps struct {
	Title string
	Icon  IconName
	ID    string
	Level int    // of the heading: 2 unless told
	Tone  string // "", "accent" or "warm": what asks to be looked at
	Attrs templ.Attributes
}

// EmptyProps describes a place where nothing is yet.
type EmptyProps struct {
	Icon    IconName
	Title   string
	Text    string
	Heading int // its level: 2 unless told
}

// Fact is a number with its name.
type Fact struct {
	Name  string
	Value string
	Note  string // below the number, such as "4 more than last week"
	Href  string
}

// Term is a row of a list of terms.
type Term struct {
	Name  string
	Value string
	Icon  IconName
	Href  string          // makes the value a link
	More  templ.Component // instead of Value
}

// Entry is a place that a row of a list of entries leads to.
type Entry struct {
	Icon  IconName
	Name  string
	Value string // what it is now: "2 passkeys"
	Href  string
	Tone  string // "" or "warm": what asks to be looked at
}

// Crumb is a step of the way to a page.
type Crumb struct{ Label, Href string }

// Step is one step of a task.
type Step struct {
	Label string
	Href  string // back to it; only for steps that are done
}

// Choice is one of a few views of the same thing: a chip or a tab.
type Choice struct {
	Label   string
	Href    string
	Current bool
	Count   string // beside the label, such as "3"
	Icon    IconName
}

// initials is the first letters of the first and last name, without a title.
func initials(name string) string {
	var words []string
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		if !unicode.IsLetter(first) || isTitle(word) {
			continue
		}
		words = append(words, string(unicode.ToUpper(first)))
	}
	switch len(words) {
	case 0:
		return "·"
	case 1:
		return words[0]
	}
	return words[0] + words[len(words)-1]
}

func isTitle(word string) bool {
	switch strings.ToLower(strings.TrimSuffix(word, ".")) {
	case "dr", "dra", "prof", "mr", "mrs", "ms":
		return true
	}
	return false
}

// tint gives a name one of the four colours of faces, always the same.
func tint(name string) string {
	sum := 0
	for _, c := range name {
		sum += int(c)
	}
	return [...]string{"tint-a", "tint-b", "tint-c", "tint-d"}[sum%4]
}

// CountdownProps describes a countdown.
type CountdownProps struct {
	Ends     time.Time
	Label    string // such as "Held for you until"
	Counting string // instead of Label while it counts: "Held for you"; empty: Label
	Warning  string // read out when a minute is left
	Over     string // shown when it has ended

	// One thing is kept at a time. Held names it: another window of the browser that
	// shows another one ends this count, and says Elsewhere. A button beside it that is
	// to get it back then reads Again.
	Held, Elsewhere, Again string
}

// left is how many seconds there are when the page is written. The browser counts
// from then, since its own clock may be wrong.
func (p CountdownProps) left(now time.Time) string {
	return strconv.Itoa(max(0, int(p.Ends.Sub(now)/time.Second)))
}

// noticeRole makes an error be read out at once.
func noticeRole(kind NoticeKind) string {
	if kind == Fault {
		return "alert"
	}
	return "note"
}

// Somebody is one of the people that a form asks about.
type Somebody struct {
	Name, About string
	Href        string // to go on with them
}

// AnotherPersonField is sent by the button of AnotherPerson.
const AnotherPersonField = "another"
