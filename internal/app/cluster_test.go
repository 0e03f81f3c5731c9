package app_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a PostgreSQL of one test, durable as in production, that can be
// killed.
type cluster struct {
	dsn    string
	dir    string
	bin    string
	port   string
	server *exec.Cmd
	ended  chan struct{} // closed when the server has ended
}

// startCluster makes a cluster and starts it.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "turno-crash-*") //nolint:usetesting // t.TempDir is closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{dir: dir, bin: postgresPrograms(t), port: port,
		dsn: fmt.Sprintf("postgres://postgres@127.0.0.1:%s/postgres?sslmode=disable", port)}
	t.Cleanup(func() {
		c.end()
		_ = os.RemoveAll(dir)
	})
	if id := serverUser(t); id != nil {
		if err := os.Chown(dir, int(id.Uid), int(id.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	initdb := c.command(t, "initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	c.start(t)
	return c
}

// postgresPrograms is where the newest server's programs are.
func postgresPrograms(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(real)
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatal("This test needs PostgreSQL; make test installs it.")
	}
	return slices.Max(found)
}

// serverUser is whom the server runs as: PostgreSQL refuses root.
func serverUser(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.ParseUint(postgres.Uid, 10, 32)
	gid, _ := strconv.ParseUint(postgres.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (c *cluster) command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: serverUser(t), Setpgid: true}
	return cmd
}

// start starts the server and waits until it answers, recovered. It refuses while
// a process of a killed server still holds the memory that they shared.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		c.server = c.command(t, "postgres", "-D", filepath.Join(c.dir, "data"), "-p", c.port, "-k", c.dir,
			"-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "log_min_messages=warning")
		if err := c.server.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func(server *exec.Cmd) {
			_ = server.Wait()
			close(ended)
		}(c.server)
		if c.ended = ended; c.answers(t, deadline) {
			return
		}
	}
	t.Fatal("PostgreSQL does not answer after a minute")
}

// answers waits until the server answers, or has ended.
func (c *cluster) answers(t *testing.T, deadline time.Time) bool {
	t.Helper()
	for time.Now().Before(deadline) {
		select {
		case <-c.ended:
			return false
		case <-time.After(50 * time.Millisecond):
		}
		if c.command(t, "pg_isready", "-h", "127.0.0.1", "-p", c.port, "-q").Run() == nil {
			return true
		}
	}
	return false
}

// kill ends the server and all its processes at once.
func (c *cluster) kill(t *testing.T) {
	t.Helper()
	children, err := exec.Command("pgrep", "-P", strconv.Itoa(c.server.Process.Pid)).Output()
	if err != nil {
		t.Fatalf("list the server's processes: %v", err)
	}
	_ = c.server.Process.Kill()
	for _, line := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(line); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	<-c.ended
}

func (c *cluster) end() {
	if c.server != nil {
		_ = c.server.Process.Signal(syscall.SIGQUIT) // at once, without a checkpoint
		<-c.ended
	}
}
