package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// measureSlots asks for the open times of one doctor after the other, in clinics
// of all sizes in turn: how much history there is should make no difference.
func (r *runner) measureSlots(ctx context.Context, s *stage) error {
	clinics := s.sized
	if len(clinics) == 0 {
		clinics = s.thin
	}
	for _, span := range []struct {
		days          int
		target, known string
		against       float64 // a rate of Easy!Appointments
	}{
		{14, "p99 < 5 ms", "", 0},
		{1, "", "Easy!Appointments: 277 to 285/s, p50 111 ms", 281},
	} {
		var sides []*side
		for _, one := range clinics {
			asking, err := r.asksForSlots(ctx, one, span.days)
			if err != nil {
				return err
			}
			sides = append(sides, asking)
		}
		if err := r.takeTurns(ctx, r.config.Slice, sides...); err != nil {
			return err
		}
		first := sides[0]
		for i, one := range sides {
			what := fmt.Sprintf("open times of a doctor, days: %d, %d clients", span.days, r.config.Clients)
			result := one.result("slots", what, one.where.String()).known(span.known)
			switch {
			case span.against > 0:
				result = result.reached(median(one.rates())/span.against, "× Easy!Appointments' rate", "≥ 50 × on the same machine")
			case i == 0:
				result = result.reached(milliseconds(one.total().Percentile(99)), "ms p99", span.target)
			default:
				result = result.reached(ratio(one.medians(), first.medians()), "× p50 of "+first.where.name, span.target+"; 0.9 to 1.1 ×")
			}
			r.add(result)
		}
	}
	return nil
}

func (r *runner) asksForSlots(ctx context.Context, s *site, days int) (*side, error) {
	doctors, err := s.people.someDoctors(ctx)
	if err != nil {
		return nil, err
	}
	connections := r.connect(s.server.url, r.config.Clients)
	return &side{where: s, turn: func(ctx context.Context, length time.Duration) *Load {
		return closed(ctx, len(connections), length, slotsOf(connections, doctors, days))
	}}, nil
}

// slotsOf are requests for the open times of anybody's next days.
func slotsOf(connections []*Client, doctors []string, days int) request {
	return func(ctx context.Context, client int) error {
		until := time.Now().AddDate(0, 0, days).UTC().Format(time.RFC3339)
		anybody := doctors[rand.IntN(len(doctors))] //nolint:gosec // no secret
		path := "/api/v1/doctors/" + anybody + "/slots?to=" + url.QueryEscape(until)
		answer, err := connections[client].Send(ctx, http.MethodGet, path, "", nil)
		return expect(http.StatusOK, answer, err)
	}
}
