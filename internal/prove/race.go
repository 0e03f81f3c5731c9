package prove

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Race is a way in which many clients can want what only one can have.
type Race struct {
	Name string // a sentence
	// Winners is how many must win each round.
	Winners int
	// prepare readies a round in the given day and returns what each client does.
	prepare func(ctx context.Context, c *clinic, day time.Time) ([]attempt, error)
}

// attempt is what one client does.
type attempt func(ctx context.Context) error

// Result is how the rounds of a race ended.
type Result struct {
	Race     string
	Rounds   int
	Winners  int
	Losers   int // told kindly: the time is taken, or the patient is busy
	Errors   []error
	Flaws    []store.Flaw // broken promises found in the tables afterwards
	Took     time.Duration
	Expected int // winners that there had to be
}

// OK reports whether every round ended as it must.
func (r Result) OK() bool {
	broken := len(r.Errors) > 0 || r.Winners != r.Expected
	for _, f := range r.Flaws {
		broken = broken || f.Rows > 0
	}
	return !broken
}

// Config says how hard to try.
type Config struct {
	Clients int // that race each other, at least 2
	Rounds  int // of each race
	// Progress is told of each round that has ended; nil is fine.
	Progress func(race string, round, rounds int)
	// Elapsed measures how long a race takes.
	Elapsed func() time.Duration
}

// Run runs every race on an empty, migrated database, and looks for broken
// promises after each. An error means that it could not be tried.
func Run(ctx context.Context, db *sqldb.DB, config Config) ([]Result, error) {
	var results []Result
	for i, race := range Races() {
		c, err := newClinic(ctx, db, strconv.Itoa(i), config.Clients)
		if err != nil {
			return results, err
		}
		result, err := c.run(ctx, race, config)
		if err != nil {
			return results, fmt.Errorf("race %q: %w", race.Name, err)
		}
		results = append(results, result)
	}
	return results, nil
}

func (c *clinic) run(ctx context.Context, race Race, config Config) (Result, error) {
	result := Result{Race: race.Name, Rounds: config.Rounds, Expected: race.Winners * config.Rounds}
	began := config.Elapsed()
	for round := range config.Rounds {
		attempts, err := race.prepare(ctx, c, c.base.AddDate(0, 0, round*c.roundDays()))
		if err != nil {
			return result, fmt.Errorf("prepare: %w", err)
		}
		for _, err := range together(ctx, attempts) {
			result.count(err)
		}
		if config.Progress != nil {
			config.Progress(race.Name, round+1, config.Rounds)
		}
	}
	result.Took = config.Elapsed() - began
	return result, c.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		result.Flaws, err = store.Flaws(tx)
		return err
	})
}

func (r *Result) count(err error) {
	switch turno.CodeOf(err) {
	case turno.CodeSlotTaken, turno.CodePatientBusy:
		r.Losers++
		return
	}
	if err != nil {
		r.Errors = append(r.Errors, err)
		return
	}
	r.Winners++
}

// together starts all attempts at the same moment and returns how each ended.
func together(ctx context.Context, attempts []attempt) []error {
	errs := make([]error, len(attempts))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, try := range attempts {
		all.Go(func() {
			<-start
			errs[i] = try(ctx)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// each makes an attempt for every patient.
func (c *clinic) each(try func(ctx context.Context, i int) error) []attempt {
	attempts := make([]attempt, len(c.patients))
	for i := range c.patients {
		attempts[i] = func(ctx context.Context) error { return try(ctx, i) }
	}
	return attempts
}

// book is a patient's booking of a slot.
func (c *clinic) book(ctx context.Context, patient, doctor int, at time.Time) (turno.Appointment, error) {
	return c.Book(ctx, c.patients[patient], booking.NewVisit{DoctorID: c.doctors[doctor], ScheduledAt: at})
}

// bookByDesk books any free time for a patient.
func (c *clinic) bookByDesk(ctx context.Context, patient, doctor int, at time.Time) (turno.Appointment, error) {
	return c.Book(ctx, c.desk, booking.NewVisit{DoctorID: c.doctors[doctor], PatientID: c.patients[patient].UserID, ScheduledAt: at})
}

// spread books a visit with the first doctor for each patient, one after the
// other from 10:00 on.
func (c *clinic) spread(ctx context.Context, day time.Time) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(c.patients))
	for i := range c.patients {
		visit, err := c.bookByDesk(ctx, i, 0, spreadAt(day, i))
		if err != nil {
			return nil, err
		}
		ids[i] = visit.ID
	}
	return ids, nil
}

func spreadAt(day time.Time, i int) time.Time {
	return day.Add(10*time.Hour + time.Duration(i)*slot)
}

// roundDays is how many days a round needs, so that the visits of one do not
// reach into the next.
func (c *clinic) roundDays() int {
	return 1 + int(time.Duration(len(c.patients))*slot/(22*time.Hour))
}
