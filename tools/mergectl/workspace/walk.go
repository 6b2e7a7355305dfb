package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// buildFiles are the names of BUILD files, the one that wins first.
var buildFiles = []string{"BUILD.bazel", "BUILD"}

// walk finds the packages and BUILD files, and returns the go.mod files. It leaves out what the
// go command does, and what Bazel or Gazelle are told to.
func (w *Workspace) walk(excluded []string) (goMods []string, err error) {
	ignored, err := w.ignored()
	if err != nil {
		return nil, err
	}
	ignored = append(ignored, excluded...)
	packages := make(map[string]bool)
	err = filepath.WalkDir(w.Root, func(name string, entry fs.DirEntry, err error) error {
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
		skip := slices.ContainsFunc(ignored, func(pattern string) bool {
			matched, _ := doublestar.Match(pattern, rel)
			return matched
		})
		base := entry.Name()
		switch {
		case entry.IsDir() && (skip || base[0] == '.' || base[0] == '_' || base == "testdata" || base == "vendor" || base == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() || skip:
		case base == "go.mod":
			goMods = append(goMods, rel)
		case strings.HasSuffix(base, ".go"):
			packages[strings.TrimPrefix(path.Dir(rel), ".")] = true
		case slices.Contains(buildFiles, base):
			w.buildDirs = append(w.buildDirs, strings.TrimPrefix(path.Dir(rel), "."))
		}
		return nil
	})
	for dir := range packages {
		w.Packages = append(w.Packages, dir)
	}
	slices.Sort(w.Packages)
	slices.Sort(w.buildDirs)
	w.buildDirs = slices.Compact(w.buildDirs)
	return goMods, err
}

// ignored returns the patterns of .bazelignore and of the exclude directives in
// the root's BUILD file.
func (w *Workspace) ignored() ([]string, error) {
	var patterns []string
	add := func(pattern string) {
		if pattern = path.Clean(strings.TrimSpace(pattern)); pattern != "." {
			patterns = append(patterns, pattern)
		}
	}
	data, err := os.ReadFile(w.File(".bazelignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			add(line)
		}
	}
	_, build, err := w.BuildFile("")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(build)) {
		if pattern, ok := strings.CutPrefix(line, "# gazelle:exclude "); ok {
			add(pattern)
		}
	}
	return patterns, nil
}

// BuildFile returns the name and the text of the BUILD file in a folder. If
// there is none, it returns the name for one, and no text.
func (w *Workspace) BuildFile(dir string) (name string, data []byte, err error) {
	for _, base := range buildFiles {
		name := path.Join(dir, base)
		if info, err := os.Stat(w.File(name)); err == nil && !info.IsDir() {
			data, err := os.ReadFile(w.File(name))
			return name, data, err
		}
	}
	return path.Join(dir, "BUILD.bazel"), nil, nil
}
