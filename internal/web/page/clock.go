package page

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/turno-health/turno"
)

// Clock reads a time of day from a field; one that can't be read is added to what is
// wrong, with an example in the reader's own way of writing.
func (r *Request) Clock(f *Form, field string) (turno.Clock, bool) {
	clock, ok := ParseClock(f.Get(field))
	if !ok {
		const example = turno.Clock(9*60 + 30)
		f.Add(field, r.T("Write a time like %s.", r.Words.Clock(example)))
	}
	return clock, ok
}

// spelledClock is hours, minutes if any, and what follows them: "9", "9.30", "0930",
// "14h30", "2:30pm".
var spelledClock = regexp.MustCompile(`^(\d{1,2}?)(?:[:.,h'’]?(\d\d)(?:min)?)?(?:horas?|hrs?|hs?)?\.?(\pL.*)?$`)

// partsOfDay is within which hours of the day a time lies that is said to be in them,
// in English and Spanish, from one up to before the other. Noon and midnight are in those
// alone in which nobody takes them for each other.
var partsOfDay = map[string][2]int{ //nolint:gochecknoglobals // a table, never written
	"": {0, 25}, "am": {0, 12}, "pm": {12, 24}, "a": {0, 12}, "p": {12, 24},
	"inthemorning": {1, 12}, "intheafternoon": {12, 19}, "intheevening": {16, 24}, "atnight": {18, 24},
	"delamadrugada": {0, 7}, "delamañana": {1, 12}, "delmediodía": {12, 16}, "delatarde": {12, 21}, "delanoche": {18, 24},
}

// ParseClock reads a time of day as people write it in English or Spanish, with or
// without halves of the day: "9:30", "0930", "14h30", "2:30 p. m.", "9 de la mañana".
// Without one it is by a clock of 24 hours. It is false for what is no time, or could
// be two.
func ParseClock(text string) (turno.Clock, bool) {
	if len(text) > maxClock {
		return 0, false
	}
	said := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, norm.NFKC.String(text))
	found := spelledClock.FindStringSubmatch(said)
	if found == nil {
		return 0, false
	}
	part, known := partsOfDay[strings.ReplaceAll(found[3], ".", "")]
	hour, err := strconv.Atoi(found[1])
	minute, _ := strconv.Atoi("0" + found[2]) // "0" without minutes
	if !known || err != nil || minute > 59 {
		return 0, false
	}
	if found[3] != "" && hour <= 12 {
		hour = inPart(hour, part)
	}
	clock := turno.Clock(hour*60 + minute) //nolint:gosec // at most 99 hours and 59 minutes
	return clock, part[0] <= hour && hour < part[1] && clock <= turno.EndOfDay
}

// maxClock bounds the bytes of a time of day.
const maxClock = 40

// inPart is the hour of the day that one of a clock of twelve is in a part of it; the
// hour before all when it is in none. A zero is of a clock of 24.
func inPart(hour int, part [2]int) int {
	for _, of24 := range []int{hour % 12, hour%12 + 12} {
		if part[0] <= of24 && of24 < part[1] && (hour != 0 || of24 == 0) {
			return of24
		}
	}
	return -1
}
