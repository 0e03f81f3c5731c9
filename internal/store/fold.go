package store

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is s without the differences that must not tell two usernames or two
// addresses apart: case, the ways to write one character (Unicode UAX 15 and section
// 3.13), and the two forms of a domain, of which it is the readable one (RFC 5891).
func Fold(s string) string {
	s = norm.NFKC.String(s)
	at := strings.LastIndexByte(s, '@')
	return foldText(s[:at+1]) + foldDomain(s[at+1:], at >= 0)
}

func foldText(s string) string { return norm.NFKC.String(cases.Fold().String(s)) }

// foldDomain folds what stands behind the @ of an address, and what is no domain as
// any text.
func foldDomain(s string, ofAddress bool) string {
	folded := foldText(s)
	if !ofAddress || isASCII(folded) && isASCII(s) && !strings.Contains(folded, "xn--") {
		return folded
	}
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return folded
	}
	readable, err := idna.Lookup.ToUnicode(ascii)
	if err != nil || readable == "" {
		return folded
	}
	return readable
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
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
