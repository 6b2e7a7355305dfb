//go:build go_merge_added

package client

import (
	"context"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeClient is a client with a short way for calls between which and the
// callee the framework has nothing to do.
type goMergeClient struct {
	*kcFinalizerClient
	link *goMergeLink
}

// Call implements Client.
func (c *goMergeClient) Call(ctx context.Context, method string, request, response interface{}) error {
	if c.link.inlinability.lean && !c.closed && ctx != nil && ctx.Done() == nil && goMergePlainContext(ctx) {
		outcome := c.link.callLean(ctx, method, request, response)
		if outcome == nil {
			return nil
		}
		ctx = context.WithValue(ctx, goMergeOutcomeKey{}, outcome)
	}
	return c.kcFinalizerClient.Call(ctx, method, request, response)
}

// goMergePlainContext reports whether ctx holds no call option and no middleware.
func goMergePlainContext(ctx context.Context) bool {
	if _, ok := ctx.(interface{ GoMergePlain() }); ok {
		return true // the context of an inline call, as its handler got it
	}
	return ctx.Value(ctxCallOptionKey) == nil && ctx.Value(ctxMWChainKey{}) == nil
}

// goMergeOutcome tells the framework's own chain what was decided about a call
// that did not go well by the short way.
type goMergeOutcome struct {
	// inst is the callee of the call, with its answer if it has run. It is nil
	// if the call is to be an RPC.
	inst *goMergeInlineCall
}

type goMergeOutcomeKey struct{}

// callLean makes a call and returns nil if it went well. Otherwise the
// framework makes the RPC, or the error, with the outcome in its context.
func (l *goMergeLink) callLean(ctx context.Context, method string, request, response interface{}) *goMergeOutcome {
	call, ok := l.runtime.Bind(method)
	if !ok {
		return &goMergeOutcome{}
	}
	if call.Oneway() {
		return &goMergeOutcome{&goMergeInlineCall{call: call}}
	}
	args, err := call.Convert(request)
	if err != nil {
		return &goMergeOutcome{}
	}
	answer := call.Do(ctx, args, response, mergeruntime.Meta{Protocol: l.inlinability.protocol})
	if !answer.Failed() {
		return nil
	}
	failed := answer // so that only an answer that is kept leaves the stack
	return &goMergeOutcome{&goMergeInlineCall{call: call, answer: &failed, lean: true}}
}
