package check

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// place is a file that a service uses by a relative name.
type place struct {
	// folder is what the path begins in: "" for the folder that the process is started
	// in, or a working_directory whose variables may lead anywhere.
	folder string
	path   string // cleaned
}

// placeOf returns where a service in a working directory finds a name.
func placeOf(folder, name string) place {
	switch {
	case folder == "":
		return place{"", name}
	case !strings.Contains(folder, "$"):
		return place{"", path.Join(folder, name)}
	}
	// What is above a variable's value is not known.
	return place{path.Clean(folder), name}
}

// use is one use of a file by a service.
type use struct {
	service *workspace.Service
	usedFile
}

// samePaths finds files that several services of a binary use by relative names.
// While there is no binary, it judges as if all services were merged.
func samePaths(w *workspace.Workspace, used map[string][]usedFile) []Finding {
	groups := [][]*workspace.Service{w.Services}
	if len(w.Binaries) > 0 {
		groups = nil
		for _, b := range w.Binaries {
			groups = append(groups, b.Services)
		}
	}
	at := make(map[*workspace.Service]map[place]use)
	for _, s := range w.Services {
		at[s] = make(map[place]use)
		for _, dir := range reach(w, s) {
			for _, file := range used[dir] {
				p := placeOf(s.Folder, file.name)
				if _, known := at[s][p]; !known {
					at[s][p] = use{s, file}
				}
			}
		}
	}
	var findings []Finding
	for _, services := range groups {
		by := make(map[place][]use)
		for _, s := range services {
			for p, u := range at[s] {
				by[p] = append(by[p], u)
			}
		}
		places := slices.SortedFunc(maps.Keys(by), func(a, b place) int {
			return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.folder, b.folder))
		})
		for _, p := range places {
			if len(by[p]) > 1 {
				findings = append(findings, samePath(p, by[p]))
			}
		}
	}
	return findings
}

// samePath reports a file that several services use.
func samePath(p place, uses []use) Finding {
	name, where, fix := uses[0].name, "in the working directory, of which a process has one", "give the go_merge_service of each a working_directory"
	first := path.Clean(uses[0].service.Folder)
	if first != "." {
		where, fix = "in their working directory "+strconv.Quote(first), "give the go_merge_service of each a separate working_directory"
	}
	var services []*workspace.Service
	for _, u := range uses {
		services = append(services, u.service)
		if path.Clean(u.service.Folder) != first {
			name, where, fix = p.path, "from different working directories", "give each another path or working_directory"
		}
	}
	return Finding{
		Severity: Warning, Rule: "same-path", Position: uses[1].position, Other: &uses[0].position,
		Message: fmt.Sprintf("services %s use %s %s", serviceNames(services), strconv.Quote(name), where),
		Fix:     fix + ", or let each read the path from a flag or a variable",
	}
}
