package observe

import (
	"fmt"
	"slices"
	"sync"
)

// Log collects lines. Its zero value is ready for use.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// Addf adds a line.
func (l *Log) Addf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// Lines returns the lines so far.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
