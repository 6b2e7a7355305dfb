package glue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// match is one RPC service that the caller calls and a callee serves.
type match struct {
	name           string
	caller, callee *describe.Description
	// called and served are the generated packages of each side. More than one
	// is rare: two copies of the generated code in one service.
	called, served []*describe.RPCService
}

// matches finds the RPC services that caller calls and one of callees serves,
// in order of their names. A caller that serves what it calls is its own
// callee. choices comes from [Config].
func matches(caller *describe.Description, callees []*describe.Description, choices map[string]string) ([]*match, error) {
	services := []*describe.Description{caller}
	for _, callee := range callees {
		i := slices.IndexFunc(services, func(d *describe.Description) bool { return d.Service == callee.Service })
		if i < 0 {
			services = append(services, callee)
		} else if i > 0 {
			return nil, fmt.Errorf("service %q is given as a callee twice; leave out one", callee.Service)
		}
	}
	if err := checkChoices(caller, choices); err != nil {
		return nil, err
	}
	var list []*match
	for i := range caller.RPCServices {
		s := &caller.RPCServices[i]
		if !s.Called {
			continue
		}
		if n := len(list); n > 0 && list[n-1].name == s.Name { // sorted by name
			list[n-1].called = append(list[n-1].called, s)
			continue
		}
		m := &match{name: s.Name, caller: caller, called: []*describe.RPCService{s}}
		var found []*match
		for _, callee := range services {
			if served := servedBy(callee, s.Name); len(served) > 0 {
				found = append(found, &match{callee: callee, served: served})
			}
		}
		if choice := choices[s.Name]; choice != "" {
			var err error
			if found, err = choose(caller, s.Name, choice, found); err != nil {
				return nil, err
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			m.callee, m.served = found[0].callee, found[0].served
			list = append(list, m)
		default:
			return nil, ambiguous(caller, s, found)
		}
	}
	return list, nil
}

func servedBy(d *describe.Description, name string) []*describe.RPCService {
	var list []*describe.RPCService
	for i := range d.RPCServices {
		if s := &d.RPCServices[i]; s.Served && s.Name == name {
			list = append(list, s)
		}
	}
	return list
}

func ambiguous(caller *describe.Description, called *describe.RPCService, found []*match) error {
	var b strings.Builder
	fmt.Fprintf(&b, "RPC service %q, which service %q calls (%s), is served by %d services of the merged binary:\n",
		called.Name, caller.Service, place(called.Positions.Called), len(found))
	for _, f := range found {
		fmt.Fprintf(&b, "\tservice %q (%s)\n", f.callee.Service, place(f.served[0].Positions.Served))
	}
	fmt.Fprintf(&b, "A call inside of the binary can go to one of them only. Choose one in `callees` of the go_merged_binary, as in callees = {%q: %q}; or, where one of them has a server for %q that it does not run, list what it does serve in `serves` of its go_merge_service.",
		caller.Service+"->"+called.Name, found[0].callee.Service, called.Name)
	return fmt.Errorf("%s", b.String())
}

// place returns the first of some source positions.
func place(positions []string) string {
	if len(positions) == 0 {
		return "by its BUILD file"
	}
	return positions[0]
}
