//go:build go_merge_added

package server

import (
	"context"
	"maps"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// message returns a message that carries a header, for the meta handlers.
func (g *goMergeCallee) message(data interface{}, info rpcinfo.RPCInfo, kind remote.MessageType, header *goMergeHeader) remote.Message {
	if g.inlinability.plainMeta {
		return &goMergeMessage{info: info, kind: kind, data: data, header: header}
	}
	msg := goMergeNewMessage(data, info, kind, remote.Server)
	if header != nil {
		// A handler may keep the maps, which are the caller's.
		msg.TransInfo().PutTransStrInfo(maps.Clone(header.Str))
		msg.TransInfo().PutTransIntInfo(maps.Clone(header.Int))
	}
	return msg
}

// receive runs the meta handlers for the request.
func (g *goMergeCallee) receive(ctx context.Context, info rpcinfo.RPCInfo, request mergeruntime.Request) (context.Context, error) {
	msg := g.message(request.Args, info, remote.Call, goMergeMetaOf(request).Header)
	for _, h := range g.server.opt.MetaHandlers {
		var err error
		if ctx, err = h.ReadMeta(ctx, msg); err != nil {
			return ctx, err
		}
	}
	return goMergeReceive(ctx, request.Method), nil
}

// goMergeReceive does what the framework does after the meta handlers.
func goMergeReceive(ctx context.Context, method string) context.Context {
	return metainfo.TransferForward(context.WithValue(ctx, consts.CtxKeyMethod, method))
}

// reply runs the meta handlers for the reply. It returns false if one fails.
func (g *goMergeCallee) reply(ctx context.Context, info rpcinfo.RPCInfo, request mergeruntime.Request, kind remote.MessageType) bool {
	reply := goMergeMetaOf(request).Reply
	msg := g.message(request.Result, info, kind, reply)
	for _, h := range g.server.opt.MetaHandlers {
		var err error
		if ctx, err = h.WriteMeta(ctx, msg); err != nil {
			klog.CtxErrorf(ctx, "KITEX: write reply failed, remote=%s, error=%s", goMergeAddr, err.Error())
			return false
		}
	}
	if reply != nil && !g.inlinability.plainMeta {
		maps.Copy(reply.Str, msg.TransInfo().TransStrInfo())
		maps.Copy(reply.Int, msg.TransInfo().TransIntInfo())
	}
	return true
}

// goMergeMessage is a message as the framework's own meta handlers need it. It
// reads and writes the header in place.
type goMergeMessage struct {
	remote.Message
	info   rpcinfo.RPCInfo
	kind   remote.MessageType
	data   interface{}
	header *goMergeHeader
}

func (m *goMergeMessage) RPCInfo() rpcinfo.RPCInfo { return m.info }

func (m *goMergeMessage) Data() interface{} { return m.data }

func (m *goMergeMessage) MessageType() remote.MessageType { return m.kind }

func (*goMergeMessage) RPCRole() remote.RPCRole { return remote.Server }

func (m *goMergeMessage) TransInfo() remote.TransInfo { return (*goMergeTransInfo)(m.header) }

// goMergeTransInfo implements remote.TransInfo over a header.
type goMergeTransInfo goMergeHeader

func (t *goMergeTransInfo) TransStrInfo() map[string]string { return t.Str }

func (t *goMergeTransInfo) TransIntInfo() map[uint16]string { return t.Int }

func (t *goMergeTransInfo) PutTransStrInfo(kv map[string]string) { maps.Copy(t.Str, kv) }

func (t *goMergeTransInfo) PutTransIntInfo(kv map[uint16]string) { maps.Copy(t.Int, kv) }

func (*goMergeTransInfo) Recycle() {}
