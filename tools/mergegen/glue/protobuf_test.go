package glue

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/convert"
)

// searcher describes one side's protobuf service. The messages of api are
// prutal's, those of stock protobuf-go's.
func searcher(name string, marshaler convert.ProtobufCodec) *describe.Description {
	pkg := "example.com/" + name + "/kitex_gen/search/searcher"
	s := describe.RPCService{
		Name: "Searcher", PackageName: "search", ImportPath: pkg, Codec: describe.Protobuf, Marshaler: string(marshaler),
		Positions: describe.Positions{Defined: name + "/kitex_gen/search/searcher/searcher.go:17"},
	}
	for _, m := range []string{"Find", "Move"} {
		s.Methods = append(s.Methods, describe.Method{Name: m, Args: pkg + "." + m + "Args", Result: pkg + "." + m + "Result"})
	}
	return &describe.Description{Service: name, Namespace: "ns/" + name, RPCServices: []describe.RPCService{s}}
}

func searchCaller() *describe.Description {
	d := searcher("api", convert.Prutal)
	d.RPCServices[0].Called = true
	return d
}

func searchCallee() *describe.Description {
	d := searcher("stock", convert.ProtobufGo)
	d.RPCServices[0].Served = true
	return d
}

func TestProtobufGolden(t *testing.T) {
	source, manifest := generate(t, searchCaller(), searchCallee())
	golden(t, "protobuf.go.golden", source)
	data, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "protobuf.json.golden", append(data, '\n'))
}

func TestProtobufStreams(t *testing.T) {
	caller, callee := searchCaller(), searchCallee()
	methodOf(caller, "Find").Streaming = true
	methodOf(callee, "Find").Streaming = true
	source, manifest := generate(t, caller, callee)
	if got := manifest.Links[0].Methods[0]; !got.Inline || got.Request != "copied" || got.Result != "copied" {
		t.Errorf("got %+v", got)
	}
	if !bytes.Contains(source, []byte(`"Find": {Stream: true}`)) {
		t.Errorf("the method is not a stream in the glue:\n%s", source)
	}
}

func TestUnknownMarshalersMakeTheDetour(t *testing.T) {
	callee := searchCallee()
	callee.RPCServices[0].Marshaler = "example.com/own"
	source, manifest := generate(t, searchCaller(), callee)
	if !manifest.Links[0].Methods[0].Inline {
		t.Errorf("got %+v", manifest.Links[0].Methods)
	}
	for _, c := range manifest.Links[0].Conversions {
		if c.Layout != convert.ThroughCodec || !strings.Contains(c.Reason, `"example.com/own"`) {
			t.Errorf("got %+v", c)
		}
	}
	if n := bytes.Count(source, []byte("return throughCodec(dst, src)")); n != 4 {
		t.Errorf("%d detours, want 4", n)
	}
}
