package check

import (
	"fmt"
	"path"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

const (
	tidyCommand = "run bazel mod tidy"
	initCommand = "run mergectl init"
)

// bazel checks that MODULE.bazel has a dependency set for each module with a
// service, and imports the repositories of the sets. A repository without the
// file or without sets is not checked.
func bazel(w *workspace.Workspace) ([]Finding, error) {
	file, err := modulefile.Load(w.Root)
	if err != nil {
		return nil, err
	}
	if _, ok := file.Apparent("rules_go_merge"); !ok {
		return nil, nil
	}
	sets, errs := moduleset.Load(w.Root)
	var findings []Finding
	for _, err := range errs {
		findings = append(findings, fromError("dependency-set", err, ""))
	}
	findings = append(findings, withoutPackage(w, sets)...)
	findings = append(findings, withoutSet(w, file, sets)...)
	return append(findings, useRepo(w, file, sets)...), nil
}

// withoutPackage reports sets whose file no label can name.
func withoutPackage(w *workspace.Workspace, sets *moduleset.Workspace) []Finding {
	var findings []Finding
	for _, set := range sets.Sets {
		// A file that cannot be read is there anyway.
		if name, data, err := w.BuildFile(set.Dir()); data == nil && err == nil {
			at := parsePosition(set.Position)
			findings = append(findings, Finding{
				Severity: Error, Rule: "set-package", Position: at, Other: &Position{File: set.File},
				Message: fmt.Sprintf("dependency set %q: the folder of %s is not a Bazel package, so no label can name the file", set.Name, set.File),
				Fix:     initCommand + ", or write an empty " + name,
			})
		}
	}
	return findings
}

func withoutSet(w *workspace.Workspace, file *modulefile.File, sets *moduleset.Workspace) []Finding {
	var findings []Finding
	for _, m := range w.Modules {
		at := slices.IndexFunc(w.Services, func(s *workspace.Service) bool { return s.Module == m && s.Serves })
		if _, covered := GoDeps(w, file, m); at < 0 || covered || len(sets.At(m.Dir)) > 0 {
			continue
		}
		findings = append(findings, Finding{
			Severity: Error, Rule: "no-set", Position: Position{File: m.GoMod()}, Other: &Position{File: modulefile.Name},
			Message: fmt.Sprintf("no dependency set of MODULE.bazel is for this file, which service %s needs", w.Services[at].Name),
			Fix:     initCommand,
		})
	}
	return findings
}

// useRepo compares the repositories of the sets with those that are imported.
func useRepo(w *workspace.Workspace, file *modulefile.File, sets *moduleset.Workspace) []Finding {
	exists := make(map[string]bool)
	imported := make(map[string]bool)
	var findings []Finding
	for _, set := range sets.Sets {
		for _, m := range set.Modules {
			exists[m.Repository] = true
		}
	}
	for _, proxy := range file.Proxies("//merge:extensions.bzl", "merge_deps") {
		for _, i := range proxy.Imports() {
			imported[i.Repository] = true
			if !exists[i.Repository] {
				findings = append(findings, Finding{
					Severity: Error, Rule: "use-repo", Position: Position{i.File, i.Line},
					Message: fmt.Sprintf("no dependency set has a repository %s any more", i.Repository), Fix: tidyCommand,
				})
			}
		}
	}
	for _, set := range sets.Sets {
		for _, m := range set.Modules {
			if m.Direct && !imported[m.Repository] {
				at := parsePosition(set.Position)
				findings = append(findings, Finding{
					Severity: Error, Rule: "use-repo", Position: at, Other: &Position{File: set.File},
					Message: fmt.Sprintf("repository %s is not imported: %s requires module %s", m.Repository, w.Place(set.File), m.Path),
					Fix:     tidyCommand + " or mergectl init",
				})
			}
		}
	}
	return findings
}

// GoDeps returns the place where MODULE.bazel gives a go.mod file to Gazelle's
// go_deps, itself or in a go.work file.
func GoDeps(w *workspace.Workspace, file *modulefile.File, m *workspace.Module) (Position, bool) {
	for _, proxy := range file.Proxies("//:extensions.bzl", "go_deps") {
		for _, tag := range proxy.Tags("from_file") {
			goMod, ok1 := modulefile.FileOf(tag.AttrString("go_mod"))
			goWork, ok2 := modulefile.FileOf(tag.AttrString("go_work"))
			if ok1 && goMod == m.GoMod() || ok2 && uses(w, goWork, m) {
				return Position{tag.File, tag.Line}, true
			}
		}
	}
	return Position{}, false
}

// uses reports whether a go.work file uses a module. One that cannot be read
// uses none: Go's commands complain about it.
func uses(w *workspace.Workspace, goWork string, m *workspace.Module) bool {
	data, err := regular.ReadFile(w.File(goWork))
	if err != nil {
		return false
	}
	file, err := modfile.ParseWork(goWork, data, nil)
	return err == nil && slices.ContainsFunc(file.Use, func(use *modfile.Use) bool {
		return path.Join(path.Dir(goWork), use.Path, "go.mod") == m.GoMod()
	})
}
