//go:build go_merge_added

package server

import (
	"context"
	"net"
	"reflect"
	"sync"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
)

// goMergeInfo is the rpcinfo of a call in one piece, and the context that has it.
type goMergeInfo interface {
	context.Context
	rpcinfo.RPCInfo
	GoMergeServe(ctx context.Context, to *rpcinfo.EndpointBasicInfo, config rpcinfo.RPCConfig, level *stats.Level, from net.Addr)
}

// goMergeReceiver is a context with the values of a request.
type goMergeReceiver interface {
	context.Context
	GoMergeReceive(ctx context.Context, persistent, transient []goMergePair, key, value any)
}

// goMergePieces makes one allocation for all that is made of a call at its callee. The
// parts are of packages that do not know each other.
type goMergePieces struct {
	once sync.Once
	// plain is the struct of the parts, nil if package rpcinfo is not hooked. The one
	// named ending has one more, for calls that can end.
	plain, ending reflect.Type
	receives      bool // whether there is a part for the values of requests
}

// prepare is called when a call comes in: statistics end the time in which a service
// defines events.
func (p *goMergePieces) prepare(receives bool) {
	infos, ok := rpcinfo.NewRPCStats().(interface{ GoMergeNewInfo() any })
	if !ok {
		return
	}
	parts := []reflect.StructField{{Name: "Info", Type: reflect.TypeOf(infos.GoMergeNewInfo()).Elem()}}
	if p.receives = receives && goMergeReceives != nil; p.receives {
		parts = append(parts, reflect.StructField{Name: "Received", Type: reflect.TypeOf(goMergeReceives.GoMergeNewReceived()).Elem()})
	}
	p.plain = reflect.StructOf(parts)
	p.ending = reflect.StructOf(append(parts, reflect.StructField{Name: "Ending", Type: reflect.TypeOf(goMergeContext{})}))
}

// goMergePiece is what is made of a call. It is never used for another one, since the
// handler may keep it.
type goMergePiece struct {
	ctx      context.Context // has info
	info     rpcinfo.RPCInfo
	ending   *goMergeContext // nil if the call cannot end
	received goMergeReceiver // has no values yet; nil if it is to be made
}

// newPiece makes all that a call with the caller's context needs.
func (g *goMergeCallee) newPiece(caller context.Context) (made goMergePiece) {
	p := &g.pieces
	p.once.Do(func() { p.prepare(g.inlinability.metainfo) })
	canEnd := goMergeCanEnd(caller)
	if p.plain == nil {
		made.ctx = context.Background()
		if canEnd {
			made.ending = &goMergeContext{caller: caller}
			made.ctx = made.ending
		}
		made.info = g.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
		made.ctx = rpcinfo.NewCtxWithRPCInfo(made.ctx, made.info)
		return made
	}
	layout := p.plain
	if canEnd {
		layout = p.ending
	}
	parts := reflect.New(layout).Elem()
	part := func(i int) any { return parts.Field(i).Addr().Interface() }
	ctx := context.Background()
	if canEnd {
		made.ending = part(parts.NumField() - 1).(*goMergeContext)
		made.ending.caller = caller
		ctx = made.ending
	}
	if p.receives {
		made.received = part(1).(goMergeReceiver)
	}
	info := part(0).(goMergeInfo)
	o := g.server.opt
	info.GoMergeServe(ctx, o.Svr, o.Configs, o.StatsLevel, goMergeAddr)
	made.ctx, made.info = info, info
	return made
}
