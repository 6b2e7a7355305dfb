// Package deadlines checks which deadlines a merged binary has for its links.
package deadlines

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergegen/glue"
)

// Load reads the links from files that glue has written.
func Load(files []string) ([]glue.Link, error) {
	var links []glue.Link
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var m glue.Manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		links = append(links, m.Links...)
	}
	return links, nil
}

// Rules returns the rules for merge/runtime/policy that give links their deadlines:
// choices has "strict" or "cooperative" by patterns of links. It fails for a pattern
// that covers no method of the links, or that is there twice.
func Rules(choices map[string]string, links []glue.Link) ([]string, error) {
	var rules []string
	var errs []error
	written := map[linkpattern.Pattern]string{}
	for _, text := range slices.Sorted(maps.Keys(choices)) {
		pattern, err := linkpattern.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("deadlines: %w", err)
		}
		if choice := choices[text]; choice != "strict" && choice != "cooperative" {
			return nil, fmt.Errorf("deadlines has %q for %q; write strict or cooperative", choice, text)
		}
		if other, ok := written[pattern]; ok {
			errs = append(errs, fmt.Errorf("deadlines has %q and %q, which are the same; take one out", other, text))
			continue
		}
		written[pattern] = text
		if err := check(text, pattern, links); err != nil {
			errs = append(errs, err)
			continue
		}
		rules = append(rules, pattern.String()+" "+choices[text])
	}
	return rules, errors.Join(errs...)
}

// check returns an error for a pattern that covers no method. All links are covered even
// if there are none.
func check(text string, pattern linkpattern.Pattern, links []glue.Link) error {
	if pattern == (linkpattern.Pattern{}) {
		return nil
	}
	between := linkpattern.Between(pattern.Caller, pattern.Callee)
	var all, methods []string
	for _, l := range links {
		for _, m := range l.Methods {
			switch {
			case m.Name == anyMethod && !m.Inline:
				continue // there are no others, as far as calls can be inline
			case m.Name == anyMethod && pattern.CoversLink(l.Caller, l.Callee, l.RPCService):
				return nil
			case m.Name != anyMethod && pattern.Covers(l.Caller, l.Callee, l.RPCService, m.Name):
				return nil
			case m.Name != anyMethod && between.CoversLink(l.Caller, l.Callee, l.RPCService):
				methods = append(methods, l.RPCService+"/"+m.Name)
			}
			all = append(all, linkpattern.Between(l.Caller, l.Callee).String())
		}
	}
	if len(methods) == 0 {
		return fmt.Errorf("deadlines has %q, but the merged binary has no such link; it has %s", text, list(all))
	}
	return fmt.Errorf("deadlines has %q, but %q has no such method; it has %s", text, between, list(methods))
}

// anyMethod is the name of what stands for the methods that the build does not know.
const anyMethod = "*"

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
