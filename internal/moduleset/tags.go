package moduleset

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// extensionFile is where the module extension is defined, in some repository.
const extensionFile = "//merge:extensions.bzl"

// tags is what MODULE.bazel says, before any other file is read.
type tags struct {
	module string
	// repository is the name by which the workspace calls itself.
	repository string
	sets       []setTag
	// overrides holds the gazelle: directives of override tags.
	overrides map[overrideKey][]string
}

type setTag struct {
	name, file, position string
	// work is set if the file is a go.work file.
	work bool
}

// overrideKey names the set and the module that an override is for. Each may
// be empty, for all of them.
type overrideKey struct{ set, path string }

func readTags(root string) (*tags, []error) {
	t := &tags{overrides: make(map[overrideKey][]string)}
	var errs []error
	queue := []string{"MODULE.bazel"}
	seen := make(map[string]bool)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := regular.ReadBazelFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) && name == "MODULE.bazel" {
			break
		} else if err != nil {
			errs = append(errs, err)
			continue
		}
		file, err := build.ParseModule(name, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		included, more := t.readFile(file)
		queue = append(queue, included...)
		errs = append(errs, more...)
	}
	return t, errs
}

// readFile reads one file and returns those that it includes. The extension is
// used under a name that counts in this file only.
func (t *tags) readFile(file *build.File) (included []string, errs []error) {
	extensions := make(map[string]bool)
	for _, stmt := range file.Stmt {
		if assign, ok := stmt.(*build.AssignExpr); ok {
			if name, ok := assign.LHS.(*build.Ident); ok && usesExtension(assign.RHS) {
				extensions[name.Name] = true
			}
			continue
		}
		call, ok := stmt.(*build.CallExpr)
		if !ok {
			continue
		}
		r := build.NewRule(call)
		if name, ok := call.X.(*build.Ident); ok {
			switch name.Name {
			case "module":
				t.module = r.AttrString("name")
				t.repository = t.module
				if own := r.AttrString("repo_name"); own != "" {
					t.repository = own
				}
			case "include":
				if file, ok := t.includedFile(call); ok {
					included = append(included, file)
				}
			}
			continue
		}
		if dot, ok := call.X.(*build.DotExpr); ok {
			if name, ok := dot.X.(*build.Ident); ok && extensions[name.Name] {
				if err := t.readTag(file, dot.Name, r); err != nil {
					errs = append(errs, err)
				}
			}
		}
	}
	return included, errs
}

// usesExtension matches use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps").
func usesExtension(expr build.Expr) bool {
	call, ok := expr.(*build.CallExpr)
	if !ok || len(call.List) < 2 {
		return false
	}
	function, ok := call.X.(*build.Ident)
	file, isString := call.List[0].(*build.StringExpr)
	extension, areStrings := call.List[1].(*build.StringExpr)
	return ok && isString && areStrings && function.Name == "use_extension" &&
		strings.HasSuffix(file.Value, extensionFile) && extension.Value == "merge_deps"
}

func (t *tags) includedFile(call *build.CallExpr) (string, bool) {
	if len(call.List) != 1 {
		return "", false
	}
	name, ok := call.List[0].(*build.StringExpr)
	if !ok {
		return "", false
	}
	return t.file(name.Value)
}

func (t *tags) readTag(file *build.File, kind string, r *build.Rule) error {
	start, _ := r.Call.Span()
	position := fmt.Sprintf("%s:%d", file.Path, start.Line)
	switch kind {
	case "from_file":
		work := r.Attr("go_work") != nil
		attr := "go_mod"
		if work {
			attr = "go_work"
		}
		file, ok := t.file(r.AttrString(attr))
		if !ok || r.Name() == "" {
			return fmt.Errorf("%s: from_file needs a name and the label of a go.mod or go.work file in this workspace", position)
		}
		t.sets = append(t.sets, setTag{name: r.Name(), file: file, work: work, position: position})
	case "gazelle_override", "gazelle_default_attributes":
		t.overrides[overrideKey{r.AttrString("set"), r.AttrString("path")}] = r.AttrStrings("directives")
	}
	return nil
}

// file returns the path of a file of the workspace below its root.
func (t *tags) file(name string) (string, bool) {
	l, err := label.Parse(name)
	if err != nil || l.Name == "" || l.Repo != "" && l.Repo != "@" && l.Repo != t.repository {
		return "", false
	}
	return path.Join(l.Pkg, l.Name), true
}

// convention returns the naming convention that an override sets for a module.
func (t *tags) convention(set, modulePath string) string {
	// A module's own override replaces the default attributes as a whole.
	for _, key := range []overrideKey{{set, modulePath}, {"", modulePath}, {set, ""}, {"", ""}} {
		directives, ok := t.overrides[key]
		if !ok {
			continue
		}
		convention := ""
		for _, directive := range directives {
			if value, ok := strings.CutPrefix(directive, "gazelle:go_naming_convention "); ok {
				convention = strings.TrimSpace(value)
			}
		}
		return convention
	}
	return ""
}
