// Package modulefile reads and extends a workspace's MODULE.bazel file.
package modulefile

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// Name is the file's name.
const Name = "MODULE.bazel"

// File is a workspace's MODULE.bazel file. Changes are made in memory.
type File struct {
	// Old is what the file holds, nil if it is not there.
	Old []byte
	// main is the file, and files begins with it and has those that it includes.
	main    *build.File
	files   []*build.File
	changed bool
}

// Load reads MODULE.bazel in folder root, which need not exist, and the files
// that it includes. An error names the file and, of wrong syntax, the line.
func Load(root string) (*File, error) {
	f := &File{}
	names := []string{Name}
	for i := 0; i < len(names); i++ {
		data, err := regular.ReadBazelFile(filepath.Join(root, filepath.FromSlash(names[i])))
		if errors.Is(err, fs.ErrNotExist) && i == 0 {
			data, err = nil, nil
		} else if i == 0 {
			f.Old = append([]byte{}, data...)
		}
		if err != nil {
			return nil, err
		}
		file, err := build.ParseModule(names[i], data)
		if err != nil {
			return nil, err
		}
		f.files = append(f.files, file)
		names = append(names, included(file, names)...)
	}
	f.main = f.files[0]
	return f, nil
}

// included returns the files that a file includes, without those known.
func included(file *build.File, known []string) []string {
	var names []string
	seen := make(map[string]bool)
	for _, name := range known {
		seen[name] = true
	}
	for _, r := range file.Rules("include") {
		for _, arg := range r.Call.List {
			text, ok := arg.(*build.StringExpr)
			if !ok {
				continue
			}
			if name, ok := FileOf(text.Value); ok && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Apparent returns the name by which the workspace calls a Bazel module, and
// whether it depends on it.
func (f *File) Apparent(module string) (name string, ok bool) {
	for _, file := range f.files {
		for _, r := range file.Rules("bazel_dep") {
			if r.Name() != module {
				continue
			}
			if name := r.AttrString("repo_name"); name != "" {
				return name, true
			}
			return module, true
		}
	}
	return module, false
}

// Dep is what a workspace says about a Bazel module that it depends on.
type Dep struct {
	Version string // empty if another module or an override says it
	File    string
	Line    int
}

// Dep returns the dependency on a Bazel module.
func (f *File) Dep(module string) (dep Dep, ok bool) {
	for _, file := range f.files {
		for _, r := range file.Rules("bazel_dep") {
			if r.Name() == module {
				start, _ := r.Call.Span()
				return Dep{r.AttrString("version"), file.Path, start.Line}, true
			}
		}
	}
	return Dep{}, false
}

// Module returns the name that the file gives to its own module, or "".
func (f *File) Module() string {
	for _, r := range f.main.Rules("module") {
		return r.Name()
	}
	return ""
}

// Overridden reports whether the workspace says itself where a Bazel module is.
func (f *File) Overridden(module string) bool {
	for _, file := range f.files {
		for _, r := range file.Rules("") {
			if strings.HasSuffix(r.Kind(), "_override") && r.AttrString("module_name") == module {
				return true
			}
		}
	}
	return false
}

// LocalPaths returns the folders that the workspace takes Bazel modules from. Those
// that are not absolute are relative to the root.
func (f *File) LocalPaths() []string {
	var paths []string
	for _, file := range f.files {
		for _, r := range file.Rules("local_path_override") {
			if path := r.AttrString("path"); path != "" {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// Proxy is a variable that use_extension is assigned to.
type Proxy struct {
	Name string
	file *build.File
	// dev is set for a dev_dependency.
	dev bool
}

// Proxies returns the variables for an extension, by the package and name of
// its file and its own name, as "//merge:extensions.bzl" and "merge_deps".
func (f *File) Proxies(bzl, extension string) []Proxy {
	var proxies []Proxy
	for _, file := range f.files {
		for _, stmt := range file.Stmt {
			assign, ok := stmt.(*build.AssignExpr)
			if !ok {
				continue
			}
			name, ok1 := assign.LHS.(*build.Ident)
			call, ok2 := assign.RHS.(*build.CallExpr)
			if !ok1 || !ok2 || len(call.List) < 2 {
				continue
			}
			function, ok1 := call.X.(*build.Ident)
			from, ok2 := call.List[0].(*build.StringExpr)
			what, ok3 := call.List[1].(*build.StringExpr)
			if ok1 && ok2 && ok3 && function.Name == "use_extension" && strings.HasSuffix(from.Value, bzl) && what.Value == extension {
				dev, _ := build.NewRule(call).Attr("dev_dependency").(*build.Ident)
				proxies = append(proxies, Proxy{name.Name, file, dev != nil && dev.Name == "True"})
			}
		}
	}
	return proxies
}

// Tag is a call of a proxy's tag class.
type Tag struct {
	*build.Rule
	// Line is where it begins, in File.
	File string
	Line int
}

// Tags returns the tags of a class.
func (p Proxy) Tags(class string) []Tag {
	var tags []Tag
	for _, stmt := range p.file.Stmt {
		call, ok := stmt.(*build.CallExpr)
		if !ok {
			continue
		}
		dot, ok := call.X.(*build.DotExpr)
		if !ok || dot.Name != class {
			continue
		}
		if name, ok := dot.X.(*build.Ident); ok && name.Name == p.Name {
			start, _ := call.Span()
			tags = append(tags, Tag{build.NewRule(call), p.file.Path, start.Line})
		}
	}
	return tags
}

// Import is a repository that a use_repo call imports.
type Import struct {
	Repository string
	File       string
	Line       int
}

// Imports returns the repositories that use_repo calls import from the proxy.
func (p Proxy) Imports() []Import {
	var imports []Import
	for _, call := range p.useRepos() {
		for _, arg := range call.List[1:] {
			at := arg
			if renamed, ok := arg.(*build.AssignExpr); ok {
				arg = renamed.RHS
			}
			if text, ok := arg.(*build.StringExpr); ok {
				start, _ := at.Span()
				imports = append(imports, Import{text.Value, p.file.Path, start.Line})
			}
		}
	}
	return imports
}

func (p Proxy) useRepos() []*build.CallExpr {
	var calls []*build.CallExpr
	for _, r := range p.file.Rules("use_repo") {
		if len(r.Call.List) == 0 {
			continue
		}
		if name, ok := r.Call.List[0].(*build.Ident); ok && name.Name == p.Name {
			calls = append(calls, r.Call)
		}
	}
	return calls
}

// FileOf returns the path of the file that a label of the workspace names.
func FileOf(text string) (name string, ok bool) {
	l, err := label.Parse(text)
	if err != nil || l.Name == "" || l.Repo != "" && l.Repo != "@" {
		return "", false
	}
	return path.Join(l.Pkg, l.Name), true
}
