package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/turno-health/turno/internal/store"
)

// queue stands for River: it takes a task, or says that it ran a moment ago, or
// fails.
type queue struct {
	riverClient
	duplicate bool
	err       error
	asked     []string
}

func (q *queue) InsertMany(_ context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
	results := make([]*rivertype.JobInsertResult, len(params))
	for i, p := range params {
		name, task := "event", false
		if args, ok := p.Args.(taskArgs); ok {
			name, task = args.Name, true
		}
		q.asked = append(q.asked, name)
		results[i] = &rivertype.JobInsertResult{UniqueSkippedAsDuplicate: task && q.duplicate}
	}
	return results, q.err
}

func TestATaskThatRanAMomentAgoIsOwed(t *testing.T) {
	t.Parallel()
	q := &queue{}
	relay := newRelay(nil, q, Config{
		Handlers: map[string]Handler{"appointment.booked": func(context.Context, string) error { return nil }},
		Soon:     Soon(),
		Tasks:    []Task{{Name: RollUpTask, Every: time.Hour}},
	})
	booked := []store.Event{{Name: "appointment.booked"}}
	for _, step := range []struct {
		name      string
		duplicate bool
		err       error
		events    []store.Event
		want      []string // what River is asked for
	}{
		{"nothing happened", false, nil, nil, nil},
		{"a visit was booked, and the task runs", false, nil, booked, []string{"event", RollUpTask}},
		{"so it is not owed", false, nil, nil, nil},
		{"another was booked, but the task has just run", true, nil, booked, []string{"event", RollUpTask}},
		{"it is tried again, too early", true, nil, nil, []string{RollUpTask}},
		{"and once more, with River away", false, errors.New("away"), nil, []string{RollUpTask}},
		{"now River takes it", false, nil, nil, []string{RollUpTask}},
		{"so it is owed no longer", false, nil, nil, nil},
	} {
		q.duplicate, q.err, q.asked = step.duplicate, step.err, nil
		if err := relay.insert(t.Context(), step.events); !errors.Is(err, step.err) {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, q.asked); diff != "" {
			t.Errorf("%s: River was asked for (-want +got):\n%s", step.name, diff)
		}
	}
}
