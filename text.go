package turno

import "unicode"

// The joiners that some scripts write words with, and nobody sees.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// FitsName reports whether a character may stand in a name: none that controls, that
// turns the direction of the words beside it, or that is there and not seen, by which
// two names would look alike. Letters of two scripts that look alike are not told
// apart: people are called in every script, and staff see the birth date beside.
func FitsName(r rune) bool {
	switch {
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		return true
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // format characters that are drawn
		return true
	}
	return !unseen(r) || unicode.Is(unicode.Variation_Selector, r) // of emoji and of Mongolian
}

// unseen reports whether a character takes no ink, and is no space.
func unseen(r rune) bool {
	const brailleBlank = '\u2800'
	return r == brailleBlank || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// CanBeSeen reports whether a text has anything in it to be seen.
func CanBeSeen(s string) bool {
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unseen(r) {
			return true
		}
	}
	return false
}
