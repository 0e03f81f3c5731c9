package locale

import (
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Language is one that people can choose.
type Language struct {
	Tag  string // BCP 47
	Name string // in the language itself
}

// Languages lists what people can choose.
func Languages() []Language {
	return []Language{{"en", "English"}, {"es", "Español"}}
}

// Match finds the best language for a reader: the first of the wishes that is a
// language we speak, or else English. A wish is a BCP 47 tag or the value of an
// Accept-Language header (RFC 9110, section 12.5.4); empty ones are passed over.
func Match(wishes ...string) *Words {
	all := spoken()
	for _, wish := range wishes {
		if len(wish) > maxWish {
			continue
		}
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, index, confidence := all.matcher.Match(tags...); confidence > language.No {
			return all.words[index]
		}
	}
	return all.words[0]
}

// maxWish bounds the bytes of a header that are worth reading.
const maxWish = 1000

type languages struct {
	words   []*Words
	matcher language.Matcher
}

// spoken is what we speak. English in the United States differs in its dates and
// clocks only.
var spoken = sync.OnceValue(func() languages { //nolint:gochecknoglobals // what never changes, made once
	spanish := catalogue()
	all := []*Words{
		{tag: language.English, forms: new(english())},
		{tag: language.AmericanEnglish, forms: new(american())},
		{tag: language.Spanish, forms: new(spanishForms()), sentences: spanish, patterns: sync.OnceValue(func() []pattern { return patternsOf(spanish) })},
	}
	tags := make([]language.Tag, len(all))
	for i, w := range all {
		w.printer = message.NewPrinter(w.tag)
		tags[i] = w.tag
	}
	return languages{all, language.NewMatcher(tags)}
})
