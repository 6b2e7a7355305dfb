package calls

import (
	"reflect"
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

func TestCalleesOfTargets(t *testing.T) {
	table := NewTable(policy.NewSwitch(nil), nil)
	table.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Stock", Targets: []string{"stock:50051"}})
	table.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Health", Targets: []string{}})
	table.AddLink(Link{Caller: "item", Callee: "mail", RPCService: "Health", Targets: []string{}})
	table.AddLink(Link{Caller: "item", Callee: "api", RPCService: "API"})
	got := table.Callees()
	slices.Sort(got["item"])
	if want := map[string][]string{"item": {"api", "stock"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("callees %v, want %v", got, want)
	}
	if got, _ := table.Awaited("item", "stock"); !reflect.DeepEqual(got, []string{"Stock"}) {
		t.Errorf("item waits for %v of stock", got)
	}
	if got, unannounced := table.Awaited("item", "mail"); len(got) > 0 || unannounced {
		t.Errorf("item waits for %v of mail, unannounced %v", got, unannounced)
	}
}
