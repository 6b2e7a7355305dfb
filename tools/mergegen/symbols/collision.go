package symbols

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// collisionError lists the symbols with their owners and the ways out.
func collisionError(symbols []string, owners map[string][]*unit) error {
	var b strings.Builder
	if len(symbols) == 1 {
		b.WriteString("a C symbol is defined twice among the services of the merged binary:\n")
	} else {
		fmt.Fprintf(&b, "%d C symbols are defined twice among the services of the merged binary:\n", len(symbols))
	}
	packages, libraries := false, false
	services := map[string]bool{}
	for i, name := range symbols {
		listed := i < maxListed
		if listed {
			fmt.Fprintf(&b, "  %s is defined by\n", name)
		}
		for _, u := range owners[name] {
			for _, a := range u.archives {
				packages = packages || a.ImportPath != ""
				libraries = libraries || a.ImportPath == ""
				if a.Service != "" {
					services[a.Service] = true
				}
				if listed {
					fmt.Fprintf(&b, "    %s\n", a.describe())
				}
			}
		}
	}
	if rest := len(symbols) - maxListed; rest > 0 {
		fmt.Fprintf(&b, "  and %d more\n", rest)
	}
	b.WriteString("C symbols cannot be given a namespace. Do one of these:\n" +
		"  - make the symbol static, if only its own C file uses it\n")
	if packages {
		b.WriteString("  - name the package as shared with go_merge_shared, so that it is compiled once for all services\n")
	}
	if libraries {
		b.WriteString("  - let all services depend on one target for the C library\n")
	}
	if len(services) > 0 {
		var names []string
		for s := range services {
			names = append(names, s)
		}
		slices.Sort(names)
		fmt.Fprintf(&b, "  - leave all but one of these services out of the merged binary: %s", strings.Join(names, ", "))
	} else {
		b.WriteString("  - leave a service that needs one of them out of the merged binary")
	}
	return errors.New(b.String())
}
