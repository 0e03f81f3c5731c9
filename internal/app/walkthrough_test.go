package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/store/storetest"
)

// Everything in docs/walkthrough.md happens as it says, with the program that
// people run, on both databases.
func TestTheWalkthroughIsTrue(t *testing.T) {
	t.Parallel()
	blocks := walkthroughBlocks(t)
	program := buildProgram(t)
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.DSN(t, engine)
			walk := exec.CommandContext(t.Context(), "bash", "-e", "-c", walkthroughScript(blocks))
			walk.Dir = t.TempDir()
			walk.Env = append(os.Environ(),
				"PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"),
				"TURNO="+serveProgram(t, program, dsn),
				"DATABASE="+dsn)
			output, err := walk.CombinedOutput()
			if err == nil {
				return
			}
			parts := strings.Split(string(output), blockMark)
			reached := len(parts) - 2 // before the first mark there is nothing
			if reached < 0 {
				t.Fatalf("the walkthrough could not begin: %v\n%s", err, output)
			}
			t.Fatalf("block %d of the walkthrough: %v\n%s\n\nits output:%s", reached+1, err, blocks[reached], parts[reached+1])
		})
	}
}

// walkthroughBlocks lists the shell blocks of docs/walkthrough.md.
func walkthroughBlocks(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "walkthrough.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, rest := range strings.Split(string(text), "\n```sh\n")[1:] {
		block, _, closed := strings.Cut(rest, "\n```\n")
		if !closed {
			t.Fatalf("a block has no end: %s", rest)
		}
		blocks = append(blocks, block)
	}
	if len(blocks) < 10 {
		t.Fatalf("the walkthrough has %d blocks, which is not the whole story", len(blocks))
	}
	return blocks
}

// blockMark comes before the output of each block.
const blockMark = "\n--- block\n"

// walkthroughScript is the blocks as one script, so that a later one knows the
// variables of those before.
func walkthroughScript(blocks []string) string {
	var script strings.Builder
	for _, block := range blocks {
		fmt.Fprintf(&script, "printf '%s'\n%s\n", strings.ReplaceAll(blockMark, "\n", `\n`), block)
	}
	return script.String()
}

// buildProgram makes the program as people get it, named turno.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "turno")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/turno")
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	return program
}

// serveProgram runs a server on a free port until the test ends, and returns
// its URL. What it logs is shown when the test fails.
func serveProgram(t *testing.T, program, dsn string) string {
	t.Helper()
	server := exec.CommandContext(t.Context(), program, "serve", "--database", dsn, "--listen", "127.0.0.1:0", "--log-format", "json")
	server.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir()) // the sealing key's place beside PostgreSQL
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	server.WaitDelay = 20 * time.Second
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(io.TeeReader(stderr, t.Output()))
	drained := make(chan struct{})
	t.Cleanup(func() {
		<-drained
		_ = server.Wait() // stopped by the end of the test's context
	})
	url := awaitURL(log)
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, log)
	}()
	if url == "" {
		t.Fatal("the server did not say where it serves")
	}
	return url
}

// awaitURL reads the log until the server says where it serves; it is empty if
// the log ends before.
func awaitURL(log *bufio.Reader) string {
	for {
		line, err := log.ReadBytes('\n')
		var entry struct{ Msg, URL string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "serving" {
			return entry.URL
		}
		if err != nil {
			return ""
		}
	}
}
