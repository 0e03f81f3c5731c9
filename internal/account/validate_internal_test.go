package account

import "testing"

func TestNamesHaveNoCharactersThatTurnText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why, name string
		ok        bool
	}{
		{"letters of any script", "José Núñez שלום", true},
		{"an override to the left", "Ana \u202egnp", false},
		{"an isolate", "\u2067Ana", false},
		{"a control character", "Ana\x1bPaz", false},
	} {
		var c checks
		c.line("full_name", test.name, 1, 200)
		if ok := c.err() == nil; ok != test.ok {
			t.Errorf("%s: accepted is %t, not %t", test.why, ok, test.ok)
		}
	}
}

func TestATimeZoneIsOneThatEveryMachineHas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		zone string
		ok   bool
	}{
		{"Europe/Madrid", true},
		{"America/Argentina/Buenos_Aires", true},
		{"UTC", true},
		{"", false},
		{"Local", false},
		{"local", false},
		{"localtime", false},
		{"posixrules", false},
		{"posix/Europe/Madrid", false},
		{"right/Europe/Madrid", false},
		{"Europe/Atlantis", false},
	} {
		var c checks
		c.timeZone("time_zone", test.zone)
		if ok := c.err() == nil; ok != test.ok {
			t.Errorf("%q: accepted is %t, not %t", test.zone, ok, test.ok)
		}
	}
}
