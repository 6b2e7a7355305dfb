package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client/genericclient"
	"github.com/cloudwego/kitex/pkg/generic"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/codec"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// genericIDL is what generic clients know of the callee: a part of probe.thrift.
const genericIDL = `
namespace go probe

struct Probe {
    1: string id
    2: string text
    5: string failure
}

struct Answer {
    1: string text
    2: map<string, string> found
}

service ProbeService {
    Answer Ask(1: Probe ask)
}
`

// generics are the cases of generic clients that know the IDL.
func generics() []testCase {
	provided := func(make func(generic.DescriptorProvider) (generic.Generic, error)) func() (generic.Generic, error) {
		return func() (generic.Generic, error) {
			idl, err := generic.NewThriftContentProvider(genericIDL, nil)
			if err != nil {
				return nil, err
			}
			return make(idl)
		}
	}
	maps := provided(generic.MapThriftGeneric)
	texts := provided(func(p generic.DescriptorProvider) (generic.Generic, error) { return generic.JSONThriftGeneric(p) })
	return append(
		genericCases("map", maps, func(ask map[string]any) (any, error) { return map[string]any{"ask": ask}, nil }),
		genericCases("JSON", texts, func(ask map[string]any) (any, error) {
			text, err := json.Marshal(map[string]any{"ask": ask})
			return string(text), err
		})...)
}

// binaryGenerics are the cases of a generic client that knows no IDL, and so not
// which RPC service it calls.
func binaryGenerics() []testCase {
	return genericCases("binary", func() (generic.Generic, error) { return generic.BinaryThriftGeneric(), nil }, func(ask map[string]any) (any, error) {
		text, _ := ask["text"].(string)
		failure, _ := ask["failure"].(string)
		message := probe.NewProbeServiceAskArgs()
		message.Ask = &probe.Probe{Text: text, Failure: failure}
		return codec.Marshal("Ask", message)
	})
}

// genericCases are the cases of one kind of client. encode makes its request of
// the fields of a probe.
func genericCases(kind string, make func() (generic.Generic, error), encode func(ask map[string]any) (any, error)) []testCase {
	call := func(what string, ask map[string]any) testCase {
		return testCase{fmt.Sprintf("generic %s: %s", kind, what), func(ctx context.Context, callee *target) string {
			g, err := make()
			if err != nil {
				return "no generic: " + err.Error()
			}
			client, err := genericclient.NewClient(calleeName, g, callee.options()...)
			if err != nil {
				return "no client: " + observe.Error(err)
			}
			// Kitex closes a client that nothing refers to, also during a call.
			defer runtime.KeepAlive(client)
			request, err := encode(ask)
			if err != nil {
				return "no request: " + err.Error()
			}
			ctx = metainfo.WithPersistentValue(ctx, "span", "generic")
			response, err := client.GenericCall(ctx, "Ask", request)
			return fmt.Sprintf("%v, %s", decoded(response), observe.Error(err))
		}}
	}
	return []testCase{
		call("answer", map[string]any{"text": "service"}),
		call("business status", map[string]any{"failure": "biz"}),
		call("plain error", map[string]any{"failure": "plain"}),
	}
}

// decoded returns a response in a form whose maps print in an order of keys.
func decoded(response any) any {
	switch response := response.(type) {
	case []byte:
		result := probe.NewProbeServiceAskResult()
		if err := codec.Unmarshal(response, result); err != nil {
			return err
		}
		return observe.Value(result)
	case string:
		var fields map[string]any
		if err := json.Unmarshal([]byte(response), &fields); err != nil {
			return err
		}
		return fields
	}
	return response
}
