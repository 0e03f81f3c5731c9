package bench

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows a person how far loading is. Without a terminal it shows nothing.
type bar struct{ bar *progressbar.ProgressBar }

func (r *runner) newBar(what string) *bar {
	file, ok := r.config.Err.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &bar{}
	}
	return &bar{progressbar.NewOptions(1,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)}
}

func (b *bar) show(done, total int, what string) {
	if b.bar == nil {
		return
	}
	b.bar.Describe(what)
	b.bar.ChangeMax(max(total, 1))
	_ = b.bar.Set(min(done, total)) // a terminal that is gone shows nothing
}

func (b *bar) finish() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}
