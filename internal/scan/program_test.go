package scan_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/scan"
)

// repository has a main package in folder a, and folders for it to import.
func repository(main string) string {
	return "-- go.mod --\nmodule example.com/shop\n" +
		"-- kitex_gen/stock/stockservice/s.go --\n" + generated +
		"-- kitex_gen/item/itemservice/s.go --\n" + strings.NewReplacer("package stockservice", "package itemservice", "StockService", "ItemService").Replace(generated) +
		`-- names/names.go --
package names

const (
	Domain = "shop"
	Stock  = Domain + ".stock"
)

var Item = "shop.item"
var Changing = "shop.item"

func init() { Changing = flags() }
-- names/more.go --
package names

type Name string

const Typed Name = Stock
-- clients/clients.go --
package clients

import "example.com/shop/kitex_gen/stock/stockservice"

func New(name string, options ...int) { stockservice.MustNewClient(name) }

func NewDefault() { New("clients.default") }
-- a/main.go --
package main

import (
	"os"

	"example.com/shop/clients"
	"example.com/shop/kitex_gen/item/itemservice"
	"example.com/shop/kitex_gen/stock/stockservice"
	"example.com/shop/names"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/client/genericclient"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/server"
)

const local = "local." + names.Domain

func main() {
	` + main + "\n}\n"
}

func TestClients(t *testing.T) {
	const stock = "example.com/shop/kitex_gen/stock/stockservice"
	known := func(text string) []scan.Value { return []scan.Value{{Text: text, Known: true}} }
	unknown := func(text string) []scan.Value { return []scan.Value{{Text: text}} }
	// Each makes one client more than package clients does.
	tests := map[string]struct {
		main string
		want []scan.Value
	}{
		"literal":              {`stockservice.NewClient("stock")`, known("stock")},
		"constant":             {`stockservice.NewClient(local)`, known("local.shop")},
		"imported constant":    {`stockservice.NewClient(names.Stock)`, known("shop.stock")},
		"typed constant":       {`stockservice.NewClient(string(names.Typed))`, known("shop.stock")},
		"sum":                  {`stockservice.NewClient(names.Item + ".v2")`, known("shop.item.v2")},
		"variable":             {`stockservice.NewClient(names.Item)`, known("shop.item")},
		"local variable":       {"name := names.Item\n\tstockservice.NewClient(name)", known("shop.item")},
		"changing variable":    {`stockservice.NewClient(names.Changing)`, unknown("names.Changing")},
		"assigned later":       {"name := names.Item\n\tname = \"x\"\n\tstockservice.NewClient(name)", unknown("name")},
		"address taken":        {"name := names.Item\n\tset(&name)\n\tstockservice.NewClient(name)", unknown("name")},
		"environment":          {`stockservice.NewClient(os.Getenv("STOCK"))`, unknown(`os.Getenv("STOCK")`)},
		"field":                {`stockservice.NewClient(config.Stock)`, unknown("config.Stock")},
		"parameter":            {"clients.New(names.Stock)", known("shop.stock")},
		"parameter, twice":     {"clients.New(names.Stock)\n\tclients.New(\"x\")", append(known("shop.stock"), known("x")...)},
		"function value":       {"use(stockservice.NewClient)", unknown("")},
		"framework's function": {"client.NewClient(stockservice.NewServiceInfoForClient(), client.WithDestService(names.Stock))", known("shop.stock")},
		"no destination":       {"client.NewClient(stockservice.NewServiceInfoForClient())", unknown("")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			program, err := tree(t, repository(test.main)).Program("a")
			if err != nil {
				t.Fatal(err)
			}
			var got []scan.Value
			for _, client := range program.Clients {
				if client.ImportPath != stock || client.Service != "StockService" {
					t.Errorf("client %+v", client)
				}
				if client.Name.Text != "clients.default" {
					got = append(got, client.Name)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestServers(t *testing.T) {
	const basic = `server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: names.Stock, Tags: nil})`
	tests := map[string]struct {
		main string
		want []scan.Endpoint
	}{
		"none":            {"", nil},
		"named":           {"stockservice.NewServer(h, " + basic + ")", []scan.Endpoint{{Service: "StockService", Name: scan.Value{Text: "shop.stock", Known: true}}}},
		"without name":    {"stockservice.NewServer(h)", []scan.Endpoint{{Service: "StockService"}}},
		"options before":  {"options := []server.Option{" + basic + "}\n\titemservice.NewServer(h, options...)", []scan.Endpoint{{Service: "ItemService", Name: scan.Value{Text: "shop.stock", Known: true}}}},
		"in a variable":   {"info := &rpcinfo.EndpointBasicInfo{ServiceName: names.Item}\n\tstockservice.NewServer(h, server.WithServerBasicInfo(info))", []scan.Endpoint{{Service: "StockService", Name: scan.Value{Text: "shop.item", Known: true}}}},
		"two infos":       {"options(" + basic + ", " + basic + ")\n\tstockservice.NewServer(h)", []scan.Endpoint{{Service: "StockService"}}},
		"two":             {"stockservice.NewServer(h, " + basic + ")\n\titemservice.NewServer(h)", []scan.Endpoint{{Service: "ItemService", Name: scan.Value{Text: "shop.stock", Known: true}}, {Service: "StockService", Name: scan.Value{Text: "shop.stock", Known: true}}}},
		"registered":      {"s := server.NewServer(" + basic + ")\n\tstockservice.RegisterService(s, h)", []scan.Endpoint{{Name: scan.Value{Text: "shop.stock", Known: true}}, {Service: "StockService", Name: scan.Value{Text: "shop.stock", Known: true}}}},
		"generic, calls":  {`genericclient.NewClient("x", nil)`, nil},
		"unknown by name": {"stockservice.NewServer(h, server.WithServerBasicInfo(info()))", []scan.Endpoint{{Service: "StockService"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			program, err := tree(t, repository(test.main)).Program("a")
			if err != nil {
				t.Fatal(err)
			}
			for i := range program.Servers {
				program.Servers[i].Position, program.Servers[i].ImportPath = "", ""
			}
			if !reflect.DeepEqual(program.Servers, test.want) {
				t.Errorf("got %+v, want %+v", program.Servers, test.want)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	known := func(text string) scan.Value { return scan.Value{Text: text, Known: true} }
	tests := map[string]struct {
		main string
		want scan.Value
	}{
		"none":                 {`stockservice.NewServer(new(handler), server.WithMuxTransport())`, known(":8888")},
		"framework's function": {`stockservice.RegisterService(server.NewServer(server.WithMuxTransport()), h)`, known(":8888")},
		"no server":            {`stockservice.NewClient("stock")`, scan.Value{}},
		"resolved":             {"addr, _ := net.ResolveTCPAddr(\"tcp\", \":\" + names.Domain)\n\tstockservice.NewServer(h, server.WithServiceAddr(addr))", known(":shop")},
		"from the environment": {"addr, _ := net.ResolveTCPAddr(\"tcp\", os.Getenv(\"ADDR\"))\n\tstockservice.NewServer(h, server.WithServiceAddr(addr))", scan.Value{Text: `os.Getenv("ADDR")`}},
		"some other way":       {`stockservice.NewServer(h, server.WithServiceAddr(address()))`, scan.Value{}},
		"two":                  {"a, _ := net.ResolveTCPAddr(\"tcp\", \":1\")\n\tb, _ := net.ResolveTCPAddr(\"tcp\", \":2\")\n\tstockservice.NewServer(h, server.WithServiceAddr(a))\n\titemservice.NewServer(h, server.WithServiceAddr(b))", scan.Value{}},
		"a suite":              {`stockservice.NewServer(h, server.WithSuite(suite))`, scan.Value{}},
		"options":              {`stockservice.NewServer(h, options...)`, scan.Value{}},
		"an unknown option":    {`stockservice.NewServer(h, options.Default())`, scan.Value{}},
		"an option variable":   {`server.NewServer(option)`, scan.Value{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			program, err := tree(t, repository(test.main)).Program("a")
			if err != nil {
				t.Fatal(err)
			}
			if program.Address != test.want {
				t.Errorf("got %+v, want %+v", program.Address, test.want)
			}
		})
	}
}

func TestPositions(t *testing.T) {
	program, err := tree(t, repository(`genericclient.NewClient(names.Item, nil)`)).Program("a")
	if err != nil {
		t.Fatal(err)
	}
	want := []scan.Endpoint{
		{Name: scan.Value{Text: "shop.item", Known: true}, Position: "a/main.go:19"},
		{Service: "StockService", ImportPath: "example.com/shop/kitex_gen/stock/stockservice", Name: scan.Value{Text: "clients.default", Known: true}, Position: "clients/clients.go:5"},
	}
	if !reflect.DeepEqual(program.Clients, want) || program.ImportPath != "example.com/shop/a" {
		t.Errorf("got %+v", program)
	}
}
