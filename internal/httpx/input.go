package httpx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/turno-health/turno"
)

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 1 << 20

// CleanInput reads the body and refuses what no handler should have to think
// of: more than MaxBody bytes, NUL and invalid UTF-8, wherever they hide.
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
	return invalid(location, "holds a NUL character or text that is not UTF-8")
}

func invalid(location, message string) *Problem {
	return NewProblem(http.StatusUnprocessableEntity, turno.CodeInvalid, "Please correct the marked fields.",
		FieldProblem{Location: location, Message: message})
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// cleanJSON also finds a NUL that is written as an escape: the characters u0000
// after an odd number of backslashes.
func cleanJSON(body []byte) bool {
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return false
	}
	for rest := body; ; {
		i := bytes.Index(rest, []byte(`\u0000`))
		if i < 0 {
			return true
		}
		backslashes := i + 1 - len(bytes.TrimRight(rest[:i+1], `\`))
		if backslashes%2 == 1 {
			return false
		}
		rest = rest[i+len(`\u0000`):]
	}
}
