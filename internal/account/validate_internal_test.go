package account

import "testing"

func TestNamesCanBeReadByWhoeverSeesThem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why, name string
		ok        bool
	}{
		{"letters of any script", "José Núñez שלום", true},
		{"an override to the left", "Ana \u202egnp", false},
		{"an isolate", "\u2067Ana", false},
		{"a control character", "Ana\x1bPaz", false},
		{"a joiner, as Persian writes", "می\u200cخواهم", true},
		{"an emoji of several", "Ana 👩\u200d⚕\ufe0f", true},
		{"nothing but a zero-width space", "\u200b", false},
		{"nothing but joiners", "\u200d\u200c\u200d", false},
		{"nothing but a Hangul filler", "\u3164", false},
		{"nothing but blank Braille", "\u2800\u2800", false},
		{"nothing but accents of nothing", "\u0301", true}, // they are drawn, on a circle
		{"a zero-width space in another's name", "Ana\u200b Paz", false},
		{"a word joiner", "Ana\u2060Paz", false},
		{"a soft hyphen", "Ana\u00adPaz", false},
		{"a mark of byte order", "\ufeffAna", false},
		{"a tag", "Ana\U000e0061", false},
		{"letters that look like others', which are theirs", "Аnа", true},
	} {
		var c checks
		c.line("full_name", test.name, 1, 200)
		if ok := c.err() == nil; ok != test.ok {
			t.Errorf("%s: accepted is %t, not %t", test.why, ok, test.ok)
		}
	}
}

func TestANameIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	var c checks
	if got := c.line("full_name", " Jose\u0301 ", 1, 200); got != "José" || c.err() != nil {
		t.Errorf("it is stored as %+q, %v", got, c.err())
	}
}

func TestUsernamesHaveNothingUnseen(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{"ana": true, "ána": true, "a\u0301na": true, "ana\u200b": false, "ana\u200d": false, "an a": false, "ana\u3164": false} {
		var c checks
		c.username("username", name)
		if got := c.err() == nil; got != ok {
			t.Errorf("%+q: accepted is %t, not %t", name, got, ok)
		}
	}
}

func TestAddressesAreThoseThatMailReaches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address string
		ok      bool
	}{
		{"x@example.org", true},
		{"first.last+turno@sub.example.org", true},
		{"x@ex\u00e4mple.org", true},
		{"x@xn--exmple-cua.org", true},
		{"jos\u00e9@example.org", false},
		{"a\u202eb@example.org", false},
		{"x@exam\u202eple.org", false},
		{"x@exam\u200bple.org", false},
		{"x@exam\u00adple.org", false},
		{"x\u0007@example.org", false},
		{"x@-.org", false},
		{"x@localhost", false},
		{"X <x@example.org>", false},
	} {
		var c checks
		c.email("email", test.address)
		if ok := c.err() == nil; ok != test.ok {
			t.Errorf("%q: accepted is %t, not %t", test.address, ok, test.ok)
		}
	}
}
