package app

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far something is to a person who waits for longer than a
// second. Without a terminal it shows nothing.
func (p *Program) progress() *progress {
	return &progress{program: p, began: time.Now()}
}

type progress struct {
	program *Program
	began   time.Time
	bar     *progressbar.ProgressBar
}

// show tells how much of how much is done, and what is being done.
func (b *progress) show(done, total int64, what string) {
	if !isTerminal(b.program.Stderr) || time.Since(b.began) < time.Second {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(b.program.Stderr),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	b.bar.Describe(what)
	b.bar.ChangeMax64(max(total, 1))
	_ = b.bar.Set64(min(done, total)) // a terminal that is gone shows nothing
}

// finish removes the bar.
func (b *progress) finish() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}
