package turno_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/turno-health/turno"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		kind turno.Kind
		code string
		text string
	}{
		{"a foreign error is ours to answer for", io.EOF, turno.KindInternal, turno.CodeInternal, "EOF"},
		{"not found", turno.NotFound("visit"), turno.KindNotFound, turno.CodeNotFound, "There is no such visit."},
		{"a conflict keeps its code", turno.Conflict(turno.CodeSlotTaken, "Taken."), turno.KindConflict, turno.CodeSlotTaken, "Taken."},
		{"forbidden", turno.Forbidden("No."), turno.KindForbidden, turno.CodeForbidden, "No."},
		{"unauthenticated", turno.Unauthenticated(), turno.KindUnauthenticated, turno.CodeUnauthenticated, "Please sign in first."},
		{"rate limited", turno.RateLimited("Later.", time.Minute), turno.KindRateLimited, turno.CodeRateLimited, "Later."},
		{"invalid names its fields", turno.Invalid(turno.FieldError{Location: "body.email", Message: "is missing"}),
			turno.KindInvalid, turno.CodeInvalid, "Please correct the marked fields. body.email: is missing"},
		{"wrapping keeps kind and code", fmt.Errorf("book: %w", turno.NotFound("doctor")),
			turno.KindNotFound, turno.CodeNotFound, "book: There is no such doctor."},
		{"a cause is told last", &turno.Error{Message: "Sorry.", Err: io.EOF}, turno.KindInternal, "", "Sorry.: EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := turno.KindOf(test.err); got != test.kind {
				t.Errorf("kind = %v, want %v", got, test.kind)
			}
			if got := turno.CodeOf(test.err); got != test.code {
				t.Errorf("code = %q, want %q", got, test.code)
			}
			if got := test.err.Error(); got != test.text {
				t.Errorf("text = %q, want %q", got, test.text)
			}
		})
	}
}

func TestTheCauseOfAnErrorCanBeFound(t *testing.T) {
	t.Parallel()
	if err := error(&turno.Error{Message: "Sorry.", Err: io.EOF}); !errors.Is(err, io.EOF) {
		t.Errorf("%v does not unwrap to its cause", err)
	}
}

func TestRateLimitedSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	if got := turno.RateLimited("Later.", time.Minute).RetryAfter; got != time.Minute {
		t.Errorf("retry after %v", got)
	}
}
