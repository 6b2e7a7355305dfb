//go:build go_merge_added

package client

import (
	"context"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"
)

// canRunDirect reports whether callDirect can run a call: whether the transport
// has nothing else to do.
func (l *goMergeLink) canRunDirect(call *goMergeInlineCall, info rpcinfo.RPCInfo) bool {
	if goMergeNewMessage == nil && (l.needsMessage(info) || goMergeRetries(l.opt)) {
		// Before v0.15.0 a message knows its protocol by itself, and the
		// attempts of a backup request have one result.
		return false
	}
	return call.state == goMergeConverted && l.inlinability.plainTransport && info.Config().InteractionMode() != rpcinfo.Oneway
}

// needsMessage reports whether meta handlers have something to do with a call.
func (l *goMergeLink) needsMessage(info rpcinfo.RPCInfo) bool {
	return !l.inlinability.plainMeta || info.Config().TransportProtocol()&transport.TTHeader != 0
}

// The events of a call, by the moment when they happen.
var (
	goMergeConnEvents           = []stats.Event{stats.ClientConnStart, stats.ClientConnFinish}
	goMergeSentEvents           = append(goMergeConnEvents[:2:2], stats.WriteStart, stats.WriteFinish, stats.ReadStart)
	goMergeReceivedEvents       = []stats.Event{stats.ReadFinish}
	goMergeReceivedThriftEvents = []stats.Event{stats.WaitReadStart, stats.WaitReadFinish, stats.ReadFinish}
)

// callDirect runs an inline call as the framework's transport would, written
// out: the events that tracers see, the meta handlers and the reply. It returns
// false if the call failed, for the transport level to make the error.
func (l *goMergeLink) callDirect(ctx context.Context, call *goMergeInlineCall, info rpcinfo.RPCInfo, request, response interface{}) bool {
	config, record := info.Config(), info.Stats()
	if !l.inlinability.plainMeta {
		goMergeRecord(ctx, record, goMergeConnEvents) // a meta handler may look
	}
	sent, reply, err := l.sendMeta(ctx, call, info, request, response)
	if sent != nil {
		defer sent.Recycle()
		defer reply.Recycle()
	}
	if err != nil {
		call.refuse(err)
		return false
	}
	goMergeRecord(ctx, record, goMergeSentEvents)

	if !call.run(ctx, response, config.RPCTimeout() > 0) {
		return false
	}

	if config.PayloadCodec() == serviceinfo.Thrift {
		goMergeRecord(ctx, record, goMergeReceivedThriftEvents)
	} else {
		goMergeRecord(ctx, record, goMergeReceivedEvents)
	}
	if reply != nil {
		l.readMeta(ctx, reply)
	} else if header := call.meta.Reply; header != nil {
		l.readReply(ctx, info, response, header)
	}
	return true
}

// sendMeta sends a call with what the meta handlers have to say, unless one of them
// refuses it. It returns the messages that they have written to, which have to be
// recycled, nil if there are none.
func (l *goMergeLink) sendMeta(ctx context.Context, call *goMergeInlineCall, info rpcinfo.RPCInfo, request, response interface{}) (sent, reply remote.Message, err error) {
	meta := goMergeMetaOf(info)
	if !l.needsMessage(info) {
		call.send(meta)
		return nil, nil, nil
	}
	if l.sendValues(ctx, call, info, meta, request) {
		return nil, nil, nil
	}
	sent = goMergeNewMessage(request, info, remote.Call, remote.Client)
	reply = goMergeNewMessage(response, info, remote.Reply, remote.Client)
	if err := l.writeMeta(ctx, sent); err != nil {
		return sent, reply, err
	}
	if meta.Protocol&int(transport.TTHeader) != 0 {
		call.sendHeaders(meta, goMergeHeaderOf(sent), goMergeHeaderOf(reply))
	} else {
		call.send(meta)
	}
	return sent, reply, nil
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

func goMergeHeaderOf(msg remote.Message) goMergeHeader {
	return goMergeHeader{Str: msg.TransInfo().TransStrInfo(), Int: msg.TransInfo().TransIntInfo()}
}
