package turno

import (
	"fmt"
	"sync"
	"time"
)

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
