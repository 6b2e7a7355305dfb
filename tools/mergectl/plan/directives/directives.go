// Package directives writes the merge_binary directives for the groups of a plan.
package directives

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

const prefix = "# gazelle:merge_binary "

// Change returns the change of the root's BUILD file that adds a directive for each
// group, and what the user should know. There is no change if all are there.
func Change(w *workspace.Workspace, groups []choose.Group) ([]change.File, []string, error) {
	name, old, err := w.BuildFile("")
	if err != nil {
		return nil, nil, err
	}
	f := &file{lines: strings.SplitAfter(string(old), "\n")}
	if last := len(f.lines) - 1; last >= 0 && f.lines[last] == "" {
		f.lines = f.lines[:last]
	}
	var notes []string
	var added []string
	for _, g := range groups {
		members := calleesFirst(g)
		if binary, ok := f.with(members); ok {
			notes = append(notes, fmt.Sprintf("%s: %s has the services of the group of %s already", name, binary, g.Host))
			continue
		}
		if i := slices.IndexFunc(w.Binaries, func(b *workspace.Binary) bool { return sameMembers(serviceNames(b), members) }); i >= 0 {
			b := w.Binaries[i]
			notes = append(notes, fmt.Sprintf("%s:%d: %s has the services of the group of %s already", b.File, b.Line, b.Label, g.Host))
			continue
		}
		for _, b := range w.Binaries {
			if slices.ContainsFunc(members, func(member string) bool { return slices.Contains(serviceNames(b), member) }) {
				notes = append(notes, fmt.Sprintf("%s:%d: %s merges some services of the group of %s with others", b.File, b.Line, b.Label, g.Host))
			}
		}
		binary := f.free(w, g.Host+"_merged")
		added = append(added, prefix+binary+" "+strings.Join(members, " ")+"\n")
		f.taken = append(f.taken, binary)
	}
	if len(added) == 0 {
		return nil, notes, nil
	}
	text := f.insert(added)
	return []change.File{{Name: w.File(name), Old: old, New: []byte(text)}}, notes, nil
}

// calleesFirst returns the services of a group, those that join others first, as
// services start.
func calleesFirst(g choose.Group) []string {
	children := make(map[string][]string)
	for _, m := range g.Members {
		children[m.Caller] = append(children[m.Caller], m.Service)
	}
	var list []string
	var visit func(name string)
	visit = func(name string) {
		for _, child := range children[name] {
			if !slices.Contains(list, child) && child != name {
				visit(child)
			}
		}
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	visit(g.Host)
	return list
}

func serviceNames(b *workspace.Binary) []string {
	var names []string
	for _, s := range b.Services {
		names = append(names, s.Name)
	}
	return names
}

// file is the root's BUILD file.
type file struct {
	lines []string
	taken []string
}

// with returns the binary whose directive has just the members.
func (f *file) with(members []string) (string, bool) {
	for _, line := range f.lines {
		rest, ok := strings.CutPrefix(line, prefix)
		if !ok {
			continue
		}
		if words := strings.Fields(rest); len(words) > 0 && sameMembers(words[1:], members) {
			return words[0], true
		}
	}
	return "", false
}

func sameMembers(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// free returns a name for a binary that neither a target of the root nor another
// directive has.
func (f *file) free(w *workspace.Workspace, name string) string {
	used := func(name string) bool {
		return slices.Contains(f.taken, name) ||
			slices.ContainsFunc(w.Binaries, func(b *workspace.Binary) bool { return b.Label == "//:"+name }) ||
			slices.ContainsFunc(f.lines, func(line string) bool {
				return strings.HasPrefix(line, prefix+name+" ") || strings.Contains(line, fmt.Sprintf("name = %q", name))
			})
	}
	for n := 2; used(name); n++ {
		base, _, _ := strings.Cut(name, "_merged")
		name = fmt.Sprintf("%s_merged_%d", base, n)
	}
	return name
}

// insert returns the file with lines after the last merge_binary directive, or else
// after the last other directive, or at the end.
func (f *file) insert(added []string) string {
	at := -1
	for _, start := range []string{"# gazelle:", prefix} {
		for i, line := range f.lines {
			if strings.HasPrefix(line, start) {
				at = i + 1
			}
		}
	}
	lines := slices.Clone(f.lines)
	if at < 0 {
		at = len(lines)
		if at > 0 {
			lines[at-1] = strings.TrimSuffix(lines[at-1], "\n") + "\n"
			added = append([]string{"\n"}, added...)
		}
	}
	ending := "\n"
	if at > 0 && strings.HasSuffix(lines[at-1], "\r\n") {
		ending = "\r\n"
	}
	for i := range added {
		added[i] = strings.TrimSuffix(added[i], "\n") + ending
	}
	return strings.Join(slices.Insert(lines, at, added...), "")
}
