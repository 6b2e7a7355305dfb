//go:build go_merge_added

package server

import (
	"context"
	"testing"
	"time"
)

// goMergeTestCaller is the context of a client's call as the framework makes it:
// it is done by itself, and asks the context that it was made of for all else.
type goMergeTestCaller struct {
	context.Context
	done  chan struct{}
	asked *int
}

func (c *goMergeTestCaller) Done() <-chan struct{} { return c.done }

func (c *goMergeTestCaller) Err() error {
	*c.asked++
	return c.Context.Err()
}

func (c *goMergeTestCaller) Deadline() (time.Time, bool) {
	*c.asked++
	return c.Context.Deadline()
}

// TestGoMergeContextsAreNested has services call each other in turn.
func TestGoMergeContextsAreNested(t *testing.T) {
	const levels = 1000
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	want, _ := ctx.Deadline()
	asked := 0
	var top *goMergeTestCaller
	for i := 0; i < levels; i++ {
		caller := &goMergeTestCaller{Context: ctx, done: make(chan struct{}), asked: &asked}
		if top == nil {
			top = caller
		}
		callee := &goMergeContext{caller: caller}
		if got, ok := callee.Deadline(); !ok || !got.Equal(want) || callee.Err() != nil {
			t.Fatalf("deadline %v, %t and error %v, want %v", got, ok, callee.Err(), want)
		}
		ctx = callee
	}
	if asked > levels {
		t.Errorf("%d levels ask callers %d times, want once each", levels, asked)
	}
	first := &goMergeContext{caller: top}
	cancel()
	close(top.done)
	if first.Err() != context.Canceled {
		t.Errorf("error %v after the caller was cancelled", first.Err())
	}
	first.end()
	if _, limited := first.Deadline(); limited {
		t.Error("there is a deadline after the end of the call")
	}
}
