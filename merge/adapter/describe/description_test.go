package describe

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSplitType(t *testing.T) {
	tests := []struct{ name, path, typ string }{
		{"example.com/a/b.T", "example.com/a/b", "T"},
		{"example.com/v1.2/b.T", "example.com/v1.2/b", "T"},
		{"main.T", "main", "T"},
		{"T", "", "T"},
		{"", "", ""},
	}
	for _, test := range tests {
		if path, typ := SplitType(test.name); path != test.path || typ != test.typ {
			t.Errorf("SplitType(%q) = %q, %q", test.name, path, typ)
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	want := Join("api", "ns/api", []*Description{
		{RPCServices: []RPCService{{Name: "B", ImportPath: "example.com/b", Codec: Thrift, Methods: []Method{{Name: "Do", Args: "example.com/b.Args"}}}}, Defaults: []string{"example.com/b.T.F"}},
		{RPCServices: []RPCService{{Name: "A", ImportPath: "example.com/a", Codec: Protobuf, Served: true}}, ValidatesSets: []string{"example.com/a"}, Defaults: []string{"example.com/a.T.F"}},
	})
	if names := []string{want.RPCServices[0].Name, want.RPCServices[1].Name, want.Defaults[0], want.Defaults[1]}; !reflect.DeepEqual(names, []string{"A", "B", "example.com/a.T.F", "example.com/b.T.F"}) {
		t.Errorf("joined in the order %q", names)
	}
	file := filepath.Join(t.TempDir(), "d.json")
	if err := want.Save(file); err != nil {
		t.Fatal(err)
	}
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLoadOfOtherFiles(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"service": ""}`} {
		file := filepath.Join(t.TempDir(), "d.json")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if d, err := Load(file); err == nil {
			t.Errorf("%q: loaded as %+v", text, d)
		}
	}
}

func TestPartsOfDescribers(t *testing.T) {
	for text, want := range map[string]string{
		`{"rpc_service": []}`:                                                                         `unknown field "rpc_service"`,
		`{"rpc_services": [{}]}`:                                                                      `an RPC service of package "" has no name`,
		`{"rpc_services": [{"name": "A", "codec": "thrift"}]}`:                                        `RPC service "A" has no importpath`,
		`{"rpc_services": [{"name": "A", "importpath": "a"}]}`:                                        `RPC service "A" has the codec ""; want "thrift", "protobuf", "bytes" or "unknown"`,
		`{"rpc_services": [{"name": "A", "importpath": "a", "codec": "bytes"}]}`:                      `RPC service "A" has the codec "bytes" and no format`,
		`{"rpc_services": [{"name": "A", "importpath": "a", "codec": "thrift", "any_method": true}]}`: `RPC service "A" has any_method, which is for the codec "bytes", and the codec "thrift"`,
		`{"rpc_services": [{"name": "A", "importpath": "a", "codec": "unknown", "methods": [{}]}]}`:   `RPC service "A" has a method without a name`,
	} {
		file := filepath.Join(t.TempDir(), "d.json")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadPart("//:acme", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}
