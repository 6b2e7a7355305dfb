// Command demo compares the shop's three services as separate processes
// with the same services merged into one binary: it sends both the same
// requests and reports what differs.
//
// It runs on Linux only, for it reads processes' CPU time from /proc.
package main

import (
	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/shop/deploy"
)

func main() { compare.Main(shop) }

// shop is the example, with the settings of its go_merge_service targets.
var shop = &compare.Example{
	Name: "shop",
	Services: []compare.Service{
		{Name: "stock", Env: []string{"LOG_LEVEL=error"}},
		{Name: "item", Args: []string{"-log-level=warn"}},
		{Name: "api", Added: []string{"-log-level=debug"}},
	},
	Framework:     "Kitex",
	Script:        script,
	Mix:           mix,
	Env:           deploy.Shop.Env,
	DebugVariable: "DEBUG_ADDR",
}
