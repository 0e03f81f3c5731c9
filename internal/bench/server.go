package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// server is a process of the program that serves a database, on this machine
// only.
type server struct {
	url     string
	cmd     *exec.Cmd
	log     *tail
	healthy time.Duration // from the start to the first good /healthz

	ended chan struct{} // closed when the process has ended, with err
	err   error
}

// patience is how long a server may take to read all calendars, and to stop.
const patience = 2 * time.Minute

// startServer starts the program and waits until it is ready. Limits on
// strangers are off, since all clients come from one address. It ends with ctx
// at the latest.
func startServer(ctx context.Context, binary, dsn, key string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, log: &tail{}, ended: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, binary, "serve", "--database", dsn, "--listen", address, "--key-file", key,
		"--log-format", "text", "--log-level", "warn",
		"--signups-per-hour", "0", "--anonymous-per-minute", "0", "--max-open-visits", "0")
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 20 * time.Second
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.await(ctx, "/healthz", time.Millisecond); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.healthy = time.Since(began)
	if err := s.await(ctx, "/readyz", 10*time.Millisecond); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String(), nil
}

// await asks every so often until a path answers 200.
func (s *server) await(ctx context.Context, path string, every time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := NewClient(s.url)
	defer client.Close()
	for {
		answer, err := client.Send(ctx, http.MethodGet, path, "", nil)
		if err == nil && answer.Status == http.StatusOK {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended: %s\n%s", s.cmd.ProcessState, s.log)
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w\n%s", path, ctx.Err(), s.log)
		case <-time.After(every):
		}
	}
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// settle waits until the server has done what bookings leave for later, the counts
// and the events: the turn of another side would pay for it. Mail goes on, some at a
// time. It returns what the server has computed for by then.
func (s *server) settle(ctx context.Context) time.Duration {
	const look, idle, most = 500 * time.Millisecond, 50 * time.Millisecond, 15 * time.Second
	began := time.Now()
	before, _ := computedBy(s.pid())
	for quiet := 0; quiet < 2 && time.Since(began) < most && sleepUntil(ctx, time.Now().Add(look)); {
		after, _ := computedBy(s.pid())
		if quiet++; after-before > idle {
			quiet = 0
		}
		before = after
	}
	return before
}

// stop lets the server finish, or kills it after a while.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself, which is told below
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	if exit, ok := errors.AsType[*exec.ExitError](s.err); ok {
		return fmt.Errorf("the server ended with %w\n%s", exit, s.log)
	}
	return nil
}

// run lets the program do a command to its end and returns what it printed.
func run(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", program, args[0], err, out)
	}
	return string(out), nil
}

// tail keeps the end of what a process logged.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const kept = 4000
	t.text = append(t.text, p...)
	t.text = bytes.Clone(t.text[max(0, len(t.text)-kept):])
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
