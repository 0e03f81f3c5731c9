package locale

import (
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/turno-health/turno"
)

// Words speaks one language to one reader. It is safe for concurrent use.
type Words struct {
	tag       language.Tag
	forms     *forms
	today     turno.Date        // on the reader's calendar; zero: not known
	sentences map[string]string // English to the language; nil for English itself
	patterns  func() []pattern  // for sentences with something filled in already; dear to make, seldom asked for
	printer   *message.Printer
}

// On is the same words on a day: dates of its year go without their year. Before
// On, every date has one.
func (w *Words) On(today turno.Date) *Words {
	on := *w
	on.today = today
	return &on
}

// T is the sentence in the reader's language. args fill its verbs (%s, %d) as in
// fmt, numbers grouped as the language does. What stands behind a last "#" in a
// key is not shown: it tells two meanings of one word apart.
func (w *Words) T(english string, args ...any) string {
	sentence, known := w.sentences[english]
	if !known {
		sentence, _, _ = strings.Cut(english, "#")
	}
	if len(args) == 0 {
		return sentence
	}
	return w.printer.Sprintf(sentence, args...)
}

// N is the sentence for a number of things. english holds the singular and the
// plural with a bar between them, "%d visit|%d visits"; n fills the first verb,
// args the others.
func (w *Words) N(english string, n int, args ...any) string {
	both, known := w.sentences[english]
	if !known {
		both = english
	}
	one, other, _ := strings.Cut(both, "|")
	if plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0) == plural.One {
		other = one
	}
	return w.printer.Sprintf(other, append([]any{n}, args...)...)
}

// Sentence translates what a use case said in English, numbers and names filled
// in. A sentence that is not in the catalogue stays as it is.
func (w *Words) Sentence(english string) string {
	if w.sentences == nil {
		return english
	}
	if sentence, known := w.sentences[english]; known {
		return sentence
	}
	for _, p := range w.patterns() {
		if sentence, ok := p.translate(english); ok {
			return sentence
		}
	}
	return english
}

// Knows reports whether the key is a sentence of the catalogue.
func (w *Words) Knows(english string) bool {
	_, known := catalogue()[english]
	return known
}

// Lang is the BCP 47 tag for HTML's lang: "en", "en-US" or "es".
func (w *Words) Lang() string { return w.tag.String() }
