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

// Targets returns for each of the services, by the folder of its main package,
// what the others dial. names has the folders, and under which names each
// service may be dialled. What cannot be read dials nothing.
func (t *Tree) Targets(names map[string][]string) map[string]Dialled {
	var services []Service
	for _, dir := range slices.Sorted(maps.Keys(names)) {
		serves, calls := t.ByTarget(dir)
		service := Service{Dir: dir, Names: names[dir], Serves: serves}
		if calls {
			if program, err := t.Program(dir); err == nil && program != nil {
				service.Clients = program.Clients
			}
		}
		services = append(services, service)
	}
	return DialledOf(services)
}
