//go:build go_merge_added

package client

import (
	"context"
	"sync/atomic"

	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/acl"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/streaming"
	"github.com/cloudwego/kitex/pkg/utils"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// NewClient creates a kitex.Client with the given ServiceInfo, it is from
// generated code. In a merged binary a call of the client runs inline when its
// callee is part of the binary.
//
// Two middlewares do it. [goMergeLink.choose], the innermost of the client's
// own, decides for each call and names the instance that it goes to, so that
// the resolver and the load balancer have nothing left to do.
// [goMergeLink.divert], the innermost of all, leads the chosen calls to the
// callee in place of the network. What lies between and around the two is
// the framework's own code and the service's. Where it has nothing to do, the
// call goes by [goMergeClient.Call] straight to the callee. The state of a call
// on its way is a [goMergeInlineCall].
func NewClient(svcInfo *serviceinfo.ServiceInfo, opts ...Option) (Client, error) {
	if svcInfo == nil {
		return goMergeNewClient(svcInfo, opts...)
	}
	link := &goMergeLink{svcInfo: svcInfo}
	install := Option{F: func(o *client.Options, _ *utils.Slice) {
		goMergeLast(o, Option{F: link.install})
	}}
	made, err := goMergeNewClient(svcInfo, append(opts[:len(opts):len(opts)], install)...)
	if err != nil {
		return made, err
	}
	return link.complete(made)
}

// goMergeLink is a client's side of the link to its callee.
type goMergeLink struct {
	svcInfo      *serviceinfo.ServiceInfo
	opt          *client.Options
	runtime      *mergeruntime.Client
	inlinability goMergeInlinability
	leanMeta     *goMergeMeta // what goes along with lean calls: nobody writes to it
	// streamObstacle is why no call over gRPC is inline, "" if there is no reason.
	streamObstacle string
	short          goMergeShortCalls
	// watches is set once contexts may have an observation.
	watches atomic.Bool

	// callTransport runs an inline call at the transport level.
	callTransport endpoint.Endpoint
}

func (l *goMergeLink) install(o *client.Options, _ *utils.Slice) {
	l.opt = o
	l.runtime = mergeruntime.NewClient(goMergeService, l.svcInfo.ServiceName, o.Svr.ServiceName)
	l.inlinability = goMergeInspectOptions(l.svcInfo, o)
	l.short.possible = goMergeCanBeShort(o)
	l.leanMeta = &goMergeMeta{Protocol: l.inlinability.protocol}
	o.MWBs = append(o.MWBs, l.takeACL, func(context.Context) endpoint.Middleware { return l.choose })
	o.IMWBs = append(o.IMWBs, func(context.Context) endpoint.Middleware { return l.divert })
}

// complete makes the endpoints of inline calls for the finished client.
func (l *goMergeLink) complete(made Client) (Client, error) {
	kc, ok := made.(*kcFinalizerClient)
	if !ok {
		l.inlinability = goMergeInlinability{obstacle: "the client is of a type that the adapter does not know"}
		l.streamObstacle = l.inlinability.obstacle
		return made, nil
	}
	l.takeStreams()
	var err error
	if l.callTransport, err = goMergeTransport(l.svcInfo, l.opt); err != nil {
		kc.Close()
		return nil, err
	}
	return &goMergeClient{kcFinalizerClient: kc, link: l}, nil
}

// takeACL builds the ACL middleware in the framework's place, which adds its
// own behind the client's middleware: a call is refused before it is bound.
func (l *goMergeLink) takeACL(context.Context) endpoint.Middleware {
	rules := l.opt.ACLRules
	l.opt.ACLRules = nil
	return acl.NewACLMiddleware(rules)
}

// choose is a middleware that decides whether a call runs inline.
func (l *goMergeLink) choose(next endpoint.Endpoint) endpoint.Endpoint {
	inline := next
	if l.opt.Proxy != nil {
		// A client with a proxy has no instance middleware. An inline call
		// has no use for the proxy, which takes the place of the resolver.
		inline = l.divert(next)
	}
	return func(ctx context.Context, request, response interface{}) (err error) {
		outcome, decided := request.(*goMergeOutcome)
		if decided {
			request = outcome.request
		}
		info := rpcinfo.GetRPCInfo(ctx)
		method := info.Invocation().MethodName()
		if _, ok := response.(*streaming.Result); ok {
			var observed *goMergeObserved
			ctx, observed = l.watched(ctx)
			observed.begin(l, l.runtime.Observe(method), mergeruntime.Undrawn)
			defer func() {
				if err != nil {
					observed.finish(err)
				}
			}()
			if !goMergeOverGRPC(info) {
				l.noteDraw(ctx, l.runtime.DrawDeclined(method, "streams over TTHeader are not inline"))
				return next(ctx, request, response)
			}
		}
		to := remoteinfo.AsRemoteInfo(info.To())
		if goMergeCallOf(info) != nil {
			to.SetInstance(nil) // a middleware tries again
		}
		var call *goMergeInlineCall
		var drawn mergeruntime.Draw
		if decided {
			call, drawn = outcome.call, outcome.drawn
		} else {
			call, drawn = l.decide(ctx, info, method, to, request)
			l.noteDraw(ctx, drawn)
		}
		l.short.note(call != nil)
		if call == nil {
			return l.callRPC(ctx, info, drawn, request, response, next)
		}
		to.SetInstance(call)
		if call.streams {
			return goMergeGuard(ctx, request, response, inline)
		}
		err = inline(ctx, request, response)
		if _, ok := err.(mergeruntime.Refusal); ok {
			to.SetInstance(nil)
			return goMergeGuard(ctx, request, response, next)
		}
		return err
	}
}

// decide returns a bound call, nil if the call is to be an RPC, and what was drawn for it.
func (l *goMergeLink) decide(ctx context.Context, info rpcinfo.RPCInfo, method string, to remoteinfo.RemoteInfo, request interface{}) (*goMergeInlineCall, mergeruntime.Draw) {
	if reason := l.obstacle(info, method, to); reason != "" {
		return nil, l.runtime.DrawDeclined(method, reason)
	}
	bound, drawn := l.runtime.Draw(method)
	if goMergeOverGRPC(info) {
		return l.bindStream(method, bound), drawn
	}
	if !l.takes(method, bound) {
		return nil, drawn
	}
	call := goMergeBindIn(ctx, info, bound)
	if l.inlinability.instanceMiddleware {
		// It would run once for a refused call and again for the RPC.
		if call.convert(request) != nil {
			return nil, drawn
		}
	}
	return call, drawn
}

// takes reports whether a call that is not over gRPC is bound, and can be inline.
func (l *goMergeLink) takes(method string, bound mergeruntime.Call) bool {
	if bound.Bound() && bound.Streams() {
		l.runtime.Decline(method, "streaming methods are inline over gRPC only")
		return false
	}
	return bound.Bound()
}

// goMergeOverGRPC reports whether a call or a stream goes over HTTP/2.
func goMergeOverGRPC(info rpcinfo.RPCInfo) bool {
	return info.Config().TransportProtocol()&transport.GRPC != 0
}

// obstacle says why the adapter cannot run a call inline, "" if it can.
func (l *goMergeLink) obstacle(info rpcinfo.RPCInfo, method string, to remoteinfo.RemoteInfo) string {
	switch {
	case goMergeOverGRPC(info) && l.streamObstacle != "":
		return l.streamObstacle
	case !goMergeOverGRPC(info) && l.inlinability.obstacle != "":
		return l.inlinability.obstacle
	case l.svcInfo.Methods[method] == nil: // holds generated methods only
		return "generic calls are not inline"
	case to == nil || to.GetInstance() != nil: // such as callopt.WithHostPort
		return "the instance to call was chosen before"
	}
	return ""
}

// divert is a middleware that takes a chosen call to the callee. It stands
// where the framework's own error handler and transport follow, and passes
// through the same two.
func (l *goMergeLink) divert(next endpoint.Endpoint) endpoint.Endpoint {
	inline := newIOErrorHandleMW(l.opt.ErrHandle)(l.pickLevel)
	return func(ctx context.Context, request, response interface{}) error {
		call := goMergeCallOf(rpcinfo.GetRPCInfo(ctx))
		if call == nil || call.streams {
			return next(ctx, request, response)
		}
		if call.state == goMergeFailed {
			return inline(ctx, request, response) // it has run at the lean level
		}
		if err := call.convert(request); err != nil {
			if l.inlinability.instanceMiddleware {
				// A middleware changed the request since choose looked at it.
				return kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransError(remote.ProtocolError, err))
			}
			return err
		}
		return inline(ctx, request, response)
	}
}

// pickLevel is the innermost endpoint of an inline call. The transport level
// does what the direct one cannot, and makes the error of a call that failed at
// another level.
func (l *goMergeLink) pickLevel(ctx context.Context, request, response interface{}) error {
	info := rpcinfo.GetRPCInfo(ctx)
	call := goMergeCallOf(info)
	if l.canRunDirect(call, info) && l.callDirect(ctx, call, info, request, response) {
		return nil
	}
	return l.callTransport(ctx, request, response)
}
