//go:build go_merge_added

package server

import (
	"context"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/transmeta"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCallee serves the inline calls of one RPC service.
type goMergeCallee struct {
	server       *server
	opt          *remote.ServerOption
	svcInfo      *serviceinfo.ServiceInfo
	inlinability goMergeInlinability
	transport    *remote.TransPipeline
	streams      *goMergeStreams
	lean         map[string]*goMergeLeanMethod
	methods      map[string]any // the names, as contexts have them
	pieces       goMergePieces
}

func goMergeMethodNames(svcInfo *serviceinfo.ServiceInfo) map[string]any {
	names := make(map[string]any, len(svcInfo.Methods))
	for name := range svcInfo.Methods {
		names[name] = name
	}
	return names
}

// serve implements mergeruntime.Handler. It picks the level of a call.
func (g *goMergeCallee) serve(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
	if request.Stream != nil {
		return g.streams.serve(request)
	}
	meta := goMergeMetaOf(request)
	if meta.Values != nil && !(g.inlinability.values && g.canRunDirect(request)) {
		meta.Header, meta.Reply = meta.Values.Client.GoMergeHeaders()
		meta.Values = nil
	}
	if meta.Header == nil && meta.Values == nil && !goMergeCanEnd(ctx) {
		if lean := g.lean[request.Method]; lean != nil {
			if failed := lean.serveLean(request.Args, request.Result, request.Meta); failed != nil {
				return *failed
			}
			return mergeruntime.Response{}
		}
	}
	var response mergeruntime.Response
	if g.canRunDirect(request) {
		response = g.serveDirect(ctx, request)
		response.Way = mergeruntime.Short
		if g.needsMessage(request) {
			response.Way = mergeruntime.Direct
		}
	} else {
		response = g.serveTransport(ctx, request)
		response.Way = mergeruntime.Transport
	}
	if meta.Transport {
		response.Way = mergeruntime.Transport
	}
	return response
}

// describe sets what a server's rpcinfo has from the message.
func (g *goMergeCallee) describe(info rpcinfo.RPCInfo, request mergeruntime.Request) {
	config := rpcinfo.AsMutableRPCConfig(info.Config())
	config.SetTransportProtocol(transport.Protocol(goMergeMetaOf(request).Protocol))
	config.SetPayloadCodec(g.svcInfo.PayloadCodec)
	if header := goMergeMetaOf(request).Header; header != nil {
		if from := header.Int[transmeta.FromService]; from != "" {
			rpcinfo.AsMutableEndpointInfo(info.From()).SetServiceName(from)
		}
	}
	if values := goMergeMetaOf(request).Values; values != nil {
		g.describeValues(info, values)
	}
	invocation := info.Invocation().(rpcinfo.InvocationSetter)
	invocation.SetSeqID(goMergeMetaOf(request).SeqID)
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
func (g *goMergeCallee) logError(ctx context.Context, err error) {
	g.transport.OnError(ctx, err, &goMergeConn{Conn: goMergeClosedConn})
}

// goMergeFailure returns an error in the form that it has on the wire.
func goMergeFailure(info rpcinfo.RPCInfo, err *remote.TransError) mergeruntime.Response {
	panicked, _ := info.Stats().Panicked()
	return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Number: err.TypeID(), Message: err.Error()}, Panicked: panicked}
}
