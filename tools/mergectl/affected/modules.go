package affected

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
)

var (
	buildFiles  = lag.Buildfiles
	moduleFiles = []string{"go.mod", "go.sum", "go.work", "go.work.sum"}
	// forAll are the names of files that decide how everything is built.
	forAll = map[string]bool{
		"MODULE.bazel": true, "MODULE.bazel.lock": true, "REPO.bazel": true, ".bazelignore": true, ".bazelversion": true,
		"WORKSPACE": true, "WORKSPACE.bazel": true, "WORKSPACE.bzlmod": true, ".gitmodules": true, ".gitattributes": true,
	}
)

// mentions are what files that decide on repositories name: files by labels, and
// folders or files by paths.
type mentions struct {
	// files has how often a file is named, and sets how often of that by a dependency
	// set.
	files, sets map[string]int
	// paths are folders and files below the root.
	paths map[string]bool
	// extensions are the labels of .bzl files of module extensions and repository rules.
	extensions map[string]bool
}

// inPath reports whether a file is one that is named by its path, or is in a folder
// that is.
func (m *mentions) inPath(file string) bool {
	for dir := file; dir != ""; dir = folder(dir) {
		if m.paths[dir] {
			return true
		}
	}
	return false
}

// imported finds what .bazelrc files import.
var imported = regexp.MustCompile(`(?m)^\s*(?:try-)?import\s+(?:%workspace%/)?(\S+)`)

// rcLabel finds labels of the main repository in .bazelrc files.
var rcLabel = regexp.MustCompile(`(?m)(?:^|[\s=,"'])(?:@|@@)?//([^\s,"'=]+)`)

// setting notes a target that a flag names, without the slashes. It may be a rule,
// which then counts for all targets with the rest of its package.
func (m *mentions) setting(label string) {
	dir, name, _ := strings.Cut(label, ":")
	if dir != "" {
		m.paths[path.Clean(dir)] = true
		return
	}
	for _, file := range append([]string{name}, buildFiles...) {
		m.files[file]++
	}
}

// readMentions reads MODULE.bazel, WORKSPACE and .bazelrc, and the files that they
// include.
func readMentions(root string) (*mentions, error) {
	m := &mentions{files: make(map[string]int), sets: make(map[string]int), paths: make(map[string]bool), extensions: make(map[string]bool)}
	queue := []string{"MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod", ".bazelrc"}
	seen := make(map[string]bool)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := regular.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, "rc") {
			for _, found := range imported.FindAllStringSubmatch(string(data), -1) {
				m.paths[found[1]] = true
				queue = append(queue, found[1])
			}
			for _, found := range rcLabel.FindAllStringSubmatch(string(data), -1) {
				m.setting(found[1])
			}
			continue
		}
		file, err := build.ParseModule(name, data)
		if err != nil {
			return nil, err
		}
		m.file(root, file)
		for file := range m.files {
			if strings.HasSuffix(file, ".MODULE.bazel") {
				queue = append(queue, file)
			}
		}
	}
	return m, nil
}

// file notes the strings of one file.
func (m *mentions) file(root string, file *build.File) {
	build.Walk(file, func(expr build.Expr, stack []build.Expr) {
		text, ok := expr.(*build.StringExpr)
		if !ok || text.Value == "" {
			return
		}
		if name, ok := fileOf(text.Value); ok {
			m.files[name]++
			if strings.HasSuffix(name, ".bzl") {
				dir, base := path.Split(name)
				m.extensions["//"+strings.TrimSuffix(dir, "/")+":"+base] = true
			}
			return
		}
		name := path.Clean(text.Value)
		if name == "." || path.IsAbs(name) || strings.HasPrefix(name, "..") {
			return
		}
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err == nil && namesPath(stack) {
			m.paths[name] = true
		}
	})
}

// namesPath reports whether a string is the value of an attribute that holds paths
// to folders or files, as that of local_path_override does.
func namesPath(stack []build.Expr) bool {
	for _, outer := range stack {
		if assign, ok := outer.(*build.AssignExpr); ok {
			if name, ok := assign.LHS.(*build.Ident); ok {
				return strings.Contains(name.Name, "path") || strings.Contains(name.Name, "dir") || strings.Contains(name.Name, "file")
			}
		}
	}
	return false
}

// fileOf returns the path of the file that a label of the main repository names.
func fileOf(label string) (string, bool) {
	_, rest, ok := strings.Cut(label, "//")
	if !ok || strings.HasPrefix(label, "@") && !strings.HasPrefix(label, "@//") && !strings.HasPrefix(label, "@@//") {
		return "", false
	}
	dir, name, ok := strings.Cut(rest, ":")
	if !ok {
		name = path.Base(dir)
	}
	return path.Join(dir, name), true
}

// mentioned marks what a file affects that MODULE.bazel names: what is made
// from the dependency sets that it is for, and if something else names it,
// everything.
func (f *finder) mentioned(name string) {
	uses := 0
	for _, set := range f.sets.Sets {
		if set.File == name {
			uses++
			f.set(set, name)
		}
	}
	if f.mentions.files[name] != uses {
		f.affectAll(name)
	}
}

// moduleFile marks what a go.mod file or one next to it affects. MODULE.bazel does
// not name it, and may name the file that it is next to, or one that uses it.
func (f *finder) moduleFile(name string) {
	dir := folder(name)
	other := 0
	for _, base := range moduleFiles {
		other += f.mentions.files[path.Join(dir, base)]
	}
	for _, set := range f.sets.Sets {
		if set.Dir() == dir {
			other--
			f.set(set, name)
			continue
		}
		if slices.ContainsFunc(set.Main, func(m moduleset.Main) bool { return m.Dir == dir }) {
			f.set(set, name)
		}
	}
	if other != 0 {
		f.affectAll(name)
	}
	// A go.work file that another extension reads uses modules that only it names.
	for file, uses := range f.mentions.files {
		if path.Base(file) != "go.work" {
			continue
		}
		for _, set := range f.sets.Sets {
			if set.File == file {
				uses--
			}
		}
		if uses > 0 {
			f.affectAll(name)
		}
	}
}

// set marks the rules in the repositories of a dependency set.
func (f *finder) set(set *moduleset.Set, because string) {
	for pkg, rules := range f.Graph.rules {
		repository, _, _ := strings.Cut(pkg, "//")
		if repository == "" || !strings.Contains(repository, set.Name+"_") {
			continue
		}
		for _, label := range rules {
			f.note(label, mark{Code, because})
		}
	}
	// Which files of the repositories there are is not known before they are made.
	for label := range f.Graph.nodes {
		if repository, _, _ := strings.Cut(label, "//"); repository != "" && strings.Contains(repository, set.Name+"_") {
			f.note(label, mark{Code, because})
		}
	}
}

// replacedFolders marks the repositories that are copies of a folder.
func (f *finder) replacedFolders(name string) {
	for _, set := range f.sets.Sets {
		for _, m := range set.Modules {
			if m.Dir == "" || m.Dir != "." && !strings.HasPrefix(name, m.Dir+"/") {
				continue
			}
			for label := range f.Graph.nodes {
				if repository, _, _ := strings.Cut(label, "//"); strings.HasSuffix(repository, m.Repository) {
					f.note(label, mark{Code, name})
				}
			}
		}
	}
}
