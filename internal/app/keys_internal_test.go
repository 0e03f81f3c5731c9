package app

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOfProgramsThatStartTogetherOneMakesTheKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "below", "turno.key")
	var made atomic.Int32
	var seen sync.Map
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			first, err := makeKeyFile(path)
			if err != nil {
				t.Error(err)
			}
			if first {
				made.Add(1)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			seen.Store(string(text), true)
		})
	}
	all.Wait()
	keys := 0
	seen.Range(func(any, any) bool { keys++; return true })
	if made.Load() != 1 || keys != 1 {
		t.Errorf("%d programs made %d keys", made.Load(), keys)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("beside the key lie %v, %v", files, err)
	}
}
