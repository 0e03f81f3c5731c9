package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/turno-health/turno/internal/demo"
)

// measurePages opens pages from 32 windows of one person: with a while to read before
// the next, long enough that the slowest in a hundred is no chance, and by clients who
// never wait.
func (r *runner) measurePages(ctx context.Context, s *stage) error {
	home, clients := s.home(), r.config.Clients
	ids, err := home.people.someDoctors(ctx)
	if err != nil {
		return err
	}
	const reading = 1500 * time.Millisecond
	for _, page := range []struct{ name, path, login string }{
		{"home", "/", ""},
		{"search", "/doctors", ""},
		{"search by name", "/doctors?q=cardio", ""},
		{"doctor", "/doctors/" + ids[0], ""},
		{"my visits", "/appointments", "patient"},
		{"schedule", "/schedule", "doctor"},
		{"week", "/schedule?view=week", "doctor"},
		{"front desk", "/admin/day", "desk"},
		{"dashboard", "/admin", "admin"},
	} {
		cookie, err := cookieOf(ctx, home.server.url, page.login)
		if err != nil {
			return err
		}
		opens := opensPage(r.connect(home.server.url, clients), page.path, cookie)
		calm := &side{where: home, turn: func(ctx context.Context, length time.Duration) *Load {
			return open(ctx, float64(clients)/reading.Seconds(), clients, 3*length, opens)
		}}
		full := &side{where: home, turn: func(ctx context.Context, length time.Duration) *Load {
			return closed(ctx, clients, length/2, opens)
		}}
		if err := r.takeTurns(ctx, r.config.Slice, calm, full); err != nil {
			return err
		}
		r.add(calm.result("pages", fmt.Sprintf("page %s, %d windows read for %s", page.name, clients, reading), home.String()).
			reached(milliseconds(calm.total().Percentile(99)), "ms p99", "< 20 ms"))
		r.add(full.result("pages", fmt.Sprintf("page %s, %d clients without pause", page.name, clients), home.String()))
	}
	return nil
}

func opensPage(connections []*Client, path, cookie string) request {
	header := "Accept-Encoding: gzip\r\nAccept-Language: en\r\n"
	if cookie != "" {
		header += "Cookie: " + cookie + "\r\n"
	}
	return func(ctx context.Context, client int) error {
		answer, err := connections[client].Send(ctx, http.MethodGet, path, header, nil)
		return expect(http.StatusOK, answer, err)
	}
}

// cookieOf is the session of somebody of the demo; "" for a stranger.
func cookieOf(ctx context.Context, base, login string) (string, error) {
	if login == "" {
		return "", nil
	}
	form := url.Values{"login": {login}, "password": {demo.Password}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return "", fmt.Errorf("sign in as %s: %w", login, err)
	}
	defer func() { _ = response.Body.Close() }()
	for _, cookie := range response.Cookies() {
		if cookie.Name == "turno_session" {
			return cookie.Name + "=" + cookie.Value, nil
		}
	}
	return "", fmt.Errorf("sign in as %s: %s", login, response.Status)
}
