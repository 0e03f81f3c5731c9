package turno_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

func TestMailAddress(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("019b2a3c-0000-7000-8000-000000000001")
	for name, test := range map[string]struct{ email, want string }{
		"an address of their own":           {"ana@example.com", "ana@example.com"},
		"the reserved one is none":          {turno.NoMailAddress(id), ""},
		"nor is one of another reserved id": {turno.NoMailAddress(uuid.Nil), ""},
	} {
		if got := (turno.User{ID: id, Email: test.email}).MailAddress(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
