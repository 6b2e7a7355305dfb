package runtime

import (
	"context"
	"time"
)

// calleeContext is a caller's context as the callee sees it: the deadline and
// the cancellation cross, values do not.
type calleeContext struct {
	parent context.Context
}

func (c calleeContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }

func (c calleeContext) Done() <-chan struct{} { return c.parent.Done() }

func (c calleeContext) Err() error { return c.parent.Err() }

func (c calleeContext) Value(any) any { return nil }

// AfterFunc lets package context derive children without a goroutine each,
// which it would need for a context type that it does not know.
func (c calleeContext) AfterFunc(f func()) (stop func() bool) {
	return context.AfterFunc(c.parent, f)
}
