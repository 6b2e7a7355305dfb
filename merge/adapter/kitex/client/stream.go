//go:build go_merge_added

package client

import (
	"context"
	"io"
	"net"
	"reflect"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Calls over gRPC, unary ones and streams, pass through all of the framework but its
// connections: goMergeStreamPool opens an inline stream in place of one over HTTP/2.

// goMergeStreamOpener is the framework's pool of HTTP/2 connections, if that package
// is hooked.
type goMergeStreamOpener interface {
	GoMergeObstacle() string
	GoMergeGet(ctx context.Context, bound mergeruntime.Call, conn net.Conn) (net.Conn, error)
}

// goMergeStreamPool stands before a pool of HTTP/2 connections.
type goMergeStreamPool struct {
	remote.ConnPool
	opener goMergeStreamOpener
}

// Get implements remote.ConnPool.
func (p *goMergeStreamPool) Get(ctx context.Context, network, address string, opt remote.ConnOption) (net.Conn, error) {
	if call := goMergeCallOf(rpcinfo.GetRPCInfo(ctx)); call != nil {
		return p.opener.GoMergeGet(ctx, call.bound, &goMergeConn{Conn: goMergeClosedConn})
	}
	return p.ConnPool.Get(ctx, network, address, opt)
}

// takeStreams puts goMergeStreamPool before a client's pools.
func (l *goMergeLink) takeStreams() {
	l.streamObstacle = "the client's connections are not those of Kitex for HTTP/2"
	if l.opt.Proxy != nil {
		l.streamObstacle = "the client has a proxy"
		return
	}
	options := reflect.ValueOf(l.opt.RemoteOpt).Elem()
	if provider := options.FieldByName("Provider"); provider.IsValid() && !provider.IsZero() {
		l.streamObstacle = "the client has a provider of streams" // as in v0.12
		return
	}
	for _, name := range []string{"ConnPool", "GRPCStreamingConnPool"} { // the second since v0.13.0
		field := options.FieldByName(name)
		if !field.IsValid() {
			continue
		}
		pool := field.Addr().Interface().(*remote.ConnPool)
		if opener, ok := (*pool).(goMergeStreamOpener); ok {
			l.streamObstacle = opener.GoMergeObstacle()
			*pool = &goMergeStreamPool{*pool, opener}
		}
	}
}

// bindStream returns a bound call over gRPC, nil if it is to be an RPC.
func (l *goMergeLink) bindStream(method string, bound mergeruntime.Call) *goMergeInlineCall {
	if !bound.Bound() {
		return nil
	}
	if reason := bound.StreamsByRPC(); reason != "" {
		l.runtime.Decline(method, reason)
		return nil
	}
	call := goMergeBind(bound)
	call.streams = true
	return call
}

// finish counts a stream with the error that it has ended with, the first time.
func (o *goMergeObserved) finish(err error) {
	if err == io.EOF {
		err = nil
	}
	if !o.over.Swap(true) {
		o.end(goMergeEndingOf(err))
	}
}

// DoFinish implements streaming.WithDoFinish. The framework calls it when a stream has
// ended for its client, and users do who leave one.
func (s *stream) DoFinish(err error) {
	o, ok := s.Context().Value(goMergeObservedKey{}).(*goMergeObserved)
	if ok && o.link.opt == s.kc.opt {
		o.finish(err)
	}
	s.goMergeDoFinish(err)
}
