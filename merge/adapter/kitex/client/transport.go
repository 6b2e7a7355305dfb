//go:build go_merge_added

package client

import (
	"context"
	"net"

	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/discovery"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans"
	"github.com/cloudwego/kitex/pkg/remote/trans/netpoll"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeInlineCall is the callee of one inline call as the service's middleware
// and tracers see it.
type goMergeInlineCall struct {
	call   mergeruntime.Call
	args   interface{}            // the callee's
	answer *mergeruntime.Response // nil until the call has run
	meta   mergeruntime.Meta      // of a call that has run
	lean   bool                   // the call has run before the framework saw it
	sent   bool                   // the meta handlers have seen the request
	unsent error                  // with which one of them refused it

	header, reply mergeruntime.Header // what meta points to
}

func (*goMergeInlineCall) Address() net.Addr { return goMergeAddr }

func (*goMergeInlineCall) Weight() int { return discovery.DefaultWeight }

func (*goMergeInlineCall) Tag(string) (value string, exist bool) { return "", false }

// goMergeTransport returns the innermost endpoint for inline calls: the
// framework's own, with bound handlers, meta handlers and stats, over
// connections that carry values in place of bytes.
func goMergeTransport(svcInfo *serviceinfo.ServiceInfo, opt *client.Options) (endpoint.Endpoint, error) {
	inline := *opt.RemoteOpt
	inline.ConnPool = goMergePool{}
	inline.CliHandlerFactory = goMergeHandlerFactory{}
	inline.Codec = goMergeCodec{}
	if len(opt.MetaHandlers) > 0 {
		// The framework has put the handler that runs them before all others.
		inline.Outbounds = append([]remote.OutboundHandler{goMergeOutbound{inline.Outbounds[0]}}, inline.Outbounds[1:]...)
	}
	kc := &kClient{svcInfo: svcInfo, opt: &client.Options{RemoteOpt: &inline}}
	return kc.invokeHandleEndpoint()
}

// goMergeOutbound runs the meta handlers unless the request has passed them.
type goMergeOutbound struct{ remote.OutboundHandler }

func (o goMergeOutbound) Write(ctx context.Context, conn net.Conn, msg remote.Message) (context.Context, error) {
	if inst := conn.(*goMergeConn).inst; inst.sent {
		return ctx, inst.unsent
	}
	return o.OutboundHandler.Write(ctx, conn, msg)
}

// goMergeConn stands for the connection of one inline call.
type goMergeConn struct {
	net.Conn
	inst   *goMergeInlineCall
	meta   mergeruntime.Meta
	buffer goMergeBuffer
	frame  [32]byte
}

func (c *goMergeConn) LocalAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) RemoteAddr() net.Addr { return goMergeAddr }

func (c *goMergeConn) Close() error { return nil }

// goMergePool makes the connection of a call.
type goMergePool struct{}

func (goMergePool) Get(ctx context.Context, _, _ string, _ remote.ConnOption) (net.Conn, error) {
	c := &goMergeConn{Conn: goMergeClosedConn, inst: goMergeCallOf(rpcinfo.GetRPCInfo(ctx))}
	c.buffer.conn = c
	return c, nil
}

func (goMergePool) Put(net.Conn) error { return nil }

func (goMergePool) Discard(net.Conn) error { return nil }

func (goMergePool) Close() error { return nil }

type goMergeHandlerFactory struct{}

func (goMergeHandlerFactory) NewTransHandler(opt *remote.ClientOption) (remote.ClientTransHandler, error) {
	return trans.NewDefaultCliTransHandler(opt, goMergeExtension{netpoll.NewNetpollConnExtension()})
}

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
