//go:build go_merge_added

package client

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	gonetpoll "github.com/cloudwego/netpoll"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/codec/perrors"
	"github.com/cloudwego/kitex/pkg/remote/codec/protobuf"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCodec makes the inline call where the framework would encode the
// request and decode the reply.
type goMergeCodec struct{}

func (goMergeCodec) Name() string { return "inproc" }

// Encode notes what the request carries in addition to its payload. A oneway call
// starts here, since nobody reads its reply.
func (goMergeCodec) Encode(ctx context.Context, msg remote.Message, out remote.ByteBuffer) error {
	call := out.(*goMergeBuffer).conn.call
	if call.state == goMergeFailed {
		return nil // it has run at another level
	}
	info := msg.RPCInfo()
	meta := goMergeMetaOf(info)
	meta.Transport = true
	if info.Config().TransportProtocol()&transport.TTHeader != 0 {
		// The message takes its maps back while the callee may hold these.
		meta.Header = &goMergeHeader{
			Str: maps.Clone(msg.TransInfo().TransStrInfo()),
			Int: maps.Clone(msg.TransInfo().TransIntInfo()),
		}
		meta.Reply = &goMergeHeader{Str: make(map[string]string), Int: make(map[uint16]string)}
	}
	call.send(meta)
	if msg.MessageType() != remote.Oneway || call.run(ctx, nil, false) {
		return nil
	}
	return goMergeDenial(call.takeAnswer().Failure)
}

// goMergeDenial is the error of a call that the caller may not make.
func goMergeDenial(failure *mergeruntime.Failure) error {
	if failure == nil || failure.Kind != mergeruntime.Denied {
		return nil
	}
	return remote.NewTransError(remote.InternalError, failure.Err)
}

// goMergeMetaOf returns what the transport carries of a message in addition to values.
func goMergeMetaOf(info rpcinfo.RPCInfo) goMergeMeta {
	return goMergeMeta{
		Protocol: int(info.Config().TransportProtocol() & transport.TTHeaderFramed),
		SeqID:    info.Invocation().SeqID(),
	}
}

// Decode runs the call and reports its outcome as the framework's codecs do
// after they read a reply.
func (goMergeCodec) Decode(ctx context.Context, msg remote.Message, in remote.ByteBuffer) error {
	conn := in.(*goMergeBuffer).conn
	call, info := conn.call, msg.RPCInfo()
	config := info.Config()
	timeout := config.RPCTimeout() > 0
	var result reflect.Value
	if call.state == goMergeSent {
		result = reflect.New(reflect.TypeOf(msg.Data()).Elem())
		call.run(ctx, result.Interface(), timeout)
	}
	var failure *mergeruntime.Failure
	if call.state == goMergeFailed {
		failure = call.takeAnswer().Failure
	}
	if err := goMergeDenial(failure); err != nil {
		return err
	}
	if failure != nil && (failure.Kind == mergeruntime.Closed || failure.Kind == mergeruntime.Withdrawn) {
		return goMergeReadError(gonetpoll.Exception(gonetpoll.ErrEOF, "peer close"))
	}
	if timeout && ctx.Err() == context.DeadlineExceeded {
		// The caller has gone. Its middleware still learns why.
		return goMergeReadError(gonetpoll.Exception(gonetpoll.ErrReadTimeout, conn.RemoteAddr().String()))
	}
	// Versions before v0.15.0 give one result to all attempts of a backup
	// request. It is here that they check whether this one may fill it.
	err := goMergeReadFrame(ctx, msg, conn.frame[:], config.TransportProtocol(), config.PayloadCodec(), info.Invocation().SeqID())
	if err != nil {
		return err
	}
	if reply := call.meta.Reply; reply != nil {
		msg.TransInfo().PutTransStrInfo(reply.Str)
		msg.TransInfo().PutTransIntInfo(reply.Int)
	}
	isThrift := config.PayloadCodec() == serviceinfo.Thrift
	if failure != nil {
		if failure.Kind != mergeruntime.Undecodable {
			msg.SetMessageType(remote.Exception)
		}
		return goMergeFailureError(failure, isThrift)
	}
	reflect.ValueOf(msg.Data()).Elem().Set(result.Elem())
	if isThrift {
		rpcinfo.Record(ctx, info, stats.WaitReadStart, nil)
		rpcinfo.Record(ctx, info, stats.WaitReadFinish, nil)
	}
	return nil
}

// goMergeFailureError returns the error that the framework's codec makes of a reply
// without a result, or of one that it cannot decode.
func goMergeFailureError(failure *mergeruntime.Failure, isThrift bool) *remote.TransError {
	if failure.Kind == mergeruntime.Undecodable {
		if !isThrift {
			return remote.NewTransErrorWithMsg(remote.ProtocolError, failure.Message)
		}
		return remote.NewTransError(remote.ProtocolError, goMergeProtocolException(failure.Err))
	}
	number := failure.Number
	if failure.Kind != mergeruntime.Answered {
		number = remote.InternalError // as a server words it that limits itself, or that panics
	}
	if !isThrift {
		return remote.NewTransError(number, protobuf.NewPbError(number, failure.Message))
	}
	return remote.NewTransError(number, goMergeApplicationException(number, failure.Message))
}

// goMergeReadError is how the framework's codec reports that it cannot read.
func goMergeReadError(err error) error {
	return perrors.NewProtocolErrorWithErrMsg(err, fmt.Sprintf("default codec read failed: %s", err.Error()))
}
