package supervision

import (
	"slices"
)

// callGraph says for each service which others it calls.
type callGraph map[string][]string

// acyclic returns the calls with each cycle, a group of services that call each
// other directly or through others, taken as one: none of its members calls
// another, and all of them call and are called by whom one does. Callees,
// cycles and their members are in the order of names.
func (c callGraph) acyclic(names []string) (callees callGraph, cycles [][]string) {
	reaches := make(map[string]map[string]bool, len(names))
	for _, name := range names {
		reaches[name] = c.reach(name)
	}
	cycleOf := map[string][]string{}
	for _, name := range names {
		for _, other := range names {
			if other == name || reaches[name][other] && reaches[other][name] {
				cycleOf[name] = append(cycleOf[name], other)
			}
		}
		if cycle := cycleOf[name]; len(cycle) > 1 && cycle[0] == name {
			cycles = append(cycles, cycle)
		}
	}
	callees = callGraph{}
	for _, name := range names {
		for _, other := range names {
			if !slices.Contains(cycleOf[name], other) && c.any(cycleOf[name], cycleOf[other]) {
				callees[name] = append(callees[name], other)
			}
		}
	}
	return callees, cycles
}

// any reports whether one of the callers calls one of the callees.
func (c callGraph) any(callers, callees []string) bool {
	return slices.ContainsFunc(callers, func(caller string) bool {
		return slices.ContainsFunc(callees, func(callee string) bool { return slices.Contains(c[caller], callee) })
	})
}

// reach returns the services that one calls, directly or through others.
func (c callGraph) reach(from string) map[string]bool {
	seen := map[string]bool{}
	for todo := slices.Clone(c[from]); len(todo) > 0; {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[name] {
			seen[name] = true
			todo = append(todo, c[name]...)
		}
	}
	return seen
}
