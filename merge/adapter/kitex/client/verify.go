//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strconv"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// callRPC makes a call as an RPC. If a rule has it verified, it is made inline, too, once
// the RPC has ended: from where both ways part, so that nothing of the caller runs twice.
func (l *goMergeLink) callRPC(ctx context.Context, info rpcinfo.RPCInfo, drawn mergeruntime.Draw, request, response interface{}, next endpoint.Endpoint) error {
	var verification *mergeruntime.Verification
	if drawn == mergeruntime.DrawnRPC {
		verification = l.runtime.Verify(info.Invocation().MethodName())
	}
	if verification == nil {
		return goMergeGuard(ctx, request, response, next)
	}
	defer verification.Drop()
	replay := l.newReplay(ctx, info, verification, request, response)
	err := goMergeGuard(ctx, request, response, next)
	if replay != nil {
		replay.compare(ctx, info, response, err)
	}
	return err
}

// goMergeReplay is the inline call of a verification. It has all that it needs of the RPC,
// whose rpcinfo another call may have later.
type goMergeReplay struct {
	verification *mergeruntime.Verification
	args         interface{} // the callee's copy of the request
	meta         goMergeMeta
	result       reflect.Type
	thrift       bool
}

// newReplay prepares the inline call while the request is as the RPC sends it. It returns
// nil for a call that it skips.
func (l *goMergeLink) newReplay(ctx context.Context, info rpcinfo.RPCInfo, verification *mergeruntime.Verification, request, response interface{}) *goMergeReplay {
	method := info.Invocation().MethodName()
	result := reflect.TypeOf(response)
	declined := ""
	switch {
	case goMergeOverGRPC(info):
		declined = "it goes over gRPC, where the inline call needs another stream"
	case !l.inlinability.plainTransport:
		declined = "the client has bound handlers, which would run twice"
	case !l.inlinability.plainMeta:
		declined = "the client has meta handlers other than the framework's, which would run twice"
	case info.Config().InteractionMode() == rpcinfo.Oneway || result == nil || result.Kind() != reflect.Pointer:
		declined = "it has no answer"
	default:
		declined = l.obstacle(info, method, remoteinfo.AsRemoteInfo(info.To()))
	}
	if declined != "" {
		verification.Decline(declined)
		return nil
	}
	args, ok := verification.Convert(request)
	if !ok {
		return nil
	}
	r := &goMergeReplay{
		verification: verification, args: args, meta: goMergeMetaOf(info), result: result.Elem(),
		thrift: info.Config().PayloadCodec() == serviceinfo.Thrift,
	}
	if info.Config().TransportProtocol()&transport.TTHeader == 0 {
		return r
	}
	header, err := l.headerFor(ctx, info, request)
	if err != nil { // which the RPC meets, too
		verification.Skip(mergeruntime.SkipUnanswered)
		return nil
	}
	r.meta.Header = header
	r.meta.Reply = &goMergeHeader{Str: make(map[string]string), Int: make(map[uint16]string)}
	return r
}

// headerFor has the framework's meta handlers write the header of a request.
func (l *goMergeLink) headerFor(ctx context.Context, info rpcinfo.RPCInfo, request interface{}) (*goMergeHeader, error) {
	msg := goMergeAnyMessage(l.svcInfo, info, request)
	defer msg.Recycle()
	if err := l.writeMeta(ctx, msg); err != nil {
		return nil, err
	}
	written := goMergeHeaderOf(msg)
	return &goMergeHeader{Str: maps.Clone(written.Str), Int: maps.Clone(written.Int)}, nil
}

// goMergeOldMessage is remote.NewMessage in the form that it had before v0.15.0, and nil
// since.
var goMergeOldMessage, _ = interface{}(remote.NewMessage).(func(interface{}, *serviceinfo.ServiceInfo, rpcinfo.RPCInfo, remote.MessageType, remote.RPCRole) remote.Message)

// goMergeAnyMessage returns a message of a request in any version.
func goMergeAnyMessage(svcInfo *serviceinfo.ServiceInfo, info rpcinfo.RPCInfo, request interface{}) remote.Message {
	if goMergeOldMessage == nil {
		return goMergeNewMessage(request, info, remote.Call, remote.Client)
	}
	msg := goMergeOldMessage(request, svcInfo, info, remote.Call, remote.Client)
	if old, ok := msg.(interface{ SetProtocolInfo(remote.ProtocolInfo) }); ok {
		old.SetProtocolInfo(remote.ProtocolInfo{TransProto: info.Config().TransportProtocol(), CodecType: svcInfo.PayloadCodec})
	}
	return msg
}

// compare has the inline call made, and its answer compared with that of the RPC. The
// answer is copied here, before the caller has it.
func (r *goMergeReplay) compare(ctx context.Context, info rpcinfo.RPCInfo, response interface{}, err error) {
	if ctx.Err() != nil { // the caller may have left
		r.verification.Skip(mergeruntime.SkipUnanswered)
		return
	}
	var answer mergeruntime.Answer
	switch biz := info.Invocation().BizStatusErr(); {
	case err != nil:
		answered, ok := goMergeAnsweredError(err)
		if !ok {
			r.verification.Skip(mergeruntime.SkipUnanswered)
			return
		}
		answer = goMergeExceptionAnswer(answered)
	case biz != nil:
		answer = goMergeBizAnswer(biz.BizStatusCode(), biz.BizMessage())
	default:
		if answer, err = mergeruntime.AnswerOf(response); err != nil {
			r.verification.Skip(mergeruntime.SkipOf(err))
			return
		}
	}
	r.verification.Compare(info.Config().RPCTimeout(), answer, r.run)
}

// goMergeAnsweredError returns the error that the callee has answered, false for one that
// is not an answer.
func goMergeAnsweredError(err error) (*remote.TransError, bool) {
	var answered *remote.TransError
	if !errors.As(err, &answered) || goMergeEndingOf(err) != mergeruntime.EndedInternal {
		return nil, false
	}
	if goMergeErrorClassifier.IsTimeoutErr(err) || goMergeErrorClassifier.IsRemoteClosedErr(err) {
		return nil, false
	}
	return answered, true
}

func goMergeExceptionAnswer(err *remote.TransError) mergeruntime.Answer {
	return mergeruntime.FailedAnswer("exception", int64(err.TypeID()), err.Error())
}

func goMergeBizAnswer(code int32, message string) mergeruntime.Answer {
	return mergeruntime.FailedAnswer("business status", int64(code), message)
}

// run makes the inline call.
func (r *goMergeReplay) run(ctx context.Context) (mergeruntime.Answer, mergeruntime.Skip, bool) {
	result := reflect.New(r.result).Interface()
	resp, why, ok := r.verification.Do(ctx, r.args, result, &r.meta)
	if !ok {
		return mergeruntime.Answer{}, why, false
	}
	if resp.Failed() {
		if resp.Failure.Kind == mergeruntime.Closed {
			return mergeruntime.FailureAnswer(&resp), 0, true
		}
		return goMergeExceptionAnswer(goMergeFailureError(resp.Failure, r.thrift)), 0, true
	}
	if code, message, ok := r.bizStatus(); ok {
		return goMergeBizAnswer(code, message), 0, true
	}
	answer, err := mergeruntime.AnswerOf(result)
	if err != nil {
		return mergeruntime.Answer{}, mergeruntime.SkipOf(err), false
	}
	return answer, 0, true
}

// bizStatus returns the business error in the header of the reply, by the keys of
// transmeta.ClientTTHeaderHandler, which would write it to the rpcinfo of the RPC.
func (r *goMergeReplay) bizStatus() (code int32, message string, ok bool) {
	if r.meta.Reply == nil {
		return 0, "", false
	}
	parsed, err := strconv.ParseInt(r.meta.Reply.Str["biz-status"], 10, 32)
	return int32(parsed), r.meta.Reply.Str["biz-message"], err == nil && parsed != 0
}
