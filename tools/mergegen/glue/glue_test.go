package glue

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

var update = flag.Bool("update", false, "write the golden files")

// The packages under testdata/src/ns are what the Kitex tool v0.13.1 (api) and
// v0.16.2 (stock) wrote for two versions of an IDL, without function bodies.
const runtimeImport = "github.com/gomerge/rules_go_merge/merge/runtime"

// stockService describes one side's StockService.
func stockService(name string, methods ...string) *describe.Description {
	pkg := "example.com/" + name + "/kitex_gen/stock"
	s := describe.RPCService{
		Name: "StockService", PackageName: "stock", ImportPath: pkg + "/stockservice", Codec: describe.Thrift,
		Positions: describe.Positions{Defined: name + "/kitex_gen/stock/stockservice/stockservice.go:17"},
	}
	for _, m := range methods {
		method := describe.Method{Name: m, Args: pkg + ".StockService" + m + "Args", Result: pkg + ".StockService" + m + "Result"}
		if m == "Touch" {
			method.Result, method.OneWay = "", true
		}
		s.Methods = append(s.Methods, method)
	}
	return &describe.Description{Service: name, Namespace: "ns/" + name, RPCServices: []describe.RPCService{s}}
}

func caller() *describe.Description {
	d := stockService("api", "OnlyApiKnows", "Ping", "Reserve", "Touch")
	d.RPCServices[0].Called = true
	d.RPCServices[0].Positions.Called = []string{"api/main.go:12"}
	return d
}

func callee() *describe.Description {
	d := stockService("stock", "OnlyStockKnows", "Ping", "Reserve", "Touch")
	d.RPCServices[0].Served = true
	d.RPCServices[0].Positions.Served = []string{"stock/main.go:20"}
	return d
}

func generate(t *testing.T, caller *describe.Description, callees ...*describe.Description) ([]byte, *Manifest) {
	t.Helper()
	return generateShared(t, nil, caller, callees...)
}

// generateShared is generate for a caller that shares memory with some callees.
func generateShared(t *testing.T, share []string, caller *describe.Description, callees ...*describe.Description) ([]byte, *Manifest) {
	t.Helper()
	types := newSourceTypes(t)
	source, manifest, err := Generate(Config{Caller: caller, Callees: callees, Share: share, Types: types, Package: "glue", RuntimeImport: runtimeImport})
	if err != nil {
		t.Fatal(err)
	}
	types.compile(source)
	return source, manifest
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("not like %s (go test -update writes it); got\n%s", file, got)
	}
}

func TestGolden(t *testing.T) {
	tests := map[string]struct {
		caller  *describe.Description
		callees []*describe.Description
		share   []string
	}{
		"link":         {caller: caller(), callees: []*describe.Description{callee()}},
		"shared":       {caller(), []*describe.Description{callee()}, []string{"stock"}},
		"no_links":     {caller: callee(), callees: []*describe.Description{caller(), callee()}},
		"bytes":        {caller: bytesOf(caller()), callees: []*describe.Description{bytesOf(callee())}},
		"shared_bytes": {bytesOf(caller()), []*describe.Description{bytesOf(callee())}, []string{"stock"}},
		"any_method":   {caller: anyMethods(caller()), callees: []*describe.Description{anyMethods(callee())}},
		// The caller serves it, too, and other says nothing of its targets.
		"targets": {caller: byTarget(served(caller()), "stock:50051"), callees: []*describe.Description{
			byTarget(callee(), "stock:50051", "consul://*/stock"), byTarget(named(callee(), "other")),
		}},
		"nothing_inline": {caller: caller(), callees: []*describe.Description{func() *describe.Description {
			d := callee()
			d.RPCServices[0].Codec = describe.Protobuf
			return d
		}()}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source, manifest := generateShared(t, test.share, test.caller, test.callees...)
			golden(t, name+".go.golden", source)
			data, err := json.MarshalIndent(manifest, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json.golden", append(data, '\n'))
		})
	}
}

// byTarget is a description of what is called over connections, with a stream,
// as bytes.
func byTarget(d *describe.Description, targets ...string) *describe.Description {
	s := &bytesOf(d).RPCServices[0]
	s.CalleeBy = describe.ByTarget
	methodOf(d, "Reserve").Streaming = true
	d.Targets = targets
	return d
}

func served(d *describe.Description) *describe.Description {
	d.RPCServices[0].Served = true
	return d
}

func named(d *describe.Description, name string) *describe.Description {
	d.Service, d.Namespace = name, "ns/"+name
	return d
}

// anyMethods is a description of which the methods are not known.
func anyMethods(d *describe.Description) *describe.Description {
	s := &bytesOf(d).RPCServices[0]
	s.Methods, s.AnyMethod = nil, true
	return d
}

// bytesOf is a description whose methods cross as bytes.
func bytesOf(d *describe.Description) *describe.Description {
	s := &d.RPCServices[0]
	s.Codec = describe.Bytes
	for i := range s.Methods {
		s.Methods[i].Args, s.Methods[i].Result = "", ""
	}
	return d
}

func TestOutputDoesNotDependOnTheOrderOfCallees(t *testing.T) {
	other := &describe.Description{Service: "other", Namespace: "ns/other"}
	first, _ := generate(t, caller(), callee(), other, caller())
	for range 5 {
		if again, _ := generate(t, caller(), other, caller(), callee()); !bytes.Equal(first, again) {
			t.Fatal("two outputs differ")
		}
	}
}

func TestSelfLink(t *testing.T) {
	d := caller()
	d.RPCServices[0].Served = true
	source, manifest := generate(t, d)
	if len(manifest.Links) != 1 || manifest.Links[0].Callee != "api" {
		t.Errorf("links %+v", manifest.Links)
	}
	if !bytes.Contains(source, []byte(`Callee:     "api"`)) {
		t.Error("no link to itself in the glue")
	}
}

// twin adds a second generated package over the same structs to d.
func twin(d *describe.Description) *describe.Description {
	second := d.RPCServices[0]
	second.ImportPath += "2"
	d.RPCServices = append(d.RPCServices, second)
	return d
}

// TestChosenTarget has two callees with one pattern, of which one is chosen.
func TestChosenTarget(t *testing.T) {
	c := Config{
		Caller:  byTarget(caller()),
		Callees: []*describe.Description{byTarget(callee(), "stock:1"), byTarget(named(callee(), "other"), "stock:1")},
		Choices: map[string]string{"StockService": "other"},
		Types:   newSourceTypes(t), Package: "glue", RuntimeImport: runtimeImport,
	}
	_, manifest, err := Generate(c)
	if err != nil {
		t.Fatal(err)
	}
	if l := manifest.Links; len(l) != 1 || l[0].Callee != "other" || !slices.Equal(l[0].Targets, []string{"*"}) {
		t.Errorf("links %+v", l)
	}
}

func TestTwoGeneratedPackagesOfOneCaller(t *testing.T) {
	source, _ := generate(t, twin(caller()), callee())
	if n := bytes.Count(source, []byte("case *api_stock.StockServicePingArgs:")); n != 1 {
		t.Errorf("%d cases for structs that both packages use, want 1", n)
	}
}

func TestTwoCopiesOfTheCallersStructs(t *testing.T) {
	// The second copy's structs are the callee's, for want of a third copy.
	d := caller()
	second := callee().RPCServices[0]
	second.ImportPath, second.Called, second.Served = "example.com/vendored/stockservice", true, false
	d.Namespace = "ns"
	first := &d.RPCServices[0]
	for i := range first.Methods {
		m := &first.Methods[i]
		m.Args, m.Result = "api/"+m.Args, "api/"+m.Result
	}
	for i := range second.Methods {
		m := &second.Methods[i]
		m.Args, m.Result = "stock/"+m.Args, "stock/"+m.Result
	}
	d.RPCServices = append(d.RPCServices, second)
	source, _ := generate(t, d, callee())
	for _, want := range []string{"case *api_stock.StockServicePingArgs:", "case *api_stock_2.StockServicePingArgs:"} {
		if !bytes.Contains(source, []byte(want)) {
			t.Errorf("the glue lacks %q", want)
		}
	}
}

func TestMethodsThatStayRPC(t *testing.T) {
	tests := map[string]struct {
		change         func(caller, callee *describe.Description)
		method, reason string
	}{
		"unknown to the callee": {nil, "OnlyApiKnows", `service "stock" does not know the method`},
		"streaming caller of bytes": {func(a, b *describe.Description) {
			bytesOf(a)
			bytesOf(b)
			methodOf(a, "Ping").Streaming = true
		}, "Ping", "streaming on one side only"},
		"streaming caller":   {func(a, _ *describe.Description) { methodOf(a, "Ping").Streaming = true }, "Ping", "streaming on one side only"},
		"streaming callee":   {func(_, b *describe.Description) { methodOf(b, "Ping").Streaming = true }, "Ping", "streaming on one side only"},
		"oneway on one side": {func(_, b *describe.Description) { methodOf(b, "Ping").OneWay = true }, "Ping", "oneway on one side only"},
		"unknown arguments": {func(_, b *describe.Description) { methodOf(b, "Ping").Args = "" }, "Ping",
			"stock/kitex_gen/stock/stockservice/stockservice.go:17: the describer does not know the types of its arguments and result"},
		"two codecs": {func(a, _ *describe.Description) { a.RPCServices[0].Codec = describe.Protobuf }, "Ping",
			`service "api" encodes with protobuf and service "stock" with thrift`},
		"unknown codec": {func(a, _ *describe.Description) { a.RPCServices[0].Codec = describe.Unknown }, "Ping",
			"the codec is unknown; thrift and protobuf are converted, and bytes handed over"},
		"two adapters": {func(a, b *describe.Description) {
			a.RPCServices[0].Adapter, b.RPCServices[0].Adapter = "//:acme", "//:other"
		}, "Ping",
			`service "api" calls it by the framework of adapter //:acme, and service "stock" serves it by that of //:other`},
		"two formats": {func(a, b *describe.Description) {
			bytesOf(a).RPCServices[0].Format, bytesOf(b).RPCServices[0].Format = "json", "cbor"
		}, "Ping",
			`service "api" encodes in the format json and service "stock" in cbor`},
		"two served packages": {func(_, b *describe.Description) { twin(b) }, "Ping",
			`service "stock" serves StockService with two generated packages, example.com/stock/kitex_gen/stock/stockservice and example.com/stock/kitex_gen/stock/stockservice2`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := caller(), callee()
			if test.change != nil {
				test.change(a, b)
			}
			source, manifest := generate(t, a, b)
			methods := manifest.Links[0].Methods
			i := slices.IndexFunc(methods, func(m Method) bool { return m.Name == test.method })
			if got := methods[i]; got.Inline || got.Reason != test.reason {
				t.Errorf("got  %+v\nwant %s", got, test.reason)
			}
			if bytes.Contains(source, []byte(`"`+test.method+`": {`)) {
				t.Error("the glue converts the method")
			}
		})
	}
}

func methodOf(d *describe.Description, name string) *describe.Method {
	return findMethod(&d.RPCServices[0], name)
}

// TestUnhooked has services whose framework the adapter does not fit. The methods
// of the links on that side stay RPCs, and say why.
func TestUnhooked(t *testing.T) {
	report := func(name, role string, hooked bool) *hook.Report {
		return &hook.Report{Service: name, Role: role, Module: "Kitex", Version: "v0.9.1", First: "v0.10.3", Last: "v0.16.3", Hooked: hooked}
	}
	other := func(r *hook.Report) *hook.Report {
		r.Adapter = "//:other"
		return r
	}
	const misfit = ": the adapter does not fit the service's Kitex v0.9.1; it is tested with v0.10.3 to v0.16.3"
	for _, test := range []struct {
		hooks       []*hook.Report
		want        string
		unannounced bool
	}{
		{hooks: []*hook.Report{report("api", hook.Client, true), report("stock", hook.Server, true)}},
		{hooks: []*hook.Report{report("api", hook.Server, false), report("stock", hook.Client, false), report("api", "", false)}},
		{hooks: []*hook.Report{report("api", hook.Client, false)}, want: `service "api"` + misfit},
		{hooks: []*hook.Report{report("stock", hook.Server, false)}, want: `service "stock"` + misfit, unannounced: true},
		{hooks: []*hook.Report{report("stock", hook.Server, false), report("api", hook.Client, false)}, want: `service "api"` + misfit, unannounced: true},
		// Those of another framework.
		{hooks: []*hook.Report{other(report("stock", hook.Server, false)), other(report("api", hook.Client, false))}},
	} {
		source, manifest, err := Generate(Config{Caller: caller(), Callees: []*describe.Description{callee()}, Hooks: test.hooks, Types: newSourceTypes(t), Package: "glue", RuntimeImport: runtimeImport})
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(source, []byte("Unannounced: true,")); got != test.unannounced {
			t.Errorf("%v: unannounced %v", test.hooks, got)
		}
		for _, m := range manifest.Links[0].Methods {
			if test.want != "" && (m.Inline || m.Reason != test.want) {
				t.Errorf("%s: inline %v, reason %q; want %q", m.Name, m.Inline, m.Reason, test.want)
			}
			if test.want == "" && m.Name == "Reserve" && !m.Inline {
				t.Errorf("%s is not inline: %s", m.Name, m.Reason)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	second := func() *describe.Description {
		d := callee()
		d.Service, d.Namespace = "warehouse", "ns/warehouse"
		d.RPCServices[0].Positions.Served = []string{"warehouse/main.go:31", "warehouse/main.go:40"}
		return d
	}
	depot := stockService("depot", "Touch")
	depot.RPCServices[0].Served = true
	tests := map[string]struct {
		caller  *describe.Description
		callees []*describe.Description
		config  Config
		want    string
	}{
		"two callees": {caller(), []*describe.Description{callee(), second()}, Config{}, "" +
			`RPC service "StockService", which service "api" calls (api/main.go:12), is served by 2 services of the merged binary:` + "\n" +
			"\t" + `service "stock" (stock/main.go:20)` + "\n" +
			"\t" + `service "warehouse" (warehouse/main.go:31)` + "\n" +
			"A call inside of the binary can go to one of them only. Choose one in `callees` of the go_merged_binary, as in callees = {\"api->*/StockService\": LABEL}, with the label of its go_merge_service; or, where one of them has a server for \"StockService\" that it does not run, list what it does serve in `serves` of its go_merge_service."},
		"types that differ on the wire": {caller(), []*describe.Description{depot}, Config{}, "" +
			"a type pair that cannot be converted: field StockServiceTouchArgs.sku (id 1) in the request of StockService/Touch\n" +
			"\t" + `service "api" sends string (ns/api/example.com/api/kitex_gen/stock.StockServiceTouchArgs.Sku)` + "\n" +
			"\t" + `service "depot" expects i64 (ns/depot/example.com/depot/kitex_gen/stock.StockServiceTouchArgs.Sku)` + "\n" +
			"\tOver RPC the value would be lost without an error. Give field 1 of StockServiceTouchArgs one type in both IDLs, or a new id in one of them; or leave \"api\" or \"depot\" out of the merged binary's services."},
		"two callees of one target": {byTarget(caller(), "stock:1"), []*describe.Description{byTarget(callee(), "a:1", "stock:1"), byTarget(second(), "stock:1")}, Config{}, "" +
			`services "stock" and "warehouse" both have "stock:1" in ` + "`targets`" + ` of their go_merge_service, and both serve RPC service "StockService" (stock/main.go:20 and warehouse/main.go:31), which service "api" calls (api/main.go:12). ` +
			"A call inside of the binary can go to one of them only. Give them different targets, or choose one in `callees` of the go_merged_binary, as in callees = {\"api->*/StockService\": LABEL}, with the label of its go_merge_service"},
		"callee given twice": {caller(), []*describe.Description{callee(), callee()}, Config{},
			`service "stock" is given as a callee twice; leave out one`},
		"shared link that is none": {caller(), []*describe.Description{callee(), second()}, Config{Choices: map[string]string{"StockService": "stock"}, Share: []string{"warehouse"}},
			`share_memory has "api->warehouse", but service "api" calls nothing that service "warehouse" serves; the links of service "api" are "api->stock"`},
		"shared link without links": {callee(), []*describe.Description{caller()}, Config{Share: []string{"api"}},
			`share_memory has "stock->api", but service "stock" calls nothing that service "api" serves; the links of service "stock" are none`},
		"chosen callee does not serve": {caller(), []*describe.Description{callee(), second()}, Config{Choices: map[string]string{"StockService": "api"}},
			`callees sends calls of "StockService" from service "api" to service "api", which does not serve it; choose from "stock", "warehouse"`},
		"chosen callee of none": {caller(), nil, Config{Choices: map[string]string{"StockService": "stock"}},
			`callees sends calls of "StockService" from service "api" to service "stock", which does not serve it; no service of the merged binary does: take the entry out`},
		"choice for what is not called": {caller(), []*describe.Description{callee()}, Config{Choices: map[string]string{"MailService": "stock"}},
			`callees has an entry "api->*/MailService", but service "api" has no client for RPC service "MailService"; it has clients for "StockService"`},
		"no types": {caller(), []*describe.Description{second()}, Config{},
			`link from service "api" to RPC service "StockService" of service "warehouse": method Ping: no package ns/warehouse/example.com/stock/kitex_gen/stock (<nil>)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := test.config
			c.Caller, c.Callees, c.Types, c.Package, c.RuntimeImport = test.caller, test.callees, newSourceTypes(t), "glue", runtimeImport
			_, _, err := Generate(c)
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.TrimSpace(err.Error()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
