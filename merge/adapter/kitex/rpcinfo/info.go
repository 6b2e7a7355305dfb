//go:build go_merge_added

package rpcinfo

import (
	"context"
	"net"

	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
)

// The packages client and server find the exported methods of these files by their
// names: where this package is not hooked, they do without.

// goMergeInfo is the RPCInfo of one inline call at the callee, and the context that has
// it. It is never used for another call: the handler may keep it. The server makes it a
// part of a larger piece.
type goMergeInfo struct {
	context.Context
	from, to   endpointInfo
	invocation invocation
	config     rpcConfig
	stats      goMergeStats
}

// GoMergeNewInfo returns the RPCInfo of a callee that has no call yet.
func (*rpcStats) GoMergeNewInfo() any { return new(goMergeInfo) }

// GoMergeServe makes i the RPCInfo of a call as it is when a server has not read the
// request yet, and puts it below ctx.
func (i *goMergeInfo) GoMergeServe(ctx context.Context, to *EndpointBasicInfo, config RPCConfig, level *stats.Level, from net.Addr) {
	i.Context = ctx
	i.from.address = from
	i.to.ResetFromBasicInfo(to)
	i.config.CopyFrom(config)
	if level != nil {
		i.stats.level = *level
	}
}

// goMergeClientInfo is the RPCInfo of calls of one client, one after the other.
type goMergeClientInfo struct {
	goMergeInfo
	remote  EndpointInfo
	service *serviceinfo.ServiceInfo
}

// GoMergeNewClientInfo returns the RPCInfo of a client that has no call yet.
func (*rpcStats) GoMergeNewClientInfo(service *serviceinfo.ServiceInfo) any {
	return &goMergeClientInfo{service: service}
}

// GoMergeBegin makes i the RPCInfo of a call, as it is when the client has not applied
// its options yet.
func (i *goMergeClientInfo) GoMergeBegin(from *EndpointBasicInfo, to EndpointInfo, method string, info serviceinfo.MethodInfo, config RPCConfig, level *stats.Level) {
	i.from.ResetFromBasicInfo(from)
	i.remote = to
	v := &i.invocation
	v.serviceName, v.packageName, v.seqID = i.service.ServiceName, i.service.GetPackageName(), genSeqID()
	v.methodName, v.methodInfo, v.streamingMode = method, info, info.StreamingMode()
	if v.extra == nil {
		v.extra = map[string]any{InvocationServiceInfoKey: i.service}
	}
	i.config.CopyFrom(config)
	if level != nil {
		i.stats.level = *level
	}
}

// GoMergeEnd forgets a call. Nobody may read i any more.
func (i *goMergeClientInfo) GoMergeEnd() {
	i.remote = nil
	v := &i.invocation
	if v.bizErr.Load() != nil {
		v.bizErr.Store(nil)
	}
	if len(v.extra) != 1 || v.extra[InvocationServiceInfoKey] != any(i.service) {
		v.extra = nil
	}
	i.stats.Reset()
}

// To implements RPCInfo.
func (i *goMergeClientInfo) To() EndpointInfo { return i.remote }

// From implements RPCInfo.
func (i *goMergeInfo) From() EndpointInfo { return &i.from }

// To implements RPCInfo.
func (i *goMergeInfo) To() EndpointInfo { return &i.to }

// Invocation implements RPCInfo.
func (i *goMergeInfo) Invocation() Invocation { return &i.invocation }

// Config implements RPCInfo.
func (i *goMergeInfo) Config() RPCConfig { return &i.config }

// Stats implements RPCInfo.
func (i *goMergeInfo) Stats() RPCStats { return &i.stats }

// Value implements context.Context.
func (i *goMergeInfo) Value(key any) any {
	if key == any(ctxRPCInfoKey) {
		return RPCInfo(i)
	}
	return i.Context.Value(key)
}

// AsMutableRPCStats converts an rpcStats into a MutableRPCStats. Returns nil if impossible.
func AsMutableRPCStats(r RPCStats) MutableRPCStats {
	if s, ok := r.(*goMergeStats); ok {
		return s
	}
	return goMergeAsMutableRPCStats(r)
}
