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

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// goFiles checks that go.mod files list all modules that a build needs, and
// go.sum files the sums of these.
func goFiles(w *workspace.Workspace, modules []*workspace.Module) []Finding {
	var findings []Finding
	for _, m := range modules {
		tidy := "run go mod tidy in " + w.Place(m.Dir)
		if listed, line := listsAll(m.File); !listed {
			findings = append(findings, Finding{
				Severity: Error, Rule: "go-directive", Position: Position{m.GoMod(), line},
				Message: "the go directive says that not all modules are listed here, which takes go 1.17 or later",
				Fix:     tidy + " with -go=1.21",
			})
			continue
		}
		sums, err := readSums(w.File(m.GoSum()))
		if err != nil {
			findings = append(findings, Finding{Severity: Error, Rule: "go-sum", Position: Position{File: m.GoSum()}, Message: err.Error(), Fix: tidy})
			continue
		}
		for _, require := range m.File.Require {
			findings = append(findings, checkRequire(w, m, require, sums, tidy)...)
		}
	}
	return findings
}

func checkRequire(w *workspace.Workspace, m *workspace.Module, require *modfile.Require, sums map[module.Version]bool, tidy string) []Finding {
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
	if replace := replacement(m.File, require.Mod); replace != nil {
		at.Line = replace.Syntax.Start.Line
		source = replace.New
		if source.Version == "" {
			return checkFolder(w, m, replace)
		}
	}
	if sums[source] {
		return nil
	}
	return []Finding{{
		Severity: Error, Rule: "go-sum", Position: at, Other: &Position{File: m.GoSum()},
		Message: fmt.Sprintf("module %s has no sum in %s", source, w.Place(m.GoSum())), Fix: tidy,
	}}
}

// checkFolder checks a replacement by a folder.
func checkFolder(w *workspace.Workspace, m *workspace.Module, replace *modfile.Replace) []Finding {
	dir := replace.New.Path
	if !path.IsAbs(dir) {
		dir = w.File(path.Join(m.Dir, dir))
	}
	if _, err := os.Stat(path.Join(dir, "go.mod")); err == nil {
		return nil
	}
	return []Finding{{
		Severity: Error, Rule: "replacement", Position: Position{m.GoMod(), replace.Syntax.Start.Line},
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
func replacement(file *modfile.File, mod module.Version) *modfile.Replace {
	var found *modfile.Replace
	for _, replace := range file.Replace {
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
	data, err := os.ReadFile(name)
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
