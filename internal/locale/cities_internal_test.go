package locale

import (
	"testing"
	"time"
)

// A zone that is misspelt would never be found.
func TestCitiesAreZones(t *testing.T) {
	t.Parallel()
	for zone, city := range spanishCities() {
		if _, err := time.LoadLocation(zone); err != nil || city == "" {
			t.Errorf("%s, %q: %v", zone, city, err)
		}
	}
}
