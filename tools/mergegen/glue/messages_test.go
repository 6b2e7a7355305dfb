package glue

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/convert"
)

// messenger describes one side of an RPC service whose messages are in package
// pkg and else cross as bytes.
func messenger(name, pkg string) *describe.Description {
	message := func(name string) string { return pkg + "." + name }
	s := describe.RPCService{
		Name: "search.Searcher", PackageName: "search", ImportPath: pkg, Codec: describe.Bytes, Format: "acme", Marshaler: string(convert.ProtobufGo),
		Methods: []describe.Method{
			{Name: "Find", Args: message("Query"), Result: message("Answer")},
			{Name: "Grow", Args: message("Tree"), Result: message("Tree")},
			{Name: "Move", Args: message("Step"), Result: message("Answer")},
			{Name: "Watch", Args: message("Query"), Result: message("Answer"), Streaming: true},
		},
		Positions: describe.Positions{Defined: name + "/search.pb.go:17"},
	}
	return &describe.Description{Service: name, Namespace: "ns/" + name, RPCServices: []describe.RPCService{s}}
}

func messageCaller() *describe.Description {
	d := messenger("front", "example.com/front/search")
	d.RPCServices[0].Called = true
	return d
}

func messageCallee() *describe.Description {
	return served(messenger("stock", "example.com/stock/kitex_gen/search"))
}

func TestMessagesGolden(t *testing.T) {
	source, manifest := generateShared(t, []string{"stock"}, messageCaller(), messageCallee())
	golden(t, "messages.go.golden", source)
	data, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "messages.json.golden", append(data, '\n'))
}

// TestMessagesAsBytes has methods whose messages cross as bytes only. None of that
// fails the build.
func TestMessagesAsBytes(t *testing.T) {
	for name, change := range map[string]func(caller, callee *describe.Description, method string){
		"without":        func(_, _ *describe.Description, _ string) {},
		"unknown types":  func(a, _ *describe.Description, m string) { methodOf(a, m).Args = "" },
		"unknown result": func(_, b *describe.Description, m string) { methodOf(b, m).Result = "" },
		"unknown codec":  func(_, b *describe.Description, _ string) { b.RPCServices[0].Marshaler = "" },
		"another codec":  func(a, _ *describe.Description, _ string) { a.RPCServices[0].Marshaler = string(convert.Prutal) },
		"unread package": func(a, _ *describe.Description, m string) { methodOf(a, m).Args = "example.com/shared/search.Query" },
		"unread type": func(_, b *describe.Description, m string) {
			methodOf(b, m).Result = "example.com/stock/kitex_gen/search.None"
		},
		"two packages":     func(a, _ *describe.Description, _ string) { twin(a) },
		"unknown method":   func(_, b *describe.Description, _ string) { anyMethods(b) },
		"oneway":           func(a, b *describe.Description, m string) { methodOf(a, m).OneWay, methodOf(b, m).OneWay = true, true },
		"other's messages": func(a, _ *describe.Description, m string) { methodOf(a, m).Args = "example.com/front/search.Step" },
	} {
		for _, method := range []string{"Find", "Watch"} {
			t.Run(name+" "+method, func(t *testing.T) {
				a, b := messageCaller(), messageCallee()
				change(a, b, method)
				source, manifest := generate(t, a, b)
				for _, m := range manifest.Links[0].Methods {
					if m.Name == method && !m.Inline {
						t.Errorf("got %+v", m)
					}
				}
				if got := bytes.Contains(source, []byte(`"`+method+"\": {\n")); got != (name == "without") {
					t.Errorf("messages of %s are converted: %v\n%s", method, got, source)
				}
			})
		}
	}
}

// TestStreamsOfAnotherCodec has a stream whose adapter asks for no conversion of single
// messages.
func TestStreamsOfAnotherCodec(t *testing.T) {
	a, b := messageCaller(), messageCallee()
	for _, d := range []*describe.Description{a, b} {
		s := &d.RPCServices[0]
		s.Codec, s.Methods = describe.Protobuf, []describe.Method{*methodOf(d, "Watch")}
	}
	source, manifest := generate(t, a, b)
	if !manifest.Links[0].Methods[0].Inline || !bytes.Contains(source, []byte(`"Watch": {Stream: true},`)) {
		t.Errorf("got %+v\n%s", manifest.Links[0].Methods[0], source)
	}
}

func TestMessageConversionsOfTheManifest(t *testing.T) {
	_, manifest := generate(t, messageCaller(), messageCallee())
	found := 0
	for _, c := range manifest.Links[0].Conversions {
		if c.Layout == convert.ThroughCodec {
			found++
			if !strings.HasSuffix(c.From, ".Step") || !strings.Contains(c.Reason, "Step.To: repeated Position and Position") {
				t.Errorf("got %+v", c)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d messages cross as bytes, want 1", found)
	}
}
