package main

import (
	"context"
	"runtime/pprof"

	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// governance is about what a merged binary says of its services, and profiles show.
// Where nothing is limited or denied, calls are as if there were no rules.
func governance() []testCase {
	return []testCase{
		{name: "profile labels of handlers", run: func(e *env) {
			withLabels(e, func(ctx context.Context) {
				e.tryIn(ctx, "labels")
				e.replayed()
				if s, ok := e.begin(ctx, "Both"); ok {
					e.drain(s)
				}
			})
		}},
		{name: "profile labels after calls", run: func(e *env) {
			withLabels(e, func(ctx context.Context) {
				for _, request := range []string{"labels", "set labels"} {
					_, err := e.unary(ctx, request)
					e.replayed()
					e.Addf("%s: %s, then %s", request, observe.Error(err), observe.Labels())
				}
				if s, ok := e.begin(ctx, "Both"); ok {
					for err := error(nil); err == nil; _, err = s.recv() {
					}
					e.Addf("a stream, then %s", observe.Labels())
				}
			})
		}},
		{name: "number of calls at once", run: func(e *env) {
			var open []stream
			for range 2 {
				// Earlier calls that have ended may still count.
				e.await("a stream", func() bool {
					s, ok := e.begin(context.Background(), "Both")
					if !ok {
						return false
					}
					s.send("x")
					reply, err := s.recv()
					if err == nil {
						e.Addf("%q", reply)
						open = append(open, s)
					}
					return err == nil
				})
			}
			e.tryBoth("third")
			for _, s := range open {
				s.CloseSend()
				e.drain(s)
			}
			e.await("another call", func() bool {
				_, err := e.unary(context.Background(), "after them")
				return err == nil
			})
		}},
		{name: "permission to call", run: func(e *env) {
			e.tryBoth("allowed")
			client := grpc_health_v1.NewHealthClient(e.cc)
			reply, err := client.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{})
			e.Addf("unary: %s, %s", reply.GetStatus(), observe.Error(err))
			ctx, cancel := e.ctx()
			defer cancel()
			watch, err := client.Watch(ctx, &grpc_health_v1.HealthCheckRequest{})
			if err != nil {
				e.Addf("stream: %s", observe.Error(err))
				return
			}
			reply, err = watch.Recv()
			e.Addf("stream: %s, %s", reply.GetStatus(), observe.Error(err))
			cancel()
			_, err = watch.Recv()
			e.Addf("cancelled: %s", observe.Code(err))
		}},
		{name: "rules of methods", form: switched, run: func(e *env) {
			for _, rule := range []string{"*->*/conformance.Cases/Unary off", "*->*/conformance.Cases/Both off", "*->*/conformance.Cases/Unary on", "*->*/conformance.Cases/Both on"} {
				e.rule(rule)
				e.tryBoth(rule)
			}
		}},
	}
}

// withLabels runs calls with contexts that can end and cannot, in a goroutine with labels.
func withLabels(e *env, calls func(ctx context.Context)) {
	pprof.Do(context.Background(), pprof.Labels("set by", "the caller"), func(labelled context.Context) {
		calls(labelled)
		ctx, cancel := context.WithCancel(labelled)
		defer cancel()
		calls(ctx)
	})
	e.Addf("outside %s", observe.Labels())
}

// tryBoth makes a unary call and one of a stream.
func (e *env) tryBoth(what string) {
	e.try(what)
	if s, ok := e.begin(context.Background(), "Both"); ok {
		s.CloseSend()
		e.drain(s)
	}
}
