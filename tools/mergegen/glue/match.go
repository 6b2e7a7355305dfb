package glue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// match is one RPC service that the caller calls and a callee serves.
type match struct {
	name           string
	caller, callee *describe.Description
	// called and served are the generated packages of each side. More than one
	// is rare: two copies of the generated code in one service.
	called, served []*describe.RPCService
	// byTarget is set if what the caller dials decides whether the callee is
	// meant, which the patterns in targets say.
	byTarget bool
	targets  []string
}

// matches finds the RPC services that caller calls and one of callees serves,
// in order of their names: one match for each, or for each callee where targets
// decide. A caller that serves what it calls is its own callee. choices comes
// from [Config].
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
	for _, called := range calledBy(caller) {
		name := called[0].Name
		byTarget := slices.ContainsFunc(called, func(s *describe.RPCService) bool { return s.CalleeBy == describe.ByTarget })
		var found []*match
		for _, callee := range services {
			if served := servedBy(callee, name); len(served) > 0 {
				m := &match{name: name, caller: caller, callee: callee, called: called, served: served, byTarget: byTarget}
				if callee != caller { // which is meant by its address only
					m.targets = callee.Targets
				}
				found = append(found, m)
			}
		}
		slices.SortFunc(found, func(a, b *match) int { return strings.Compare(a.callee.Service, b.callee.Service) })
		if choice := choices[name]; choice != "" {
			var err error
			if found, err = choose(caller, name, choice, found); err != nil {
				return nil, err
			}
			found[0].targets = []string{anyTarget}
		}
		if !byTarget && len(found) > 1 {
			return nil, ambiguous(called[0], found)
		}
		if byTarget {
			if err := checkTargets(called[0], found); err != nil {
				return nil, err
			}
		}
		list = append(list, found...)
	}
	return list, nil
}

// calledBy returns the RPC services that a service calls, in order of their
// names, each with all of its packages.
func calledBy(d *describe.Description) [][]*describe.RPCService {
	var list [][]*describe.RPCService
	for i := range d.RPCServices {
		s := &d.RPCServices[i]
		switch n := len(list); {
		case !s.Called:
		case n > 0 && list[n-1][0].Name == s.Name: // sorted by name
			list[n-1] = append(list[n-1], s)
		default:
			list = append(list, []*describe.RPCService{s})
		}
	}
	return list
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

func ambiguous(called *describe.RPCService, found []*match) error {
	caller := found[0].caller
	var b strings.Builder
	fmt.Fprintf(&b, "RPC service %q, which service %q calls (%s), is served by %d services of the merged binary:\n",
		called.Name, caller.Service, place(called.Positions.Called), len(found))
	for _, f := range found {
		fmt.Fprintf(&b, "\tservice %q (%s)\n", f.callee.Service, place(f.served[0].Positions.Served))
	}
	fmt.Fprintf(&b, "A call inside of the binary can go to one of them only. Choose one in `callees` of the go_merged_binary, as in callees = {%q: LABEL}, with the label of its go_merge_service; or, where one of them has a server for %q that it does not run, list what it does serve in `serves` of its go_merge_service.",
		linkpattern.Over(caller.Service, called.Name).String(), called.Name)
	return fmt.Errorf("%s", b.String())
}

// place returns the first of some source positions.
func place(positions []string) string {
	if len(positions) == 0 {
		return "by its BUILD file"
	}
	return positions[0]
}
