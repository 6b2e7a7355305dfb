//go:build go_merge_added

package client

import (
	"context"
	"maps"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// canRunDirect reports whether direct can run a call: whether the transport has
// nothing to do besides.
func (l *goMergeLink) canRunDirect(ctx context.Context) bool {
	info := rpcinfo.GetRPCInfo(ctx)
	if goMergeNewMessage == nil && (l.needsMessage(info) || goMergeRetries(l.opt)) {
		// Before v0.15.0 a message knows its protocol by itself, and the
		// attempts of a backup request have one result.
		return false
	}
	return goMergeCallOf(info).answer == nil && l.inlinability.plainTransport && info.Config().InteractionMode() != rpcinfo.Oneway
}

// needsMessage reports whether meta handlers have something to do with a call.
func (l *goMergeLink) needsMessage(info rpcinfo.RPCInfo) bool {
	return !l.inlinability.plainMeta || info.Config().TransportProtocol()&transport.TTHeader != 0
}

// direct runs an inline call as the framework's transport would, written out:
// the events that tracers see, the meta handlers and the reply. It returns
// false if the call failed, which the transport knows how to put.
func (l *goMergeLink) direct(ctx context.Context, request, response interface{}) bool {
	info := rpcinfo.GetRPCInfo(ctx)
	inst, config, record := goMergeCallOf(info), info.Config(), info.Stats()
	record.Record(ctx, stats.ClientConnStart, stats.StatusInfo, "")
	record.Record(ctx, stats.ClientConnFinish, stats.StatusInfo, "")
	inst.meta = goMergeMeta(info)
	var reply remote.Message
	if l.needsMessage(info) {
		sent := goMergeNewMessage(request, info, remote.Call, remote.Client)
		defer sent.Recycle()
		reply = goMergeNewMessage(response, info, remote.Reply, remote.Client)
		defer reply.Recycle()
		inst.sent, inst.unsent = true, l.writeMeta(ctx, sent)
		if inst.unsent != nil {
			return false
		}
		if inst.meta.Protocol&int(transport.TTHeader) != 0 {
			inst.header, inst.reply = goMergeHeader(sent), goMergeHeader(reply)
			inst.meta.Header, inst.meta.Reply = &inst.header, &inst.reply
		}
	}
	record.Record(ctx, stats.WriteStart, stats.StatusInfo, "")
	record.Record(ctx, stats.WriteFinish, stats.StatusInfo, "")
	record.Record(ctx, stats.ReadStart, stats.StatusInfo, "")

	answer := inst.call.Do(ctx, inst.args, response, inst.meta)
	if answer.Failed() || ctx.Err() == context.DeadlineExceeded && config.RPCTimeout() > 0 {
		failed := answer // so that only an answer that is kept leaves the stack
		inst.answer = &failed
		if inst.meta.Reply != nil {
			// The messages take their maps back.
			inst.meta.Reply = &mergeruntime.Header{Str: maps.Clone(inst.reply.Str), Int: maps.Clone(inst.reply.Int)}
		}
		return false
	}

	if config.PayloadCodec() == serviceinfo.Thrift {
		record.Record(ctx, stats.WaitReadStart, stats.StatusInfo, "")
		record.Record(ctx, stats.WaitReadFinish, stats.StatusInfo, "")
	}
	record.Record(ctx, stats.ReadFinish, stats.StatusInfo, "")
	if reply != nil {
		l.readMeta(ctx, reply)
	}
	return true
}

func (l *goMergeLink) writeMeta(ctx context.Context, sent remote.Message) (err error) {
	for _, h := range l.opt.MetaHandlers {
		if ctx, err = h.WriteMeta(ctx, sent); err != nil {
			return err
		}
	}
	return nil
}

// readMeta stops at an error, of which the framework makes nothing either.
func (l *goMergeLink) readMeta(ctx context.Context, reply remote.Message) {
	for _, h := range l.opt.MetaHandlers {
		var err error
		if ctx, err = h.ReadMeta(ctx, reply); err != nil {
			return
		}
	}
}

func goMergeHeader(msg remote.Message) mergeruntime.Header {
	return mergeruntime.Header{Str: msg.TransInfo().TransStrInfo(), Int: msg.TransInfo().TransIntInfo()}
}
