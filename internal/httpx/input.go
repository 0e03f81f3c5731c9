package httpx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/turno-health/turno"
)

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 1 << 20

// CleanInput reads the body and refuses what no handler should have to think
// of: more than MaxBody bytes, NUL, invalid UTF-8 and half characters, wherever
// they hide.
func CleanInput(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := dirtyParameter(r); p != nil {
			p.Write(w)
			return
		}
		body, p := readBody(w, r)
		if p == nil && !cleanJSON(body) {
			p = unclean("body")
		}
		if p != nil {
			p.Write(w)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// CleanAddress refuses a path or a query that CleanInput would. Errors:
// turno.KindInvalid, as a page says it.
func CleanAddress(r *http.Request) error {
	if dirtyParameter(r) == nil {
		return nil
	}
	return turno.Invalid(turno.FieldError{Location: "query", Message: "This contains characters that can't be used."})
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Problem) {
	if r.ContentLength > MaxBody {
		w.Header().Set("Connection", "close") // rather than reading it all
		return nil, tooLarge()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err == nil {
		return body, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge()
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return nil, NewProblem(http.StatusRequestTimeout, CodeTimeout, "The body took too long to arrive.")
	}
	return nil, NewProblem(http.StatusBadRequest, CodeMalformed, "The body could not be read.")
}

func tooLarge() *Problem {
	return NewProblem(http.StatusRequestEntityTooLarge, CodeTooLarge, "The body is larger than 1 MiB.")
}

// dirtyParameter looks at the path, the query and the headers that handlers read.
func dirtyParameter(r *http.Request) *Problem {
	if !cleanText(r.URL.Path) {
		return unclean("path")
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalid("query", "is not well formed")
	}
	for name, values := range parameters {
		switch {
		case !cleanText(name):
			return unclean("query")
		case !cleanText(strings.Join(values, "")):
			return unclean("query." + name)
		}
	}
	for _, name := range []string{"Authorization", "Cookie", "Idempotency-Key"} {
		if !cleanText(strings.Join(r.Header.Values(name), "")) {
			return unclean("header." + name)
		}
	}
	return nil
}

func unclean(location string) *Problem {
	return invalid(location, "holds a NUL character or text that is not Unicode")
}

func invalid(location, message string) *Problem {
	return NewProblem(http.StatusUnprocessableEntity, turno.CodeInvalid, "Please correct the marked fields.",
		FieldProblem{Location: location, Message: message})
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// cleanJSON also finds what is written as escapes: NUL, and half of a surrogate
// pair, which is no character and would be read as U+FFFD (RFC 8259, section 8.2).
func cleanJSON(body []byte) bool {
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return false
	}
	for {
		i := bytes.IndexByte(body, '\\')
		if i < 0 {
			return true
		}
		body = body[i:]
		unit, ok := escapedUnit(body)
		switch {
		case !ok:
			body = body[min(2, len(body)):] // such as \n, or an escaped backslash
			continue
		case unit == 0:
			return false
		case utf16.IsSurrogate(unit):
			low, _ := escapedUnit(body[escapeLength:])
			if utf16.DecodeRune(unit, low) == utf8.RuneError {
				return false
			}
			body = body[escapeLength:]
		}
		body = body[escapeLength:]
	}
}

// escapeLength is that of \u0000.
const escapeLength = 6

// escapedUnit reads the UTF-16 unit of an escape that the text begins with.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < escapeLength || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:escapeLength]), 16, 16)
	return rune(n), err == nil
}
