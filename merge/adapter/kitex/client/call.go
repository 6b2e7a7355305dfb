//go:build go_merge_added

package client

import (
	"context"
	"maps"
	"net"

	"github.com/cloudwego/kitex/pkg/discovery"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeState is how far the caller's side of an inline call is.
type goMergeState uint8

const (
	// goMergeBound calls have a callee.
	goMergeBound goMergeState = iota
	// goMergeConverted calls have the callee's copy of the request.
	goMergeConverted
	// goMergeSent calls have what goes along with the request: nothing but the
	// callee is left to run.
	goMergeSent
	// goMergeUnsent calls have been refused by a meta handler of the client.
	// The transport level makes the error of it.
	goMergeUnsent
	// goMergeFailed calls have run and have no result. The transport level makes
	// the error of it.
	goMergeFailed
	// goMergeDone calls have a result, or an error that the caller gets.
	goMergeDone
)

// goMergeInlineCall is the caller's side of one inline call. A call that is to
// be an RPC has none, and neither has one that the lean level completes. The
// service's middleware and tracers see it as the instance that the call goes to.
//
// Only the functions of this file change a call; docs/how-it-works.md draws how.
// The framework runs the parts of a call one after the other, so there is no
// lock.
type goMergeInlineCall struct {
	state   goMergeState
	bound   mergeruntime.Call
	args    interface{}            // the callee's copy of the request
	meta    goMergeMeta            // what goes along with the request
	refusal error                  // of an unsent call
	answer  *mergeruntime.Response // of a failed call
	streams bool                   // the call is over gRPC: it stays bound, and goes on as a stream

	// What meta points to after sendValues, and what stands behind it.
	values  goMergeValues
	sending goMergeSending
}

// goMergeBind returns a new call: it is bound.
func goMergeBind(bound mergeruntime.Call) *goMergeInlineCall {
	return &goMergeInlineCall{state: goMergeBound, bound: bound}
}

// goMergeBindFailed returns a call that has run without a result at the lean
// level: it is failed.
func goMergeBindFailed(bound mergeruntime.Call, answer mergeruntime.Response) *goMergeInlineCall {
	return &goMergeInlineCall{state: goMergeFailed, bound: bound, answer: &answer}
}

// convert makes the callee's copy of a request: from bound to converted. Since
// an instance middleware may try again, it begins again from any other state. An
// error, which is a [mergeruntime.Refusal], leaves the state.
func (c *goMergeInlineCall) convert(request interface{}) error {
	args, err := c.bound.Convert(request)
	if err != nil {
		return err
	}
	c.state, c.args, c.refusal, c.answer = goMergeConverted, args, nil, nil
	return nil
}

// send notes what goes along with the request: from converted to sent.
func (c *goMergeInlineCall) send(meta goMergeMeta) {
	c.state, c.meta = goMergeSent, meta
}

// sendHeaders is send with headers, whose maps belong to messages of the
// framework.
func (c *goMergeInlineCall) sendHeaders(meta goMergeMeta, header, reply goMergeHeader) {
	meta.Header, meta.Reply = &header, &reply
	c.send(meta)
}

// sendValues is send with values in place of headers.
func (c *goMergeInlineCall) sendValues(meta goMergeMeta, values goMergeValues, sending goMergeSending) {
	c.values, c.sending = values, sending
	c.values.Client = c
	meta.Values = &c.values
	c.send(meta)
}

// refuse keeps the request back for the error of a meta handler: from converted
// to unsent.
func (c *goMergeInlineCall) refuse(err error) {
	c.state, c.refusal = goMergeUnsent, err
}

// takeRefusal returns the error of a meta handler: from unsent to done.
func (c *goMergeInlineCall) takeRefusal() error {
	c.state = goMergeDone
	return c.refusal
}

// run has the callee fill the result: from sent to done, or to failed if the
// caller gets no result. If it has a timeout, it gets none after its deadline.
func (c *goMergeInlineCall) run(ctx context.Context, result interface{}, timeout bool) (ok bool) {
	meta := &c.meta
	if c.bound.Oneway() {
		// It runs on, while a middleware may try again.
		sent := c.meta
		meta = &sent
	}
	answer := c.do(ctx, result, meta)
	if !answer.Failed() && !(timeout && ctx.Err() == context.DeadlineExceeded) {
		c.state = goMergeDone
		return true
	}
	kept := answer // so that only an answer that is kept leaves the stack
	c.state, c.answer = goMergeFailed, &kept
	if reply := c.meta.Reply; reply != nil {
		// The message takes its maps back.
		c.meta.Reply = &goMergeHeader{Str: maps.Clone(reply.Str), Int: maps.Clone(reply.Int)}
	}
	return false
}

// takeAnswer returns the answer of a call without a result: from failed to done.
func (c *goMergeInlineCall) takeAnswer() mergeruntime.Response {
	c.state = goMergeDone
	return *c.answer
}

// goMergeCallOf returns the inline call that an RPCInfo is of, nil for an RPC.
func goMergeCallOf(info rpcinfo.RPCInfo) *goMergeInlineCall {
	if to := remoteinfo.AsRemoteInfo(info.To()); to != nil {
		call, _ := to.GetInstance().(*goMergeInlineCall)
		return call
	}
	return nil
}

func (*goMergeInlineCall) Address() net.Addr { return goMergeAddr }

func (*goMergeInlineCall) Weight() int { return discovery.DefaultWeight }

func (*goMergeInlineCall) Tag(string) (value string, exist bool) { return "", false }
