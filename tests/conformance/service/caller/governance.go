package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/circuitbreak"
	"github.com/cloudwego/kitex/pkg/fallback"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/retry"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// governance are the cases of row 11.
func governance() []testCase {
	list := []testCase{
		{"governance limiter", func(ctx context.Context, callee *target) string {
			refused := callee.probes.Refuse(ctx, 2)
			_, first := callee.probes.Ask(ctx, &probe.Probe{})
			_, second := callee.probes.Ask(ctx, &probe.Probe{})
			answer, third := callee.probes.Ask(ctx, &probe.Probe{})
			return observe.Error(refused) + "\n  " + observe.Error(first) + "\n  " + observe.Error(second) + "\n  " + observe.Error(third) +
				", reports " + found(answer, "reports")
		}},
		{"governance ACL of the callee", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.probes.Ask(ctx, &probe.Probe{Failure: "acl"}))
		}},
		{"governance ACL of the caller", func(ctx context.Context, callee *target) string {
			client := callee.client((&hooks{}).options()...)
			return observe.Outcome(client.Ask(ctx, &probe.Probe{Text: "refused by the caller"}))
		}},
		{"governance circuit breaker", func(ctx context.Context, callee *target) string {
			suite := circuitbreak.NewCBSuite(func(rpcinfo.RPCInfo) string { return "key" })
			suite.UpdateServiceCBConfig("key", circuitbreak.CBConfig{Enable: true, ErrRate: 0.5, MinSample: 3})
			client := callee.client(client.WithCircuitBreaker(suite), client.WithRPCTimeout(short))
			var seen string
			for i := range 5 {
				// Only timeouts and similar errors count.
				answer, err := client.Ask(ctx, &probe.Probe{Gate: callee.id})
				outcome := observe.Error(err)
				if errors.Is(err, kerrors.ErrRPCTimeout) {
					outcome = timedOut(answer, err)
				}
				seen += fmt.Sprintf("\n  call %d: %s", i, outcome)
			}
			callee.probes.Open(ctx, callee.id)
			return seen
		}},
		{"governance circuit breaker and errors of the handler", func(ctx context.Context, callee *target) string {
			suite := circuitbreak.NewCBSuite(func(rpcinfo.RPCInfo) string { return "key" })
			suite.UpdateServiceCBConfig("key", circuitbreak.CBConfig{Enable: true, ErrRate: 0.1, MinSample: 1})
			client := callee.client(client.WithCircuitBreaker(suite))
			var seen string
			for _, failure := range []string{"", "plain", "biz", "panic", "acl", ""} {
				_, err := client.Ask(ctx, &probe.Probe{Failure: failure})
				seen += fmt.Sprintf("\n  %q: %s", failure, observe.Error(err))
			}
			return seen
		}},
	}
	list = append(list, fallbacks()...)
	return append(list, retries()...)
}

// coded are the cases of row 11 in which a client has its own codec. A
// merged binary makes RPCs of its calls.
func coded() []testCase {
	limited := func(name, text string) testCase {
		return testCase{"governance size limit of the " + name, func(ctx context.Context, callee *target) string {
			client := callee.client(client.WithCodec(codec.NewDefaultCodecWithSizeLimit(1000)))
			_, err := client.Ask(ctx, &probe.Probe{Text: text})
			return observe.Error(err)
		}}
	}
	return []testCase{
		limited("request", strings.Repeat("long", 1000)),
		limited("result", strings.Repeat("long", 200)),
	}
}

// fallbacks are the cases of row 11 about fallbacks.
func fallbacks() []testCase {
	fall := func(ctx context.Context, request, response any, err error) (any, error) {
		seen := "no result"
		if answer, ok := response.(*probe.Answer); ok && answer != nil {
			seen = answer.Text
		}
		return &probe.Answer{Text: fmt.Sprintf("fallback from %s, %s for %q", seen, observe.Error(err), request.(*probe.Probe).Text)}, nil
	}
	with := func(name string, policy *fallback.Policy, ask *probe.Probe) testCase {
		return testCase{"governance fallback " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *ask
			answer, err := callee.client(client.WithFallback(policy), hooks.tracer()).Ask(ctx, &ask)
			return text(answer) + ", " + observe.Error(err) + hooks.log("trace")
		}}
	}
	always := fallback.NewFallbackPolicy(fallback.UnwrapHelper(fall))
	return []testCase{
		with("after success", always, &probe.Probe{Text: "text"}),
		with("after an error", fallback.ErrorFallback(fallback.UnwrapHelper(fall)), &probe.Probe{Failure: "plain"}),
		with("after a business status", always, &probe.Probe{Failure: "biz"}),
		with("after a panic, reported", fallback.ErrorFallback(fallback.UnwrapHelper(fall)).EnableReportAsFallback(), &probe.Probe{Failure: "panic"}),
		with("for timeouts only", fallback.TimeoutAndCBFallback(fallback.UnwrapHelper(fall)), &probe.Probe{Failure: "plain"}),
	}
}

// retries are the cases of row 11 about retry policies.
func retries() []testCase {
	onError := &retry.ShouldResultRetry{ErrorRetryWithCtx: func(_ context.Context, err error, _ rpcinfo.RPCInfo) bool { return err != nil }}
	onText := &retry.ShouldResultRetry{RespRetryWithCtx: func(_ context.Context, response any, _ rpcinfo.RPCInfo) bool {
		result, ok := response.(interface{ GetResult() any })
		if !ok {
			return false
		}
		answer, ok := result.GetResult().(*probe.Answer)
		return ok && answer != nil && answer.Text == "callee(again)"
	}}
	with := func(name string, calls int32, ask *probe.Probe, options ...client.Option) testCase {
		return testCase{"governance retry " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *ask
			ask.Id = callee.id
			if ask.Attempts > 0 && ask.Failure == "" {
				ask.Gate = callee.id
			}
			answer, err := callee.client(append(options, client.WithMiddleware(hooks.noting("middleware")))...).Ask(ctx, &ask)
			callee.probes.Open(ctx, callee.id)
			log := callee.log(ctx, "handler", calls)
			if ask.Gate != "" {
				// Two attempts run at once, and one of them may go on after the call.
				return fmt.Sprintf("%s, %s, the callee waits %d times in %d calls", text(answer), observe.Error(err), strings.Count(log, "waits"), strings.Count(log, "text \""))
			}
			return text(answer) + ", " + observe.Error(err) + hooks.log("order") + "\n callee" + log
		}}
	}
	failure := func(rr *retry.ShouldResultRetry) client.Option {
		policy := retry.NewFailurePolicyWithResultRetry(rr)
		policy.WithMaxRetryTimes(2)
		return client.WithFailureRetry(policy)
	}
	timeout := retry.NewFailurePolicy()
	timeout.WithMaxRetryTimes(1)
	return []testCase{
		with("after an error", 2, &probe.Probe{Failure: "plain", Attempts: 1}, failure(onError)),
		with("after every error", 3, &probe.Probe{Failure: "plain"}, failure(onError)),
		with("after a panic", 2, &probe.Probe{Failure: "panic", Attempts: 1}, failure(onError)),
		with("not after success", 1, &probe.Probe{}, failure(onError)),
		with("after a result", 3, &probe.Probe{Text: "again"}, failure(onText)),
		with("after a timeout", 2, &probe.Probe{Attempts: 1}, client.WithFailureRetry(timeout), client.WithRPCTimeout(10*short)),
		with("backup request", 2, &probe.Probe{Attempts: 1}, client.WithBackupRequest(retry.NewBackupPolicy(uint32(short.Milliseconds())))),
		with("of a method", 2, &probe.Probe{Failure: "plain", Attempts: 1}, client.WithSpecifiedResultRetry(onError),
			client.WithRetryMethodPolicies(map[string]retry.Policy{"Ask": retry.BuildFailurePolicy(retry.NewFailurePolicy())})),
	}
}
