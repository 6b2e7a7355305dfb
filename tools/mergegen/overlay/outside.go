package overlay

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// CheckOutside fails if two services define a symbol that exists once in a
// process. Definitions are those of FindUnowned, by services.
func CheckOutside(services map[string][]Definition) error {
	type origin struct {
		service string
		Definition
	}
	origins := map[string][]origin{}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		for _, d := range services[service] {
			origins[d.Symbol] = append(origins[d.Symbol], origin{service, d})
		}
	}
	// A package that replaces one symbol of the runtime replaces many.
	var order []string
	groups := map[string][]string{}
	packages, conflicting := map[string]bool{}, map[string]bool{}
	for _, symbol := range slices.Sorted(maps.Keys(origins)) {
		of := origins[symbol]
		if !slices.ContainsFunc(of, func(o origin) bool { return o.service != of[0].service }) {
			continue
		}
		key := ""
		for _, o := range of {
			packages[o.ImportMap], conflicting[o.service] = true, true
			key += o.service + " " + o.ImportMap + "\n"
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], symbol)
	}
	if len(order) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("services of the merged binary define symbols that exist once in a process:\n")
	for _, key := range order {
		symbols := groups[key]
		listed := strings.Join(symbols[:min(len(symbols), maxListed)], ", ")
		if rest := len(symbols) - maxListed; rest > 0 {
			listed += fmt.Sprintf(" and %d more", rest)
		}
		fmt.Fprintf(&b, "  %s, defined by\n", listed)
		for _, o := range origins[symbols[0]] {
			fmt.Fprintf(&b, "    package %s of service %s (%s:%d)\n", o.ImportMap, o.service, o.File, o.Line)
		}
	}
	b.WriteString("They cannot be given a namespace: the Go runtime, the standard library or a shared package refers to them. Do one of these:\n")
	if names := slices.Sorted(maps.Keys(packages)); len(names) == 1 {
		fmt.Fprintf(&b, "  - name %s and the packages that it imports as shared with go_merge_shared, so that it is compiled once for all services\n", names[0])
	} else {
		fmt.Fprintf(&b, "  - let all services use one of the packages %s, and name it as shared with go_merge_shared\n", strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "  - leave all but one of these services out of the merged binary: %s", strings.Join(slices.Sorted(maps.Keys(conflicting)), ", "))
	return errors.New(b.String())
}

// maxListed bounds the symbols of a package in an error.
const maxListed = 5
