//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/internal/grpcutil"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// TestGoMergeAllocations bounds what calls allocate, with the messages and the handler of
// the test, which take nine.
func TestGoMergeAllocations(t *testing.T) {
	if goMergeRace {
		t.Skip("the race detector allocates, too")
	}
	goMergeConverts.Store(true)
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	cancellable, cancel := context.WithCancel(context.Background())
	defer cancel()
	limited, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stream, m := e.open(cancellable, "Both"), goMergeText("x")
	fullServer, fullClient := goMergeBenchFull()
	full := goMergeStart(t, &goMergeCase{server: fullServer, client: fullClient}, true)
	defer full.stop()
	full.handleUnary(func(ctx context.Context, request string) (string, error) {
		return request, errors.Join(SetHeader(ctx, metadata.Pairs("k", "v")), SetTrailer(ctx, metadata.Pairs("k", "v")))
	})
	watched := goMergeStart(t, &goMergeCase{server: []ServerOption{StatsHandler(goMergeNoEvents{})}, client: []DialOption{WithStatsHandler(goMergeNoEvents{})}}, true)
	defer watched.stop()
	for name, c := range map[string]struct {
		most float64
		call func() error
	}{
		"plain":       {11, func() error { _, err := e.call(context.Background(), "x"); return err }},
		"cancellable": {11, func() error { _, err := e.call(cancellable, "x"); return err }},
		"deadline":    {11, func() error { _, err := e.call(limited, "x"); return err }},
		"full": {44, func() error {
			ctx := metadata.AppendToOutgoingContext(limited, "trace", "abc", "tenant", "t1", "user", "u1")
			var header, trailer metadata.MD
			_, err := full.call(ctx, "x", Header(&header), Trailer(&trailer))
			return err
		}},
		"stats handlers": {56, func() error { _, err := watched.call(cancellable, "x"); return err }},
		"stream": {5, func() error {
			m.Value = "x"
			if err := stream.SendMsg(m); err != nil {
				return err
			}
			return stream.RecvMsg(m)
		}},
	} {
		got := testing.AllocsPerRun(200, func() {
			if err := c.call(); err != nil {
				t.Error(err)
			}
		})
		if got > c.most {
			t.Errorf("%s: %v allocations, want at most %v", name, got, c.most)
		}
	}
}

// TestGoMergeKeptContext has a handler keep its context, which still has its values when
// the call is over.
func TestGoMergeKeptContext(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context) (context.Context, context.CancelFunc){
		"cannot end": func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} },
		"can end":    context.WithCancel,
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		},
	} {
		goMergeRun(t, goMergeCase{name: name, run: func(e *goMergeEnv) {
			kept := make(chan context.Context, 2)
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				child, cancel := context.WithCancel(ctx)
				context.AfterFunc(child, cancel)
				kept <- ctx
				kept <- child
				_, hasDeadline := ctx.Deadline()
				e.logf("deadline %v, error %v, %v", hasDeadline, ctx.Err(), child.Err())
				return request, nil
			})
			ctx, cancel := end(metadata.AppendToOutgoingContext(context.Background(), "k", "v", "k", "w"))
			defer cancel()
			reply, err := e.call(ctx, "x")
			e.logResult("call", reply, err)
			for _, what := range []string{"own", "derived"} {
				ctx := <-kept
				<-ctx.Done()
				md, _ := metadata.FromIncomingContext(ctx)
				p, ok := peer.FromContext(ctx)
				e.logf("%s: %v, %s, peer %v at %s, values %v", what, ctx.Err(), goMergeMD(md), ok, goMergeAddr(p.Addr), metadata.ValueFromIncomingContext(ctx, "k"))
			}
		}})
	}
}

// goMergeUnheeded is a context with a deadline at which nothing happens.
type goMergeUnheeded struct {
	context.Context
	deadline time.Time
}

func (c goMergeUnheeded) Deadline() (time.Time, bool) { return c.deadline, true }

// TestGoMergeDeadlineInHandler has a deadline pass while a unary handler runs. The caller
// may be the first to notice, and over TCP something else of the server's, too.
func TestGoMergeDeadlineInHandler(t *testing.T) {
	for _, late := range []bool{false, true} {
		for _, unheeded := range []bool{false, true} {
			goMergeRun(t, goMergeCase{name: fmt.Sprintf("asks late %v, unheeded %v", late, unheeded), run: func(e *goMergeEnv) {
				served := make(chan string, 10)
				e.handleUnary(func(ctx context.Context, request string) (string, error) {
					var seen strings.Builder
					defer func() { served <- seen.String() }()
					is := func(what string, err error) {
						if err == context.Canceled && !(unheeded && e.inline) {
							err = context.DeadlineExceeded
						}
						fmt.Fprintf(&seen, "%s: %v; ", what, err)
					}
					if late {
						for ctx.Err() == nil {
							time.Sleep(time.Millisecond)
						}
					}
					child, cancel := context.WithCancel(ctx)
					defer cancel()
					far, cancel := context.WithTimeout(child, time.Hour)
					defer cancel()
					for range 2 {
						<-ctx.Done()
						is("own", ctx.Err())
						<-child.Done()
						is("derived", child.Err())
						<-far.Done()
						is("derived twice", far.Err())
						time.Sleep(5 * time.Millisecond)
					}
					return "", ctx.Err()
				})
				e.untilServed(served, func(timeout time.Duration) string {
					deadline := time.Now().Add(timeout)
					ctx, cancel := context.WithDeadline(context.Background(), deadline)
					if unheeded {
						ctx, cancel = context.WithCancel(context.Background())
						ctx = goMergeUnheeded{ctx, deadline}
					}
					defer cancel()
					_, err := e.call(ctx, "x")
					return fmt.Sprintf("call: %v", status.Code(err))
				})
			}})
		}
	}
}

// TestGoMergeLateHandler has a handler go on after the end of its caller's context. With
// a cooperative deadline the call ends with the handler, and as it would have by itself.
func TestGoMergeLateHandler(t *testing.T) {
	for _, cancels := range []bool{false, true} {
		e := goMergeStart(t, &goMergeCase{}, true)
		end := goMergeCooperate(t, e)
		var ended atomic.Bool
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		e.handleUnary(func(inner context.Context, request string) (string, error) {
			if cancels {
				cancel()
			}
			<-inner.Done()
			if err := SetHeader(inner, metadata.Pairs("late", "1")); err == nil {
				t.Error("the header is set after the end")
			}
			time.Sleep(time.Millisecond)
			ended.Store(true)
			return "late", nil
		})
		want := codes.DeadlineExceeded
		if cancels {
			want = codes.Canceled
		}
		if reply, err := e.call(ctx, "x"); status.Code(err) != want || !ended.Load() {
			t.Errorf("cancels %v: reply %q, error %v, the handler has ended %v", cancels, reply, err, ended.Load())
		}
		cancel()
		end()
		e.stop()
	}
}

// TestGoMergeLazyContext ends contexts before and after their deadline.
func TestGoMergeLazyContext(t *testing.T) {
	for _, asked := range []bool{false, true} {
		for _, c := range []struct {
			left time.Duration
			end  func(c *goMergeLazyContext)
			want error
		}{
			{time.Hour, (*goMergeLazyContext).End, context.Canceled},
			{-time.Second, (*goMergeLazyContext).End, context.DeadlineExceeded},
			{-time.Second, func(*goMergeLazyContext) {}, context.DeadlineExceeded},
			// The caller's deadline is over, and its rounded one a moment later.
			{20 * time.Millisecond, func(c *goMergeLazyContext) { c.end(true) }, context.DeadlineExceeded},
		} {
			deadline := time.Now().Add(c.left)
			ctx := &goMergeLazyContext{deadline: &deadline}
			if asked {
				ctx.Done()
			}
			c.end(ctx)
			if err := ctx.Err(); err != c.want {
				t.Errorf("%v left, asked before %v: error %v", c.left, asked, err)
			}
			ctx.End()
			child, cancel := context.WithCancel(ctx)
			<-child.Done()
			if child.Err() != c.want || ctx.Err() != c.want {
				t.Errorf("%v left, asked before %v: errors %v and %v", c.left, asked, child.Err(), ctx.Err())
			}
			cancel()
		}
	}
}

// TestGoMergeCut ends a connection or a server while many goroutines wait for that.
func TestGoMergeCut(t *testing.T) {
	for name, end := range map[string]func(e *goMergeEnv){
		"connection": func(e *goMergeEnv) { e.cc.Close() },
		"server":     func(e *goMergeEnv) { e.server.Stop() },
	} {
		e := goMergeStart(t, &goMergeCase{}, true)
		conn := goMergeConnOf(e.cc)
		call, _ := conn.client(goMergeTestService).Bind("Get")
		cut := goMergeNewCut(call.Server())
		if cut.near.New() == cut.near.New() {
			t.Error("two processors have one channel")
		}
		var waiting sync.WaitGroup
		for i := 0; i < 100; i++ {
			waiting.Add(1)
			end := conn.cut(e.cc, call)
			if goMergeIsOver(end) {
				t.Errorf("%s: it has ended", name)
			}
			go func() {
				defer waiting.Done()
				<-end
			}()
		}
		end(e)
		waiting.Wait()
		known := 0
		conn.cuts.Range(func(_, _ interface{}) bool { known++; return true })
		if known != 0 {
			t.Errorf("%s: %d servers are remembered", name, known)
		}
		e.stop()
	}
}

// TestGoMergeDerivedContext derives a context in a handler, which must not take a
// goroutine each.
func TestGoMergeDerivedContext(t *testing.T) {
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	e.handleUnary(func(ctx context.Context, request string) (string, error) {
		before := runtime.NumGoroutine()
		for i := 0; i < 100; i++ {
			_, cancel := context.WithCancel(ctx)
			defer cancel()
		}
		return strconv.Itoa(runtime.NumGoroutine() - before), nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, ctx := range []context.Context{context.Background(), ctx} {
		reply, err := e.call(ctx, "x")
		if n, _ := strconv.Atoi(reply); err != nil || n > 10 {
			t.Errorf("%s goroutines, error %v", reply, err)
		}
	}
}

// TestGoMergeTimeout compares timeouts with those on the wire.
func TestGoMergeTimeout(t *testing.T) {
	units := map[byte]time.Duration{
		'H': time.Hour, 'M': time.Minute, 'S': time.Second, 'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
	}
	for d := time.Duration(1); d > 0 && d < 1<<62; d = d*3/2 + 1 {
		text := grpcutil.EncodeDuration(d)
		n, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Duration(n) * units[text[len(text)-1]]; want > 0 && goMergeTimeout(d) != want {
			t.Errorf("%v: %v, want %v, which is %s", d, goMergeTimeout(d), want, text)
		}
	}
	if got := goMergeTimeout(1<<63 - 1); got <= 0 {
		t.Errorf("the longest timeout is %v", got)
	}
}

// TestGoMergeMemo remembers more names than there is room for.
func TestGoMergeMemo(t *testing.T) {
	if !goMergeKeepsMetadata {
		t.Error("package metadata keeps outgoing metadata in another form")
	}
	var memo goMergeMemo[int]
	var names []string
	for i := 0; i < 1000; i++ {
		names = append(names, strconv.Itoa(i))
		if got := *memo.store(names[i], i); got != i {
			t.Errorf("%d stored as %d", i, got)
		}
	}
	known := 0
	for i, name := range names {
		if v := memo.load(name); v != nil {
			known++
			if *v != i {
				t.Errorf("%s is remembered as %d", name, *v)
			}
		}
	}
	if known == 0 || known > len(memo.slots) {
		t.Errorf("%d names are remembered", known)
	}
}
