package ical

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Component is what a stream is made of: VCALENDAR and what stands in it, as
// written.
type Component struct {
	Name       string // in capitals
	Properties []Property
	Components []Component
}

// Property is one content line.
type Property struct {
	Name       string // in capitals
	Parameters []Parameter
	Value      string // as written: Text for those of type TEXT
}

// Parameter is one parameter of a property, with its values.
type Parameter struct {
	Name   string // in capitals
	Values []string
}

// maxDepth is how deep components may lie in each other; a calendar needs three.
const maxDepth = 8

// SyntaxError says in which line a stream is broken.
type SyntaxError struct {
	Line   int // the first is 1
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Parse reads a stream of one component, for all that it holds. Lines may end with
// LF alone. Errors are *SyntaxError.
func Parse(stream []byte) (*Component, error) {
	if !utf8.Valid(stream) {
		return nil, &SyntaxError{1, "this is not UTF-8"}
	}
	var open []*Component
	var whole *Component
	for _, l := range unfold(string(stream)) {
		p, err := parseLine(l)
		if err != nil {
			return nil, err
		}
		switch {
		case whole != nil:
			return nil, &SyntaxError{l.number, "something stands after the end"}
		case p.Name == "BEGIN":
			if len(open) == maxDepth {
				return nil, &SyntaxError{l.number, "components lie too deep in each other"}
			}
			open = append(open, &Component{Name: strings.ToUpper(p.Value)})
		case len(open) == 0:
			return nil, &SyntaxError{l.number, "BEGIN is missing"}
		case p.Name == "END":
			last := open[len(open)-1]
			if strings.ToUpper(p.Value) != last.Name {
				return nil, &SyntaxError{l.number, "the end of " + p.Value + " stands where " + last.Name + " has not ended"}
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				whole = last
				continue
			}
			parent := open[len(open)-1]
			parent.Components = append(parent.Components, *last)
		default:
			last := open[len(open)-1]
			last.Properties = append(last.Properties, p)
		}
	}
	if whole == nil {
		return nil, &SyntaxError{strings.Count(string(stream), "\n") + 1, "the end is missing"}
	}
	return whole, nil
}

// line is a content line, unfolded.
type line struct {
	number int // of its first part
	text   string
}

// unfold joins what was folded, and leaves empty lines out.
func unfold(stream string) []line {
	var lines []line
	var parts []string // of the last line
	number := 0
	for text := range strings.SplitSeq(stream, "\n") {
		number++
		text = strings.TrimSuffix(text, "\r")
		if folded := len(text) > 0 && (text[0] == ' ' || text[0] == '\t'); folded && len(lines) > 0 {
			parts = append(parts, text[1:])
			continue
		}
		if len(parts) > 1 {
			lines[len(lines)-1].text = strings.Join(parts, "")
		}
		if text != "" {
			lines, parts = append(lines, line{number, text}), []string{text}
		}
	}
	if len(parts) > 1 {
		lines[len(lines)-1].text = strings.Join(parts, "")
	}
	return lines
}

func parseLine(l line) (Property, error) {
	rest := l.text
	name, rest := word(rest)
	if name == "" {
		return Property{}, &SyntaxError{l.number, "the name of a property is missing"}
	}
	p := Property{Name: strings.ToUpper(name)}
	for strings.HasPrefix(rest, ";") {
		var parameter Parameter
		parameter.Name, rest = word(rest[1:])
		if parameter.Name == "" || !strings.HasPrefix(rest, "=") {
			return Property{}, &SyntaxError{l.number, "a parameter of " + p.Name + " is broken"}
		}
		parameter.Name = strings.ToUpper(parameter.Name)
		for more := true; more; more = strings.HasPrefix(rest, ",") {
			value, after, ok := parameterValue(rest[1:])
			if !ok {
				return Property{}, &SyntaxError{l.number, "the quotes of " + parameter.Name + " are not closed"}
			}
			parameter.Values = append(parameter.Values, value)
			rest = after
		}
		p.Parameters = append(p.Parameters, parameter)
	}
	if !strings.HasPrefix(rest, ":") {
		return Property{}, &SyntaxError{l.number, p.Name + " has no value"}
	}
	p.Value = rest[1:]
	return p, nil
}

// word takes a name off the front.
func word(s string) (name, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// parameterValue takes a parameter's value off the front, without its quotes.
func parameterValue(s string) (value, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		value, rest, ok = strings.Cut(s[1:], `"`)
	} else {
		end := strings.IndexAny(s, ":;,\"")
		if end < 0 {
			return "", "", false
		}
		value, rest, ok = s[:end], s[end:], true
	}
	return strings.NewReplacer("^^", "^", "^n", "\n", "^'", `"`).Replace(value), rest, ok
}

// Text is a value of type TEXT without its escapes.
func Text(value string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n").Replace(value)
}

// Get is the first property of a name; false when there is none.
func (c *Component) Get(name string) (Property, bool) {
	for _, p := range c.Properties {
		if p.Name == name {
			return p, true
		}
	}
	return Property{}, false
}

// Text is the text of the first property of a name; empty when there is none.
func (c *Component) Text(name string) string {
	p, _ := c.Get(name)
	return Text(p.Value)
}

// Parameter is the first value of a parameter; empty when there is none.
func (p Property) Parameter(name string) string {
	for _, parameter := range p.Parameters {
		if parameter.Name == name {
			return parameter.Values[0]
		}
	}
	return ""
}
