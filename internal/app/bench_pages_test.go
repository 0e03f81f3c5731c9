package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkPages opens pages of a demo clinic from 32 browsers at once: in turn
// each page by people who read for a second or two before the next (p99-ms), and
// by clients who never wait (pages/s). The clients run on the same machine.
func BenchmarkPages(b *testing.B) {
	node := startDemo(b)
	doctor := node.first(b, "/doctors?limit=1")
	for _, page := range []struct{ name, path, login string }{
		{"home", "/", ""},
		{"search", "/doctors", ""},
		{"search by name", "/doctors?q=cardio", ""},
		{"doctor", "/doctors/" + doctor, ""},
		{"my visits", "/appointments", "patient"},
		{"schedule", "/schedule", "doctor"},
		{"week", "/schedule?view=week", "doctor"},
		{"front desk", "/admin/day", "desk"},
		{"dashboard", "/admin", "admin"},
	} {
		cookie := node.cookie(b, page.login)
		b.Run(page.name, func(b *testing.B) {
			browsers := make([]*browser, 32)
			for i := range browsers {
				browsers[i] = newBrowser(b, node.url, page.path, cookie)
			}
			for b.Loop() {
				took := each(b, browsers, 3, 1500*time.Millisecond)
				b.ReportMetric(milliseconds(took, 50), "p50-ms")
				b.ReportMetric(milliseconds(took, 99), "p99-ms")
				began := time.Now()
				took = each(b, browsers, 10, 0)
				b.ReportMetric(float64(len(took))/time.Since(began).Seconds(), "pages/s")
			}
		})
	}
}

// startDemo starts the program with a clinic in it.
func startDemo(b *testing.B) *process {
	b.Helper()
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	address := freeAddress(b)
	p := &process{url: "http://" + address, done: make(chan error, 1), log: &buffer{}}
	p.cmd = exec.Command(path, "demo", "--database", filepath.Join(b.TempDir(), "demo.db"), "--listen", address,
		"--anonymous-per-minute", "0")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	b.Cleanup(func() { _ = p.cmd.Process.Kill() })
	p.awaitReady(b)
	return p
}

// first is the id of the first item of a list.
func (p *process) first(b *testing.B, path string) string {
	b.Helper()
	list := p.must(b, http.StatusOK, http.MethodGet, "", path, nil)
	items, _ := list["items"].([]any)
	item, _ := items[0].(map[string]any)
	id, _ := item["id"].(string)
	return id
}

// cookie is the session of somebody of the demo; "" for a stranger.
func (p *process) cookie(b *testing.B, login string) string {
	b.Helper()
	if login == "" {
		return ""
	}
	form := url.Values{"login": {login}, "password": {"turno-demo-clinic"}}
	request, err := http.NewRequest(http.MethodPost, p.url+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.Fatal(err)
	}
	_ = response.Body.Close()
	for _, cookie := range response.Cookies() {
		if cookie.Name == "turno_session" {
			return cookie.Name + "=" + cookie.Value
		}
	}
	b.Fatalf("%s could not sign in: %s", login, response.Status)
	return ""
}

// browser opens one page again and again over one connection.
type browser struct {
	conn    net.Conn
	reader  *bufio.Reader
	request string
}

func newBrowser(b *testing.B, base, path, cookie string) *browser {
	b.Helper()
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &browser{conn, bufio.NewReader(conn), fmt.Sprintf(
		"GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n\r\n", path, host, cookie)}
}

func (r *browser) open() (time.Duration, error) {
	began := time.Now()
	if _, err := io.WriteString(r.conn, r.request); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(r.reader, nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0, err
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the answer is %s", response.Status)
	}
	return time.Since(began), nil
}

// each lets every browser open its page n times, with a pause before each that
// spreads them evenly, and says how long every answer took, shortest first.
func each(b *testing.B, browsers []*browser, n int, pause time.Duration) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	for i, r := range browsers {
		all.Go(func() {
			time.Sleep(pause * time.Duration(i) / time.Duration(len(browsers)))
			for range n {
				d, err := r.open()
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

// milliseconds is a percentile of sorted times.
func milliseconds(took []time.Duration, percent int) float64 {
	if len(took) == 0 {
		return 0
	}
	return float64(took[(len(took)-1)*percent/100].Microseconds()) / 1000
}
