package glue

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// choose returns the one of found that the user has chosen as the callee of an
// RPC service.
func choose(caller *describe.Description, rpcService, choice string, found []*match) ([]*match, error) {
	for _, f := range found {
		if f.callee.Service == choice {
			return []*match{f}, nil
		}
	}
	return nil, fmt.Errorf("callees sends calls of %q from service %q to service %q, which does not serve it; %s",
		rpcService, caller.Service, choice, servers(found))
}

// servers lists the services of found for an error.
func servers(found []*match) string {
	if len(found) == 0 {
		return "no service of the merged binary does: take the entry out"
	}
	var names []string
	for _, f := range found {
		names = append(names, fmt.Sprintf("%q", f.callee.Service))
	}
	return "choose from " + strings.Join(names, ", ")
}

// checkChoices returns an error for a choice that has no client to apply to.
func checkChoices(caller *describe.Description, choices map[string]string) error {
	var called []string
	for _, s := range caller.RPCServices {
		if s.Called {
			called = append(called, s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(choices)) {
		if !slices.Contains(called, name) {
			return fmt.Errorf("callees has an entry %q, but service %q has no client for RPC service %q; it has clients for %s",
				linkpattern.Over(caller.Service, name).String(), caller.Service, name, quoted(called))
		}
	}
	return nil
}

// checkShare returns an error for a name in share that is not a callee of found.
func checkShare(caller *describe.Description, found []*match, share []string) error {
	var links []string
	for _, m := range found {
		links = append(links, linkpattern.Between(caller.Service, m.callee.Service).String())
	}
	for _, callee := range share {
		if link := linkpattern.Between(caller.Service, callee).String(); !slices.Contains(links, link) {
			return fmt.Errorf("share_memory has %q, but service %q calls nothing that service %q serves; the links of service %q are %s",
				link, caller.Service, callee, caller.Service, quoted(links))
		}
	}
	return nil
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	for i, name := range names {
		names[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(names, ", ")
}
