package bench

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Whoever judges must be able to find something.

func TestSearchesMayNotOfferWhatWasGivenAway(t *testing.T) {
	t.Parallel()
	booked := time.Date(2030, time.March, 1, 9, 0, 0, 0, time.UTC)
	given := offer{"ana", "2030-03-04T10:00:00Z"}
	for _, tt := range []struct {
		name  string
		after time.Duration // the acknowledgement, the search was asked
		offer offer
		stale int
	}{
		{"asked before the booking", -time.Second, given, 0},
		{"asked within the second after", time.Second, given, 0},
		{"asked later", time.Second + time.Millisecond, given, 1},
		{"another time", time.Hour, offer{"ana", "2030-03-04T10:20:00Z"}, 0},
		{"another doctor", time.Hour, offer{"ben", given.at}, 0},
	} {
		w := &watch{given: map[offer]time.Time{given: booked}, taken: map[offer]bool{given: true}, offered: make(chan offer, 1)}
		w.judge(booked.Add(tt.after), tt.offer)
		if w.stale != tt.stale || w.offers != 1 {
			t.Errorf("%s: %d of %d offers are stale, want %d", tt.name, w.stale, w.offers, tt.stale)
		}
	}
}

func TestAFightHasOneWinnerAndKindRefusals(t *testing.T) {
	t.Parallel()
	const kind, bare = `{"alternatives":[{"starts_at":"2030-03-04T10:20:00Z"}]}`, `{"code":"slot_taken"}`
	for _, tt := range []struct {
		name              string
		status            int
		body              string
		won, without, odd int
		failed            bool
	}{
		{"the winner", http.StatusCreated, `{}`, 1, 0, 0, false},
		{"a loser who is told of other times", http.StatusConflict, kind, 0, 0, 0, false},
		{"a loser who is told nothing", http.StatusConflict, bare, 0, 1, 0, false},
		{"a server that gives up", http.StatusInternalServerError, bare, 0, 0, 1, true},
		{"a time that was no longer offered", http.StatusUnprocessableEntity, bare, 0, 0, 1, true},
	} {
		var f fight
		err := f.judge(Answer{Status: tt.status, Body: []byte(tt.body)}, nil)
		if f.won != tt.won || f.without != tt.without || f.odd != tt.odd || (err != nil) != tt.failed {
			t.Errorf("%s: %d won, %d without alternatives, %d odd, %v", tt.name, f.won, f.without, f.odd, err)
		}
	}
}

// No two wishes are in each other's way: neither of one doctor nor of one
// patient, nor do they meet those that rivals fight for.
func TestWishesAreFree(t *testing.T) {
	t.Parallel()
	const clients = 5
	p := &people{first: time.Date(2030, time.March, 1, 0, 0, 0, 0, time.UTC), times: 1000, next: make([]atomic.Int64, clients)}
	for i := range 2 * clients {
		p.patients = append(p.patients, person{token: string(rune('a' + i))})
	}
	for i := range clients {
		p.doctors = append(p.doctors, string(rune('A'+i)))
	}
	busy := map[offer]bool{}
	claim := func(who string, at time.Time) {
		o := offer{who, at.String()}
		if busy[o] || at.Before(p.first) || !at.Before(p.first.Add(time.Duration(p.times)*visitLength)) {
			t.Fatalf("%s cannot be booked at %s", who, at)
		}
		busy[o] = true
	}
	for i := range clients * 900 {
		w := p.wishOf(i % (2 * clients)) // some without people of their own
		claim(w.doctor, w.at)
		claim(w.token, w.at)
	}
	for range 90 {
		doctor, at := p.prize()
		claim(doctor, at)
		for _, everybody := range p.patients {
			claim(everybody.token, at)
		}
	}
}

func TestFiguresAreWhatPeopleCanTakeIn(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 3: "3", 0.123: "0.12", 1.789: "1.79", 42.25: "42.2", 999.6: "1,000", 1234567: "1,234,567"} {
		if got := figure(v); got != want {
			t.Errorf("%g is written %q, want %q", v, got, want)
		}
	}
}

func TestTablesAlign(t *testing.T) {
	t.Parallel()
	r := Report{Results: []Result{
		(Result{Row: "slots", What: "open times", Done: 10, Rate: 1234.5, P50: 0.5, P95: 1, P99: 2, Max: 30}).reached(2, "ms p99", "≥ 5 ms"),
		(Result{Row: "algebra", What: "computing", Note: "1 allocation", Failed: 2}).reached(9.5, "µs", "").known("nobody's"),
	}}
	var widths []int
	for line := range strings.Lines(r.table()) {
		if strings.HasPrefix(line, "| row") || strings.HasPrefix(line, "| slots") || strings.HasPrefix(line, "| algebra") {
			widths = append(widths, len([]rune(line)))
		}
	}
	if len(widths) != 3 || len(slices.Compact(widths)) != 1 {
		t.Errorf("the lines are %v wide:\n%s", widths, r.table())
	}
	for _, want := range []string{"| 1,235 ", "| 2 ms p99 ", "| 9.50 µs (1 allocation) ", "| nobody's"} {
		if !strings.Contains(r.table(), want) {
			t.Errorf("%q is missing:\n%s", want, r.table())
		}
	}
}
