package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// buildFiles are the names of BUILD files, the one that wins first.
var buildFiles = []string{"BUILD.bazel", "BUILD"}

// walk finds the packages, BUILD files and go.mod files. It leaves out what the
// go command and git do, and what Bazel or Gazelle are told to.
func (w *Workspace) walk(excluded []string) error {
	w.matched = make(map[string]bool)
	if err := w.readIgnoreFile(); err != nil {
		return err
	}
	for _, pattern := range excluded {
		cleaned := path.Clean(filepath.ToSlash(pattern))
		if cleaned == "." || !doublestar.ValidatePattern(cleaned) {
			return fmt.Errorf("--exclude=%s: this is not a pattern of folders below the root, such as tutorial or **/old", pattern)
		}
		w.Excluded = append(w.Excluded, cleaned)
	}
	w.ignored = make(map[string]string)
	w.readIgnored("")
	if err := w.readExcludes(""); err != nil {
		return err
	}
	if err := w.visit(""); err != nil {
		return err
	}
	for _, pattern := range w.Excluded {
		if !w.matched[pattern] {
			w.remark("--exclude=%s: nothing below %s has this path", pattern, w.Root)
		}
	}
	return nil
}

// visit walks the folders at and below dir.
func (w *Workspace) visit(dir string) error {
	return filepath.WalkDir(w.File(dir), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(w.Root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if rel == "." {
			return nil
		}
		_, ignored := w.ignored[rel]
		skip := w.isExcluded(rel) || ignored
		base := entry.Name()
		switch {
		case entry.IsDir() && (skip || leftOut(base)):
			if base == "vendor" && !skip && exists(filepath.Join(name, "modules.txt")) {
				w.Vendored = append(w.Vendored, rel)
			}
			return fs.SkipDir
		case entry.IsDir() && strings.ContainsFunc(base, unicode.IsControl):
			w.remark("folder %q is left out: no label can have its name", rel)
			return fs.SkipDir
		case entry.IsDir():
			if exists(filepath.Join(name, ".git")) { // a submodule, of which the repository around it knows nothing
				w.readIgnored(rel)
			}
			return w.readExcludes(rel)
		case skip:
		case base == "go.mod":
			w.goMods = append(w.goMods, rel)
		case path.Ext(base) == ".proto":
			w.HasProtos = true
		case strings.HasSuffix(base, ".go"):
			w.GeneratedProtos = w.GeneratedProtos || strings.HasSuffix(base, ".pb.go")
			w.addPackage(strings.TrimPrefix(path.Dir(rel), "."))
		case slices.Contains(buildFiles, base):
			w.buildDirs = append(w.buildDirs, strings.TrimPrefix(path.Dir(rel), "."))
		}
		return nil
	})
}

// leftOut reports whether the go command leaves out folders of a name, or
// everybody does.
func leftOut(base string) bool {
	return base[0] == '.' || base[0] == '_' || base == "testdata" || base == "vendor" || base == "node_modules"
}

// Hidden returns the folders of main packages that make servers or clients where
// the go command does not look, such as testdata. Gazelle looks there.
func (w *Workspace) Hidden() ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(w.Root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(w.Root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		_, ignored := w.ignored[rel]
		switch {
		case !entry.IsDir() || rel == ".":
			return nil
		case ignored || w.isExcluded(rel) || slices.Contains([]string{".git", "vendor", "node_modules"}, entry.Name()):
			return fs.SkipDir
		case !slices.ContainsFunc(strings.Split(rel, "/"), leftOut):
			return nil
		}
		if p := w.Tree.Package(rel); p == nil || p.Name != "main" {
			return nil
		}
		// What does not parse is not a service for Gazelle, either.
		if uses, err := w.Tree.Uses(rel, scan.Use{Serves: true, Calls: true}); err == nil && uses {
			dirs = append(dirs, rel)
		}
		return nil
	})
	return dirs, err
}

// addPackage adds a folder of which the last file's may be known.
func (w *Workspace) addPackage(dir string) {
	if n := len(w.Packages); n == 0 || w.Packages[n-1] != dir {
		w.Packages = append(w.Packages, dir)
	}
}

func (w *Workspace) isExcluded(name string) bool {
	excluded := false
	for _, pattern := range slices.Concat(w.patterns, w.Excluded) {
		if matched, _ := doublestar.Match(pattern, name); matched {
			w.matched[pattern] = true
			excluded = true
		}
	}
	return excluded
}

// readIgnoreFile reads the patterns of .bazelignore.
func (w *Workspace) readIgnoreFile() error {
	data, err := regular.ReadFile(w.File(".bazelignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(data)) {
		if pattern := path.Clean(strings.TrimSpace(line)); pattern != "." && pattern[0] != '#' {
			w.patterns = append(w.patterns, pattern)
		}
	}
	return nil
}

// readExcludes reads the patterns of the exclude directives in a BUILD file.
func (w *Workspace) readExcludes(dir string) error {
	_, data, err := w.BuildFile(dir)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		if pattern, ok := strings.CutPrefix(line, "# gazelle:exclude "); ok {
			w.patterns = append(w.patterns, path.Join(dir, strings.TrimSpace(pattern)))
		}
	}
	return nil
}

// BuildFile returns the name and the text of the BUILD file in a folder. If
// there is none, it returns the name for one, and no text.
func (w *Workspace) BuildFile(dir string) (name string, data []byte, err error) {
	for _, base := range buildFiles {
		name := path.Join(dir, base)
		if info, err := os.Stat(w.File(name)); err == nil && !info.IsDir() {
			data, err := regular.ReadBazelFile(w.File(name))
			return name, data, err
		}
	}
	return path.Join(dir, "BUILD.bazel"), nil, nil
}
