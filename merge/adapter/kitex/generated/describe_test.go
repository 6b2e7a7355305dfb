package generated

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

const richPath = "example.com/rich/kitex_gen/rich/richservice"

// The files under testdata are what the Kitex tool v0.13.1 (stream) and
// v0.16.2 wrote, cut down to what is read.
var testPackages = []describe.Package{
	{ImportPath: richPath, Files: []string{"testdata/rich/richservice.go"}},
	{ImportPath: "example.com/pb/kitex_gen/st/stservice", Files: []string{"testdata/stream/stservice.go"}},
	{ImportPath: "example.com/pb/kitex_gen/pbs/pbservice", Files: []string{"testdata/pb/pbservice.go"}},
	{ImportPath: "example.com/rich/kitex_gen/rich", Files: nil},
}

func read(t *testing.T, c describe.Config) *describe.Description {
	t.Helper()
	d, err := Describe(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestGeneratedPackages(t *testing.T) {
	const rich, st, pb = "example.com/rich/kitex_gen/rich", "example.com/pb/kitex_gen/st", "example.com/pb/kitex_gen/pbs/pbservice"
	want := []describe.RPCService{
		{
			Name: "PbService", PackageName: "pbs", ImportPath: pb, Codec: describe.Protobuf, Marshaler: "github.com/cloudwego/prutal",
			Methods: []describe.Method{
				{Name: "Bidi", Args: pb + ".BidiArgs", Result: pb + ".BidiResult", Streaming: true},
				{Name: "SS", Args: pb + ".SSArgs", Result: pb + ".SSResult", Streaming: true},
				{Name: "Unary", Args: pb + ".UnaryArgs", Result: pb + ".UnaryResult"},
			},
			Positions: describe.Positions{Defined: "testdata/pb/pbservice.go:12"},
		},
		{
			Name: "RichService", PackageName: "rich", ImportPath: richPath, Codec: describe.Thrift,
			Methods: []describe.Method{
				{Name: "Do", Args: rich + ".RichServiceDoArgs", Result: rich + ".RichServiceDoResult"},
				{Name: "Fire", Args: rich + ".RichServiceFireArgs", OneWay: true},
				{Name: "ping", Args: rich + ".ParentPingArgs", Result: rich + ".ParentPingResult"},
				{Name: "snake_case_method", Args: rich + ".RichServiceSnakeCaseMethodArgs", Result: rich + ".RichServiceSnakeCaseMethodResult"},
			},
			Positions: describe.Positions{Defined: "testdata/rich/richservice.go:11"},
		},
		{
			Name: "StService", PackageName: "st", ImportPath: st + "/stservice", Codec: describe.Thrift,
			Methods: []describe.Method{
				{Name: "Bidi", Args: st + ".StServiceBidiArgs", Result: st + ".StServiceBidiResult", Streaming: true},
				{Name: "CS", Args: st + ".StServiceCSArgs", Result: st + ".StServiceCSResult", Streaming: true},
				{Name: "SS", Args: st + ".StServiceSSArgs", Result: st + ".StServiceSSResult", Streaming: true},
				{Name: "US", Args: st + ".StServiceUSArgs", Result: st + ".StServiceUSResult", Streaming: true},
				{Name: "Unary", Args: st + ".StServiceUnaryArgs", Result: st + ".StServiceUnaryResult"},
			},
			Positions: describe.Positions{Defined: "testdata/stream/stservice.go:11"},
		},
	}
	got := read(t, describe.Config{Packages: testPackages})
	if !reflect.DeepEqual(got.RPCServices, want) {
		t.Errorf("got  %+v\nwant %+v", got.RPCServices, want)
	}
}

// write writes files to a new directory.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestUses(t *testing.T) {
	const plain = "package p\n\nimport \"" + richPath + "\"\n\n"
	tests := map[string]struct {
		source         string
		served, called []string // lines
	}{
		"server":              {plain + `var s = richservice.NewServer(nil)`, []string{"5"}, nil},
		"register":            {plain + `var e = richservice.RegisterService(s, h)`, []string{"5"}, nil},
		"invoker":             {plain + `var i = richservice.NewInvoker(h)`, []string{"5"}, nil},
		"client":              {plain + `var c, _ = richservice.NewClient("x")`, nil, []string{"5"}},
		"must client":         {plain + `var c = richservice.MustNewClient("x")`, nil, []string{"5"}},
		"stream client":       {plain + `var c = richservice.MustNewStreamClient("x")`, nil, []string{"5"}},
		"function value":      {plain + `var f = richservice.NewClient`, nil, []string{"5"}},
		"client and server":   {plain + "var c = richservice.MustNewClient(\"x\")\nvar s = richservice.NewServer(nil)", []string{"6"}, []string{"5"}},
		"twice":               {plain + "var c = richservice.MustNewClient(\"x\")\nvar d = richservice.MustNewClient(\"x\")", nil, []string{"5", "6"}},
		"alias":               {"package p\nimport rs \"" + richPath + "\"\nvar s = rs.NewServer(nil)", []string{"3"}, nil},
		"dot import":          {"package p\nimport . \"" + richPath + "\"\nvar s = NewServer(nil)", []string{"3"}, nil},
		"dot import unused":   {"package p\nimport . \"" + richPath + "\"\nvar c Client", nil, nil},
		"blank import":        {"package p\nimport _ \"" + richPath + "\"\nvar s = richservice.NewServer(nil)", nil, nil},
		"types only":          {plain + `var c richservice.Client`, nil, nil},
		"hidden by parameter": {plain + "func f(richservice T) { richservice.NewServer(nil) }", nil, nil},
		"other package":       {"package p\nimport \"example.com/other/richservice\"\nvar s = richservice.NewServer(nil)", nil, nil},
		"info for a server":   {plain + `var e = svr.RegisterService(richservice.NewServiceInfo(), h)`, []string{"5"}, nil},
		"info for a client":   {plain + `var c, e = client.NewClient(richservice.NewServiceInfo())`, nil, []string{"5"}},
		"client's info":       {plain + `var i = richservice.NewServiceInfoForClient()`, nil, []string{"5"}},
		"info for either":     {plain + `var i = richservice.NewServiceInfo()`, []string{"5"}, []string{"5"}},
		"comment":             {plain + "// richservice.NewServer(nil)\n", nil, nil},
		"not built":           {"//go:build ignore\n\n" + plain + `var s = richservice.NewServer(nil)`, nil, nil},
		"built by tag":        {"//go:build blue\n\n" + plain + `var s = richservice.NewServer(nil)`, []string{"7"}, nil},
		"other system":        {"//go:build windows\n\n" + plain + `var s = richservice.NewServer(nil)`, nil, nil},
		"needs cgo":           {"//go:build cgo\n\n" + plain + `var s = richservice.NewServer(nil)`, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(write(t, map[string]string{"p.go": test.source}), "p.go")
			d := read(t, describe.Config{
				Packages: testPackages,
				Users:    []describe.Package{{ImportPath: "example.com/p", Files: []string{file}}},
				GOOS:     "linux", GOARCH: "amd64", Tags: []string{"blue"},
			})
			s := d.RPCServices[1]
			if s.Served != (test.served != nil) || s.Called != (test.called != nil) {
				t.Errorf("served %v, called %v", s.Served, s.Called)
			}
			for _, part := range []struct{ got, want []string }{{s.Positions.Served, test.served}, {s.Positions.Called, test.called}} {
				if len(part.got) != len(part.want) {
					t.Errorf("positions %v, want lines %v", part.got, part.want)
					continue
				}
				for i, line := range part.want {
					if part.got[i] != file+":"+line {
						t.Errorf("position %s, want line %s", part.got[i], line)
					}
				}
			}
		})
	}
}

func TestFilesOfOtherSystemsAndTestsAreLeftOut(t *testing.T) {
	const use = "package p\nimport \"" + richPath + "\"\nvar s = richservice.NewServer(nil)\n"
	dir := write(t, map[string]string{"p_windows.go": use, "p_arm64.go": use, "p_test.go": use, "p.s": "no Go"})
	var files []string
	for _, name := range []string{"p_windows.go", "p_arm64.go", "p_test.go", "p.s"} {
		files = append(files, filepath.Join(dir, name))
	}
	d := read(t, describe.Config{Packages: testPackages, Users: []describe.Package{{ImportPath: "example.com/p", Files: files}}, GOOS: "linux", GOARCH: "amd64"})
	if d.RPCServices[1].Served {
		t.Errorf("served by %v", d.RPCServices[1].Positions.Served)
	}
}

func TestUnknownFormsStayRPC(t *testing.T) {
	const source = `// Code generated by Kitex v9. DO NOT EDIT.

package x

import kitex "github.com/cloudwego/kitex/pkg/serviceinfo"

var methods = map[string]kitex.MethodInfo{
	"Few":   kitex.NewMethodInfo(f),
	name():  kitex.NewMethodInfo(f, newA, newA, false),
	"Other": kitex.NewMethodInfo(f, func() any { return nil }, newA, false),
}
var info = &kitex.ServiceInfo{ServiceName: "X"}

func newA() any { return &A{} }
`
	dir := write(t, map[string]string{"x.go": source, "hand.go": strings.Replace(source, "generated", "written", 1)})
	d := read(t, describe.Config{Packages: []describe.Package{
		{ImportPath: "example.com/x", Files: []string{filepath.Join(dir, "x.go")}},
		{ImportPath: "example.com/hand", Files: []string{filepath.Join(dir, "hand.go")}},
	}})
	want := []describe.Method{{Name: "Other", Result: "example.com/x.A"}}
	if len(d.RPCServices) != 1 || !reflect.DeepEqual(d.RPCServices[0].Methods, want) {
		t.Errorf("got %+v", d.RPCServices)
	}
}

func TestValidatesSets(t *testing.T) {
	dir := write(t, map[string]string{"k.go": "package k\n\n// panic: \"%T error writing set field: slice is not unique\"\n"})
	d := read(t, describe.Config{Packages: []describe.Package{{ImportPath: "example.com/k", Files: []string{filepath.Join(dir, "k.go")}}}})
	if !reflect.DeepEqual(d.ValidatesSets, []string{"example.com/k"}) || len(d.RPCServices) != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestDefaults(t *testing.T) {
	dir := write(t, map[string]string{"k.go": `package k

type A struct { F, G int32; L []int32 }

func NewA() *A { return &A{F: 3} }

func (p *A) InitDefault() {
	p.F = 3
	p.L = []int32{
		1,
	}
}

type B struct { F int32 }

func (p *B) InitDefault() {
}

func (p *B) SetF(v int32) { p.F = v }
`})
	d := read(t, describe.Config{Packages: []describe.Package{{ImportPath: "example.com/k", Files: []string{filepath.Join(dir, "k.go")}}}})
	if want := []string{"example.com/k.A.F", "example.com/k.A.L"}; !reflect.DeepEqual(d.Defaults, want) {
		t.Errorf("got %q, want %q", d.Defaults, want)
	}
}

func TestErrors(t *testing.T) {
	generated := func(methods string) string {
		return "// Code generated by Kitex v0.16.2. DO NOT EDIT.\n\npackage x\nimport kitex \"github.com/cloudwego/kitex/pkg/serviceinfo\"\n" + methods
	}
	tests := map[string]struct {
		generated, user string
		want            []string
	}{
		"malformed generated code": {
			generated: generated("var m = map[string]kitex.MethodInfo{\"A\": kitex.NewMethodInfo(a,}"),
			want:      []string{"g.go:5:", "expected operand"},
		},
		"malformed user code": {
			user: "package p\nimport \"" + richPath + "\"\nvar s = richservice.NewServer(\n",
			want: []string{"u.go:3:", "expected"},
		},
		"no service info": {
			generated: generated("var m = map[string]kitex.MethodInfo{\"A\": kitex.NewMethodInfo(a, newA, newA, false)}\nfunc newA() interface{} { return &A{} }"),
			want:      []string{"g.go:5: package example.com/x", "no serviceinfo.ServiceInfo with a ServiceName"},
		},
		"service name is computed": {
			generated: generated("// NewMethodInfo\nvar i = &kitex.ServiceInfo{ServiceName: name()}"),
			want:      []string{"g.go:6: package example.com/x", "ServiceName is not a constant string"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"g.go": test.generated, "u.go": test.user})
			c := describe.Config{Packages: testPackages}
			if test.generated != "" {
				c.Packages = []describe.Package{{ImportPath: "example.com/x", Files: []string{filepath.Join(dir, "g.go")}}}
			}
			if test.user != "" {
				c.Users = []describe.Package{{ImportPath: "example.com/u", Files: []string{filepath.Join(dir, "u.go")}}}
			}
			_, err := Describe(c)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

// TestVendoredPackages has generated code in a vendor folder, where packages are
// compiled under another path than sources import them by.
func TestVendoredPackages(t *testing.T) {
	const vendor = "example.com/shop/vendor/"
	dir := write(t, map[string]string{
		"main.go": "package main\n\nimport \"" + richPath + "\"\n\nfunc main() { richservice.NewServer(nil).Run() }\n",
		"dot.go":  "package main\n\nimport . \"" + richPath + "\"\n\nvar client = MustNewClient(\"rich\")\n",
	})
	d := read(t, describe.Config{
		Packages: []describe.Package{
			{
				ImportPath: vendor + richPath, Files: []string{"testdata/rich/richservice.go"},
				ImportMap: map[string]string{"example.com/rich/kitex_gen/rich": vendor + "example.com/rich/kitex_gen/rich"},
			},
			{ImportPath: vendor + "example.com/rich/kitex_gen/rich"},
		},
		Users: []describe.Package{{
			ImportPath: "example.com/shop", Files: []string{filepath.Join(dir, "main.go"), filepath.Join(dir, "dot.go")},
			ImportMap: map[string]string{richPath: vendor + richPath},
		}},
	})
	if len(d.RPCServices) != 1 {
		t.Fatalf("got %+v", d.RPCServices)
	}
	s := d.RPCServices[0]
	if s.ImportPath != vendor+richPath || !s.Served || !s.Called {
		t.Errorf("got %+v", s)
	}
	if want := vendor + "example.com/rich/kitex_gen/rich.RichServiceDoArgs"; len(s.Methods) == 0 || s.Methods[0].Args != want {
		t.Errorf("methods %+v, want the arguments of the first to be %s", s.Methods, want)
	}
}
