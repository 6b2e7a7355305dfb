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
//
// It asks the caller's context for its deadline once, and for its error when that
// is done. Either may ask the contexts above, and where services call each other
// in turn, these are as many as there are calls.
type goMergeContext struct {
	caller context.Context

	mu       sync.Mutex
	known    bool // whether the next two are
	deadline time.Time
	limited  bool

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
	if !c.known {
		c.deadline, c.limited = c.caller.Deadline()
		c.known = true
	}
	return c.deadline, c.limited
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
	if _, ok := c.caller.(goMergeEnding); !ok {
		select {
		case <-c.caller.Done():
		default:
			return nil
		}
	}
	if c.err = c.caller.Err(); c.err != nil && c.done != nil {
		close(c.done)
	}
	return c.err
}
