// Package deploy says how programs run the shop.
package deploy

import "github.com/gomerge/rules_go_merge/examples/compare"

// Shop is the example. What its services need beyond their go_merge_service targets is
// where they are.
var Shop = &compare.Example{
	Name:      "shop",
	Services:  []compare.Service{{Name: "stock"}, {Name: "item"}, {Name: "api"}},
	Framework: "Kitex",
	Env: func(listen, dial map[string]string) []string {
		return []string{
			"API_LISTEN_ADDR=" + listen["api"], "ITEM_LISTEN_ADDR=" + listen["item"], "STOCK_LISTEN_ADDR=" + listen["stock"],
			"ITEM_ADDR=" + dial["item"], "STOCK_ADDR=" + dial["stock"],
		}
	},
}
