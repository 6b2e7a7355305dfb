package moduleset

import (
	"path"
	"slices"
)

// Load reads MODULE.bazel in folder root, the files it includes, and the go.mod
// and go.work files of its dependency sets. A workspace without MODULE.bazel has
// no sets.
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

// Read returns the set that a merge_deps.from_file tag would make of a go.mod or
// go.work file, a slash-separated path below root, without overrides of modules.
func Read(root, name, file string) (*Set, error) {
	return new(tags).load(root, setTag{name: name, file: file, work: path.Ext(file) == ".work", position: "MODULE.bazel"})
}

func (t *tags) load(root string, tag setTag) (*Set, error) {
	set := &Set{Name: tag.name, File: tag.file, Work: tag.work, Position: tag.position}
	files, err := readFiles(root, tag)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if !tag.work || file != files[0] {
			set.Main = append(set.Main, Main{file.dir, file.module})
		}
	}
	for path, r := range required(files) {
		if tag.work && set.isMain(path) {
			continue
		}
		set.Modules = append(set.Modules, Module{
			Path:       path,
			Version:    r.version,
			Direct:     r.direct || slices.ContainsFunc(files, func(f *goFile) bool { return f.providesTool(path) }),
			Dir:        replacingDir(files, path, r.version),
			Convention: t.convention(tag.name, path),
		})
	}
	sortModules(set.Modules)
	nameRepositories(set.Name, set.Modules)
	return set, nil
}

func (s *Set) isMain(modulePath string) bool {
	return slices.ContainsFunc(s.Main, func(m Main) bool { return m.Path == modulePath })
}
