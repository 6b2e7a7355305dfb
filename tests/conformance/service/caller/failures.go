package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// failures are the cases of row 4.
func failures() []testCase {
	return slices.DeleteFunc(failing(), isPanic)
}

// panics are the cases of row 5.
func panics() []testCase {
	list := slices.DeleteFunc(failing(), func(c testCase) bool { return !isPanic(c) })
	return append(append(list, ownMiddleware()...), exits()...)
}

func isPanic(c testCase) bool { return strings.Contains(c.name, "panic") }

// failing are the cases in which the callee fails.
func failing() []testCase {
	var list []testCase
	fail := func(name string, failure *contract.Failure) {
		list = append(list,
			testCase{"fail " + name, func(ctx context.Context, callee *target) string {
				ctx = metainfo.WithBackwardValues(ctx)
				return observe.Outcome(callee.Fail(ctx, failure)) + ", backward " + backward(ctx) + ", then " + next(ctx, callee)
			}},
			testCase{"fail void " + name, func(ctx context.Context, callee *target) string {
				return observe.Error(callee.FailVoid(ctx, failure)) + ", then " + next(ctx, callee)
			}})
	}
	for kind := contract.Kind_NONE; kind <= contract.Kind_MIDDLEWARE_BIZ; kind++ {
		fail(strings.ToLower(kind.String()), &contract.Failure{
			Kind:    kind,
			Message: "the message",
			Code:    1234,
			Extra:   map[string]string{"key": "value", "empty": ""},
			Result_: "partial",
		})
	}
	// Codes that mean something to Kitex itself, or that could be mistaken.
	for _, code := range []int32{0, 6, -1} {
		fail(fmt.Sprint("trans ", code), &contract.Failure{Kind: contract.Kind_TRANS, Message: "the message", Code: code})
	}
	fail("biz without extra", &contract.Failure{Kind: contract.Kind_BIZ, Message: "the message", Code: 5})
	fail("biz 0", &contract.Failure{Kind: contract.Kind_BIZ, Message: "the message"})
	fail("biz with odd text", &contract.Failure{
		Kind:    contract.Kind_BIZ,
		Message: "line one\nline two \"quoted\" \u00e9",
		Code:    -5,
		Extra:   map[string]string{"a b": "c\nd"},
	})
	fail("plain without text", &contract.Failure{Kind: contract.Kind_PLAIN})
	return list
}

// backward returns the backward values that ctx received as text. The order of
// keys in Kitex's text for a biz status error's extra is random.
func backward(ctx context.Context) string {
	values := maps.Clone(metainfo.RecvAllBackwardValues(ctx))
	if text, ok := values["biz-extra"]; ok {
		var extra map[string]string
		if err := json.Unmarshal([]byte(text), &extra); err == nil {
			values["biz-extra"] = observe.Value(extra)
		}
	}
	return observe.Value(values)
}

// ownMiddleware are the cases in which the caller's middleware fails.
func ownMiddleware() []testCase {
	var list []testCase
	for _, how := range []string{"error", "panic before", "panic after"} {
		list = append(list, testCase{"own middleware " + how, func(ctx context.Context, callee *target) string {
			failing := context.WithValue(ctx, failHere{}, how)
			return observe.Outcome(callee.Fail(failing, &contract.Failure{Result_: "all is well"})) + ", then " + next(ctx, callee)
		}})
	}
	return list
}

// exits are the cases whose handler ends its goroutine. The caller waits in another one.
func exits() []testCase {
	exit := func(name string, timeout time.Duration) testCase {
		return testCase{"goexit in a handler with a " + name, func(ctx context.Context, callee *target) string {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			return observe.Outcome(callee.client(client.WithRPCTimeout(timeout)).Ask(ctx, &probe.Probe{Failure: "goexit"})) + ", then " + next(ctx, callee)
		}}
	}
	return []testCase{exit("timeout", patience), exit("context that can end", 0)}
}

// next reports whether an ordinary call works.
func next(ctx context.Context, callee *target) string {
	return observe.Outcome(callee.Mix(ctx, contract.Color_RED, contract.Color_GREEN))
}
