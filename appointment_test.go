package turno_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// The outcomes of a transition that are not a status.
const (
	refused = "refused"
	missed  = "missed" // cancelled, of kind no_show
)

// states are all that a visit can be in: the four statuses, and
// missed, which is cancelled to the database and not to people.
var states = [...]string{"pending", "confirmed", "completed", "cancelled", missed}

// Every state times every method: the life of a visit as one table.
func TestTheLifeOfAVisit(t *testing.T) {
	t.Parallel()
	before, during, after := at(8, 0), at(9, 10), at(10, 0)
	type row [len(states)]string // the outcome from each of the states above
	all := row{refused, refused, refused, refused, refused}
	tests := []struct {
		name string
		do   transition
		want row
	}{
		{"only a request can be confirmed", confirm(before), row{"confirmed", refused, refused, refused, refused}},
		{"even after it has begun", confirm(during), row{"confirmed", refused, refused, refused, refused}},
		{"but not when it is over", confirm(at(9, 30)), all},

		{"nothing is completed before it begins", complete(at(8, 59), true), all},
		{"a confirmed visit can be completed from its start, a missed one corrected", complete(at(9, 0), true),
			row{refused, "completed", refused, refused, "completed"}},
		{"but a missed one not when it is too late", complete(after, false), row{refused, "completed", refused, refused, refused}},

		{"nobody misses a visit that has not begun", miss(at(8, 59), true), all},
		{"a confirmed visit can be missed from its start, a completed one corrected", miss(at(9, 0), true),
			row{refused, missed, missed, refused, refused}},
		{"but a completed one not when it is too late", miss(after, false), row{refused, missed, refused, refused, refused}},

		{"a patient may cancel until the start", cancel(at(8, 59), turno.CancelledByPatient),
			row{"cancelled", "cancelled", refused, refused, refused}},
		{"but not from then on", cancel(at(9, 0), turno.CancelledByPatient), all},
		{"the practice may cancel even afterwards", cancel(after, turno.CancelledByPractice),
			row{"cancelled", "cancelled", refused, refused, refused}},
		{"a request expires when its end has passed", cancel(at(9, 30), turno.CancelledExpired),
			row{"cancelled", refused, refused, refused, refused}},
		{"and not before", cancel(at(9, 29), turno.CancelledExpired), all},

		{"a visit that a patient moves must be confirmed again", move(before, true, false),
			row{"pending", "pending", refused, refused, refused}},
		{"unless the doctor confirms automatically", move(before, true, true),
			row{"confirmed", "confirmed", refused, refused, refused}},
		{"a patient can't move a visit that has begun", move(during, true, true), all},
		{"a move by staff keeps the status", move(before, false, false), row{"pending", "confirmed", refused, refused, refused}},
		{"whenever it is, and however the doctor confirms", move(after, false, true), row{"pending", "confirmed", refused, refused, refused}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for i, state := range states {
				if got := outcome(t, visit(state), test.do); got != test.want[i] {
					t.Errorf("a %s visit: %s, want %s", state, got, test.want[i])
				}
			}
		})
	}
}

// outcome does it to a, checks what holds for every change and every refusal,
// and names the state that a is in then.
func outcome(t *testing.T, a turno.Appointment, do transition) string {
	t.Helper()
	got, err := do(a)
	if err != nil {
		if turno.KindOf(err) != turno.KindConflict || turno.CodeOf(err) != turno.CodeInvalidTransition {
			t.Errorf("a refusal is not an invalid transition: %v", err)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Errorf("a refusal changed the visit (-before +after):\n%s", diff)
		}
		return refused
	}
	if got.Sequence != a.Sequence+1 {
		t.Errorf("the sequence went from %d to %d", a.Sequence, got.Sequence)
	}
	if got.Interval().Duration() != a.Interval().Duration() {
		t.Errorf("the length went from %v to %v", a.Interval().Duration(), got.Interval().Duration())
	}
	if cancelled := got.Status == turno.StatusCancelled; cancelled != (got.CancellationKind != "") || cancelled != (got.CancelledAt != nil) {
		t.Errorf("a %s visit has kind %q, cancelled at %v", got.Status, got.CancellationKind, got.CancelledAt)
	}
	if got.CancellationKind == turno.CancelledNoShow {
		return missed
	}
	return string(got.Status)
}

func TestACancelledVisitSaysWhoAndWhy(t *testing.T) {
	t.Parallel()
	by, now := turno.NewID(), at(8, 0)
	got, err := visit("confirmed").Cancelled(now, turno.CancelledByPatient, &by, "I am well again.")
	if err != nil {
		t.Fatal(err)
	}
	want := visit("confirmed")
	want.Status, want.CancellationKind = turno.StatusCancelled, turno.CancelledByPatient
	want.CancelledAt, want.CancelledBy, want.CancellationReason = &now, &by, "I am well again."
	want.Sequence, want.UpdatedAt = 1, now
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("visit (-want +got):\n%s", diff)
	}
}

func TestACorrectedVisitForgetsThatItWasMissed(t *testing.T) {
	t.Parallel()
	got, err := visit(missed).Completed(at(10, 0), true)
	if err != nil {
		t.Fatal(err)
	}
	want := visit("completed")
	want.Sequence, want.UpdatedAt = 1, at(10, 0)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("visit (-want +got):\n%s", diff)
	}
}

func TestAMovedVisitKeepsItsLength(t *testing.T) {
	t.Parallel()
	got, err := visit("confirmed").Moved(at(8, 0), at(14, 0), false, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(turno.Interval{StartsAt: at(14, 0), EndsAt: at(14, 30)}, got.Interval()); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestAVisitIsCorrectableUntilTheEndOfTheNextDayOfTheDoctor(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("+14", 14*3600) // 9:00 UTC is 23:00 there
	want := time.Date(2026, time.March, 4, 0, 0, 0, 0, east)
	if got := visit("completed").CorrectableUntil(east); !got.Equal(want) {
		t.Errorf("got %v, want %v", got.In(east), want)
	}
}

func TestOnlyOpenVisitsOccupyTheirTime(t *testing.T) {
	t.Parallel()
	var open []turno.Status
	for _, status := range turno.Statuses() {
		if status.Open() {
			open = append(open, status)
		}
	}
	if diff := cmp.Diff([]turno.Status{turno.StatusPending, turno.StatusConfirmed}, open); diff != "" {
		t.Errorf("open statuses (-want +got):\n%s", diff)
	}
}

type transition = func(turno.Appointment) (turno.Appointment, error)

func confirm(now time.Time) transition {
	return func(a turno.Appointment) (turno.Appointment, error) { return a.Confirmed(now) }
}

func complete(now time.Time, correctable bool) transition {
	return func(a turno.Appointment) (turno.Appointment, error) { return a.Completed(now, correctable) }
}

func miss(now time.Time, correctable bool) transition {
	return func(a turno.Appointment) (turno.Appointment, error) { return a.Missed(now, turno.NewID(), correctable) }
}

func cancel(now time.Time, kind turno.CancellationKind) transition {
	return func(a turno.Appointment) (turno.Appointment, error) { return a.Cancelled(now, kind, nil, "") }
}

func move(now time.Time, byPatient, autoConfirm bool) transition {
	return func(a turno.Appointment) (turno.Appointment, error) {
		return a.Moved(now, at(14, 0), byPatient, autoConfirm)
	}
}

// visit is one on Monday 2 March 2026, from 9:00 to 9:30 UTC, in a state.
func visit(state string) turno.Appointment {
	a := turno.Appointment{
		ID:          uuid.UUID{1},
		ScheduledAt: at(9, 0),
		EndsAt:      at(9, 30),
		Status:      turno.Status(state),
	}
	if a.Status == missed {
		a.Status, a.CancellationKind = turno.StatusCancelled, turno.CancelledNoShow
	}
	if a.Status != turno.StatusCancelled {
		return a
	}
	cancelledAt := a.EndsAt
	a.CancelledAt = &cancelledAt
	if a.CancellationKind == "" {
		a.CancellationKind = turno.CancelledByPractice
	}
	return a
}

func at(hour, minute int) time.Time {
	return time.Date(2026, time.March, 2, hour, minute, 0, 0, time.UTC)
}
