package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// processPassword is what everybody signs in with here.
const processPassword = "a long walk by the sea"

// process is the program as people run it: built, started, and killed.
type process struct {
	url  string
	cmd  *exec.Cmd
	done chan error
	log  *buffer
}

// binary builds the program once for all tests of the package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "turno-binary-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "turno")
	build := exec.Command("go", "build", "-o", path, "github.com/turno-health/turno/cmd/turno")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return path, nil
})

type buildError struct {
	out string
	err error
}

func (e *buildError) Error() string { return e.err.Error() + ": " + e.out }

// turno runs a command of the program to its end and returns what it printed.
func turno(t testing.TB, stdin string, args ...string) (string, error) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// startProcess starts `turno serve` on a database and waits until it is ready.
// The limits on strangers are off: all clients come from one address.
func startProcess(t testing.TB, dsn, key string, more ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	p := &process{url: "http://" + address, done: make(chan error, 1), log: &buffer{}}
	p.cmd = exec.Command(path, append([]string{"serve", "--database", dsn, "--listen", address, "--key-file", key, "--log-format", "text",
		"--signups-per-hour", "0", "--anonymous-per-minute", "0", "--max-open-visits", "0"}, more...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the log of %s:\n%s", p.url, tail(p.log))
		}
	})
	p.awaitReady(t)
	return p
}

// newKey makes a sealing key for the servers of a test.
func newKey(t testing.TB) string {
	t.Helper()
	key, err := turno(t, "", "key", "new")
	if err != nil {
		t.Fatal(err, key)
	}
	path := filepath.Join(t.TempDir(), "turno.key")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func (p *process) awaitReady(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		select {
		case err := <-p.done:
			t.Fatalf("the server ended: %v\n%s", err, tail(p.log))
		default:
		}
		response, err := http.Get(p.url + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the server is not ready after a minute:\n%s", tail(p.log))
}

// kill ends the process at once, as a power cut would.
func (p *process) kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
}

// send makes a request and returns the status and the answer; an error is a
// connection that broke.
func (p *process) send(method, token, path string, body any) (int, map[string]any, error) {
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return 0, nil, err
		}
	}
	request, err := http.NewRequest(method, p.url+"/api/v1"+path, &payload)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	var answer map[string]any
	_ = json.Unmarshal(text, &answer) // an answer without a body stays nil
	return response.StatusCode, answer, nil
}

// must makes a request that has to be answered so.
func (p *process) must(t testing.TB, want int, method, token, path string, body any) map[string]any {
	t.Helper()
	status, answer, err := p.send(method, token, path, body)
	if err != nil || status != want {
		t.Fatalf("%s %s: %d %v, %v, want %d", method, path, status, answer, err, want)
	}
	return answer
}

func (p *process) login(t testing.TB, name string) string {
	t.Helper()
	answer := p.must(t, http.StatusOK, http.MethodPost, "", "/auth/login", map[string]any{"login": name, "password": processPassword})
	return answer["token"].(string) //nolint:forcetypeassert // a test
}

// tail is the end of what a process logged.
func tail(log *buffer) string {
	s := log.String()
	return s[max(0, len(s)-4000):]
}
