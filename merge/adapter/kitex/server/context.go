//go:build go_merge_added

package server

import (
	"context"
	"sync"
	"time"
)

// goMergeContext has the caller's deadline and cancellation, and none of its
// values, while the call runs. A goroutine that the handler leaves behind keeps
// it and goes on without the caller, as after an RPC.
type goMergeContext struct {
	caller context.Context

	mu   sync.Mutex
	over bool
	err  error
	done chan struct{} // nil until somebody asks for it
	stop func() bool   // stops following the caller's context
}

func (c *goMergeContext) Deadline() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return time.Time{}, false
	}
	return c.caller.Deadline()
}

func (c *goMergeContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.err != nil {
			close(c.done)
		} else if !c.over {
			c.stop = context.AfterFunc(c.caller, func() { c.Err() })
		}
	}
	return c.done
}

func (c *goMergeContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.follow()
}

func (*goMergeContext) Value(any) any { return nil }

// end cuts the context off from the caller's.
func (c *goMergeContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	c.over = true
	if c.stop != nil {
		c.stop()
	}
}

// follow takes over the state of the caller's context. c.mu is held.
func (c *goMergeContext) follow() error {
	if c.over || c.err != nil {
		return c.err
	}
	if c.err = c.caller.Err(); c.err != nil && c.done != nil {
		close(c.done)
	}
	return c.err
}
