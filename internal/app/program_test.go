package app_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/app"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// asProgram makes TestMain be turno, so that a test can run a true second process.
const asProgram = "APP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program := app.Program{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(program.Run(context.Background()))
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what must happen.
const patience = 3 * time.Minute

// result is how a command ended.
type result struct {
	status         int
	stdout, stderr string
}

// run runs a command in this process.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr buffer
	program := app.Program{Args: args, Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr}
	status := program.Run(t.Context())
	return result{status, stdout.String(), stderr.String()}
}

// spawn runs a command in a process of its own.
func spawn(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := command.Run()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func (r result) expect(t *testing.T, status int, stderr string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.stderr, stderr) {
		t.Errorf("exit status %d, want %d; stderr should contain %q:\n%s%s", r.status, status, stderr, r.stderr, r.stdout)
	}
}

// server is turno serve in this process.
type server struct {
	url    string
	log    *buffer
	cancel context.CancelFunc
	exited chan int
}

// serve starts a server and stops it when the test ends.
func serve(t *testing.T, dsn, keyFile string, args ...string) *server {
	t.Helper()
	s := &server{log: &buffer{}, exited: make(chan int, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	s.cancel = cancel
	ready := make(chan string, 1)
	program := app.Program{
		Args:   append([]string{"serve", "--database", dsn, "--key-file", keyFile, "--listen", "127.0.0.1:0"}, args...),
		Stdin:  strings.NewReader(""),
		Stdout: io.Discard, Stderr: s.log,
		Ready: func(url string) { ready <- url },
	}
	go func() { s.exited <- program.Run(ctx) }()
	select {
	case s.url = <-ready:
	case status := <-s.exited:
		t.Fatalf("the server ended with status %d:\n%s", status, s.log)
	case <-time.After(patience):
		t.Fatalf("the server did not start:\n%s", s.log)
	}
	t.Cleanup(cancel)
	return s
}

// wait returns the exit status of a server that was told to stop.
func (s *server) wait(t *testing.T) int {
	t.Helper()
	select {
	case status := <-s.exited:
		return status
	case <-time.After(patience):
		t.Fatalf("the server did not stop:\n%s", s.log)
		return -1
	}
}

// call sends JSON, as the bearer of a token unless it is empty.
func (s *server) call(t *testing.T, method, path, token, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func (s *server) expect(t *testing.T, method, path, token, body string, status int) string {
	t.Helper()
	got, answer := s.call(t, method, path, token, body)
	if got != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, got, status, answer)
	}
	return answer
}

func newKeyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "turno.key")
	if err := os.WriteFile(path, []byte(seal.NewKey()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func eachEngine(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, storetest.DSN(t, engine))
		})
	}
}

func openDB(t *testing.T, dsn string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: time.Now, Patience: patience, Deadline: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
