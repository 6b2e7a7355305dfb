//go:build go_merge_added

package client

import (
	"context"
	"maps"
	"time"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/transport"
)

// Where the framework's own meta handlers are a client's only ones, its calls carry
// values in place of the headers that these would write.

// goMergeSender are the values of metainfo in a context, if that package is hooked.
type goMergeSender interface {
	GoMergeSend() (persistent, transient []goMergePair, ok bool)
}

// goMergeSends reports whether metainfo is hooked.
func goMergeSends() bool {
	_, ok := goMergeNode.(goMergeSender)
	return ok
}

// sendValues sends a call with values. It returns false if the meta handlers have to
// write a header.
func (l *goMergeLink) sendValues(ctx context.Context, call *goMergeInlineCall, info rpcinfo.RPCInfo, meta goMergeMeta, request interface{}) bool {
	if !l.inlinability.values || meta.Protocol&int(transport.TTHeader) == 0 {
		return false
	}
	var values goMergeValues
	if l.inlinability.metainfo {
		if node, ok := ctx.Value(goMergeNodeKey).(goMergeSender); ok {
			if values.Persistent, values.Transient, ok = node.GoMergeSend(); !ok {
				return false
			}
		}
	}
	if l.inlinability.ttheader {
		values.FromService, values.FromMethod = info.From().ServiceName(), info.From().Method()
		if config := info.Config(); rpcinfo.AsMutableRPCConfig(config).IsRPCTimeoutLocked() {
			values.Timeout, values.Timed = config.RPCTimeout().Truncate(time.Millisecond), true
		}
	}
	call.sendValues(meta, values, goMergeSending{l, ctx, info, request})
	return true
}

// goMergeSending is what the meta handlers need to make a call's headers.
type goMergeSending struct {
	link    *goMergeLink
	ctx     context.Context
	info    rpcinfo.RPCInfo
	request interface{}
}

// GoMergeHeaders has the meta handlers write the header that a call's values stand for.
// The callee calls it, in the caller's goroutine.
func (c *goMergeInlineCall) GoMergeHeaders() (header, reply *goMergeHeader) {
	s := c.sending
	msg := goMergeNewMessage(s.request, s.info, remote.Call, remote.Client)
	defer msg.Recycle()
	s.link.writeMeta(s.ctx, msg) // those of the framework give no error
	written := goMergeHeaderOf(msg)
	return &goMergeHeader{Str: maps.Clone(written.Str), Int: maps.Clone(written.Int)},
		&goMergeHeader{Str: make(map[string]string), Int: make(map[uint16]string)}
}

// readReply has the meta handlers read the header that a callee has made.
func (l *goMergeLink) readReply(ctx context.Context, info rpcinfo.RPCInfo, response interface{}, header *goMergeHeader) {
	msg := goMergeNewMessage(response, info, remote.Reply, remote.Client)
	defer msg.Recycle()
	msg.TransInfo().PutTransStrInfo(header.Str)
	msg.TransInfo().PutTransIntInfo(header.Int)
	l.readMeta(ctx, msg)
}
