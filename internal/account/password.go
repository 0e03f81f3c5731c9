package account

import (
	_ "embed" // the list of well-known passwords
	"strings"
	"unicode/utf8"

	"github.com/turno-health/turno/internal/store"
)

// The rules of a new password (NIST SP 800-63B, section 5.1.1.2: length and a
// list of bad ones, no composition).
const (
	minPasswordLength = 12   // characters
	maxPasswordBytes  = 1024 // more is a way to keep the server busy
	minOwnPart        = 6    // characters that are not of a well-known word
	minIdentityPart   = 4    // shorter usernames are in too many good passwords
)

// wellKnownWords are the words that guessed passwords are made of, one a line,
// longer ones before those that they contain.
//
//go:embed passwords.txt
var wellKnownWords string

// passwordProblem says what is wrong with a new password, in a sentence that
// never repeats it; empty when nothing is. identities are the person's username
// and email.
func passwordProblem(password string, identities ...string) string {
	switch {
	case !cleanText(password):
		return "This contains characters that can't be used."
	case len(password) > maxPasswordBytes:
		return "This is too long: at most 1,024 bytes."
	case utf8.RuneCountInString(password) < minPasswordLength:
		return "This is too short: at least 12 characters."
	}
	folded := store.Fold(password)
	for _, identity := range identities {
		part, _, _ := strings.Cut(store.Fold(identity), "@")
		if utf8.RuneCountInString(part) >= minIdentityPart && strings.Contains(folded, part) {
			return "This contains your username or email."
		}
	}
	if guessable(folded) {
		return "This is too easy to guess. Try a few unrelated words."
	}
	return ""
}

// guessable reports whether a password is little more than well-known words, a
// run like abcdef or 123456, or one character over and over.
func guessable(folded string) bool {
	rest := folded
	for word := range strings.FieldsSeq(wellKnownWords) {
		rest = strings.ReplaceAll(rest, word, "")
	}
	if rest != folded && utf8.RuneCountInString(rest) < minOwnPart {
		return true
	}
	different, steps := map[rune]bool{}, map[rune]int{}
	runes := []rune(folded)
	for i, r := range runes {
		different[r] = true
		if i > 0 {
			steps[r-runes[i-1]]++
		}
	}
	run := len(runes) - 1 - len(runes)/4 // nearly every step
	return len(different) < 5 || steps[1] >= run || steps[-1] >= run
}
