package notify

import (
	"fmt"
	"strings"
)

// longestWord leaves room for "Subject: " in a line of 76, which is the most for one
// with encoded words (RFC 2047, section 2).
const longestWord = 66

// foldedSubject is a subject as it stands in the header: encoded words after RFC 2047
// where it needs them, and in lines of which the first begins behind the colon.
func foldedSubject(subject string) string {
	if !plain(subject) {
		return strings.Join(encodedWords(subject), "\r\n ")
	}
	var folded strings.Builder
	length := 0
	for i, word := range strings.Split(subject, " ") {
		if i > 0 && word != "" && length+1+len(word) > longestWord {
			folded.WriteString("\r\n")
			length = 0
		}
		if i > 0 {
			folded.WriteByte(' ')
		}
		folded.WriteString(word)
		length += 1 + len(word)
	}
	return folded.String()
}

// plain reports whether a text can stand in a header as it is.
func plain(s string) bool {
	other := func(r rune) bool { return r < ' ' || r > '~' }
	return !strings.ContainsFunc(s, other) && !strings.Contains(s, "=?") && strings.TrimSpace(s) == s
}

// encodedWords writes a text in the Q encoding, no character in two words.
func encodedWords(s string) (words []string) {
	const begin, end = "=?utf-8?q?", "?="
	word := begin
	for _, r := range s {
		letter := encodedRune(r)
		if len(word)+len(letter)+len(end) > longestWord {
			words, word = append(words, word+end), begin
		}
		word += letter
	}
	return append(words, word+end)
}

func encodedRune(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r > ' ' && r <= '~' && r != '=' && r != '?' && r != '_':
		return string(r)
	}
	var encoded strings.Builder
	for _, b := range []byte(string(r)) {
		fmt.Fprintf(&encoded, "=%02X", b)
	}
	return encoded.String()
}
