package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/locale"
)

// content is what a mail says, in the reader's language, before it is text or HTML.
type content struct {
	words    *locale.Words
	lang     string // that its reader chose, for the pages that it leads to; empty: the browser's
	subject  string
	title    string
	lines    []string // below the title, a paragraph each
	facts    []fact
	action   link
	closing  []string       // below the button
	less     link           // to get no more of such mail
	clinic   string         // whom it is from
	secret   func(*content) // puts in the links of what is sent; nil: they are as in what is kept
	calendar *ical.Calendar
}

// fact is a line of what there is to know. The value may have lines of its own.
type fact struct{ name, value string }

// link is something to press. With an empty label there is none.
type link struct{ label, url string }

// write makes a letter of it.
func (c content) write(ctx context.Context) (letter, error) {
	less := c.less.url
	c.action.url, c.less.url = inLanguage(c.action.url, c.lang), inLanguage(less, c.lang)
	var html bytes.Buffer
	if err := document(c).Render(ctx, &html); err != nil {
		return letter{}, fmt.Errorf("write the HTML of a mail: %w", err)
	}
	l := letter{Subject: c.subject, Text: c.text(), HTML: html.String(), Less: less}
	if c.calendar != nil {
		l.Calendar, l.Method = c.calendar.Bytes(), c.calendar.Method
	}
	return l, nil
}

// inLanguage is the address of a page as its reader is shown it in a language, also in
// a browser that speaks another.
func inLanguage(address, lang string) string {
	switch {
	case address == "" || lang == "":
		return address
	case strings.Contains(address, "?"):
		return address + "&lang=" + lang
	}
	return address + "?lang=" + lang
}

// text is the mail for whoever reads no HTML.
func (c content) text() string {
	var b strings.Builder
	paragraph := func(s string) { b.WriteString(s + "\n\n") }
	paragraph(c.title)
	for _, line := range c.lines {
		paragraph(line)
	}
	for _, f := range c.facts {
		between := ": "
		if strings.HasSuffix(f.name, "?") { // which the value answers
			between = " "
		}
		b.WriteString(f.name + between + strings.ReplaceAll(f.value, "\n", "\n    ") + "\n")
	}
	if len(c.facts) > 0 {
		b.WriteString("\n")
	}
	if c.action.label != "" {
		paragraph(c.action.label + ":\n" + c.action.url)
	}
	for _, line := range c.closing {
		paragraph(line)
	}
	if c.less.label != "" {
		paragraph(c.less.label + ":\n" + c.less.url)
	}
	b.WriteString("-- \n" + c.clinic + "\n") // RFC 3676, section 4.3
	return b.String()
}

// sheet is the one style of a mail, in both themes. Mail programs load no file.
const sheet = `
body{margin:0;padding:24px 16px;background:#f6f3ec;color:#1f2a26;font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:560px;margin:0 auto;padding:24px;background:#fffdf8;border:1px solid #e2dccf;border-radius:12px}
h1{margin:0 0 16px;font:600 24px/1.25 Georgia,"Times New Roman",serif}
p{margin:0 0 16px}
dl{margin:0 0 24px;padding:16px 0 0;border-top:1px solid #e2dccf}
dt{color:#5d6a64;font-size:14px}
dd{margin:0 0 12px;white-space:pre-line}
.action a{display:inline-block;padding:12px 20px;border-radius:12px;background:#1f6b4f;color:#fffdf8;font-weight:600;text-decoration:none}
.note,footer{color:#5d6a64;font-size:14px}
footer a{color:inherit}
footer{max-width:560px;margin:16px auto 0;text-align:center}
@media (prefers-color-scheme:dark){
body{background:#14191a;color:#e8ece8}
main{background:#1c2324;border-color:#333d3c}
dl{border-color:#333d3c}
dt,.note,footer{color:#a3b0aa}
.action a{background:#7cc7a4;color:#10231b}
}
`

// PreviewPolicy is the Content-Security-Policy for showing the HTML of a mail: its
// one style, and nothing else.
func PreviewPolicy() string {
	sum := sha256.Sum256([]byte(sheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; sandbox; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
}
