package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Group is the findings of one rule and severity.
type Group struct {
	Severity Severity
	Rule     string
	Findings []Finding
}

// Groups sorts findings into groups, errors first. Within a severity, groups are
// in the order of their first findings.
func Groups(findings []Finding) []Group {
	var groups []Group
	for _, f := range findings {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Severity == f.Severity && g.Rule == f.Rule })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Severity: f.Severity, Rule: f.Rule})
		}
		groups[i].Findings = append(groups[i].Findings, f)
	}
	order := []Severity{Error, Warning, Note}
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
	return groups
}

// summaries say of several findings of a rule what all of them are.
var summaries = map[string]string{
	"unreadable":          "%d packages do not parse or belong to no module",
	"unresolved-import":   "%d imports lead to nothing",
	"indirect-import":     "%d imports are of modules that go.mod marks as indirect, so that their repositories are not imported",
	otherModule:           "%d imports are of other modules of the repository, which go.mod does not replace by their folders",
	"go-directive":        "%d go.mod files are from before go 1.17 and do not list all modules",
	"go-sum":              "%d modules have no sum in go.sum",
	"excluded":            "%d required versions are excluded",
	"replacement":         "%d modules are replaced by folders without a go.mod file",
	"rules-go":            "%d versions of rules_go do not work with the Go SDK",
	"dependency-set":      "%d dependency sets cannot be read",
	"no-set":              "%d modules with services have no dependency set",
	"set-package":         "%d dependency sets are of files that no label can name",
	"use-repo":            "%d repositories of dependency sets are not imported, or do not exist any more",
	severalServers:        "%d clients are for RPC services that several services serve, so a binary with these needs a choice",
	"callees":             "%d entries of callees name what is not there",
	"other-destination":   "%d clients have another destination than the name of the server: the calls stay RPCs",
	"same-address":        "%d services listen at an address that another one of the binary has",
	goDebug:               "%d services have settings of GODEBUG that rules_go does not apply",
	"roles":               "%d programs call what they serve: as a rule, each of their roles is a separate service",
	"same-path":           "%d files are used by several services, by relative paths",
	"same-name":           "%d services have the name of another one, so no merged binary can have both",
	"same-module":         "%d modules have the path of another one: which one an import means is not known",
	"unknown-destination": "%d clients have a destination that only the running process knows",
	"generic-client":      "%d clients make generic calls, which stay RPCs",
	noTarget:              "%d targets that clients dial are not among those of any server: the calls stay RPCs",
	doubtfulTarget:        "%d services are dialled at what may mean another deployment, so that Gazelle does not write it: the calls stay RPCs",
	sameTarget:            "%d targets are those of two services that serve the same",
	unknownTarget:         "%d clients dial what only the running process knows",
	sharedFramework:       "%d packages are shared of which each service needs its own",
	"no-server":           "%d clients are for RPC services that no service of this repository serves: the calls stay RPCs",
	goSDK:                 "%d Go SDKs are not among the versions that the rules support",
	goVersion:             "%d modules do not build with the Go SDK",
	frameworkVersion:      "%d modules have a framework that is not among the versions whose calls can be inline",
	notHooked:             "%d packages of frameworks are such that the rules do not fit them",
	"no-client":           "%d servers are for RPC services that no service of this repository calls",
}

// Summary says in one line what all findings of the group are.
func (g Group) Summary() string {
	return fmt.Sprintf(summaries[g.Rule], len(g.Findings))
}

// Many reports whether there are too many findings to list them one by one.
func (g Group) Many() bool { return len(g.Findings) > 5 }

// Fix returns the way out if all findings have the same one.
func (g Group) Fix() string {
	fix := g.Findings[0].Fix
	if slices.ContainsFunc(g.Findings, func(f Finding) bool { return f.Fix != fix }) {
		return ""
	}
	return fix
}

// Examples returns n findings, as far as it can such that have different fixes.
func (g Group) Examples(n int) []Finding {
	seen := make(map[string]bool)
	var first, rest []Finding
	for _, f := range g.Findings {
		if seen[f.Fix] {
			rest = append(rest, f)
		} else {
			first = append(first, f)
		}
		seen[f.Fix] = true
	}
	return append(first, rest...)[:min(n, len(g.Findings))]
}

// Folder is a folder with the number of findings at or below it.
type Folder struct {
	Dir      string
	Findings int
}

// Folders reports where the findings are: in the folders at which their paths
// part, those with most findings first.
func (g Group) Folders() []Folder {
	for depth := 1; ; depth++ {
		counts := make(map[string]int)
		deeper := false
		for _, f := range g.Findings {
			elements := strings.Split(path.Dir(f.Position.File), "/")
			deeper = deeper || len(elements) > depth
			counts[path.Join(elements[:min(depth, len(elements))]...)]++
		}
		if len(counts) == 1 && deeper {
			continue
		}
		var folders []Folder
		for dir, n := range counts {
			folders = append(folders, Folder{dir, n})
		}
		slices.SortFunc(folders, func(a, b Folder) int { return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(a.Dir, b.Dir)) })
		return folders
	}
}

// Crowded returns the deepest folder that has most of many findings, and not all
// packages: the user may want to know what the rest has without it.
func Crowded(w *workspace.Workspace, findings []Finding) Folder {
	const many = 20
	crowded := Folder{Findings: len(findings)}
	for {
		counts := make(map[string]int)
		for _, f := range findings {
			if dir := path.Dir(f.Position.File); workspace.Below(crowded.Dir, dir) && dir != crowded.Dir && dir != "." {
				rest := strings.TrimPrefix(strings.TrimPrefix(dir, crowded.Dir), "/")
				first, _, _ := strings.Cut(rest, "/")
				counts[path.Join(crowded.Dir, first)]++
			}
		}
		deeper := ""
		for dir, n := range counts {
			if 4*n >= 3*len(findings) {
				deeper = dir
			}
		}
		if deeper == "" {
			break
		}
		crowded = Folder{deeper, counts[deeper]}
	}
	outside := func(dir string) bool { return !workspace.Below(crowded.Dir, dir) }
	if crowded.Findings < many || !slices.ContainsFunc(w.Packages, outside) {
		return Folder{}
	}
	return crowded
}
