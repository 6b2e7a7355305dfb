//go:build go_merge_added

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans/detection"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeStreamHandler is the framework's handler of HTTP/2 connections, if that
// package is hooked.
type goMergeStreamHandler interface {
	GoMergeObstacle() string
	OnError(ctx context.Context, err error, conn net.Conn)
	GoMergeServe(ctx context.Context, stream *mergeruntime.ServerStream, meta interface{}, conn net.Conn, panicked func() bool, opened func(end func() error))
}

// goMergeStreams serves a server's inline calls over gRPC, unary ones and streams.
type goMergeStreams struct {
	handler  goMergeStreamHandler
	inbounds []remote.InboundHandler
	mu       sync.Mutex
	running  map[*goMergeStreamRun]bool
	conns    map[string]*goMergeStreamConn // by caller
	ended    bool                          // no stream begins any longer
}

// goMergeStreamRun is a stream that runs, or is about to.
type goMergeStreamRun struct{ end func() error } // nil until the handler runs

// goMergeStreamConn is what handlers of connections see of a caller: one connection for
// all of its calls. Over HTTP/2, a client may have several.
type goMergeStreamConn struct {
	*goMergeConn
	mu  sync.Mutex
	ctx context.Context // of the calls, nil until the handlers have accepted them
	// closed connections accept no calls.
	closed bool
}

// accept has the handlers see the connection, unless they have. Their error closes it.
func (c *goMergeStreamConn) accept(g *goMergeStreams) (_ context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx != nil {
		return c.ctx, nil
	}
	if c.closed {
		return nil, errGoMergeStopped
	}
	ctx := context.Background()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			klog.CtxErrorf(ctx, "KITEX: panic happened in inline call, error=%v\nstack=%s", r, debug.Stack())
		} else if err != nil {
			g.handler.OnError(ctx, err, c)
		}
		if err != nil { // limiters count what they refuse until it is inactive
			c.inactive(ctx, g.inbounds)
		}
	}()
	for _, h := range g.inbounds {
		if ctx, err = h.OnActive(ctx, c); err != nil {
			return nil, err
		}
	}
	for _, h := range g.inbounds {
		if ctx, err = h.OnRead(ctx, c); err != nil {
			return nil, err
		}
	}
	c.ctx = ctx
	return ctx, nil
}

// close has the handlers see the end of the connection, if they have accepted it.
func (c *goMergeStreamConn) close(handlers []remote.InboundHandler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx != nil {
		c.inactive(c.ctx, handlers)
	}
	c.ctx, c.closed = nil, true
}

// inactive has the handlers see the end of the connection. A panic of one ends it for
// the others, too.
func (c *goMergeStreamConn) inactive(ctx context.Context, handlers []remote.InboundHandler) {
	defer func() {
		if r := recover(); r != nil {
			klog.CtxErrorf(ctx, "KITEX: panic happened in OnInactive, error=%v\nstack=%s", r, debug.Stack())
		}
	}()
	for _, h := range handlers {
		ctx = h.OnInactive(ctx, c)
	}
}

// prepare makes the handler, and returns why there are no inline streams.
func (g *goMergeStreams) prepare(opt *remote.ServerOption, eps endpoint.Endpoint) (obstacle string, err error) {
	if !goMergeDetects(opt) {
		return "the server has its own transport", nil
	}
	made, err := nphttp2.NewSvrTransHandlerFactory().NewTransHandler(opt)
	if err != nil {
		return "", err
	}
	handler, ok := made.(goMergeStreamHandler)
	if !ok {
		return "the server's transport of gRPC is not hooked", nil
	}
	made.(remote.InvokeHandleFuncSetter).SetInvokeHandleFunc(func(ctx context.Context, request, response interface{}) error {
		defer func() {
			if panicked, _ := rpcinfo.GetRPCInfo(ctx).Stats().Panicked(); panicked {
				ctx.Value(goMergePanickedKey{}).(*atomic.Bool).Store(true)
			}
		}()
		return eps(ctx, request, response)
	})
	g.handler, g.inbounds = handler, opt.Inbounds
	g.init()
	return handler.GoMergeObstacle(), nil
}

func (g *goMergeStreams) init() {
	g.running, g.conns = make(map[*goMergeStreamRun]bool), make(map[string]*goMergeStreamConn)
}

// goMergeDetects reports whether a server finds out by itself which connections are of
// gRPC, as it does unless it is told otherwise.
func goMergeDetects(opt *remote.ServerOption) bool {
	return reflect.TypeOf(opt.SvrHandlerFactory) == reflect.TypeOf(detection.NewSvrTransHandlerFactory(nil))
}

// goMergePanickedKey is that of a flag in the context of a stream, which is set when
// its handler panics.
type goMergePanickedKey struct{}

// errGoMergeStopped is why a stream does not begin.
var errGoMergeStopped = errors.New("the server has stopped")

// serve serves one stream.
func (g *goMergeStreams) serve(request mergeruntime.Request) mergeruntime.Response {
	ctx, err := context.Context(nil), errGoMergeStopped
	run := new(goMergeStreamRun)
	conn := g.begin(request.Caller, run)
	if conn != nil {
		defer g.finish(run)
		ctx, err = conn.accept(g)
	}
	if err != nil {
		return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Closed, Message: err.Error()}}
	}
	var panicked atomic.Bool
	ctx = context.WithValue(ctx, goMergePanickedKey{}, &panicked)
	g.handler.GoMergeServe(ctx, request.Stream, request.Meta, conn, panicked.Load, func(end func() error) { g.opened(run, end) })
	return mergeruntime.Response{Panicked: panicked.Load()}
}

// begin has a stream run, and returns the connection of its caller. It returns nil
// when the server has stopped.
func (g *goMergeStreams) begin(caller string, run *goMergeStreamRun) *goMergeStreamConn {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return nil
	}
	g.running[run] = true
	c := g.conns[caller]
	if c == nil {
		c = &goMergeStreamConn{goMergeConn: &goMergeConn{Conn: goMergeClosedConn}}
		g.conns[caller] = c
	}
	return c
}

// opened notes how a stream ends. If the server has stopped in the meantime, it ends.
func (g *goMergeStreams) opened(run *goMergeStreamRun, end func() error) {
	g.mu.Lock()
	run.end = end
	ended := g.ended
	g.mu.Unlock()
	if ended {
		end()
	}
}

func (g *goMergeStreams) finish(run *goMergeStreamRun) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.running, run)
}

// end waits for the streams that run, and ends them at a deadline. Then the connections
// close. The error is of streams that go on.
func (g *goMergeStreams) end(deadline time.Time) (err error) {
	for g.count() > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	g.mu.Lock()
	g.ended = true
	var ends []func() error
	for run := range g.running {
		if run.end != nil {
			ends = append(ends, run.end)
		}
	}
	conns := g.conns
	g.conns = nil
	g.mu.Unlock()
	for _, end := range ends {
		if endErr := end(); endErr != nil {
			err = endErr
		}
	}
	for _, c := range conns {
		c.close(g.inbounds)
	}
	return err
}

func (g *goMergeStreams) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.running)
}
