package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/store/storetest"
)

// Everything in docs/walkthrough.md happens as it says, with the program that
// people run, on both databases.
func TestTheWalkthroughIsTrue(t *testing.T) {
	t.Parallel()
	blocks := walkthroughBlocks(t)
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.DSN(t, engine)
			walk := exec.CommandContext(t.Context(), "bash", "-e", "-c", walkthroughScript(blocks))
			walk.Dir = t.TempDir()
			walk.Env = append(os.Environ(),
				"PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"),
				"TURNO="+startProcess(t, dsn, newKey(t)).url,
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
			t.Fatalf("block %d of the walkthrough: %v\n%s\n\nits output:\n%s", reached+1, err, blocks[reached], parts[reached+1])
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
const blockMark = "\n=== the next block\n"

// walkthroughScript is the blocks as one script, so that a later one knows the
// variables of those before.
func walkthroughScript(blocks []string) string {
	var script strings.Builder
	for _, block := range blocks {
		fmt.Fprintf(&script, "printf %%b '%s'\n%s\n", strings.ReplaceAll(blockMark, "\n", `\n`), block)
	}
	return script.String()
}
