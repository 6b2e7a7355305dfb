package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/discovery"
	"github.com/cloudwego/kitex/pkg/loadbalance"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// discovered are the cases of row 11 about the resolver and the load balancer.
// An inline call consults neither.
func discovered() []testCase {
	return []testCase{
		{"governance resolver", func(ctx context.Context, callee *target) string {
			resolver := &resolver{}
			_, err := callee.client(client.WithResolver(resolver)).Ask(ctx, &probe.Probe{})
			return fmt.Sprintf("%s, resolver asked %t", observe.Error(err), resolver.asked.Load())
		}},
		{"governance load balancer", func(ctx context.Context, callee *target) string {
			balancer := &balancer{Loadbalancer: loadbalance.NewWeightedBalancer()}
			_, err := callee.client(client.WithResolver(&resolver{}), client.WithLoadBalancer(balancer)).Ask(ctx, &probe.Probe{})
			return fmt.Sprintf("%s, load balancer asked %t", observe.Error(err), balancer.asked.Load())
		}},
		{"governance resolver that finds nobody", func(ctx context.Context, callee *target) string {
			_, err := callee.client(client.WithResolver(&resolver{nobody: true})).Ask(ctx, &probe.Probe{})
			return observe.Error(err)
		}},
	}
}

// resolver finds the callee where the environment says.
type resolver struct {
	nobody bool
	asked  atomic.Bool
}

// Target implements discovery.Resolver.
func (r *resolver) Target(_ context.Context, target rpcinfo.EndpointInfo) string {
	return target.ServiceName()
}

// Resolve implements discovery.Resolver.
func (r *resolver) Resolve(context.Context, string) (discovery.Result, error) {
	r.asked.Store(true)
	result := discovery.Result{Cacheable: false, CacheKey: "callee"}
	if !r.nobody {
		result.Instances = []discovery.Instance{discovery.NewInstance("tcp", os.Getenv(calleeEnv), discovery.DefaultWeight, nil)}
	}
	return result, nil
}

// Diff implements discovery.Resolver.
func (r *resolver) Diff(key string, prev, next discovery.Result) (discovery.Change, bool) {
	return discovery.DefaultDiff(key, prev, next)
}

// Name implements discovery.Resolver. Clients share what resolvers of one name
// found.
func (r *resolver) Name() string { return fmt.Sprintf("resolver %p", r) }

// balancer notes whether it is asked.
type balancer struct {
	loadbalance.Loadbalancer
	asked atomic.Bool
}

// GetPicker implements loadbalance.Loadbalancer.
func (b *balancer) GetPicker(result discovery.Result) loadbalance.Picker {
	b.asked.Store(true)
	return b.Loadbalancer.GetPicker(result)
}

// Name implements loadbalance.Loadbalancer.
func (b *balancer) Name() string { return fmt.Sprintf("balancer %p", b) }
