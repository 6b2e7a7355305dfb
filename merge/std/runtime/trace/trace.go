//go:build go_merge_added

// Package trace is a service's view of package runtime/trace. An execution trace
// is of the whole process. One service at a time takes it, and stops its own only.
package trace

import (
	"io"
	"runtime/trace"
	"sync"
)

// tracing reports whether the service takes a trace.
var tracing struct {
	sync.Mutex
	on bool
}

func Start(w io.Writer) error {
	tracing.Lock()
	defer tracing.Unlock()
	if err := trace.Start(w); err != nil {
		return err
	}
	tracing.on = true
	return nil
}

func Stop() {
	tracing.Lock()
	defer tracing.Unlock()
	if tracing.on {
		trace.Stop()
		tracing.on = false
	}
}
