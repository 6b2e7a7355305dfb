//go:build go_merge_added

package server

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// canRunDirect reports whether serveDirect can run a call: whether the transport
// has nothing else to do.
func (g *goMergeCallee) canRunDirect(request mergeruntime.Request) bool {
	if goMergeNewMessage == nil && g.needsMessage(request) {
		return false // before v0.15.0 a message knows its protocol by itself
	}
	return g.svcInfo.Methods[request.Method] != nil && g.inlinability.plainTransport && request.Result != nil
}

// needsMessage reports whether meta handlers have something to do with a call.
func (g *goMergeCallee) needsMessage(request mergeruntime.Request) bool {
	return goMergeMetaOf(request).Header != nil || !g.inlinability.plainMeta
}

// The events of a call, by the moment when they happen.
var (
	goMergeReadEvents       = []stats.Event{stats.ReadStart, stats.ReadFinish}
	goMergeReadThriftEvents = []stats.Event{stats.ReadStart, stats.WaitReadStart, stats.WaitReadFinish, stats.ReadFinish}
	goMergeWrittenEvents    = []stats.Event{stats.WriteStart, stats.WriteFinish}
	goMergeFinishedEvents   = append(goMergeWrittenEvents[:2:2], stats.RPCFinish)
)

// serveDirect runs a call as the framework's transport would, written out: the
// rpcinfo, the events that tracers see, the meta handlers and the reply.
func (g *goMergeCallee) serveDirect(caller context.Context, request mergeruntime.Request) (response mergeruntime.Response) {
	call := goMergeInlineCall{callee: g, request: request}
	withMeta, values := g.needsMessage(request), goMergeMetaOf(request).Values
	made := g.newPiece(caller)
	if made.ending != nil {
		defer made.ending.end()
	}
	ctx, info := made.ctx, made.info
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
			call.close(!mergeruntime.Exits(r))
		}
		response = call.response
		if err != nil && goMergeErrorClassifier.IsRemoteClosedErr(err) {
			err = nil // as the framework does, for errors that a service passes on too
		}
		// Not put back for another call: goroutines that the handler leaves behind
		// may read it, as they may while the connection of a server is open.
		g.opt.TracerCtl.DoFinish(ctx, info, err)
	}()
	ctx = g.opt.TracerCtl.DoStart(ctx, info)
	g.describe(info, request)
	if g.svcInfo.PayloadCodec == serviceinfo.Thrift {
		goMergeRecord(ctx, info.Stats(), goMergeReadThriftEvents)
	} else {
		goMergeRecord(ctx, info.Stats(), goMergeReadEvents)
	}

	if withMeta {
		ctx, err = g.receive(ctx, info, request)
	} else if len(g.server.opt.MetaHandlers) > 0 {
		ctx = g.receiveValues(ctx, request, made.received)
	}
	if err == nil {
		err = g.server.eps(ctx, request.Args, request.Result)
	}
	var answer mergeruntime.Response
	kind := remote.Reply
	if err != nil {
		g.logError(ctx, err)
		failure := remote.NewTransError(remote.InternalError, err)
		answer, kind = goMergeFailure(info, failure), remote.Exception
		err = failure
	}
	if withMeta && !g.reply(ctx, info, request, kind) || values != nil && !g.replyToValues(ctx, info, request, kind) {
		call.close(false)
	} else {
		call.answer(answer)
	}
	if err == nil {
		goMergeRecord(ctx, info.Stats(), goMergeFinishedEvents)
	} else {
		goMergeRecord(ctx, info.Stats(), goMergeWrittenEvents)
	}
	return call.response
}
