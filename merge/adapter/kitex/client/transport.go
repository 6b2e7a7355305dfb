//go:build go_merge_added

package client

import (
	"context"
	"net"

	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
)

// goMergeTransport returns the transport level: the framework's own innermost
// endpoint, with bound handlers, meta handlers and stats, over connections that
// carry values in place of bytes.
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

// goMergeOutbound runs the meta handlers for a call that has not passed them at
// another level.
type goMergeOutbound struct{ remote.OutboundHandler }

func (o goMergeOutbound) Write(ctx context.Context, conn net.Conn, msg remote.Message) (context.Context, error) {
	switch call := conn.(*goMergeConn).call; call.state {
	case goMergeFailed:
		return ctx, nil
	case goMergeUnsent:
		return ctx, call.takeRefusal()
	}
	return o.OutboundHandler.Write(ctx, conn, msg)
}

// goMergePool makes the connection of a call.
type goMergePool struct{}

func (goMergePool) Get(ctx context.Context, _, _ string, _ remote.ConnOption) (net.Conn, error) {
	c := new(goMergeConn)
	c.attach(goMergeCallOf(rpcinfo.GetRPCInfo(ctx)))
	return c, nil
}

func (goMergePool) Put(net.Conn) error { return nil }

func (goMergePool) Discard(net.Conn) error { return nil }

func (goMergePool) Close() error { return nil }

type goMergeHandlerFactory struct{}

func (goMergeHandlerFactory) NewTransHandler(opt *remote.ClientOption) (remote.ClientTransHandler, error) {
	return trans.NewDefaultCliTransHandler(opt, goMergeNewExtension())
}
