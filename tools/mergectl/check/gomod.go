package check

import (
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// goFiles checks that go.mod files list all modules that a build needs, and
// go.sum files the sums of these.
func goFiles(r *repository, modules []*workspace.Module) []Finding {
	var findings []Finding
	for _, m := range modules {
		tidy := "run go mod tidy in " + r.Place(m.Dir)
		if listed, line := listsAll(m.File); !listed {
			findings = append(findings, Finding{
				Severity: Error, Rule: "go-directive", Position: Position{m.GoMod(), line},
				Message: "the go directive says that not all modules are listed here, which takes go 1.17 or later",
				Fix:     tidy + " with -go=1.21",
			})
			continue
		}
		sums, err := r.sums(m)
		if err != nil {
			findings = append(findings, Finding{Severity: Error, Rule: "go-sum", Position: Position{File: m.GoSum()}, Message: err.Error(), Fix: tidy})
			continue
		}
		for _, require := range m.File.Require {
			if r.counts(m, require) {
				findings = append(findings, checkRequire(r, m, require, sums, tidy)...)
			}
		}
	}
	return findings
}

func checkRequire(r *repository, m *workspace.Module, require *modfile.Require, sums map[module.Version]bool, tidy string) []Finding {
	at := Position{m.GoMod(), require.Syntax.Start.Line}
	for _, exclude := range m.File.Exclude {
		if exclude.Mod == require.Mod {
			return []Finding{{
				Severity: Error, Rule: "excluded", Position: at, Other: &Position{m.GoMod(), exclude.Syntax.Start.Line},
				Message: fmt.Sprintf("module %s is required and, on line %d, excluded", require.Mod, exclude.Syntax.Start.Line), Fix: tidy,
			}}
		}
	}
	source := require.Mod
	if replace, dir, file := r.replacement(m, require.Mod); replace != nil {
		at = Position{file, replace.Syntax.Start.Line}
		source = replace.New
		if source.Version == "" {
			return checkFolder(r, dir, replace, at)
		}
	}
	if sums[source] {
		return nil
	}
	return []Finding{{
		Severity: Error, Rule: "go-sum", Position: at, Other: &Position{File: m.GoSum()},
		Message: fmt.Sprintf("module %s has no sum in %s", source, r.Place(m.GoSum())), Fix: tidy,
	}}
}

// checkFolder checks a replacement, of a file in folder base, by a folder.
func checkFolder(r *repository, base string, replace *modfile.Replace, at Position) []Finding {
	dir := replace.New.Path
	if !path.IsAbs(dir) {
		dir = r.File(path.Join(base, dir))
	}
	if _, err := os.Stat(path.Join(dir, "go.mod")); err == nil {
		return nil
	}
	return []Finding{{
		Severity: Error, Rule: "replacement", Position: at,
		Message: fmt.Sprintf("module %s is replaced by %s, which has no go.mod file", replace.Old.Path, replace.New.Path),
		Fix:     "correct the path, or remove the replace directive",
	}}
}

// listsAll reports whether a go.mod file lists all modules, and the line that
// tells.
func listsAll(file *modfile.File) (ok bool, line int) {
	if file.Go == nil {
		return false, 1
	}
	return version.Compare("go"+file.Go.Version, "go1.17") >= 0, file.Go.Syntax.Start.Line
}

// replacement returns the directive that replaces a module, or nil.
func replacement(directives []*modfile.Replace, mod module.Version) *modfile.Replace {
	var found *modfile.Replace
	for _, replace := range directives {
		if replace.Old == mod {
			return replace
		}
		if replace.Old.Path == mod.Path && replace.Old.Version == "" {
			found = replace
		}
	}
	return found
}

// readSums returns the modules whose content has a sum. Without the file there
// are none.
func readSums(name string) (map[module.Version]bool, error) {
	data, err := regular.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	sums := make(map[module.Version]bool)
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) == 3 && strings.HasPrefix(words[2], "h1:") {
			sums[module.Version{Path: words[0], Version: words[1]}] = true
		}
	}
	return sums, nil
}
