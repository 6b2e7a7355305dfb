//go:build go_merge_added

package client

import (
	"context"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeClient is a client whose calls take the lean level where they can.
type goMergeClient struct {
	*kcFinalizerClient
	link *goMergeLink
}

// Call implements Client.
func (c *goMergeClient) Call(ctx context.Context, method string, request, response interface{}) error {
	if c.closed || ctx == nil {
		return c.kcFinalizerClient.Call(ctx, method, request, response) // which panics
	}
	var call mergeruntime.Observation
	var drawn mergeruntime.Draw
	if c.link.canRunLean(ctx) {
		var bound mergeruntime.Call
		call, bound, drawn = c.link.runtime.ObserveDraw(method)
		outcome := c.link.callLean(ctx, call, bound, method, request, response)
		if outcome == nil {
			return nil
		}
		outcome.drawn = drawn
		request = outcome
	} else {
		call = c.link.runtime.Observe(method)
		if info := c.infoOfShort(ctx, method); info != nil {
			return c.callShort(ctx, call, info, method, request, response)
		}
	}
	return c.callObserved(ctx, call, drawn, method, request, response)
}

// callObserved has the framework make a call.
func (c *goMergeClient) callObserved(ctx context.Context, call mergeruntime.Observation, drawn mergeruntime.Draw, method string, request, response interface{}) error {
	if drawn == mergeruntime.Undrawn {
		drawn = call.Foreseen()
	}
	how := goMergeUnreturned
	if drawn != mergeruntime.Undrawn {
		defer func() { call.End(drawn, how) }()
		err := c.kcFinalizerClient.Call(c.link.timed(ctx), method, request, response)
		how = goMergeEndingOf(err)
		return err
	}
	ctx, observed := c.link.watched(ctx)
	observed.begin(c.link, call, drawn)
	defer func() { observed.end(how) }()
	err := c.kcFinalizerClient.Call(c.link.timed(ctx), method, request, response)
	how = goMergeEndingOf(err)
	return err
}

// canRunLean reports whether the framework has nothing to do between a call and
// its callee.
func (l *goMergeLink) canRunLean(ctx context.Context) bool {
	return l.inlinability.lean && ctx.Done() == nil && goMergePlainContext(ctx)
}

// goMergeBackground is the context of most calls that no handler makes.
var goMergeBackground = context.Background()

// goMergePlainContext reports whether ctx holds no call option and no middleware.
func goMergePlainContext(ctx context.Context) bool {
	if ctx == goMergeBackground {
		return true
	}
	if _, ok := ctx.(interface{ GoMergePlain() }); ok {
		return true // the context of an inline call, as its handler got it
	}
	return ctx.Value(ctxCallOptionKey) == nil && ctx.Value(ctxMWChainKey{}) == nil
}

// goMergeOutcome is what became of a call that has no result at the lean level.
// It goes through the framework's chain in the request's place, as far as
// [goMergeLink.choose]: where the service has something before that, which could
// look at requests, no call is lean. A value of the context would go further, to
// calls that a resolver makes.
type goMergeOutcome struct {
	request interface{}
	call    *goMergeInlineCall // bound or failed; nil if the call is to be an RPC
	drawn   mergeruntime.Draw
}

// callLean makes a call and returns nil if it has a result. Otherwise the
// framework makes the RPC, or the error, of what it returns.
func (l *goMergeLink) callLean(ctx context.Context, call mergeruntime.Observation, bound mergeruntime.Call, method string, request, response interface{}) *goMergeOutcome {
	if !l.takes(method, bound) {
		return &goMergeOutcome{request: request}
	}
	if bound.Oneway() {
		return &goMergeOutcome{request: request, call: goMergeBind(bound)}
	}
	args, err := bound.Convert(request)
	if err != nil {
		return &goMergeOutcome{request: request}
	}
	answer := bound.DoLean(ctx, call, args, response, l.leanMeta)
	if answer.Failed() {
		return &goMergeOutcome{request: request, call: goMergeBindFailed(bound, answer)}
	}
	return nil
}
