package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/caller"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// together are cases of services that are caller and callee of each other.
func together() []testCase {
	ask := func(name string, hops int32) testCase {
		return testCase{"together " + name, func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(ctx, &probe.Probe{Hops: hops})
			return text(answer) + ", " + observe.Error(err)
		}}
	}
	return []testCase{
		ask("there and back", 1),
		ask("there and back and there", 2),
		ask("many times", 30),
		{"together a service calls itself", func(ctx context.Context, callee *target) string {
			answer, err := callee.back.AskBack(ctx, &probe.Probe{Text: "self"})
			return observe.Outcome(answer, err)
		}},
		{"together a service calls itself by another", func(ctx context.Context, callee *target) string {
			answer, err := callee.back.AskBack(ctx, &probe.Probe{Text: "self", Hops: 3})
			return text(answer) + ", " + observe.Error(err)
		}},
		{"together metainfo of a call within a call", func(ctx context.Context, callee *target) string {
			ctx = metainfo.WithPersistentValue(ctx, "span", "root")
			answer, err := callee.probes.Ask(ctx, &probe.Probe{Hops: 1})
			return observe.Error(err) + ", " + found(answer, "further")
		}},
		{"together several RPC services", func(ctx context.Context, callee *target) string {
			color, first := callee.Mix(ctx, contract.Color_RED, contract.Color_GREEN)
			answer, second := callee.probes.Ask(ctx, &probe.Probe{})
			skewed, third := callee.skews.Exchange(ctx, &skew.Skewed{Both: 1})
			return observe.Outcome(color, first) + ", " + text(answer) + " " + observe.Error(second) + ", " + observe.Outcome(skewed, third)
		}},
		{"together who serves which RPC service", func(ctx context.Context, callee *target) string {
			rich, first := callee.Make(ctx, "version", 0)
			answer, second := callee.probes.Ask(ctx, &probe.Probe{Text: "version"})
			return fmt.Sprintf("contracts %s, %s, probes %s, %s", rich.GetText(), observe.Error(first), found(answer, "version"), observe.Error(second))
		}},
		{"together at once", func(ctx context.Context, callee *target) string {
			// Two calls meet in the caller's handler, which both reach by the callee.
			return atOnce(2, func(i int) string {
				answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: fmt.Sprint(i), Hops: 1, Gate: "meet"})
				return text(answer) + ", " + observe.Error(err)
			})
		}},
		{"together both directions at once", func(ctx context.Context, callee *target) string {
			return atOnce(40, func(i int) string {
				name := fmt.Sprint(i)
				if i%2 == 0 {
					answer, err := callee.back.AskBack(ctx, &probe.Probe{Text: name, Hops: 3})
					return text(answer) + ", " + observe.Error(err)
				}
				answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: name, Hops: 3})
				return text(answer) + ", " + observe.Error(err)
			})
		}},
	}
}

// atOnce runs calls at once and returns what they return, sorted.
func atOnce(calls int, run func(i int) string) string {
	seen := make([]string, calls)
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() { seen[i] = run(i) })
	}
	all.Wait()
	slices.Sort(seen)
	return strings.Join(seen, "\n  ")
}
