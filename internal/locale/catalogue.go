package locale

import (
	"maps"
	"regexp"
	"sort"
	"strings"
	"sync"
)

// catalogue is every sentence, from English to Spanish, one table for each part
// of the product. A sentence is in one table only; a test sees to it.
var catalogue = sync.OnceValue(func() map[string]string { //nolint:gochecknoglobals // what never changes, made once
	all := map[string]string{}
	for _, table := range tables() {
		maps.Copy(all, table)
	}
	return all
})

func tables() []map[string]string {
	return []map[string]string{
		spanishCommon(),
		spanishErrors(),
		spanishAccess(),
		spanishUI(),
		spanishFind(),
		spanishVisits(),
		spanishSignIn(),
		spanishMe(),
		spanishCalendar(),
		spanishPractice(),
		spanishDesk(),
		spanishMail(),
		spanishMailRoom(),
	}
}

// pattern is a sentence of the catalogue with verbs, to be recognised once they
// are filled in.
type pattern struct {
	shape *regexp.Regexp
	into  string
}

// patternsOf makes a pattern of every sentence that has verbs, the longest
// first, so that the most particular one is tried first.
func patternsOf(sentences map[string]string) []pattern {
	var keys []string
	for key := range sentences {
		if strings.Contains(key, "%") && !strings.Contains(key, "|") {
			keys = append(keys, key)
		}
	}
	sort.Slice(keys, func(i, j int) bool {
		if len(keys[i]) != len(keys[j]) {
			return len(keys[i]) > len(keys[j])
		}
		return keys[i] < keys[j]
	})
	patterns := make([]pattern, len(keys))
	for i, key := range keys {
		quoted := regexp.QuoteMeta(key)
		for _, verb := range []string{"%d", "%s", "%q", "%v"} {
			quoted = strings.ReplaceAll(quoted, verb, "(.+)")
		}
		patterns[i] = pattern{regexp.MustCompile("^" + quoted + "$"), sentences[key]}
	}
	return patterns
}

// translate fills what stands in the English sentence into the other, in order.
func (p pattern) translate(english string) (string, bool) {
	found := p.shape.FindStringSubmatch(english)
	if found == nil {
		return "", false
	}
	sentence := p.into
	for _, value := range found[1:] {
		at := strings.Index(sentence, "%")
		if at < 0 || at+2 > len(sentence) {
			break
		}
		sentence = sentence[:at] + strings.ReplaceAll(value, "%", "\x00") + sentence[at+2:]
	}
	return strings.ReplaceAll(sentence, "\x00", "%"), true
}
