package glue

import (
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// anyTarget is the pattern of a callee that is meant by whatever its caller
// dials, unless that is the address of another.
const anyTarget = "*"

// checkTargets returns an error if two callees of one RPC service are meant by
// the same pattern.
func checkTargets(called *describe.RPCService, found []*match) error {
	for i, a := range found {
		for _, b := range found[i+1:] {
			for _, pattern := range a.targets {
				if slices.Contains(b.targets, pattern) {
					return fmt.Errorf("services %q and %q both have %q in `targets` of their go_merge_service, and both serve RPC service %q (%s and %s), which service %q calls (%s). "+
						"A call inside of the binary can go to one of them only. Give them different targets, or choose one in `callees` of the go_merged_binary, as in callees = {%q: LABEL}, with the label of its go_merge_service",
						a.callee.Service, b.callee.Service, pattern, a.name, place(a.served[0].Positions.Served), place(b.served[0].Positions.Served),
						a.caller.Service, place(called.Positions.Called), linkpattern.Over(a.caller.Service, a.name).String())
				}
			}
		}
	}
	return nil
}
