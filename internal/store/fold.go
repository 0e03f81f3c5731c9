package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is s without the differences that must not tell two usernames or two
// addresses apart: case, and the ways to write one character (Unicode UAX 15
// and section 3.13).
func Fold(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// SearchName is s as names are searched and sorted: folded, without diacritics,
// with single spaces.
func SearchName(s string) string {
	var plain strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(s)) {
		if !unicode.Is(unicode.Mn, r) {
			plain.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(norm.NFKC.String(plain.String())), " ")
}

// likePattern escapes s for LIKE .. ESCAPE '\'.
func likePattern(before, s, after string) string {
	return before + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + after
}
