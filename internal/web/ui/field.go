package ui

import (
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/turno-health/turno"
)

// FieldKind is what is asked for.
type FieldKind string

// The kinds of field.
const (
	Text     FieldKind = "text"
	Search   FieldKind = "search"
	Email    FieldKind = "email"
	Password FieldKind = "password"
	Tel      FieldKind = "tel"
	DateKind FieldKind = "date"
	TimeKind FieldKind = "time"
	DateTime FieldKind = "datetime-local"
	Number   FieldKind = "number"
	Textarea FieldKind = "textarea"
	Select   FieldKind = "select"
	Checkbox FieldKind = "checkbox"
	Radios   FieldKind = "radios"
	Hours    FieldKind = "hours" // a local time as text, in any form, since 24:00 is one
)

// FieldProps describes a field with its label, its hint and what is wrong.
type FieldProps struct {
	Kind  FieldKind // Text unless told
	Name  string
	Label string
	Value string
	Hint  string // below the label, always to be seen
	Error string // what is wrong, in the reader's language

	Options  []Option // of Select and Radios
	Checked  bool     // of Checkbox
	Optional bool     // marked so; every other field is required
	NotAsked bool     // neither required nor marked optional: a filter, a checkbox

	Autocomplete string // HTML's autofill token, such as "email" or "new-password"
	InputMode    string
	Placeholder  string
	Pattern      string
	Min, Max     string
	Step         string
	MaxLength    int
	MinLength    int
	Rows         int // of Textarea
	Small        bool
	HideLabel    bool // read out, not seen: in tables
	Autofocus    bool
	ID           string // the name unless told
	Attrs        templ.Attributes
}

// Option is one choice of a list.
type Option struct {
	Value, Label string
	Hint         string // of Radios
	Disabled     bool
}

func (p FieldProps) kind() FieldKind {
	if p.Kind == "" {
		return Text
	}
	return p.Kind
}

// inputType is what HTML calls the kind.
func (p FieldProps) inputType() string {
	if p.kind() == Hours {
		return string(Text)
	}
	return string(p.kind())
}

func (p FieldProps) id() string {
	if p.ID != "" {
		return p.ID
	}
	return FieldID(p.Name)
}

// FieldID is the id of the field of that name, which an error of the summary
// leads to.
func FieldID(name string) string {
	return "f-" + strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(name)
}

func (p FieldProps) required() bool { return !p.Optional && !p.NotAsked }

// describedBy names what is read out after the label.
func (p FieldProps) describedBy() string {
	var ids []string
	if p.Hint != "" {
		ids = append(ids, p.id()+"-hint")
	}
	if p.Error != "" {
		ids = append(ids, p.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (p FieldProps) class() string {
	class := "field kind-" + string(p.kind())
	if p.Error != "" {
		class += " wrong"
	}
	if p.Small {
		class += " small"
	}
	return class
}

// attributes is what input, select and textarea have in common.
func (p FieldProps) attributes() templ.Attributes {
	a := templ.Attributes{"id": p.id(), "name": p.Name, "required": p.required()}
	text := map[string]string{
		"aria-describedby": p.describedBy(), "autocomplete": p.Autocomplete, "inputmode": p.InputMode, "placeholder": p.Placeholder,
		"pattern": p.Pattern, "min": p.Min, "max": p.Max, "step": p.Step,
	}
	for name, value := range text {
		if value != "" {
			a[name] = value
		}
	}
	if p.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(p.MaxLength)
	}
	if p.MinLength > 0 {
		a["minlength"] = strconv.Itoa(p.MinLength)
	}
	if p.Error != "" {
		a["aria-invalid"] = "true"
	}
	if p.Autofocus {
		a["autofocus"] = true
	}
	if p.kind() == Hours {
		a["size"], a["maxlength"] = "8", "40" // "2:30 p. m.", "2:30 de la tarde": no keyboard of digits, no pattern
	}
	maps.Copy(a, p.Attrs)
	return a
}

func (p FieldProps) rows() string {
	if p.Rows == 0 {
		return "4"
	}
	return strconv.Itoa(p.Rows)
}

// Problem is what is wrong with a field, for the summary above a form.
type Problem struct{ Field, Message string }

// FormProps describes a form.
type FormProps struct {
	Action   string
	Get      bool // a filter: its fields are in the address
	Problems []Problem
	ID       string
	Class    string
	Next     string        // where to go on, as a hidden field
	Version  turno.Version // what it was shown with, as a hidden field
	// Validate lets the browser check the fields too. Without it all is checked in
	// one place, here, and said in the reader's language.
	Validate bool
	Attrs    templ.Attributes
}

func (p FormProps) method() string {
	if p.Get {
		return "get"
	}
	return "post"
}

func orOn(value string) string {
	if value == "" {
		return "on"
	}
	return value
}
