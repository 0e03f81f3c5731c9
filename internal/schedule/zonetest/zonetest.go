// Package zonetest hands tests every zone of the tz database.
//
// It owns the list of zones and where their changes are. It is for tests only
// and must never know what they test.
package zonetest

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones, wherever the tests run
)

// Zones loads every zone that the Go distribution knows, aliases included.
func Zones(tb testing.TB) []*time.Location {
	tb.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		tb.Fatalf("ask Go for its root: %v", err)
	}
	names, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		tb.Fatalf("open the list of zones: %v", err)
	}
	defer names.Close()

	var zones []*time.Location
	for _, file := range names.File {
		if !strings.HasSuffix(file.Name, "/") {
			zones = append(zones, Zone(tb, file.Name))
		}
	}
	if len(zones) < 500 {
		tb.Fatalf("found %d zones, want all of them", len(zones))
	}
	return zones
}

// Zone loads one zone by its IANA name.
func Zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatalf("load the zone %s: %v", name, err)
	}
	return zone
}

// NextChange is the first instant after t at which the offset of zone really
// changes, or t itself when it does not within two years.
func NextChange(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	from := t
	for to := t; to.Before(t.AddDate(2, 0, 0)); from = to {
		to = to.Add(24 * time.Hour)
		if _, now := to.In(zone).Zone(); now == offset {
			continue
		}
		for to.Sub(from) > time.Second { // the change lies in (from, to]
			middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
			if _, now := middle.In(zone).Zone(); now == offset {
				from = middle
			} else {
				to = middle
			}
		}
		return to
	}
	return t
}
