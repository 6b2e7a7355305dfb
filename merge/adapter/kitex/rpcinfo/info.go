//go:build go_merge_added

package rpcinfo

import (
	"context"
	"net"

	"github.com/cloudwego/kitex/pkg/stats"
)

// The packages client and server find the exported methods of these files by their
// names: where this package is not hooked, they do without.

// goMergeInfo is the RPCInfo of one inline call at the callee, and the context that has
// it. It is never used for another call: the handler may keep it.
type goMergeInfo struct {
	context.Context
	from, to   endpointInfo
	invocation invocation
	config     rpcConfig
	stats      goMergeStats
}

// GoMergeNewInfo returns a context with the RPCInfo of a call as it is when a server has
// not read the request yet.
func (*rpcStats) GoMergeNewInfo(ctx context.Context, to *EndpointBasicInfo, config RPCConfig, level *stats.Level, from net.Addr) (context.Context, RPCInfo) {
	i := &goMergeInfo{Context: ctx}
	i.from.address = from
	i.to.ResetFromBasicInfo(to)
	i.config.CopyFrom(config)
	if level != nil {
		i.stats.level = *level
	}
	return i, i
}

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
