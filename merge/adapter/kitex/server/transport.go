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
	"github.com/cloudwego/kitex/pkg/remote/trans/netpoll"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTransport returns the framework's own transport for inline calls, with
// tracers, stats, meta handlers, limiter, bound handlers and error replies,
// over connections that carry values in place of bytes.
func goMergeTransport(opt *remote.ServerOption, eps endpoint.Endpoint) (*remote.TransPipeline, error) {
	inline := *opt
	inline.Codec = goMergeCodec{}
	handler, err := trans.NewDefaultSvrTransHandler(&inline, goMergeExtension{netpoll.NewNetpollConnExtension()})
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

// serveTransport runs a call through the framework's own transport.
func (g *goMergeCallee) serveTransport(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
	conn := &goMergeConn{Conn: goMergeClosedConn, svcInfo: g.svcInfo, request: request}
	conn.buffer.conn = conn
	if !goMergeServe(ctx, g.transport, conn) && !conn.answered {
		conn.response.Closed = true
	}
	return conn.response
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

// goMergeConn stands for the connection of one inline call.
type goMergeConn struct {
	net.Conn
	svcInfo  *serviceinfo.ServiceInfo
	request  mergeruntime.Request
	response mergeruntime.Response
	answered bool
	buffer   goMergeBuffer
	frame    [32]byte
}

func (c *goMergeConn) LocalAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) RemoteAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) Close() error { return nil }

// goMergeExtension tells the framework's transport how to treat a goMergeConn.
// How errors are classified stays as for the network.
type goMergeExtension struct{ trans.Extension }

func (goMergeExtension) SetReadTimeout(context.Context, net.Conn, rpcinfo.RPCConfig, remote.RPCRole) {
}

func (goMergeExtension) NewWriteByteBuffer(_ context.Context, conn net.Conn, _ remote.Message) remote.ByteBuffer {
	return &conn.(*goMergeConn).buffer
}

func (goMergeExtension) NewReadByteBuffer(_ context.Context, conn net.Conn, _ remote.Message) remote.ByteBuffer {
	return &conn.(*goMergeConn).buffer
}

func (goMergeExtension) ReleaseBuffer(remote.ByteBuffer, error) error { return nil }

// goMergeBuffer leads the codec to the connection. It holds no bytes.
type goMergeBuffer struct {
	remote.ByteBuffer
	conn *goMergeConn
}

func (*goMergeBuffer) Flush() error { return nil }
