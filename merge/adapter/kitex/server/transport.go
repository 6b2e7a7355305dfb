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
func (g *goMergeCallee) serveTransport(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
	call := &goMergeInlineCall{callee: g, request: request}
	conn := new(goMergeConn)
	conn.attach(call)
	if !goMergeServe(ctx, g.transport, conn) {
		call.close(false)
	}
	return call.response
}

// goMergeServe treats conn as a server treats a connection on which one
// request arrives. It returns false when the server would close it then.
func goMergeServe(ctx context.Context, pipeline *remote.TransPipeline, conn net.Conn) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			klog.CtxErrorf(ctx, "KITEX: panic happened in inline call, error=%v\nstack=%s", r, debug.Stack())
		}
	}()
	ctx, err := pipeline.OnActive(ctx, conn)
	defer func() { pipeline.OnInactive(ctx, conn) }()
	if err == nil {
		err = pipeline.OnRead(ctx, conn)
	}
	if err != nil {
		pipeline.OnError(ctx, err, conn)
	}
	return err == nil
}
