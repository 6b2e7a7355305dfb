package supervision

import (
	"reflect"
	"testing"
)

func TestAcyclic(t *testing.T) {
	names := []string{"api", "item", "stock", "mail"}
	tests := []struct {
		name    string
		calls   callGraph
		callees callGraph
		cycles  [][]string
	}{
		{"none", callGraph{}, callGraph{}, nil},
		{"chain", callGraph{"api": {"item"}, "item": {"stock"}}, callGraph{"api": {"item"}, "item": {"stock"}}, nil},
		{"two callees, in the order given", callGraph{"api": {"stock", "item"}}, callGraph{"api": {"item", "stock"}}, nil},
		{"pair", callGraph{"api": {"stock"}, "stock": {"api"}}, callGraph{}, [][]string{{"api", "stock"}}},
		{
			"cycle of three with a caller and a callee",
			callGraph{"mail": {"item"}, "item": {"stock"}, "stock": {"api"}, "api": {"item", "mail"}},
			callGraph{}, [][]string{{"api", "item", "stock", "mail"}},
		},
		{
			"a cycle is taken as one",
			callGraph{"api": {"item"}, "item": {"stock"}, "stock": {"item", "mail"}},
			callGraph{"api": {"item", "stock"}, "item": {"mail"}, "stock": {"mail"}}, [][]string{{"item", "stock"}},
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
