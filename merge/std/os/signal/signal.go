//go:build go_merge_added

// Package signal is a service's view of package os/signal: the service is told
// of signals for itself, and of those that stop the process when it is its turn.
package signal

import (
	"context"
	"os"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/signals"
)

const self = "@SERVICE@"

func Notify(c chan<- os.Signal, sig ...os.Signal) { signals.Notify(self, c, sig...) }

func Stop(c chan<- os.Signal) { signals.Stop(self, c) }

func Ignore(sig ...os.Signal) { signals.Ignore(self, sig...) }

func Ignored(sig os.Signal) bool { return signals.Ignored(self, sig) }

func Reset(sig ...os.Signal) { signals.Reset(self, sig...) }

// NotifyContext does what that of package os/signal does.
func NotifyContext(parent context.Context, sigs ...os.Signal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	c := make(chan os.Signal, 1)
	Notify(c, sigs...)
	if ctx.Err() == nil {
		go func() {
			select {
			case sig := <-c:
				cancel(signalError(sig.String() + " signal received"))
			case <-ctx.Done():
			}
		}()
	}
	named := signalContext{ctx, parent, sigs}
	return named, func() {
		cancel(nil)
		Stop(c)
	}
}

type signalError string

func (e signalError) Error() string { return string(e) }

// signalContext is a context that prints as that of package os/signal.
type signalContext struct {
	context.Context
	parent context.Context
	sigs   []os.Signal
}

func (c signalContext) String() string {
	name := "context.Context"
	if parent, ok := c.parent.(interface{ String() string }); ok {
		name = parent.String()
	}
	if len(c.sigs) == 0 {
		return "signal.NotifyContext(" + name + ")"
	}
	var names []string
	for _, sig := range c.sigs {
		names = append(names, sig.String())
	}
	return "signal.NotifyContext(" + name + ", [" + strings.Join(names, " ") + "])"
}
