//go:build go_merge_added

package server

import (
	"context"
	"net"
	"sync"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
)

// goMergeInfos makes rpcinfos in one piece, if package rpcinfo is hooked.
type goMergeInfos interface {
	GoMergeNewInfo(ctx context.Context, to *rpcinfo.EndpointBasicInfo, config rpcinfo.RPCConfig, level *stats.Level, from net.Addr) (context.Context, rpcinfo.RPCInfo)
}

// goMergeHookedInfos is nil if package rpcinfo is not hooked. It is asked for when a call
// comes in: statistics end the time in which a service defines events.
var goMergeHookedInfos = sync.OnceValue(func() goMergeInfos {
	infos, _ := rpcinfo.NewRPCStats().(goMergeInfos)
	return infos
})

// newInfo makes the rpcinfo of a call, and the context that has it.
func (g *goMergeCallee) newInfo(ctx context.Context) (context.Context, rpcinfo.RPCInfo) {
	if infos := goMergeHookedInfos(); infos != nil {
		o := g.server.opt
		return infos.GoMergeNewInfo(ctx, o.Svr, o.Configs, o.StatsLevel, goMergeAddr)
	}
	info := g.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
	return rpcinfo.NewCtxWithRPCInfo(ctx, info), info
}
