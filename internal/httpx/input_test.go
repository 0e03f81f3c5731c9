package httpx_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/httpx"
)

func TestTextThatNoHandlerMeets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		refused    bool
	}{
		{"plain text", `{"a":"plain"}`, false},
		{"letters beyond ASCII", `{"a":"Ñandú 😀"}`, false},
		{"a character as two escapes", `{"a":"\ud83d\ude00"}`, false},
		{"two of them", `{"a":"\uD83D\uDE00\ud83d\ude00"}`, false},
		{"escapes that are short", `{"a":"\n\"\\\u00e9"}`, false},
		{"an escaped backslash before what looks like NUL", `{"a":"\\u0000"}`, false},
		{"an escaped backslash before what looks like half a character", `{"a":"\\ud800"}`, false},
		{"U+FFFD itself", `{"a":"\ufffd"}`, false},
		{"a backslash at the end, for the parser to refuse", `{"a":"\`, false},
		{"an escape that is cut off, for the parser to refuse", `{"a":"\u00`, false},

		{"NUL", "{\"a\":\"\x00\"}", true},
		{"NUL as an escape", `{"a":"\u0000"}`, true},
		{"NUL after an escaped backslash", `{"a":"\\\u0000"}`, true},
		{"what is not UTF-8", "{\"a\":\"\xff\"}", true},
		{"a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", true},
		{"a first half alone", `{"a":"\ud800"}`, true},
		{"a second half alone", `{"a":"\udc00"}`, true},
		{"a first half before a letter", `{"a":"\uD83Dx"}`, true},
		{"a first half before another", `{"a":"\ud83d\ud83d\ude00"}`, true},
		{"the halves the wrong way round", `{"a":"\ude00\ud83d"}`, true},
		{"a first half before NUL", `{"a":"\ud83d\u0000"}`, true},
		{"half a character in a name", `{"\udfff":1}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			handled := false
			next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { handled = true })
			w := httptest.NewRecorder()
			httpx.CleanInput(next).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(tt.body)))
			if handled == tt.refused || tt.refused && w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%q: handled %t, status %d", tt.body, handled, w.Code)
			}
		})
	}
}
