package runtime

import (
	"reflect"
	"testing"
)

func TestCallsOfTargets(t *testing.T) {
	table := newTable()
	table.add(Link{Caller: "item", Callee: "stock", RPCService: "Stock", Targets: []string{"stock:50051"}})
	table.add(Link{Caller: "item", Callee: "stock", RPCService: "Health", Targets: []string{}})
	table.add(Link{Caller: "item", Callee: "mail", RPCService: "Health", Targets: []string{}})
	table.add(Link{Caller: "item", Callee: "api", RPCService: "API"})
	if got, want := table.calls(), (calls{"item": {"api", "stock"}}); !reflect.DeepEqual(got, want) && !reflect.DeepEqual(got, calls{"item": {"stock", "api"}}) {
		t.Errorf("calls %v, want %v", got, want)
	}
	if got, _ := table.awaited("item", "stock"); !reflect.DeepEqual(got, []string{"Stock"}) {
		t.Errorf("item waits for %v of stock", got)
	}
	if got, unannounced := table.awaited("item", "mail"); len(got) > 0 || unannounced {
		t.Errorf("item waits for %v of mail, unannounced %v", got, unannounced)
	}
}

func TestAcyclic(t *testing.T) {
	names := []string{"api", "item", "stock", "mail"}
	tests := []struct {
		name    string
		calls   calls
		callees calls
		cycles  [][]string
	}{
		{"none", calls{}, calls{}, nil},
		{"chain", calls{"api": {"item"}, "item": {"stock"}}, calls{"api": {"item"}, "item": {"stock"}}, nil},
		{"two callees, in the order given", calls{"api": {"stock", "item"}}, calls{"api": {"item", "stock"}}, nil},
		{"pair", calls{"api": {"stock"}, "stock": {"api"}}, calls{}, [][]string{{"api", "stock"}}},
		{
			"cycle of three with a caller and a callee",
			calls{"mail": {"item"}, "item": {"stock"}, "stock": {"api"}, "api": {"item", "mail"}},
			calls{}, [][]string{{"api", "item", "stock", "mail"}},
		},
		{
			"a cycle is taken as one",
			calls{"api": {"item"}, "item": {"stock"}, "stock": {"item", "mail"}},
			calls{"api": {"item", "stock"}, "item": {"mail"}, "stock": {"mail"}}, [][]string{{"item", "stock"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			callees, cycles := tt.calls.acyclic(names)
			if !reflect.DeepEqual(callees, tt.callees) || !reflect.DeepEqual(cycles, tt.cycles) {
				t.Errorf("callees %v, cycles %v, want %v and %v", callees, cycles, tt.callees, tt.cycles)
			}
		})
	}
}
