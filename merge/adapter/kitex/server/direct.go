//go:build go_merge_added

package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans/netpoll"
	"github.com/cloudwego/kitex/pkg/remote/transmeta"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeErrorClassifier classifies errors as the network transport does.
var goMergeErrorClassifier = netpoll.NewNetpollConnExtension()

// goMergeCallee serves the inline calls of one RPC service.
type goMergeCallee struct {
	server       *server
	opt          *remote.ServerOption
	svcInfo      *serviceinfo.ServiceInfo
	inlinability goMergeInlinability
	transport    *remote.TransPipeline
	running      *atomic.Int64
	lean         map[string]*goMergeLeanMethod
}

// serve implements mergeruntime.Handler.
func (g *goMergeCallee) serve(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
	g.running.Add(1)
	defer g.running.Add(-1)
	if request.Meta.Header == nil && ctx.Done() == nil {
		if lean := g.lean[request.Method]; lean != nil {
			return lean.serve(request)
		}
	}
	if ctx.Done() == nil {
		ctx = context.Background()
	} else {
		c := &goMergeContext{caller: ctx}
		defer c.end()
		ctx = c
	}
	// Before v0.15.0 a message knows its protocol by itself.
	withMeta := request.Meta.Header != nil || !g.inlinability.plainMeta
	if g.svcInfo.Methods[request.Method] == nil || !g.inlinability.plainTransport || withMeta && goMergeNewMessage == nil || request.Result == nil {
		return g.serveTransport(ctx, request)
	}
	return g.serveDirect(ctx, request, withMeta)
}

// serveDirect runs a call as the framework's transport would, written out: the
// rpcinfo, the events that tracers see, the meta handlers and the reply.
func (g *goMergeCallee) serveDirect(ctx context.Context, request mergeruntime.Request, withMeta bool) (response mergeruntime.Response) {
	info := g.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
	ctx = rpcinfo.NewCtxWithRPCInfo(ctx, info)
	var err, panicked error
	defer func() {
		if r := recover(); r != nil {
			// A middleware's panic. The server would close the connection.
			stack := string(debug.Stack())
			klog.CtxErrorf(ctx, "KITEX: panic happened in inline call, remoteService=%s, error=%v\nstack=%s", info.From().ServiceName(), r, stack)
			panicked = kerrors.ErrPanic.WithCauseAndStack(fmt.Errorf("[happened in OnRead] %v", r), stack)
			if err == nil {
				err = panicked
			}
			rpcinfo.AsMutableRPCStats(info.Stats()).SetPanicked(panicked)
			response = mergeruntime.Response{Closed: true, Panicked: true}
		}
		if err != nil && goMergeErrorClassifier.IsRemoteClosedErr(err) {
			err = nil // as the framework does, for errors that a service passes on too
		}
		g.opt.TracerCtl.DoFinish(ctx, info, err)
		rpcinfo.PutRPCInfo(info)
	}()
	ctx = g.opt.TracerCtl.DoStart(ctx, info)
	rpcinfo.Record(ctx, info, stats.ReadStart, nil)
	g.describe(info, request)
	if g.svcInfo.PayloadCodec == serviceinfo.Thrift {
		rpcinfo.Record(ctx, info, stats.WaitReadStart, nil)
		rpcinfo.Record(ctx, info, stats.WaitReadFinish, nil)
	}
	rpcinfo.Record(ctx, info, stats.ReadFinish, nil)

	if withMeta {
		ctx, err = g.receive(ctx, info, request)
	} else if len(g.server.opt.MetaHandlers) > 0 {
		ctx = goMergeReceive(metainfo.WithBackwardValuesToSend(ctx), request.Method)
	}
	if err == nil {
		err = g.server.eps(ctx, request.Args, request.Result)
	}
	if err != nil {
		g.logError(ctx, info, err)
		failure := remote.NewTransError(remote.InternalError, err)
		response = goMergeFailure(info, failure)
		err = failure
	}
	if withMeta {
		kind := remote.Reply
		if response.Exception != nil {
			kind = remote.Exception
		}
		if !g.reply(ctx, info, request, kind) {
			response = mergeruntime.Response{Closed: true}
		}
	}
	rpcinfo.Record(ctx, info, stats.WriteStart, nil)
	rpcinfo.Record(ctx, info, stats.WriteFinish, nil)
	return response
}

// describe sets what a server's rpcinfo has from the message.
func (g *goMergeCallee) describe(info rpcinfo.RPCInfo, request mergeruntime.Request) {
	config := rpcinfo.AsMutableRPCConfig(info.Config())
	config.SetTransportProtocol(transport.Protocol(request.Meta.Protocol))
	config.SetPayloadCodec(g.svcInfo.PayloadCodec)
	if header := request.Meta.Header; header != nil {
		if from := header.Int[transmeta.FromService]; from != "" {
			rpcinfo.AsMutableEndpointInfo(info.From()).SetServiceName(from)
		}
	}
	invocation := info.Invocation().(rpcinfo.InvocationSetter)
	invocation.SetSeqID(request.Meta.SeqID)
	invocation.SetMethodName(request.Method)
	invocation.SetPackageName(g.svcInfo.GetPackageName())
	invocation.SetServiceName(g.svcInfo.ServiceName)
	goMergeSetMethodInfo(invocation, g.svcInfo.Methods[request.Method])
	rpcinfo.AsMutableEndpointInfo(info.To()).SetMethod(request.Method)
}

// goMergeSetMethodInfo sets the method where an invocation keeps it, as since
// v0.15.0.
func goMergeSetMethodInfo(invocation interface{}, method serviceinfo.MethodInfo) {
	if i, ok := invocation.(interface {
		SetMethodInfo(serviceinfo.MethodInfo)
	}); ok {
		i.SetMethodInfo(method)
	}
}

// logError logs the error of a call as the framework's transport does.
func (g *goMergeCallee) logError(ctx context.Context, info rpcinfo.RPCInfo, err error) {
	g.transport.OnError(ctx, err, &goMergeConn{Conn: goMergeClosedConn})
}

// goMergeFailure returns an error in the form that it has on the wire.
func goMergeFailure(info rpcinfo.RPCInfo, err *remote.TransError) mergeruntime.Response {
	panicked, _ := info.Stats().Panicked()
	return mergeruntime.Response{Exception: &mergeruntime.Exception{Type: err.TypeID(), Message: err.Error()}, Panicked: panicked}
}
