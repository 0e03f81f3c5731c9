package bench

import (
	"context"
	"net/http"
	"time"
)

// measureGrowth books and searches at a calm pace in every clinic in turn, for
// the plots: what do history and doctors cost?
func (r *runner) measureGrowth(ctx context.Context, s *stage) error {
	const pace, few = 50, 8 // requests a second, and who ask
	var booked, searched, sides []*side
	for _, one := range s.all() {
		connections := r.connect(one.server.url, few)
		booking, searching := one.people.bookings(connections), searches(connections)
		booked = append(booked, &side{where: one, turn: func(ctx context.Context, length time.Duration) *Load {
			return open(ctx, pace, few, length, booking)
		}})
		searched = append(searched, &side{where: one, turn: func(ctx context.Context, length time.Duration) *Load {
			return open(ctx, pace, few, length, searching)
		}})
	}
	sides = append(append(sides, booked...), searched...)
	if err := r.takeTurns(ctx, r.config.Slice, sides...); err != nil {
		return err
	}
	for i, one := range s.all() {
		first := 0 // what it is compared with: the smallest of its kind
		if i >= len(s.sized) {
			first = len(s.sized)
		}
		for _, did := range []struct {
			what string
			in   []*side
		}{{"a booking, 50/s", booked}, {"a search for the soonest, 50/s", searched}} {
			r.add(did.in[i].result("growth", did.what, one.String()).
				reached(ratio(did.in[i].medians(), did.in[first].medians()), "× p50 of "+s.all()[first].name, ""))
		}
		r.report.grown(one, booked[i].total(), searched[i].total())
	}
	return nil
}

func searches(connections []*Client) request {
	return func(ctx context.Context, client int) error {
		_, err := soonest(ctx, connections[client])
		return err
	}
}

// soonest asks for the first page of doctors by their next open time.
func soonest(ctx context.Context, c *Client) (Answer, error) {
	answer, err := c.Send(ctx, http.MethodGet, "/api/v1/doctors?sort=earliest", "", nil)
	return answer, expect(http.StatusOK, answer, err)
}
