package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Mixed is a long load of everything at 70 % of what the server can do.
type Mixed struct {
	Where    string   `json:"where"`
	Capacity float64  `json:"capacity_per_second"`
	Rate     float64  `json:"rate_per_second"`
	Length   string   `json:"length"`
	Result   Result   `json:"result"`
	Samples  []Sample `json:"samples"`
	Check    string   `json:"check"` // what turno prove --check said afterwards
	Sound    bool     `json:"sound"`
}

// Sample is the state of the server at a moment of the load.
type Sample struct {
	Second     float64 `json:"second"`
	Resident   float64 `json:"resident_mib"`
	Heap       float64 `json:"heap_mib"`
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"open_files"`
}

// mixedShare is how much of the capacity the load takes, and mixedDoctors how many
// more doctors there are for each client, so that it leaves no calendar fuller than
// people do.
const (
	mixedShare   = 0.7
	mixedDoctors = 9
)

// mix loads the first clinic of an engine, stops its server and looks through its
// database.
func (r *runner) mix(ctx context.Context, s *stage, opened bool) error {
	home := s.home()
	if !opened {
		if err := r.open(ctx, home); err != nil {
			return err
		}
	}
	m := Mixed{Where: home.String(), Length: r.config.Mixed.String()}
	if err := home.people.addDoctors(ctx, mixedDoctors*r.config.Clients); err != nil {
		return err
	}
	do, err := r.everything(ctx, home)
	if err != nil {
		return err
	}
	defer r.hangUp()
	r.say("mixed load on %s: finding the capacity", home)
	clients := r.config.Clients
	closed(ctx, clients, r.config.Slice, do)
	var rates []float64
	for range r.config.Slices {
		rates = append(rates, closed(ctx, clients, r.config.Slice, do).Rate())
	}
	if m.Capacity = median(rates); m.Capacity == 0 {
		return fmt.Errorf("mixed load on %s: nothing was answered", home)
	}
	m.Rate = mixedShare * m.Capacity
	r.say("%.0f a second; now %.0f a second for %s", m.Capacity, m.Rate, m.Length)
	load := &side{}
	var watching sync.WaitGroup
	sampling, enough := context.WithCancel(ctx)
	watching.Go(func() { m.sample(sampling, home, max(r.config.Mixed/120, 200*time.Millisecond)) })
	load.loads = []*Load{open(ctx, m.Rate, 2*clients, r.config.Mixed, do)}
	enough()
	watching.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	m.Result = load.result("mixed", fmt.Sprintf("everything, %d %% of capacity for %s", int(mixedShare*100), m.Length), home.String())
	r.add(m.Result)
	if err := home.server.stop(); err != nil {
		return err
	}
	m.Check, err = run(ctx, r.binary, "prove", "--check", "--database", home.dsn)
	m.Sound = err == nil
	r.report.Mixed = append(r.report.Mixed, m)
	return nil
}

// everything is a mix of what people do: of a hundred requests, 35 ask for a
// doctor's open times, 25 search, 20 open a page, 15 book, and 5 cancel what the
// client booked before.
func (r *runner) everything(ctx context.Context, s *site) (request, error) {
	doctors, err := s.people.someDoctors(ctx)
	if err != nil {
		return nil, err
	}
	connections := r.connect(s.server.url, 2*r.config.Clients)
	slots, search := slotsOf(connections, doctors, 14), searches(connections)
	home, doctor := opensPage(connections, "/", ""), opensPage(connections, "/doctors/"+doctors[0], "")
	own := &visits{people: s.people, connections: connections, latest: make([]visit, len(connections))}
	return func(ctx context.Context, client int) error {
		switch dice := rand.IntN(100); { //nolint:gosec // no secret
		case dice < 35:
			return slots(ctx, client)
		case dice < 60:
			return search(ctx, client)
		case dice < 70:
			return home(ctx, client)
		case dice < 80:
			return doctor(ctx, client)
		case dice < 95:
			return own.book(ctx, client)
		default:
			return own.cancel(ctx, client)
		}
	}, nil
}

// visits are those that each client books and may cancel.
type visits struct {
	people      *people
	connections []*Client
	latest      []visit // of each client
}

type visit struct{ id, token string }

func (v *visits) book(ctx context.Context, client int) error {
	w := v.people.wishOf(client)
	answer, err := v.connections[client].book(ctx, w)
	if err := expect(http.StatusCreated, answer, err); err != nil {
		return err
	}
	var made struct{ ID string }
	if err := json.Unmarshal(answer.Body, &made); err != nil {
		return fmt.Errorf("read the visit: %w", err)
	}
	v.latest[client] = visit{made.ID, w.token}
	return nil
}

// cancel cancels what the client booked last, or books when that is nothing.
func (v *visits) cancel(ctx context.Context, client int) error {
	last := v.latest[client]
	if last.id == "" {
		return v.book(ctx, client)
	}
	v.latest[client] = visit{}
	answer, err := v.connections[client].Send(ctx, http.MethodPost, "/api/v1/appointments/"+last.id+"/cancel", bearer(last.token), []byte(`{}`))
	return expect(http.StatusOK, answer, err)
}

// sample asks the server for its state every so often, until ctx ends.
func (m *Mixed) sample(ctx context.Context, s *site, every time.Duration) {
	client := NewClient(s.server.url)
	defer client.Close()
	for began := time.Now(); ; {
		answer, err := client.Send(context.WithoutCancel(ctx), http.MethodGet, "/metrics", "", nil)
		if err == nil && answer.Status == http.StatusOK {
			m.Samples = append(m.Samples, parseSample(time.Since(began), string(answer.Body)))
		}
		if !sleepUntil(ctx, time.Now().Add(every)) {
			return
		}
	}
}

// parseSample reads what /metrics says of the process.
func parseSample(at time.Duration, metrics string) Sample {
	s := Sample{Second: at.Seconds()}
	for line := range strings.Lines(metrics) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue // a comment
		}
		switch name {
		case "process_resident_memory_bytes":
			s.Resident = n / mebibyte
		case "go_memstats_heap_inuse_bytes":
			s.Heap = n / mebibyte
		case "go_goroutines":
			s.Goroutines = n
		case "process_open_fds":
			s.Files = n
		}
	}
	return s
}

// summary is for people, in Markdown.
func (m Mixed) summary() string {
	verdict := "sound"
	if !m.Sound {
		verdict = "BROKEN"
	}
	text := fmt.Sprintf("## Mixed load, %s\n\n%.0f requests a second for %s, %d %% of the %.0f that clients reached without pause. %s done, %d failed. Afterwards the database is %s (turno prove --check):\n\n%s\n",
		m.Where, m.Rate, m.Length, int(mixedShare*100), m.Capacity, thousands(m.Result.Done), m.Result.Failed, verdict, m.Check)
	if len(m.Samples) == 0 {
		return text
	}
	first, last := m.Samples[0], m.Samples[len(m.Samples)-1]
	return text + fmt.Sprintf("From second %.0f to %.0f: %.0f to %.0f MiB resident, %.0f to %.0f MiB heap in use, %.0f to %.0f goroutines, %.0f to %.0f open files.\n\n",
		first.Second, last.Second, first.Resident, last.Resident, first.Heap, last.Heap, first.Goroutines, last.Goroutines, first.Files, last.Files)
}

func (m Mixed) file() string {
	return "mixed-" + strings.ToLower(strings.ReplaceAll(m.Where, " ", "-")) + ".svg"
}

func (m Mixed) plot() plot {
	p := plot{title: "Mixed load: " + m.Where, x: axis{name: "seconds"}, y: axis{name: "MiB, or goroutines"}}
	for i, of := range []struct {
		name  string
		value func(Sample) float64
	}{
		{"resident, MiB", func(s Sample) float64 { return s.Resident }},
		{"heap in use, MiB", func(s Sample) float64 { return s.Heap }},
		{"goroutines", func(s Sample) float64 { return s.Goroutines }},
	} {
		c := curve{name: of.name, dashed: i == 1}
		for _, s := range m.Samples {
			c.points = append(c.points, point{s.Second, of.value(s)})
		}
		p.curves = append(p.curves, c)
	}
	return p
}
