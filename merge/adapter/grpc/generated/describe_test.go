package generated

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

const stockPath = "example.com/gen/stock"

// The files under testdata are what the plugins of these versions wrote for one
// .proto file.
var plugins = []string{
	"plugin_v1.0.1/stock_grpc.pb.go",
	"plugin_v1.1.0/stock_grpc.pb.go",
	"plugin_v1.6.0/stock_grpc.pb.go",
	"streams_v1.5.1/stock_grpc.pb.go", // without generic streams
	"golang_v1.3.5/stock.pb.go",
	"gogo_v1.3.2/stock.pb.go",
}

func stock(plugin string) describe.Package {
	return describe.Package{ImportPath: stockPath, Files: []string{filepath.Join("testdata", plugin)}}
}

func read(t *testing.T, c describe.Config) *describe.Description {
	t.Helper()
	d, err := describeTo(io.Discard, c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPlugins(t *testing.T) {
	service := func(name, marshaler string, methods ...describe.Method) describe.RPCService {
		return describe.RPCService{
			Name: "acme.stock.v1." + name, PackageName: "acme.stock.v1", ImportPath: stockPath,
			Codec: describe.Bytes, Format: "grpc", Marshaler: marshaler, Methods: append([]describe.Method{}, methods...),
		}
	}
	method := func(name string, streaming bool) describe.Method {
		return describe.Method{Name: name, Args: stockPath + ".Item", Result: stockPath + ".Level", Streaming: streaming}
	}
	want := []describe.RPCService{
		service("Nothing", ""),
		service("Stock", marshaler,
			method("Fill", true), method("Get", false), method("Trade", true), method("Watch", true)),
		service("audit_log", marshaler, method("put_entry", false)),
	}
	for _, plugin := range plugins {
		t.Run(plugin, func(t *testing.T) {
			d := read(t, describe.Config{Packages: []describe.Package{stock(plugin), {ImportPath: "example.com/other"}}})
			for i := range d.RPCServices {
				s := &d.RPCServices[i]
				if file := filepath.Join("testdata", plugin); !strings.HasPrefix(s.Positions.Defined, file+":") {
					t.Errorf("%s is defined at %s", s.Name, s.Positions.Defined)
				}
				s.Positions.Defined = ""
			}
			if !reflect.DeepEqual(d.RPCServices, want) {
				t.Errorf("got  %+v\nwant %+v", d.RPCServices, want)
			}
		})
	}
}

// write writes a file to a new directory.
func write(t *testing.T, name, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUses(t *testing.T) {
	const plain = "package p\n\nimport \"" + stockPath + "\"\n\n"
	tests := map[string]struct {
		source         string
		served, called []string // name and line
	}{
		"server":                 {plain + `func f() { stockpb.RegisterStockServer(s, h) }`, []string{"Stock:5"}, nil},
		"server of another name": {plain + `var f = stockpb.RegisterAuditLogServer`, []string{"audit_log:5"}, nil},
		"description":            {plain + `var e = add(&stockpb.Stock_ServiceDesc, h)`, []string{"Stock:5"}, nil},
		"description as value":   {plain + `var e = stockpb.Stock_ServiceDesc`, []string{"Stock:5"}, nil},
		"name of a description":  {plain + `var n = stockpb.Stock_ServiceDesc.ServiceName`, nil, nil},
		"stream of a desc":       {plain + `var s, e = cc.NewStream(ctx, &stockpb.Stock_ServiceDesc.Streams[0], m)`, nil, []string{"Stock:5"}},
		"client":                 {plain + `var c = stockpb.NewStockClient(cc)`, nil, []string{"Stock:5"}},
		"client and server":      {plain + "var c = stockpb.NewStockClient(cc)\nfunc f() { stockpb.RegisterStockServer(s, h) }", []string{"Stock:6"}, []string{"Stock:5"}},
		"two RPC services":       {plain + "var c = stockpb.NewStockClient(cc)\nvar d = stockpb.NewAuditLogClient(cc)", nil, []string{"Stock:5", "audit_log:6"}},
		"call without client":    {plain + `var e = cc.Invoke(ctx, stockpb.AuditLog_PutEntry_FullMethodName, in, out)`, nil, []string{"audit_log:5"}},
		"name of a method":       {plain + `var ok = m == stockpb.AuditLog_PutEntry_FullMethodName`, nil, nil},
		"gateway":                {plain + `var e = stockpb.RegisterStockHandlerFromEndpoint(ctx, mux, addr, opts)`, nil, []string{"Stock:5"}},
		"gateway in process":     {plain + `var e = stockpb.RegisterStockHandlerServer(ctx, mux, h)`, nil, nil},
		"alias":                  {"package p\nimport pb \"" + stockPath + "\"\nvar c = pb.NewStockClient(cc)", nil, []string{"Stock:3"}},
		"dot import":             {"package p\nimport . \"" + stockPath + "\"\nvar c = NewStockClient(cc)", nil, []string{"Stock:3"}},
		"blank import":           {"package p\nimport _ \"" + stockPath + "\"\nvar c = stockpb.NewStockClient(cc)", nil, nil},
		"types only":             {plain + `var c stockpb.StockClient`, nil, nil},
		"hidden by parameter":    {plain + "func f(stockpb T) { stockpb.NewStockClient(cc) }", nil, nil},
		"method of a value":      {plain + `func f() { x.stockpb.NewStockClient(cc) }`, nil, nil},
		"not built":              {"//go:build ignore\n\n" + plain + `var c = stockpb.NewStockClient(cc)`, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := write(t, "p.go", test.source)
			d := read(t, describe.Config{
				Packages: []describe.Package{stock("plugin_v1.6.0/stock_grpc.pb.go")},
				Users:    []describe.Package{{ImportPath: "example.com/p", Files: []string{file}}},
			})
			var served, called []string
			for _, s := range d.RPCServices {
				short := strings.TrimPrefix(s.Name, "acme.stock.v1.")
				for _, p := range s.Positions.Served {
					served = append(served, short+strings.TrimPrefix(p, file))
				}
				for _, p := range s.Positions.Called {
					called = append(called, short+strings.TrimPrefix(p, file))
				}
				if s.Served != (len(s.Positions.Served) > 0) || s.Called != (len(s.Positions.Called) > 0) {
					t.Errorf("%s: served %v, called %v at %+v", s.Name, s.Served, s.Called, s.Positions)
				}
			}
			if !slices.Equal(served, test.served) || !slices.Equal(called, test.called) {
				t.Errorf("served %q, called %q; want %q, %q", served, called, test.served, test.called)
			}
		})
	}
}

// TestByHand has a service without generated code.
func TestByHand(t *testing.T) {
	file := write(t, "p.go", `package p

import rpc "google.golang.org/grpc"

const name = "acme.Raw"

var desc = rpc.ServiceDesc{
	ServiceName: name,
	HandlerType: (*any)(nil),
	Methods:     []rpc.MethodDesc{{MethodName: "Get", Handler: get}},
	Streams:     []rpc.StreamDesc{{StreamName: "Watch", Handler: watch, ServerStreams: true}},
}

func serve(s *rpc.Server) {
	s.RegisterService(&desc, nil)
	s.RegisterService(&rpc.ServiceDesc{ServiceName: "acme.Open", Methods: methods()}, nil)
	s.RegisterService(&rpc.ServiceDesc{ServiceName: computed()}, nil)
	_ = rpc.ServiceDesc{}
}
`)
	var log bytes.Buffer
	d, err := describeTo(&log, describe.Config{Packages: []describe.Package{{ImportPath: "example.com/p", Files: []string{file}}}})
	if err != nil {
		t.Fatal(err)
	}
	service := func(name, defined, served string) describe.RPCService {
		return describe.RPCService{
			Name: name, PackageName: "acme", ImportPath: "example.com/p", Codec: describe.Bytes, Format: "grpc", Methods: []describe.Method{}, Served: true,
			Positions: describe.Positions{Defined: file + defined, Served: []string{file + served}},
		}
	}
	open, raw := service("acme.Open", ":16", ":16"), service("acme.Raw", ":7", ":15")
	open.AnyMethod = true
	raw.Methods = []describe.Method{{Name: "Get"}, {Name: "Watch", Streaming: true}}
	if want := []describe.RPCService{open, raw}; !reflect.DeepEqual(d.RPCServices, want) {
		t.Errorf("got  %+v\nwant %+v", d.RPCServices, want)
	}
	if want := file + ":17: package example.com/p: the ServiceName of this grpc.ServiceDesc is not a constant string, so that calls of the RPC service stay RPCs\n"; log.String() != want {
		t.Errorf("logged %q, want %q", &log, want)
	}
}

// TestBesideGeneratedCode has a file of the generated package that is written by
// hand, and one of grpc-gateway.
func TestBesideGeneratedCode(t *testing.T) {
	pkg := stock("plugin_v1.6.0/stock_grpc.pb.go")
	const text = "package stockpb\n\nfunc Dial(cc C) StockClient { return NewStockClient(cc) }\n"
	hand, gateway := write(t, "hand.go", text), write(t, "stock.pb.gw.go", "// Code generated by protoc-gen-grpc-gateway. DO NOT EDIT.\n\n"+strings.Replace(text, "Stock", "AuditLog", -1))
	pkg.Files = append(pkg.Files, hand, gateway)
	d := read(t, describe.Config{Packages: []describe.Package{pkg}})
	for _, s := range d.RPCServices {
		if want := s.Name == "acme.stock.v1.Stock"; s.Called != want || s.Served {
			t.Errorf("%s: called %v, served %v", s.Name, s.Called, s.Served)
		}
	}
	if got := d.RPCServices[1].Positions.Called; !slices.Equal(got, []string{hand + ":3"}) {
		t.Errorf("called at %q", got)
	}
}

func TestErrors(t *testing.T) {
	const generated = "// Code generated by protoc-gen-go-grpc. DO NOT EDIT.\n\npackage x\n\nimport \"google.golang.org/grpc\"\n\n"
	for name, test := range map[string]struct{ generated, user, want string }{
		"malformed generated code": {generated + "var d = grpc.ServiceDesc{ServiceName: }", "", "g.go:7:"},
		"malformed user code":      {"", "package p\nimport \"" + stockPath + "\"\nvar c = stockpb.NewStockClient(\n", "u.go:3:"},
		"service name is computed": {generated + "var d = grpc.ServiceDesc{ServiceName: name()}", "", "g.go:7: package " + stockPath + ": a grpc.ServiceDesc without a constant ServiceName"},
	} {
		t.Run(name, func(t *testing.T) {
			c := describe.Config{Packages: []describe.Package{stock("plugin_v1.6.0/stock_grpc.pb.go")}}
			if test.generated != "" {
				c.Packages[0].Files = []string{write(t, "g.go", test.generated)}
			}
			if test.user != "" {
				c.Users = []describe.Package{{ImportPath: "example.com/u", Files: []string{write(t, "u.go", test.user)}}}
			}
			if _, err := describeTo(io.Discard, c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
