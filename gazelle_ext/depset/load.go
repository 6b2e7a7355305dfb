package depset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Load reads MODULE.bazel in folder root, the files it includes, and the go.mod
// files of its dependency sets. A workspace without MODULE.bazel has no sets.
//
// Each error names a file and line. With errors, the Workspace holds what could
// be read.
func Load(root string) (*Workspace, []error) {
	tags, errs := readTags(root)
	w := &Workspace{Module: tags.module}
	for _, tag := range tags.sets {
		set, err := tags.load(root, tag)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		w.Sets = append(w.Sets, set)
	}
	return w, errs
}

// Read returns the set that a merge_deps.from_file tag would make of a go.mod
// file, a slash-separated path below root, without overrides of modules.
func Read(root, name, goMod string) (*Set, error) {
	return new(tags).load(root, setTag{name: name, goMod: goMod, position: "MODULE.bazel"})
}

func (t *tags) load(root string, tag setTag) (*Set, error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(tag.goMod)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: dependency set %q: no such file: %s", tag.position, tag.name, tag.goMod)
	} else if err != nil {
		return nil, fmt.Errorf("%s: dependency set %q: %w", tag.position, tag.name, err)
	}
	// Lax parsing would leave out the replace directives.
	file, err := modfile.Parse(tag.goMod, data, nil)
	if err != nil {
		return nil, err
	}
	set := &Set{Name: tag.name, GoMod: tag.goMod, Position: tag.position}
	if file.Module != nil {
		set.ModulePath = file.Module.Mod.Path
	}
	seen := make(map[string]bool)
	for _, require := range file.Require {
		if seen[require.Mod.Path] {
			continue
		}
		seen[require.Mod.Path] = true
		set.Modules = append(set.Modules, Module{
			Path:       require.Mod.Path,
			Version:    require.Mod.Version,
			Direct:     !require.Indirect || providesTool(file, require.Mod.Path),
			Dir:        replacingDir(file, require, path.Dir(tag.goMod)),
			Convention: t.convention(tag.name, require.Mod.Path),
		})
	}
	sortModules(set.Modules)
	nameRepositories(set.Name, set.Modules)
	return set, nil
}

// providesTool reports whether a tool directive is for a package of a module.
func providesTool(file *modfile.File, modulePath string) bool {
	return slices.ContainsFunc(file.Tool, func(tool *modfile.Tool) bool { return contains(modulePath, tool.Path) })
}

// replacingDir returns the folder of the workspace that replaces a module.
func replacingDir(file *modfile.File, require *modfile.Require, base string) string {
	for _, replace := range file.Replace {
		if replace.Old.Path != require.Mod.Path || replace.Old.Version != "" && replace.Old.Version != require.Mod.Version {
			continue
		}
		if replace.New.Version != "" || path.IsAbs(replace.New.Path) {
			return ""
		}
		if dir := path.Join(base, replace.New.Path); dir != ".." && !strings.HasPrefix(dir, "../") {
			return dir
		}
	}
	return ""
}
