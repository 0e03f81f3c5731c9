package turno_test

import (
	"testing"

	"github.com/turno-health/turno"
)

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
		{"Factory", false},
		{"posixrules", false},
		{"posix/Europe/Madrid", false},
		{"right/Europe/Madrid", false},
		{"Europe/Atlantis", false},
		{"../UTC", false},
		{"/etc/localtime", false},
		{"Europe/Madrid\x00", false},
	} {
		if _, err := turno.ZoneNamed(test.zone); (err == nil) != test.ok {
			t.Errorf("%q: accepted is %t, not %t", test.zone, err == nil, test.ok)
		}
	}
}
