package compare

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// progress is a line that says how far the work is. On anything but a
// terminal it is a line for each phase.
type progress struct {
	f        *os.File
	terminal bool

	mu    sync.Mutex
	drawn time.Time
}

func newProgress(f *os.File) *progress {
	info, err := f.Stat()
	return &progress{f: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// phase begins a phase and returns a function that says how far it is.
func (p *progress) phase(name string) func(done, total int) {
	if !p.terminal {
		fmt.Fprintln(p.f, name)
		return func(int, int) {}
	}
	p.draw("%s: starting", name)
	return func(done, total int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if now := time.Now(); now.Sub(p.drawn) > 100*time.Millisecond {
			p.drawn = now
			p.draw("%s %d/%d", name, done, total)
		}
	}
}

func (p *progress) draw(format string, args ...any) {
	fmt.Fprintf(p.f, "\r\x1b[K"+format, args...)
}

// clear removes the line.
func (p *progress) clear() {
	if p.terminal {
		p.draw("")
	}
}
