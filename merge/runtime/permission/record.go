package permission

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Used are the uses of one service by class.
type Used map[Class][]string

// record notes a use. A host is recorded by the name that it was found by.
func (s *Set) record(class Class, u use) {
	what := u.what
	if len(u.also) > 0 {
		what = u.also[0] + ":" + u.port
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[class] == nil {
		s.used[class] = map[string]bool{}
	}
	s.used[class][what] = true
}

// Used returns the smallest rules that allow what was recorded, for all
// classes. It is nil if nothing is recorded.
func (s *Set) Used() Used {
	if s == nil || s.mode != Record {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	used := Used{}
	for _, class := range Classes {
		all := slices.Sorted(maps.Keys(s.used[class]))
		if class == Read || class == Write {
			all = fold(all)
		}
		used[class] = append([]string{}, all...)
	}
	return used
}

// mostFiles is how many files of one folder are listed by name.
const mostFiles = 8

// fold replaces many files of one folder by a pattern for all of them.
func fold(paths []string) []string {
	files := map[string]int{}
	for _, p := range paths {
		files[path.Dir(p)]++
	}
	var folded []string
	for _, p := range paths {
		if dir := path.Dir(p); files[dir] > mostFiles {
			p = path.Join(dir, "*")
		}
		folded = append(folded, p)
	}
	slices.Sort(folded)
	return slices.Compact(folded)
}

// String returns the attribute of a BUILD file.
func (u Used) String() string {
	var b strings.Builder
	b.WriteString("permissions = {\n")
	for _, class := range Classes {
		fmt.Fprintf(&b, "    %q: [", class)
		switch all := u[class]; len(all) {
		case 0:
		case 1:
			fmt.Fprintf(&b, "%q", all[0])
		default:
			b.WriteString("\n")
			for _, what := range all {
				fmt.Fprintf(&b, "        %q,\n", what)
			}
			b.WriteString("    ")
		}
		b.WriteString("],\n")
	}
	b.WriteString("},\n")
	return b.String()
}
