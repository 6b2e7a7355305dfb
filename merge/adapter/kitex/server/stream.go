//go:build go_merge_added

package server

import (
	"context"
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
	running  map[*func() error]bool        // functions that end a stream
	conns    map[string]*goMergeStreamConn // by caller
}

// goMergeStreamConn is what handlers of connections see of a caller: one connection for
// all of its calls. Over HTTP/2, a client may have several.
type goMergeStreamConn struct {
	*goMergeConn
	mu  sync.Mutex
	ctx context.Context // of the calls, nil until the handlers have accepted them
}

// accept has the handlers see the connection, unless they have. Their error closes it.
func (c *goMergeStreamConn) accept(g *goMergeStreams) (_ context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx != nil {
		return c.ctx, nil
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
	c.ctx = nil
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
	g.running, g.conns = make(map[*func() error]bool), make(map[string]*goMergeStreamConn)
}

// goMergeDetects reports whether a server finds out by itself which connections are of
// gRPC, as it does unless it is told otherwise.
func goMergeDetects(opt *remote.ServerOption) bool {
	return reflect.TypeOf(opt.SvrHandlerFactory) == reflect.TypeOf(detection.NewSvrTransHandlerFactory(nil))
}

// goMergePanickedKey is that of a flag in the context of a stream, which is set when
// its handler panics.
type goMergePanickedKey struct{}

// serve serves one stream.
func (g *goMergeStreams) serve(request mergeruntime.Request) mergeruntime.Response {
	conn := g.conn(request.Caller)
	ctx, err := conn.accept(g)
	if err != nil {
		return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Closed, Message: err.Error()}}
	}
	var panicked atomic.Bool
	ctx = context.WithValue(ctx, goMergePanickedKey{}, &panicked)
	var running *func() error
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.running, running)
	}()
	g.handler.GoMergeServe(ctx, request.Stream, request.Meta, conn, panicked.Load, func(end func() error) {
		running = &end
		g.mu.Lock()
		defer g.mu.Unlock()
		g.running[running] = true
	})
	return mergeruntime.Response{Panicked: panicked.Load()}
}

// conn returns the connection of a caller.
func (g *goMergeStreams) conn(caller string) *goMergeStreamConn {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.conns[caller]
	if c == nil {
		c = &goMergeStreamConn{goMergeConn: &goMergeConn{Conn: goMergeClosedConn}}
		g.conns[caller] = c
	}
	return c
}

// end waits for the streams that run, and ends them at a deadline. Then the connections
// close. The error is of streams that go on.
func (g *goMergeStreams) end(deadline time.Time) (err error) {
	for len(g.list()) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	for _, end := range g.list() {
		if endErr := (*end)(); endErr != nil {
			err = endErr
		}
	}
	g.mu.Lock()
	conns := g.conns
	g.conns = make(map[string]*goMergeStreamConn)
	g.mu.Unlock()
	for _, c := range conns {
		c.close(g.inbounds)
	}
	return err
}

func (g *goMergeStreams) list() (running []*func() error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for end := range g.running {
		running = append(running, end)
	}
	return running
}
