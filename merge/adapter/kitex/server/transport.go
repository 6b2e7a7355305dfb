//go:build go_merge_added

package server

import (
	"context"
	"net"
	"runtime/debug"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTransport returns the transport level: the framework's own transport,
// with tracers, stats, meta handlers, limiter, bound handlers and error replies,
// over connections that carry values in place of bytes.
func goMergeTransport(opt *remote.ServerOption, eps endpoint.Endpoint) (*remote.TransPipeline, error) {
	inline := *opt
	inline.Codec = goMergeCodec{}
	handler, err := trans.NewDefaultSvrTransHandler(&inline, goMergeNewExtension())
	if err != nil {
		return nil, err
	}
	handler.(remote.InvokeHandleFuncSetter).SetInvokeHandleFunc(eps)
	pipeline := remote.NewTransPipeline(handler)
	for _, h := range opt.Inbounds {
		pipeline.AddInboundHandler(h)
	}
	for _, h := range opt.Outbounds {
		pipeline.AddOutboundHandler(h)
	}
	return pipeline, nil
}

// serveTransport runs a call through the framework's own transport. Nothing
// answers a oneway call.
func (g *goMergeCallee) serveTransport(caller context.Context, request mergeruntime.Request) mergeruntime.Response {
	ctx := context.Background()
	if goMergeCanEnd(caller) {
		ending := &goMergeContext{caller: caller}
		defer ending.end()
		ctx = ending
	}
	call := &goMergeInlineCall{callee: g, request: request}
	conn := new(goMergeConn)
	conn.attach(call)
	if !g.serveConn(ctx, conn) {
		call.close(false)
	}
	return call.response
}

// serveConn treats conn as a server treats a connection on which one request
// arrives. It returns false when the server would close it then.
func (g *goMergeCallee) serveConn(ctx context.Context, conn net.Conn) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			klog.CtxErrorf(ctx, "KITEX: panic happened in inline call, error=%v\nstack=%s", r, debug.Stack())
		}
	}()
	ctx, err := g.transport.OnActive(ctx, conn)
	defer func() {
		// The framework puts back the rpcinfo that it finds here, for another call.
		// Goroutines that the handler leaves behind may read that of this call, as
		// they may while the connection of a server is open.
		other := g.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
		g.transport.OnInactive(rpcinfo.NewCtxWithRPCInfo(ctx, other), conn)
	}()
	if err == nil {
		err = g.transport.OnRead(ctx, conn)
	}
	if err != nil {
		g.transport.OnError(ctx, err, conn)
	}
	return err == nil
}
