package rebuild

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/tests/bazeltest"
)

const example = "//examples/shop"

// work sums up commands of a build by what they are for.
func work(spawns []bazeltest.Spawn) map[string][]string {
	all := map[string][]string{}
	for _, s := range spawns {
		all[s.Mnemonic] = append(all[s.Mnemonic], s.Output())
	}
	for _, outputs := range all {
		slices.Sort(outputs)
	}
	return all
}

func TestX(t *testing.T) {
	w := bazeltest.Checkout(t, "rebuild")
	w.MustBazel("build", example)
	for name, change := range map[string]func(){
		"body": func() {
			w.Replace("examples/shop/stock/handler.go", "return h.inv.Views(), nil", "views := h.inv.Views()\n\treturn views, nil")
		},
		"comment": func() {
			w.Replace("examples/shop/stock/handler.go", "// handler implements", "// handler is and implements")
		},
	} {
		change()
		all := work(w.Build(example))
		for _, m := range slices.Sorted(maps.Keys(all)) {
			fmt.Println(name, m, len(all[m]), strings.Join(all[m], " "))
		}
	}
}
