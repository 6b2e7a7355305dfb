package manifest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/manifest"
)

const base = `{
	"name": "shop",
	"services": [
		{"name": "stock", "namespace": "st<ock", "label": "//stock:stock_service", "listen": true,
		 "packages": [{"importpath": "example.com/a", "importmap": "example.com/a", "label": "//a"}],
		 "modules": [{"path": "example.com/a", "version": "v1.2.3"}], "size": 12345678901234567890},
		{"name": "api", "namespace": "api"}
	],
	"shared": [{"importmap": "example.com/c", "label": "//c"}],
	"deadlines": {"api->stock": "cooperative"}
}`

const golden = `{
  "name": "shop",
  "services": [
    {
      "hooks": [
        {
          "hooked": true,
          "package": "example.com/rpc/client"
        },
        {
          "hooked": false,
          "package": "example.com/rpc/server"
        }
      ],
      "label": "//stock:stock_service",
      "listen": true,
      "modules": [
        {
          "path": "example.com/a",
          "version": "v1.2.3"
        }
      ],
      "name": "stock",
      "namespace": "st<ock",
      "packages": [
        {
          "importmap": "example.com/a",
          "importpath": "example.com/a",
          "label": "//a"
        }
      ],
      "rpc_services": [
        {
          "name": "StockService"
        }
      ],
      "size": 12345678901234567890
    },
    {
      "hooks": [],
      "name": "api",
      "namespace": "api",
      "rpc_services": []
    }
  ],
  "links": [
    {
      "callee": "stock",
      "caller": "api"
    },
    {
      "callee": "api",
      "caller": "stock"
    }
  ],
  "overlays": [
    {
      "importmap": "example.com/a",
      "kind": "asm",
      "line": 3
    }
  ],
  "shared": [
    {
      "importmap": "example.com/c",
      "label": "//c"
    }
  ],
  "deadlines": {
    "api->stock": "cooperative"
  }
}
`

// inputs writes files and returns their paths.
type inputs struct {
	t   *testing.T
	dir string
}

func (in inputs) file(name, text string) string {
	in.t.Helper()
	path := filepath.Join(in.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		in.t.Fatal(err)
	}
	return path
}

func TestMerge(t *testing.T) {
	in := inputs{t, t.TempDir()}
	m, err := manifest.Merge(manifest.Inputs{
		Base: in.file("base.json", base),
		Links: []string{
			in.file("api.links.json", `{"imports": ["x"], "links": [{"caller": "api", "callee": "stock"}]}`),
			in.file("stock.links.json", `[{"caller": "stock", "callee": "api"}]`),
			in.file("no.links.json", `{"imports": [], "links": null}`),
		},
		Hooks: []string{
			in.file("client.hook.json", `{"service": "stock", "package": "example.com/rpc/client", "hooked": true}`),
			in.file("server.hook.json", `{"service": "stock", "package": "example.com/rpc/server", "hooked": false}`),
		},
		Describes: []string{
			in.file("api.json", `{"service": "api", "namespace": "api", "rpc_services": []}`),
			in.file("stock.json", `{"service": "stock", "namespace": "st<ock", "rpc_services": [{"name": "StockService"}]}`),
		},
		Overlays: []string{
			in.file("1.json", "[]\n"),
			in.file("2.json", `[{"importmap": "example.com/a", "line": 3, "kind": "asm"}]`),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != golden {
		t.Errorf("got\n%s\nwant\n%s", got, golden)
	}
}

func TestMergeBaseOnly(t *testing.T) {
	in := inputs{t, t.TempDir()}
	m, err := manifest.Merge(manifest.Inputs{Base: in.file("base.json", `{"name": "shop", "services": [{"name": "a"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if want := `"links": [],
  "overlays": [],
  "shared": []
}
`; !strings.HasSuffix(string(got), want) {
		t.Errorf("got\n%s\nwant the end\n%s", got, want)
	}
}

func TestErrors(t *testing.T) {
	in := inputs{t, t.TempDir()}
	good := in.file("base.json", base)
	tests := []struct {
		in   manifest.Inputs
		want []string
	}{
		{manifest.Inputs{Base: "missing.json"}, []string{"missing.json"}},
		{manifest.Inputs{Base: in.file("list.json", "[]")}, []string{"list.json", "not the JSON"}},
		{manifest.Inputs{Base: in.file("empty.json", "")}, []string{"empty.json", "not the JSON"}},
		{manifest.Inputs{Base: in.file("two.json", base+base)}, []string{"two.json", "more after"}},
		{manifest.Inputs{Base: in.file("noname.json", `{"services": [{"name": "a"}]}`)}, []string{"noname.json", "no name"}},
		{manifest.Inputs{Base: in.file("noservices.json", `{"name": "shop"}`)}, []string{"shop has no services"}},
		{manifest.Inputs{Base: in.file("null.json", `{"name": "shop", "services": [null]}`)}, []string{"service 1 of shop has no name"}},
		{manifest.Inputs{Base: in.file("twice.json", `{"name": "shop", "services": [{"name": "a"}, {"name": "a"}]}`)}, []string{"two services named a"}},
		{manifest.Inputs{Base: good, Describes: []string{in.file("d.json", `{"service": "item"}`)}}, []string{"d.json", `"item"`, "base.json"}},
		{manifest.Inputs{Base: good, Describes: []string{in.file("e.json", `{"service": "api", "namespace": "other"}`)}}, []string{"service api", "e.json", "base.json", "namespace", "other"}},
		{manifest.Inputs{Base: good, Hooks: []string{in.file("h.json", `{"service": "item"}`)}}, []string{"h.json", `"item"`, "base.json"}},
		{manifest.Inputs{Base: good, Links: []string{in.file("l.json", `"x"`)}}, []string{"l.json", `a list named "links"`}},
		{manifest.Inputs{Base: good, Overlays: []string{in.file("o.json", `{"overlays": 1}`)}}, []string{"o.json", `a list named "overlays"`}},
	}
	for _, test := range tests {
		_, err := manifest.Merge(test.in)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error is %v, want one with %q", err, want)
			}
		}
	}
}
