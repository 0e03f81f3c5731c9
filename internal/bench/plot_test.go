package bench

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestScalesEndAtRoundValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		logarithmic bool
		values      []float64
		ticks       []float64
	}{
		{"from zero", false, []float64{3, 47}, []float64{0, 10, 20, 30, 40, 50}},
		{"small values", false, []float64{0.03}, []float64{0, 0.01, 0.02, 0.03}},
		{"nothing but zero", false, []float64{0, 0}, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"no value", false, nil, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"powers of ten", true, []float64{21_507, 2_100_000}, []float64{10_000, 100_000, 1_000_000, 10_000_000}},
		{"one value that is a power of ten", true, []float64{100}, []float64{100, 1000}},
		{"zero has no logarithm", true, []float64{0, 0.5}, []float64{0.1, 1}},
		{"no value at all", true, nil, []float64{1, 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := axis{logarithmic: tt.logarithmic}.scaleOf(tt.values)
			if diff := cmp.Diff(tt.ticks, s.ticks(), cmpopts.EquateApprox(1e-9, 0)); diff != "" {
				t.Errorf("ticks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScalesPlaceValues(t *testing.T) {
	t.Parallel()
	linear := scale{low: 0, high: 10, from: 100, to: 0} // upwards on the paper
	logarithmic := scale{low: 1, high: 100, logarithmic: true, from: 0, to: 200}
	for _, tt := range []struct {
		name        string
		s           scale
		value, want float64
	}{
		{"the lower end", linear, 0, 100},
		{"the middle", linear, 5, 50},
		{"ten times as much is half of the way from 1 to 100", logarithmic, 10, 100},
		{"the upper end", logarithmic, 100, 200},
		{"what has no logarithm is at the lower end", logarithmic, 0, 0},
	} {
		if got := tt.s.place(tt.value); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %g, want %g", tt.name, got, tt.want)
		}
	}
}

func TestPlotsAreWellFormed(t *testing.T) {
	t.Parallel()
	r := Report{
		Growth: []Growth{
			{Engine: "SQLite", Visits: 20_000, Doctors: 50, BookingP50: 1, BookingP99: 3, SearchP50: 0.5, SearchP99: 2},
			{Engine: "SQLite", Visits: 2_000_000, Doctors: 1000, BookingP50: 1.1, BookingP99: 3, SearchP50: 0.5, SearchP99: 2},
			{Engine: "PostgreSQL", Thin: true, Visits: 2000, Doctors: 100, BookingP50: 1, BookingP99: 3, SearchP50: 0, SearchP99: 2},
		},
		Mixed: []Mixed{{Where: "S & <others> on SQLite", Samples: []Sample{{Second: 1, Resident: 60}, {Second: 2, Resident: 61}}}, {Where: "nothing"}},
	}
	plots := r.plots()
	if len(plots) != 4 {
		t.Errorf("there are %d plots, want one for history, for doctors, and for each mixed load", len(plots))
	}
	for name, svg := range plots {
		if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
			t.Errorf("%s has places that are none:\n%s", name, svg)
		}
		for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
		}
	}
	if n := strings.Count(string(plots["history.svg"]), "<circle"); n != 8 {
		t.Errorf("the history has %d points, want 2 of 4 curves", n)
	}
}
