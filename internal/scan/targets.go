package scan

import (
	"maps"
	"slices"
)

// ByTarget tells of the main package in folder dir which RPC services it serves
// whose callers dial targets, sorted, and whether it dials any. It costs less
// than [Tree.Program].
func (t *Tree) ByTarget(dir string) (serves []string, calls bool) {
	top := t.Package(dir)
	if top == nil {
		return nil, false
	}
	served := make(map[string]bool)
	for p := range t.reachable(top) {
		for _, ref := range t.references(p) {
			if !ref.framework.byTarget() || ref.service == "" {
				continue
			}
			calls = calls || ref.calls
			if ref.serves {
				served[ref.service] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(served)), calls
}

// Targets returns the patterns that programs dial for each of dirs, folders of
// main packages: those that [Tells], of clients for an RPC service that one of
// them alone serves. What cannot be read dials nothing.
func (t *Tree) Targets(dirs []string) map[string][]string {
	servers := make(map[string][]string)
	var callers []string
	for _, dir := range dirs {
		serves, calls := t.ByTarget(dir)
		for _, service := range serves {
			servers[service] = append(servers[service], dir)
		}
		if calls {
			callers = append(callers, dir)
		}
	}
	targets := make(map[string][]string)
	for _, caller := range callers {
		program, err := t.Program(caller)
		if err != nil || program == nil {
			continue
		}
		for _, client := range program.Clients {
			callees := servers[client.Service]
			if len(callees) != 1 || callees[0] == caller {
				continue
			}
			for _, target := range client.Targets {
				if Tells(target) {
					targets[callees[0]] = appendOnce(targets[callees[0]], target)
				}
			}
		}
	}
	for _, list := range targets {
		slices.Sort(list)
	}
	return targets
}
