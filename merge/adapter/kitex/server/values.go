//go:build go_merge_added

package server

import (
	"context"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Where the framework's own meta handlers are a server's only ones, the values of a call
// stand for the header that these would read.

// goMergeReceives makes the context of a request, if metainfo is hooked.
var goMergeReceives, _ = goMergeNode.(interface{ GoMergeNewReceived() any })

// describeValues sets what ServerTTHeaderHandler sets, and the framework's codec.
func (g *goMergeCallee) describeValues(info rpcinfo.RPCInfo, values *goMergeValues) {
	from := rpcinfo.AsMutableEndpointInfo(info.From())
	if values.FromService != "" {
		from.SetServiceName(values.FromService)
	}
	if !g.inlinability.ttheader {
		return
	}
	if values.FromMethod != "" {
		from.SetMethod(values.FromMethod)
	}
	if values.Timed {
		rpcinfo.AsMutableRPCConfig(info.Config()).SetRPCTimeout(values.Timeout)
	}
}

// receiveValues does what the meta handlers do with the values of a request, if it has
// any, and what the framework does after them. received is the context to do it with, nil
// if there is none yet.
func (g *goMergeCallee) receiveValues(ctx context.Context, request mergeruntime.Request, received goMergeReceiver) context.Context {
	switch {
	case !g.inlinability.metainfo:
		return goMergeReceive(ctx, request.Method)
	case goMergeReceives == nil: // then there are no values
		return goMergeReceive(metainfo.WithBackwardValuesToSend(ctx), request.Method)
	}
	var persistent, transient []goMergePair
	if values := goMergeMetaOf(request).Values; values != nil {
		persistent, transient = values.Persistent, values.Transient
	}
	if received == nil {
		received = goMergeReceives.GoMergeNewReceived().(goMergeReceiver)
	}
	received.GoMergeReceive(ctx, persistent, transient, consts.CtxKeyMethod, g.methods[request.Method])
	return received
}

// replyToValues makes the header of a reply to values, if there is something to put into
// it. It returns false if a meta handler fails.
func (g *goMergeCallee) replyToValues(ctx context.Context, info rpcinfo.RPCInfo, request mergeruntime.Request, kind remote.MessageType) bool {
	values, _ := ctx.(interface{ GoMergeReplies() bool })
	_, reset := info.To().Tag(rpcinfo.ConnResetTag)
	if info.Invocation().BizStatusErr() == nil && !reset && (values == nil || !values.GoMergeReplies()) {
		return true
	}
	goMergeMetaOf(request).Reply = &goMergeHeader{Str: make(map[string]string), Int: make(map[uint16]string)}
	return g.reply(ctx, info, request, kind)
}
