package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/store/storetest"
)

// BenchmarkBookOverHTTP compares a server's bookings, asked for by 32 clients
// over HTTP, with the bare rows of a booking, each committed by itself with the
// same driver and the same durability, in slices that take turns. x/bare is how
// many bookings are acknowledged in the time of one bare commit of rows that
// nothing guards, x/own of the same rows in Turno's own tables, which are what a
// booking leaves: at least 1 is wanted. The clients run on the same machine and
// have no server of their own.
func BenchmarkBookOverHTTP(b *testing.B) {
	const clients, slice = 32, 1600
	dsn := filepath.Join(b.TempDir(), "turno.db")
	node := startProcess(b, dsn, newKey(b))
	l := newLoad(b, node, dsn, clients)
	bare, own := storetest.NewBareRows(b), storetest.NewOwnRows(b)
	lean := make([]*leanClient, clients)
	for i := range lean {
		lean[i] = newLeanClient(b, node.url, l.patients[i])
	}

	face := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var wanted struct{ Number int }
		if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
			b.Error(err)
		}
		if err := bare.Commit(wanted.Number); err != nil {
			b.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(wanted)
	}))
	b.Cleanup(face.Close)
	plain := make([]*leanClient, clients)
	for i := range plain {
		plain[i] = newLeanClient(b, face.URL, "")
	}
	var served time.Duration
	var booked, committed, guarded, spent time.Duration
	done := 0
	for b.Loop() {
		before := processorTime(b, node.cmd.Process.Pid)
		booked += storetest.InParallel(clients, slice, func(client, i int) error {
			return lean[client].book(l.doctor, l.slots[(done+i)%len(l.slots)])
		}, b.Error)
		spent += processorTime(b, node.cmd.Process.Pid) - before
		committed += storetest.InParallel(clients, slice, func(_, i int) error { return bare.Commit(done + i) }, b.Error)
		guarded += storetest.InParallel(clients, slice, func(_, i int) error { return own.Commit(done + i) }, b.Error)
		served += storetest.InParallel(clients, slice, func(client, i int) error { return plain[client].post(map[string]int{"Number": done + i + 1000000}) }, b.Error)
		done += slice
	}
	b.ReportMetric(float64(done)/booked.Seconds(), "bookings/s")
	b.ReportMetric(float64(done)/committed.Seconds(), "bare/s")
	b.ReportMetric(float64(spent.Microseconds())/float64(done), "server-µs/booking")
	b.ReportMetric(float64(done)/served.Seconds(), "bare-http/s")
	b.ReportMetric(served.Seconds()/booked.Seconds(), "x/bare-http")
	b.ReportMetric(float64(done)/guarded.Seconds(), "own/s")
	b.ReportMetric(committed.Seconds()/booked.Seconds(), "x/bare")
	b.ReportMetric(guarded.Seconds()/booked.Seconds(), "x/own")
}

// processorTime is what a process has computed for since it started, in steps of
// 10 ms (proc(5)); zero where the system does not tell so.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ")
	const tick = 10 * time.Millisecond
	var spent time.Duration
	for _, field := range strings.Fields(after)[11:13] { // in user code, and in the kernel
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		spent += tick * time.Duration(n)
	}
	return spent
}

// leanClient speaks HTTP/1.1 over one connection and costs little beside the
// server that is measured.
type leanClient struct {
	conn   net.Conn
	reader *bufio.Reader
	head   string
}

func newLeanClient(b *testing.B, url, token string) *leanClient {
	b.Helper()
	host := strings.TrimPrefix(url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &leanClient{conn: conn, reader: bufio.NewReader(conn), head: "POST /api/v1/appointments HTTP/1.1\r\nHost: " + host +
		"\r\nAuthorization: Bearer " + token + "\r\nContent-Type: application/json\r\nContent-Length: "}
}

func (c *leanClient) book(doctor, slot string) error {
	return c.post(map[string]string{"doctor_id": doctor, "scheduled_at": slot, "reason": "A cough."})
}

func (c *leanClient) post(content any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.conn, "%s%d\r\n\r\n%s", c.head, len(body), body); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s", response.Status, answer)
	}
	return err
}
