package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turno-health/turno/internal/demo"
)

// password is that of everybody whom the bench adds.
const password = "a long walk by the sea"

// people are those whom the bench adds to a clinic: doctors who are open around
// the clock from next week on, and so never the soonest, and patients who have
// signed in.
type people struct {
	url      string
	admin    string // the token of somebody who may verify doctors
	field    int    // the doctors' specialization
	doctors  []string
	patients []person  // two for each client
	first    time.Time // the start of the first time that is open
	times    int       // how many there are, one after the other

	next []atomic.Int64 // what a client books next
	last atomic.Int64   // what rivals fight for next, from the end
}

type person struct{ id, token string }

const (
	visitLength = 5 * time.Minute
	noticeDays  = 7
	horizonDays = 90
)

// register makes a doctor and two patients for each of so many clients over HTTP.
// Passwords take most of the time.
func register(ctx context.Context, base string, clients int) (*people, error) {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	p := &people{
		url: base, patients: make([]person, 2*clients), next: make([]atomic.Int64, clients),
		first: today.AddDate(0, 0, noticeDays+1),
		times: int((horizonDays - noticeDays - 2) * 24 * time.Hour / visitLength),
	}
	c := NewClient(base)
	defer c.Close()
	admin, err := signIn(ctx, c, "admin", demo.Password)
	if err != nil {
		return nil, err
	}
	var fields struct{ Items []struct{ ID int } }
	if err := c.api(ctx, http.StatusOK, http.MethodGet, "/specializations", "", nil, &fields); err != nil {
		return nil, err
	}
	p.admin, p.field = admin.token, fields.Items[len(fields.Items)-1].ID
	if err := p.addDoctors(ctx, clients); err != nil {
		return nil, err
	}
	err = each(len(p.patients), func(i int) (err error) {
		c := NewClient(base)
		defer c.Close()
		p.patients[i], err = newPatient(ctx, c, i)
		return err
	})
	return p, err
}

// addDoctors makes so many more doctors.
func (p *people) addDoctors(ctx context.Context, many int) error {
	before := len(p.doctors)
	p.doctors = append(p.doctors, make([]string, many)...)
	return each(many, func(i int) (err error) {
		c := NewClient(p.url)
		defer c.Close()
		p.doctors[before+i], err = newDoctor(ctx, c, p.admin, before+i, p.field)
		return err
	})
}

// each does 0 to n-1, a few at a time, and returns the first error.
func each(n int, do func(i int) error) error {
	var next atomic.Int64
	var once sync.Once
	var failure error
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					once.Do(func() { failure = err })
					next.Store(int64(n))
				}
			}
		})
	}
	all.Wait()
	return failure
}

func signIn(ctx context.Context, c *Client, login, word string) (person, error) {
	var answer struct {
		Token string
		User  struct{ ID string }
	}
	err := c.api(ctx, http.StatusOK, http.MethodPost, "/auth/login", "", map[string]any{"login": login, "password": word}, &answer)
	return person{answer.User.ID, answer.Token}, err
}

func newPatient(ctx context.Context, c *Client, i int) (person, error) {
	name := fmt.Sprintf("bench-patient-%d", i)
	err := c.api(ctx, http.StatusCreated, http.MethodPost, "/auth/register", "", map[string]any{
		"username": name, "email": name + "@example.org", "password": password, "full_name": fmt.Sprintf("Patient Bench %d", i), "date_of_birth": "1980-01-01",
	}, nil)
	if err != nil {
		return person{}, err
	}
	return signIn(ctx, c, name, password)
}

func newDoctor(ctx context.Context, c *Client, admin string, i, field int) (id string, err error) {
	name := fmt.Sprintf("bench-doctor-%d", i)
	var doctor struct{ ID string }
	err = c.api(ctx, http.StatusCreated, http.MethodPost, "/auth/register-doctor", "", map[string]any{
		"username": name, "email": name + "@example.org", "password": password, "full_name": fmt.Sprintf("Doctor Bench %d", i),
		"specialization_id": field, "license_number": fmt.Sprintf("BENCH-%d", i), "years_of_experience": 5, "time_zone": "UTC",
	}, &doctor)
	if err != nil {
		return "", err
	}
	var week []map[string]any
	for _, day := range strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday") {
		week = append(week, map[string]any{"day_of_week": day, "start_time": "00:00", "end_time": "24:00"})
	}
	path := "/doctors/" + doctor.ID
	for _, step := range []struct {
		status       int
		method, path string
		body         any
	}{
		{http.StatusOK, http.MethodPatch, path, map[string]any{"slot_minutes": visitLength.Minutes(), "buffer_minutes": 0,
			"horizon_days": horizonDays, "min_notice_minutes": noticeDays * 24 * 60}},
		{http.StatusOK, http.MethodPut, path + "/availability", week},
		// The practice sees no notice: its day would be full of their open times.
		{http.StatusCreated, http.MethodPost, path + "/time-off", map[string]any{"starts_at": time.Now(), "ends_at": time.Now().AddDate(0, 0, noticeDays)}},
		{http.StatusOK, http.MethodPost, path + "/verify", map[string]any{}},
	} {
		if err := c.api(ctx, step.status, step.method, step.path, admin, step.body, nil); err != nil {
			return "", err
		}
	}
	return doctor.ID, nil
}

// wish is a visit that a patient can have.
type wish struct {
	doctor string
	at     time.Time
	token  string
}

// wishOf is what a client books next. No two wishes are in each other's way until a
// client has had one for each of the times: the doctors go round, and each client
// has a patient for every other time. That stays so when as many doctors are added
// as there are, or a multiple of it.
// Clients beyond those that people were made for take turns with the first.
func (p *people) wishOf(client int) wish {
	client %= len(p.next)
	k := int(p.next[client].Add(1) - 1)
	return wish{
		doctor: p.doctors[(client+k)%len(p.doctors)],
		at:     p.first.Add(time.Duration(k%p.times) * visitLength),
		token:  p.patients[client+len(p.next)*(k%2)].token,
	}
}

// prize is a time that nobody else wants, for rivals to fight for.
func (p *people) prize() (doctor string, at time.Time) {
	k := int(p.last.Add(1))
	return p.doctors[k%len(p.doctors)], p.first.Add(time.Duration(p.times-k) * visitLength)
}

// book asks for a visit and says how that was answered.
func (c *Client) book(ctx context.Context, w wish) (Answer, error) {
	body := fmt.Appendf(nil, `{"doctor_id":%q,"scheduled_at":%q,"reason":"A cough."}`, w.doctor, w.at.UTC().Format(time.RFC3339))
	return c.Send(ctx, http.MethodPost, "/api/v1/appointments", bearer(w.token), body)
}

// bookings are requests that each book a visit of their own.
func (p *people) bookings(connections []*Client) request {
	return func(ctx context.Context, client int) error {
		answer, err := connections[client].book(ctx, p.wishOf(client))
		return expect(http.StatusCreated, answer, err)
	}
}

func expect(status int, answer Answer, err error) error {
	if err == nil && answer.Status != status {
		return &statusError{answer.Status, answer.Body}
	}
	return err
}

// someDoctors are ids of doctors of the clinic, up to a hundred, not of the bench.
func (p *people) someDoctors(ctx context.Context) ([]string, error) {
	c := NewClient(p.url)
	defer c.Close()
	var ids []string
	for cursor := ""; len(ids) < 100; {
		var page struct {
			Items      []struct{ ID string }
			NextCursor string `json:"next_cursor"`
		}
		if err := c.api(ctx, http.StatusOK, http.MethodGet, "/doctors?limit=50&cursor="+url.QueryEscape(cursor), "", nil, &page); err != nil {
			return nil, err
		}
		for _, doctor := range page.Items {
			if !slices.Contains(p.doctors, doctor.ID) {
				ids = append(ids, doctor.ID)
			}
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	return ids, nil
}
