package scan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/scan"
)

func TestDialledOf(t *testing.T) {
	for name, test := range map[string]struct {
		stock, depot      []string // dialled for two RPC services of stock
		certain, doubtful []string
	}{
		"none":                 {},
		"one host":             {stock: []string{"warehouse:1", "dns:///warehouse:2", "consul://*/warehouse"}, certain: []string{"consul://*/warehouse", "dns:///warehouse:2", "warehouse:1"}},
		"one name":             {stock: []string{"stock-eu:1", "stock:1", "stock:2"}, certain: []string{"stock:1", "stock:2"}, doubtful: []string{"stock-eu:1"}},
		"binary":               {stock: []string{"stock-eu:1", "stock-server:1"}, certain: []string{"stock-server:1"}, doubtful: []string{"stock-eu:1"}},
		"two names":            {stock: []string{"stock:1", "stock-server:1"}, doubtful: []string{"stock-server:1", "stock:1"}},
		"no name":              {stock: []string{"stock-eu:1", "stock-us:1"}, doubtful: []string{"stock-eu:1", "stock-us:1"}},
		"domains":              {stock: []string{"stock.prod:1", "stock.stage:1"}, doubtful: []string{"stock.prod:1", "stock.stage:1"}},
		"part of a host":       {stock: []string{"stock-*:1"}, doubtful: []string{"stock-*:1"}},
		"part of a host, name": {stock: []string{"stock-*:1", "stock:*"}, certain: []string{"stock:*"}, doubtful: []string{"stock-*:1"}},
		"registries":           {stock: []string{"consul://eu/stock", "consul://us/stock"}, doubtful: []string{"consul://eu/stock", "consul://us/stock"}},
		"registry and any":     {stock: []string{"consul://*/stock", "consul://us/stock"}, doubtful: []string{"consul://*/stock", "consul://us/stock"}},
		"paths":                {stock: []string{"etcd:///eu/stock", "etcd:///us/stock"}, doubtful: []string{"etcd:///eu/stock", "etcd:///us/stock"}},
		"queries":              {stock: []string{"consul:///stock?dc=eu", "consul:///stock?dc=us"}, doubtful: []string{"consul:///stock?dc=eu", "consul:///stock?dc=us"}},
		"no service's":         {stock: []string{"localhost:1", "*:1", "10.0.0.1:1", "warehouse:1"}, certain: []string{"warehouse:1"}},
		"each has one":         {stock: []string{"stock:1"}, depot: []string{"depot:1"}, certain: []string{"depot:1", "stock:1"}},
		"doubtful for one":     {stock: []string{"stock:1", "eu:1"}, depot: []string{"eu:1"}, certain: []string{"stock:1"}, doubtful: []string{"eu:1", "eu:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			services := []scan.Service{
				{Dir: "item", Clients: []scan.Endpoint{
					{Service: "shop.Stock", Targets: test.stock, ByTarget: true, Position: "item/main.go:1"},
					{Service: "shop.Stock", Targets: test.stock, ByTarget: true, Position: "item/main.go:2"},
					{Service: "shop.Depot", Targets: test.depot, ByTarget: true, Position: "item/main.go:3"},
					{Service: "shop.Health", Targets: []string{"health:1"}, ByTarget: true, Position: "item/main.go:4"},
				}},
				{Dir: "stock", Names: []string{"stock", "stock-server"}, Serves: []string{"shop.Depot", "shop.Health", "shop.Stock"}, Clients: []scan.Endpoint{
					{Service: "shop.Stock", Targets: []string{"itself:1"}, ByTarget: true, Position: "stock/main.go:1"},
				}},
				{Dir: "other", Serves: []string{"shop.Health"}},
			}
			got := scan.DialledOf(services)["stock"]
			if !slices.Equal(got.Certain, test.certain) {
				t.Errorf("certain %q, want %q", got.Certain, test.certain)
			}
			var doubtful []string
			for _, target := range got.Doubtful {
				doubtful = append(doubtful, target.Target)
				want := []string{"item/main.go:1", "item/main.go:2"}
				if target.RPCService == "shop.Depot" {
					want = []string{"item/main.go:3"}
				}
				if !slices.Equal(target.Positions, want) {
					t.Errorf("%s for %s at %q, want %q", target.Target, target.RPCService, target.Positions, want)
				}
			}
			if !slices.Equal(doubtful, test.doubtful) {
				t.Errorf("doubtful %q, want %q", doubtful, test.doubtful)
			}
		})
	}
}

func TestRemedy(t *testing.T) {
	for _, test := range []struct {
		certain, doubtful []string
		want              string
	}{
		{nil, []string{"stock-eu:1"}, `as in targets = ["stock-eu:1"], or write targets = [] if nothing does`},
		{[]string{"stock:1"}, []string{"stock-*:1", "stock-eu:*", "stock-us:1"}, `as in targets = ["stock-eu:*", "stock:1"]`},
		{[]string{"stock:1"}, []string{"stock-*:1"}, `with the text that * stands for in "stock-*:1"`},
		{nil, []string{"consul://*/stock", "consul://us/stock"}, `as in targets = ["consul://us/stock"], or write targets = [] if nothing does`},
	} {
		d := scan.Dialled{Certain: test.certain}
		for _, target := range test.doubtful {
			d.Doubtful = append(d.Doubtful, scan.DoubtfulTarget{Target: target})
		}
		if got := d.Remedy(); !strings.HasSuffix(got, test.want) {
			t.Errorf("certain %q, doubtful %q: %s, want %s", test.certain, test.doubtful, got, test.want)
		}
	}
}
