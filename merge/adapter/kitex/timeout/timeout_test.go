//go:build go_merge_added

package timeout

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCounted counts how often it is asked, and for what.
type goMergeCounted struct {
	context.Context
	deadlines, dones, errs, values *atomic.Int64
}

func newGoMergeCounted(ctx context.Context) *goMergeCounted {
	return &goMergeCounted{ctx, new(atomic.Int64), new(atomic.Int64), new(atomic.Int64), new(atomic.Int64)}
}

func (c *goMergeCounted) Deadline() (time.Time, bool) {
	c.deadlines.Add(1)
	return c.Context.Deadline()
}

func (c *goMergeCounted) Done() <-chan struct{} {
	c.dones.Add(1)
	return c.Context.Done()
}

func (c *goMergeCounted) Err() error {
	c.errs.Add(1)
	return c.Context.Err()
}

func (c *goMergeCounted) Value(key any) any {
	c.values.Add(1)
	return c.Context.Value(key)
}

// goMergeTestRunTask runs next below the framework's timeout middleware.
func goMergeTestRunTask(ctx context.Context, timeout time.Duration, next endpoint.Endpoint) (context.Context, error) {
	return workerPool.RunTask(ctx, timeout, nil, nil, next)
}

// TestGoMergeDepth nests calls with deadlines: the context at the top is asked as
// often by a hundred calls as by one.
func TestGoMergeDepth(t *testing.T) {
	var nest func(ctx context.Context, depth int) error
	nest = func(ctx context.Context, depth int) error {
		if depth == 0 {
			ctx.Deadline()
			ctx.Done()
			return ctx.Err()
		}
		_, err := goMergeTestRunTask(ctx, time.Hour, func(ctx context.Context, _, _ interface{}) error {
			return nest(ctx, depth-1)
		})
		return err
	}
	for _, depth := range []int{1, 100} {
		parent, cancel := context.WithCancel(context.Background())
		top := newGoMergeCounted(parent)
		if err := nest(top, depth); err != nil {
			t.Fatal(err)
		}
		cancel()
		if deadlines, dones, errs := top.deadlines.Load(), top.dones.Load(), top.errs.Load(); deadlines != 1 || dones != 1 || errs != 0 {
			t.Errorf("depth %d: the context at the top is asked %d times for its deadline, %d for Done and %d for its error, want 1, 1, 0", depth, deadlines, dones, errs)
		}
	}
}

// TestGoMergeContext looks at the context of what runs, at each end.
func TestGoMergeContext(t *testing.T) {
	errOwn := errors.New("own")
	for name, c := range map[string]struct {
		timeout   time.Duration
		cancelled bool  // the caller's context, while next runs
		waits     bool  // next, for the end of its context
		result    error // of next
		err, ctx  error
	}{
		"returns":               {timeout: time.Hour, ctx: context.Canceled},
		"fails":                 {timeout: time.Hour, result: errOwn, err: errOwn, ctx: context.Canceled},
		"returns Canceled":      {timeout: time.Hour, result: context.Canceled, err: context.Canceled, ctx: context.Canceled},
		"expires":               {timeout: time.Millisecond, waits: true, err: context.DeadlineExceeded, ctx: context.DeadlineExceeded},
		"has expired":           {timeout: -time.Hour, waits: true, err: context.DeadlineExceeded, ctx: context.DeadlineExceeded},
		"is cancelled":          {timeout: time.Hour, cancelled: true, waits: true, err: context.Canceled, ctx: context.Canceled},
		"is cancelled, no time": {cancelled: true, waits: true, err: context.Canceled, ctx: context.Canceled},
	} {
		c := c // Kitex asks for the loop variables of Go 1.21
		t.Run(name, func(t *testing.T) {
			parent, cancel := context.WithCancel(context.Background())
			defer cancel()
			over := make(chan error, 1)
			ctx, err := goMergeTestRunTask(parent, c.timeout, func(ctx context.Context, _, _ interface{}) error {
				if ctx.Err() != nil && c.timeout >= 0 && c.timeout != time.Millisecond {
					t.Errorf("the context begins with %v", ctx.Err())
				}
				if c.cancelled {
					cancel()
				}
				if c.waits {
					<-ctx.Done()
				}
				over <- ctx.Err()
				return c.result
			})
			if err != c.err || ctx.Err() != c.ctx {
				t.Errorf("error %v, of the context %v, want %v and %v", err, ctx.Err(), c.err, c.ctx)
			}
			select {
			case <-ctx.Done():
			default:
				t.Error("the context goes on")
			}
			if seen := <-over; c.waits && seen != c.ctx {
				t.Errorf("the call sees %v, want %v", seen, c.ctx)
			}
			if _, limited := ctx.Deadline(); limited != (c.timeout != 0) {
				t.Errorf("the context has a deadline: %t", limited)
			}
		})
	}
}

// TestGoMergeEarlierDeadline has the context's own deadline end a call.
func TestGoMergeEarlierDeadline(t *testing.T) {
	parent, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	want, _ := parent.Deadline()
	ctx, err := goMergeTestRunTask(parent, time.Hour, func(ctx context.Context, _, _ interface{}) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if got, ok := ctx.Deadline(); !ok || !got.Equal(want) {
		t.Errorf("deadline %v, want %v", got, want)
	}
	if err != context.DeadlineExceeded || ctx.Err() != err {
		t.Errorf("error %v, of the context %v", err, ctx.Err())
	}
	if call := ctx.(*goMergeTimedCall); call.after != 0 {
		t.Errorf("a timer of %v runs although the context has one", call.after)
	}
}

// TestGoMergeEnded has contexts that have ended before the call, however fast that is.
func TestGoMergeEnded(t *testing.T) {
	parent, cancel := context.WithCancel(context.Background())
	cancel()
	for i := 0; i < 1000; i++ {
		if _, err := goMergeTestRunTask(parent, time.Hour, func(context.Context, interface{}, interface{}) error { return nil }); err != context.Canceled {
			t.Fatalf("error %v", err)
		}
	}
}

// TestGoMergeAllocations has a call with a deadline allocate what is its context, and
// nothing else that the call without one does not.
func TestGoMergeAllocations(t *testing.T) {
	next := func(ctx context.Context, _, _ interface{}) error { return nil }
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, c := range map[string]struct {
		ctx     context.Context
		timeout time.Duration
	}{
		"timeout":             {context.Background(), time.Hour},
		"context":             {parent, 0},
		"timeout and context": {parent, time.Hour},
	} {
		if n := testing.AllocsPerRun(200, func() { goMergeTestRunTask(c.ctx, c.timeout, next) }); n > 1 {
			t.Errorf("%s: %v allocations, want one", name, n)
		}
	}
}

// TestGoMergePanic has a panic in the other goroutine become the framework's error.
func TestGoMergePanic(t *testing.T) {
	client := goMergeTestClient(t, goMergeGreet, WithRPCTimeout(time.Minute), WithMiddleware(func(endpoint.Endpoint) endpoint.Endpoint {
		return func(context.Context, interface{}, interface{}) error { panic("middleware") }
	}))
	err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
	if err == nil || !strings.Contains(err.Error(), "middleware") || !strings.Contains(err.Error(), "panic") {
		t.Errorf("error %v", err)
	}
}

// goMergeHung returns a handler that hangs until the end of the test, and a channel
// that tells of each call.
func goMergeHung(t *testing.T) (handler mergeruntime.Handler, arrived chan struct{}) {
	release := make(chan struct{})
	var hung sync.WaitGroup
	t.Cleanup(func() {
		close(release)
		hung.Wait()
	})
	arrived = make(chan struct{}, 8)
	return func(context.Context, mergeruntime.Request) mergeruntime.Response {
		hung.Add(1)
		defer hung.Done()
		arrived <- struct{}{}
		<-release
		return mergeruntime.Response{}
	}, arrived
}

// TestGoMergeTimeouts has handlers that hang, and the framework's errors.
func TestGoMergeTimeouts(t *testing.T) {
	handler, arrived := goMergeHung(t)
	limited := goMergeTestClient(t, handler, WithRPCTimeout(time.Millisecond))
	for name, c := range map[string]struct {
		timeout func(context.Context) (context.Context, context.CancelFunc)
		options []callopt.Option
	}{
		"client": {},
		"context": {timeout: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Millisecond)
		}, options: []callopt.Option{callopt.WithRPCTimeout(time.Hour)}},
		"call": {options: []callopt.Option{callopt.WithRPCTimeout(2 * time.Millisecond)}},
	} {
		c := c // Kitex asks for the loop variables of Go 1.21
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			if c.timeout != nil {
				limited, cancel := c.timeout(ctx)
				defer cancel()
				ctx = limited
			}
			ctx = NewCtxWithCallOptions(ctx, c.options)
			err := limited.Call(ctx, "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
			if !errors.Is(err, kerrors.ErrRPCTimeout) {
				t.Errorf("error %v", err)
			}
			<-arrived
		})
	}
}

// TestGoMergeCooperativeContext looks at the context of a call that nobody waits for in
// another goroutine.
func TestGoMergeCooperativeContext(t *testing.T) {
	for name, c := range map[string]struct {
		timeout time.Duration
		next    func(ctx context.Context, cancel func())
		err     error
	}{
		"in time":        {time.Hour, func(context.Context, func()) {}, nil},
		"asks for Done":  {time.Hour, func(ctx context.Context, _ func()) { ctx.Done() }, nil},
		"waits for Done": {time.Millisecond, func(ctx context.Context, _ func()) { <-ctx.Done() }, context.DeadlineExceeded},
		"asks for Err": {time.Millisecond, func(ctx context.Context, _ func()) {
			for ctx.Err() == nil {
				runtime.Gosched()
			}
		}, context.DeadlineExceeded},
		"returns late": {time.Millisecond, func(ctx context.Context, _ func()) {
			deadline, _ := ctx.Deadline()
			for time.Now().Before(deadline) {
				runtime.Gosched()
			}
		}, context.DeadlineExceeded},
		"is cancelled": {time.Hour, func(ctx context.Context, cancel func()) {
			cancel()
			<-ctx.Done()
		}, context.Canceled},
		"is cancelled without a timeout": {0, func(_ context.Context, cancel func()) { cancel() }, context.Canceled},
	} {
		parent, cancel := context.WithCancel(context.Background())
		call := new(goMergeTimedCall)
		call.limit(parent, c.timeout)
		call.next = func(ctx context.Context, _, _ interface{}) error {
			c.next(ctx, cancel)
			return nil
		}
		if err := call.runCooperative(); err != c.err {
			t.Errorf("%s: error %v, want %v", name, err, c.err)
		}
		if call.Err() == nil {
			t.Errorf("%s: the context goes on", name)
		}
		cancel()
	}
}

// TestGoMergeGuard has RPCs of a cooperative call end at its deadline.
func TestGoMergeGuard(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	hangs := func(context.Context, interface{}, interface{}) error { <-release; return nil }
	call := new(goMergeTimedCall)
	call.limit(rpcinfo.NewCtxWithRPCInfo(context.Background(), nil), time.Millisecond)
	call.next = func(ctx context.Context, request, response interface{}) error {
		return goMergeGuard(context.WithValue(ctx, "key", "value"), request, response, hangs)
	}
	if err := call.runCooperative(); err != context.DeadlineExceeded {
		t.Errorf("error %v", err)
	}
	strict := 0
	if err := goMergeGuard(context.Background(), nil, nil, func(context.Context, interface{}, interface{}) error { strict++; return nil }); err != nil || strict != 1 {
		t.Errorf("error %v of a call that is not cooperative, which ran %d times", err, strict)
	}
}

// TestGoMergeShortIsTimed has a short call, which knows whose it is when it comes to its
// deadline.
func TestGoMergeShortIsTimed(t *testing.T) {
	var of *goMergeTimedClient
	looks := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			if call, ok := ctx.Value(goMergeTimedKey{}).(*goMergeTimedCall); ok {
				of, _ = call.Context.Value(goMergeTimedKey{}).(*goMergeTimedClient)
			}
			return next(ctx, request, response)
		}
	}
	client := goMergeTestShort(t, goMergeGreet, WithMiddleware(looks), WithRPCTimeout(time.Minute))
	if err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil {
		t.Fatal(err)
	}
	if of == nil || of.link != client.link {
		t.Errorf("the call is one of %+v, want the client's", of)
	}
}

// TestGoMergeCooperativeEnds has a call with a cooperative deadline that is asked whether
// it has ended: it starts nothing for that.
func TestGoMergeCooperativeEnds(t *testing.T) {
	parent, cancel := context.WithCancel(context.Background())
	call := &goMergeTimedCall{cooperative: true}
	call.limit(parent, time.Hour)
	if !goMergeCanEnd(call) || call.Err() != nil {
		t.Errorf("it can end: %t, and has ended: %v; want true, <nil>", goMergeCanEnd(call), call.Err())
	}
	cancel()
	if err := call.Err(); err != context.Canceled {
		t.Errorf("it has ended by %v, want %v", err, context.Canceled)
	}
	if call.done != nil || call.stop != nil {
		t.Error("it has a channel, or a timer")
	}
}
