//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"reflect"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeVerifying is a unary RPC that is made inline, too, once it has ended: below
// interceptors and stats handlers, so that nothing of the caller runs twice.
type goMergeVerifying struct {
	verification *mergeruntime.Verification
	ctx          context.Context // the caller's
	cc           *ClientConn
	stream       goMergeClientStream // what a request is made with
	timeout      time.Duration       // 0 if the callee sees none
	request      goMergeRequest
	message      []byte
	reply        reflect.Type
}

// goMergeVerify returns how an RPC is verified, nil if it is not. It ends at a time unless
// that is zero.
func goMergeVerify(ctx context.Context, conn *goMergeConn, cc *ClientConn, m *goMergeMethod, desc *StreamDesc, method string, opts []CallOption, config *MethodConfig, until time.Time) *goMergeVerifying {
	verification := m.client.Verify(m.name)
	if verification == nil {
		return nil
	}
	call, md := verification.Call(), goMergeOutgoing(ctx)
	if !md.valid() { // which the RPC meets, too
		verification.Skip(mergeruntime.SkipUnanswered)
		return nil
	}
	declined := ""
	switch {
	case desc != unaryStreamDesc || call.Streams():
		declined = "it is a stream"
	case conn.shakes(call):
		declined = "the connection or the callee has transport credentials, and the inline call would need a handshake"
	case goMergeHasCredentials(conn, opts):
		declined = "it has per-RPC credentials, which would be asked twice"
	default:
		if declined = conn.whyRPC(cc, desc, method, opts, config); declined == "" {
			declined = md.obstacle()
		}
	}
	if declined != "" {
		verification.Decline(declined)
		return nil
	}
	v := &goMergeVerifying{verification: verification, ctx: ctx, cc: cc}
	s := &v.stream
	s.conn, s.cc, s.client, s.desc, s.method, s.name, s.opts, s.call = conn, cc, m.client, desc, method, m.name, opts, call
	s.ctx = ctx
	if !until.IsZero() {
		var cancel context.CancelFunc
		s.ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	s.info = *defaultCallInfo()
	for _, o := range opts {
		if o.before(&s.info) != nil { // which the RPC meets, too
			verification.Skip(mergeruntime.SkipUnanswered)
			return nil
		}
		if o, ok := o.(CompressorCallOption); ok {
			s.encoding = o.CompressorType
		}
	}
	s.sends, s.compressor = goMergeDirection(s.encoding), goMergeCompressor(s.encoding)
	if s.sends != "" && s.compressor == nil || setCallInfoCodec(&s.info) != nil || s.request(&v.request, s.encoding) != nil {
		verification.Skip(mergeruntime.SkipUnanswered)
		return nil
	}
	v.timeout = v.request.Timeout
	s.maxSend = goMergeMaxSize(config.MaxReqSize, s.info.maxSendMessageSize, defaultClientMaxSendMessageSize)
	s.maxReceive = goMergeMaxSize(config.MaxRespSize, s.info.maxReceiveMessageSize, defaultClientMaxReceiveMessageSize)
	return v
}

// goMergeHasCredentials reports whether a call has credentials of the connection or its own.
func goMergeHasCredentials(conn *goMergeConn, opts []CallOption) bool {
	for _, o := range opts {
		if _, ok := o.(PerRPCCredsCallOption); ok {
			return true
		}
	}
	return len(conn.perRPC) > 0
}

// invoke makes the RPC on its stream, whose opening may have failed.
func (v *goMergeVerifying) invoke(cs ClientStream, opened error, req, reply interface{}) error {
	defer v.verification.Drop()
	if opened != nil {
		return opened
	}
	taken := v.take(req, reply)
	err := cs.SendMsg(req)
	if err == nil {
		err = cs.RecvMsg(reply)
	}
	if taken {
		v.compare(cs, reply, err)
	}
	return err
}

// take copies the request while it is as the RPC sends it. It returns false for a call that
// it skips.
func (v *goMergeVerifying) take(req, reply interface{}) bool {
	v.reply = reflect.TypeOf(reply)
	if m, ok := req.(proto.Message); ok && goMergeIsProto(v.stream.info.codec) && proto.Size(m) > mergeruntime.MaxVerifiedMessage {
		v.verification.Skip(mergeruntime.SkipLarge) // without a copy
		return false
	}
	message, err := goMergeMarshal(v.stream.info.codec, req)
	switch {
	case err != nil: // so that the RPC ends here
		v.verification.Skip(mergeruntime.SkipUnanswered)
		return false
	case len(message) > mergeruntime.MaxVerifiedMessage:
		v.verification.Skip(mergeruntime.SkipLarge)
		return false
	case v.reply == nil || v.reply.Kind() != reflect.Pointer:
		v.verification.Skip(mergeruntime.SkipUnreadable)
		return false
	}
	v.message = message
	return true
}

// compare has the inline call made, and its answer compared with that of the RPC. The
// answer is copied here, before the caller has it.
func (v *goMergeVerifying) compare(cs ClientStream, reply interface{}, err error) {
	var answer mergeruntime.Answer
	switch code := status.Code(err); {
	case v.ctx.Err() != nil, code == codes.Canceled, code == codes.DeadlineExceeded, code == codes.Unavailable:
		v.verification.Skip(mergeruntime.SkipUnanswered)
		return
	case err != nil:
		answer = goMergeStatusAnswer(status.Convert(err))
	default:
		if answer, err = goMergeAnswerOf(v.stream.info.codec, reply); err != nil {
			v.verification.Skip(mergeruntime.SkipOf(err))
			return
		}
	}
	// Stats handlers may have added to what the RPC was sent with.
	sent := cs.Context()
	v.request.Header = goMergeOutgoing(sent).addTo(goMergeAddTags(sent, nil))
	v.verification.Compare(v.timeout, answer, v.run)
}

func goMergeStatusAnswer(st *status.Status) mergeruntime.Answer {
	return mergeruntime.FailedAnswer("status", int64(st.Code()), st.Message())
}

// run makes the inline call. Its messages are bytes.
func (v *goMergeVerifying) run(ctx context.Context) (mergeruntime.Answer, mergeruntime.Skip, bool) {
	packed, err := goMergePack(v.message, v.stream.sends, v.stream.compressor)
	if err != nil || packed.wire > v.stream.maxSend { // as that of the RPC was
		return mergeruntime.Answer{}, mergeruntime.SkipUnanswered, false
	}
	c := &goMergeUnaryCall{call: v.verification.Call(), request: v.request, message: packed.bytes}
	c.request.Reply, c.request.Verifies = &c.reply, true
	c.callee.server, c.callee.conn, c.callee.caller = c.call.Server(), v.cc.ctx, ctx
	if deadline, ok := ctx.Deadline(); ok && v.timeout > 0 {
		now := time.Now()
		c.request.Timeout = max(1, goMergeTimeout(deadline.Sub(now)))
		c.request.Deadline = now.Add(c.request.Timeout)
		c.callee.deadline = &c.request.Deadline
	}
	resp, why, ok := v.verification.Pass(&c.callee, &c.message, &c.answer, &c.request)
	switch {
	case !ok:
		return mergeruntime.Answer{}, why, false
	case goMergeIsOver(v.cc.ctx.Done()):
		return mergeruntime.Answer{}, mergeruntime.SkipUnanswered, false
	}
	return v.answer(c, &resp)
}

// answer returns what an inline call was answered with.
func (v *goMergeVerifying) answer(c *goMergeUnaryCall, resp *mergeruntime.Response) (mergeruntime.Answer, mergeruntime.Skip, bool) {
	trailer := c.reply.Trailer
	switch {
	case trailer == nil && resp.Failed() && resp.Failure.Kind == mergeruntime.Answered:
		return goMergeStatusAnswer(status.New(codes.Code(resp.Failure.Number), resp.Failure.Message)), 0, true
	case trailer == nil && resp.Failed():
		return mergeruntime.FailureAnswer(resp), 0, true
	case trailer == nil:
		return mergeruntime.FailedAnswer("connection closed", 0, ""), 0, true
	}
	if st := goMergeStatus(trailer); st.Code() != codes.OK {
		return goMergeStatusAnswer(st), 0, true
	}
	if c.reply.Messages != 1 {
		return mergeruntime.FailedAnswer("messages", int64(c.reply.Messages), "there has to be one"), 0, true
	}
	encoding := ""
	if header := c.reply.Header; header != nil {
		encoding = header.Encoding
	}
	reply := reflect.New(v.reply.Elem()).Interface()
	in, err := goMergeUnpack(c.answer, goMergeDirection(encoding), v.stream.maxReceive, false)
	if err == nil {
		err = in.readReply(v.stream.info.codec, reply)
	}
	if err != nil {
		return goMergeStatusAnswer(status.Convert(err)), 0, true
	}
	answer, err := goMergeAnswerOf(v.stream.info.codec, reply)
	if err != nil {
		return mergeruntime.Answer{}, mergeruntime.SkipOf(err), false
	}
	return answer, 0, true
}
