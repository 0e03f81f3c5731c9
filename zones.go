package turno

import (
	"fmt"
	"regexp"
	"sync"
	"time"
)

// localZone matches what a machine may have beside the zones of the IANA: its own
// zone, copies of the others, and one that says that none is set. Another machine
// does not know them, or means another zone.
var localZone = regexp.MustCompile(`(?i)^(|local|localtime|factory|posixrules|(posix|right)/.*)$`)

// ZoneNamed is the zone of an IANA name that somebody sent. It fails for a name that
// not every machine takes for the same zone.
func ZoneNamed(name string) (*time.Location, error) {
	if localZone.MatchString(name) || len(name) > 64 {
		return nil, fmt.Errorf("%q is no zone that every machine has", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load a time zone: %w", err)
	}
	return zone, nil
}

// Zones keeps time zones, since loading one reads a file. The zero value is ready;
// it is safe for concurrent use. Only names that were checked when they were stored
// belong in it: others could fill the memory.
type Zones struct {
	loaded sync.Map // IANA name -> *time.Location
}

// Location is the zone of an IANA name. It fails for a name that is none.
func (z *Zones) Location(name string) (*time.Location, error) {
	if loc, ok := z.loaded.Load(name); ok {
		return loc.(*time.Location), nil //nolint:forcetypeassert // only *time.Location is stored
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load a time zone: %w", err)
	}
	z.loaded.Store(name, loc)
	return loc, nil
}
