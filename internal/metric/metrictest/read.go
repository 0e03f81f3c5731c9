// Package metrictest reads what was counted, for tests. It knows only package
// metric.
package metrictest

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/metric"
)

// Read is every series of a registry by how it is written, such as
// turno_jobs_total{job="letters",result="done"}.
func Read(t testing.TB, registry *metric.Registry) map[string]float64 {
	t.Helper()
	var text bytes.Buffer
	if _, err := registry.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for line := range strings.Lines(text.String()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		end := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(strings.TrimSpace(line[end+1:]), 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all[line[:end]] = value
	}
	return all
}
