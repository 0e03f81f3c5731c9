package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// ButtonKind is how much a button asks to be pressed.
type ButtonKind string

// The kinds. A page has one primary button.
const (
	Primary ButtonKind = "primary"
	Ghost   ButtonKind = "ghost"  // beside a primary one
	Danger  ButtonKind = "danger" // what can't be undone
	Quiet   ButtonKind = "quiet"  // in rows and tables, where many stand together
)

// ButtonProps describes a button, or a link that looks like one when Href is set.
type ButtonProps struct {
	Label string
	Kind  ButtonKind // Ghost unless told
	Href  string     // makes it a link
	Icon  IconName   // before the label
	After IconName   // after the label

	Name, Value string // what a form gets when it is pressed
	FormAction  string // sends the form elsewhere
	Form        string // the id of the form, when the button stands outside
	NoValidate  bool   // sends the form as it is: "Back", "Search again"

	Small    bool
	Full     bool // as wide as its place
	IconOnly bool // the label is read out, not seen
	Disabled bool
	Scripted bool   // what a script does: not there without
	About    string // read out after the label, such as the name in a row: "Confirm, Ibrahim Diallo"
	ID       string
	Attrs    templ.Attributes // such as data-enhance
}

func (p ButtonProps) kind() ButtonKind {
	if p.Kind == "" {
		return Ghost
	}
	return p.Kind
}

func (p ButtonProps) class() string {
	classes := []string{"button", string(p.kind())}
	for _, more := range []struct {
		on   bool
		name string
	}{{p.Small, "small"}, {p.Full, "full"}, {p.IconOnly, "icon-only"}, {p.Scripted, "scripted-only"}} {
		if more.on {
			classes = append(classes, more.name)
		}
	}
	return strings.Join(classes, " ")
}

// buttonType keeps a script's button from sending the form that it stands in.
func (p ButtonProps) buttonType() string {
	if p.Scripted {
		return "button"
	}
	return "submit"
}
