//go:build go_merge_added

package server

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/remote/transmeta"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCodec hands the request and the reply of an inline call over where
// the framework would decode and encode them.
type goMergeCodec struct{}

func (goMergeCodec) Name() string { return "inproc" }

// Decode implements remote.Codec.
func (c goMergeCodec) Decode(ctx context.Context, msg remote.Message, in remote.ByteBuffer) error {
	if err := c.DecodeMeta(ctx, msg, in); err != nil {
		return err
	}
	return c.DecodePayload(ctx, msg, in)
}

// DecodeMeta implements remote.MetaDecoder. The framework's codec sets what it
// sets from the frame of a request; what it sets from the header's values
// follows.
func (goMergeCodec) DecodeMeta(ctx context.Context, msg remote.Message, in remote.ByteBuffer) error {
	conn := in.(*goMergeBuffer).conn
	svcInfo := conn.call.callee.svcInfo
	meta, info := goMergeMetaOf(conn.call.request), msg.RPCInfo()
	if err := goMergeReadFrame(ctx, msg, conn.frame[:], transport.Protocol(meta.Protocol), svcInfo.PayloadCodec, meta.SeqID); err != nil {
		return err
	}
	if header := meta.Header; header != nil {
		// Both sides' messages recycle the maps that they have.
		msg.TransInfo().PutTransIntInfo(maps.Clone(header.Int))
		msg.TransInfo().PutTransStrInfo(maps.Clone(header.Str))
		if from := header.Int[transmeta.FromService]; from != "" {
			rpcinfo.AsMutableEndpointInfo(info.From()).SetServiceName(from)
		}
	}
	// Without a header an RPC names its method only, and a server with several
	// RPC services has to guess. The link of an inline call knows.
	invocation := info.Invocation().(rpcinfo.InvocationSetter)
	invocation.SetSeqID(meta.SeqID)
	invocation.SetServiceName(svcInfo.ServiceName)
	return nil
}

// DecodePayload implements remote.MetaDecoder.
func (goMergeCodec) DecodePayload(ctx context.Context, msg remote.Message, in remote.ByteBuffer) error {
	call := in.(*goMergeBuffer).conn.call
	method := call.request.Method
	if err := goMergeSetMethod(ctx, method, msg); err != nil {
		return err
	}
	if err := codec.NewDataIfNeeded(method, msg); err != nil {
		return err
	}
	if call.callee.svcInfo.PayloadCodec != serviceinfo.Thrift {
		return goMergeMove(msg.Data(), call.request.Args)
	}
	rpcinfo.Record(ctx, msg.RPCInfo(), stats.WaitReadStart, nil)
	err := goMergeMove(msg.Data(), call.request.Args)
	rpcinfo.Record(ctx, msg.RPCInfo(), stats.WaitReadFinish, err)
	return err
}

// goMergeSetMethod calls codec.SetOrCheckMethodName, which takes a context since
// v0.15.0.
func goMergeSetMethod(ctx context.Context, method string, msg remote.Message) error {
	switch set := interface{}(codec.SetOrCheckMethodName).(type) {
	case func(context.Context, string, remote.Message) error:
		return set(ctx, method, msg)
	case func(string, remote.Message) error:
		return set(method, msg)
	}
	return remote.NewTransErrorWithMsg(remote.InternalError, "inline calls do not know this version of Kitex")
}

// Encode implements remote.Codec. It answers the call.
func (goMergeCodec) Encode(_ context.Context, msg remote.Message, out remote.ByteBuffer) error {
	call := out.(*goMergeBuffer).conn.call
	if reply := goMergeMetaOf(call.request).Reply; reply != nil {
		maps.Copy(reply.Str, msg.TransInfo().TransStrInfo())
		maps.Copy(reply.Int, msg.TransInfo().TransIntInfo())
	}
	if msg.MessageType() != remote.Exception {
		if err := goMergeMove(call.request.Result, msg.Data()); err != nil {
			return err
		}
		call.answer(mergeruntime.Response{})
		return nil
	}
	switch err := msg.Data().(type) {
	case *remote.TransError:
		call.answer(goMergeFailure(msg.RPCInfo(), err))
	case error:
		call.answer(mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Number: remote.InternalError, Message: err.Error()}})
	default:
		return fmt.Errorf("got %T for remote.Exception", err)
	}
	return nil
}

// goMergeMove moves the generated struct that src points to into the one that
// dst points to.
func goMergeMove(dst, src interface{}) error {
	d, s := reflect.ValueOf(dst), reflect.ValueOf(src)
	if d.Kind() != reflect.Ptr || d.Type() != s.Type() {
		return remote.NewTransErrorWithMsg(remote.InternalError, fmt.Sprintf("inline call has %T in place of %T", src, dst))
	}
	d.Elem().Set(s.Elem())
	return nil
}
