package notify

import "testing"

// RFC 5891: a domain travels in ASCII.
func TestADomainInOtherLettersIsSentInASCII(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"x@ex\u00e4mple.org":   "x@xn--exmple-cua.org",
		"x@xn--exmple-cua.org": "x@xn--exmple-cua.org",
		"A.b@example.org":      "A.b@example.org",
	} {
		if got := sendable(address); got != want {
			t.Errorf("%s is sent to %s, not %s", address, got, want)
		}
	}
}
