package moduleset

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// goFile is what counts of a go.mod or go.work file.
type goFile struct {
	// dir is its folder, "" for the root, and module the path of its module
	// directive, which go.work files do not have.
	dir, module string
	require     []*modfile.Require
	replace     []*modfile.Replace
	tools       []*modfile.Tool
	// uses are the folders of the modules that a go.work file uses.
	uses []string
}

// readFiles reads the file of a tag, and after a go.work file the go.mod files of
// the modules that it uses.
func readFiles(root string, tag setTag) ([]*goFile, error) {
	first, err := readFile(root, tag, tag.file, tag.work)
	if err != nil {
		return nil, err
	}
	files := []*goFile{first}
	for _, dir := range first.uses {
		file, err := readFile(root, tag, path.Join(dir, "go.mod"), false)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func readFile(root string, tag setTag, name string, work bool) (*goFile, error) {
	data, err := regular.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: dependency set %q: no such file: %s", tag.position, tag.name, name)
	} else if err != nil {
		return nil, fmt.Errorf("%s: dependency set %q: %w", tag.position, tag.name, err)
	}
	f := &goFile{dir: strings.TrimPrefix(path.Dir(name), ".")}
	if work {
		file, err := modfile.ParseWork(name, data, nil)
		if err != nil {
			return nil, err
		}
		f.replace = file.Replace
		for _, use := range file.Use {
			f.uses = append(f.uses, f.folder(use.Path))
		}
		return f, nil
	}
	// Lax parsing would leave out the replace directives.
	file, err := modfile.Parse(name, data, nil)
	if err != nil {
		return nil, err
	}
	if file.Module != nil {
		f.module = file.Module.Mod.Path
	}
	f.require, f.replace, f.tools = file.Require, file.Replace, file.Tool
	return f, nil
}

// folder returns the folder that the file names by a relative path, "" for the
// root.
func (f *goFile) folder(name string) string {
	if dir := path.Join(f.dir, name); dir != "." {
		return dir
	}
	return ""
}

// requirement is what files require of a module: the highest version, and
// whether one of them needs it for its own packages.
type requirement struct {
	version string
	direct  bool
}

func required(files []*goFile) map[string]requirement {
	modules := make(map[string]requirement)
	for _, f := range files {
		for _, require := range f.require {
			r, known := modules[require.Mod.Path]
			if !known || semver.Compare(require.Mod.Version, r.version) > 0 {
				r.version = require.Mod.Version
			}
			r.direct = r.direct || !require.Indirect
			modules[require.Mod.Path] = r
		}
	}
	return modules
}

// providesTool reports whether a tool directive is for a package of a module.
func (f *goFile) providesTool(modulePath string) bool {
	return slices.ContainsFunc(f.tools, func(tool *modfile.Tool) bool { return contains(modulePath, tool.Path) })
}

// replacingDir returns the folder of the workspace that replaces a module, as
// the first file has it that replaces it.
func replacingDir(files []*goFile, modulePath, version string) string {
	for _, f := range files {
		for _, replace := range f.replace {
			if replace.Old.Path != modulePath || replace.Old.Version != "" && replace.Old.Version != version {
				continue
			}
			if replace.New.Version != "" || path.IsAbs(replace.New.Path) {
				return ""
			}
			if dir := path.Join(f.dir, replace.New.Path); dir != ".." && !strings.HasPrefix(dir, "../") {
				return dir
			}
			return ""
		}
	}
	return ""
}
