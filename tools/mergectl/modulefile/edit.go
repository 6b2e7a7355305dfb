package modulefile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// Format returns the file with the changes. Without any it is as it was.
func (f *File) Format() []byte {
	if !f.changed {
		return f.Old
	}
	return build.FormatWithoutRewriting(f.main)
}

// AddDep adds a bazel_dep after the others.
func (f *File) AddDep(module, version string) {
	after := func(stmt build.Expr) bool {
		name := functionName(stmt)
		return name == "bazel_dep" || name == "module"
	}
	f.insert(f.last(after)+1, fmt.Sprintf("bazel_dep(name = %q, version = %q)\n", module, version))
}

// AddPathOverride adds a local_path_override after the bazel_deps.
func (f *File) AddPathOverride(module, path string) {
	after := func(stmt build.Expr) bool { return functionName(stmt) == "bazel_dep" }
	f.insert(f.last(after)+1, fmt.Sprintf("local_path_override(\n    module_name = %q,\n    path = %q,\n)\n", module, path))
}

// AddExtension adds a variable for an extension, with lines that follow it, at
// the end of the file.
func (f *File) AddExtension(variable, bzl, extension, lines string) Proxy {
	f.insert(len(f.main.Stmt), fmt.Sprintf("%s = use_extension(%q, %q)\n%s", variable, bzl, extension, lines))
	return Proxy{Name: variable, file: f.main}
}

// Own returns the first of the proxies that is in the file itself, one that is
// not a dev_dependency if possible.
func (f *File) Own(proxies []Proxy) (Proxy, bool) {
	var found Proxy
	for _, p := range proxies {
		if p.file == f.main && (found.file == nil || found.dev && !p.dev) {
			found = p
		}
	}
	return found, found.file != nil
}

// AddTag adds a tag after the other tags of a proxy, which has to be the file's
// own. Attributes are names and values in turn.
func (f *File) AddTag(p Proxy, class string, attributes ...string) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s.%s(\n", p.Name, class)
	for i := 0; i < len(attributes); i += 2 {
		fmt.Fprintf(&text, "    %s = %q,\n", attributes[i], attributes[i+1])
	}
	text.WriteString(")\n")
	f.insert(f.last(func(stmt build.Expr) bool { return belongsTo(stmt, p.Name) })+1, text.String())
}

// AddImports adds repositories to the use_repo call of a proxy, which has to be
// the file's own, each before the first that sorts after it.
func (f *File) AddImports(p Proxy, repositories []string) {
	if len(repositories) == 0 {
		return
	}
	f.changed = true
	calls := p.useRepos()
	if len(calls) == 0 {
		f.insert(f.last(func(stmt build.Expr) bool { return belongsTo(stmt, p.Name) })+1, fmt.Sprintf("use_repo(%s)\n", p.Name))
		calls = p.useRepos()
	}
	call := calls[0]
	for _, repository := range repositories {
		at := slices.IndexFunc(call.List, func(arg build.Expr) bool {
			text, ok := arg.(*build.StringExpr)
			_, renamed := arg.(*build.AssignExpr)
			return renamed || ok && text.Value > repository
		})
		if at < 0 {
			at = len(call.List)
		}
		call.List = slices.Insert(call.List, at, build.Expr(&build.StringExpr{Value: repository}))
	}
	call.ForceCompact, call.ForceMultiLine = false, len(call.List) > 2
}

// insert puts statements at an index. The text is this package's own.
func (f *File) insert(at int, text string) {
	parsed, err := build.ParseModule(Name, []byte(text))
	if err != nil {
		panic(err)
	}
	f.main.Stmt = slices.Insert(f.main.Stmt, at, parsed.Stmt...)
	f.changed = true
}

// last returns the index of the last statement that matches, or -1.
func (f *File) last(matches func(build.Expr) bool) int {
	for i, stmt := range slices.Backward(f.main.Stmt) {
		if matches(stmt) {
			return i
		}
	}
	return -1
}

func functionName(stmt build.Expr) string {
	if call, ok := stmt.(*build.CallExpr); ok {
		if name, ok := call.X.(*build.Ident); ok {
			return name.Name
		}
	}
	return ""
}

// belongsTo reports whether a statement assigns a proxy or is one of its tags.
func belongsTo(stmt build.Expr, proxy string) bool {
	switch stmt := stmt.(type) {
	case *build.AssignExpr:
		name, ok := stmt.LHS.(*build.Ident)
		return ok && name.Name == proxy
	case *build.CallExpr:
		if dot, ok := stmt.X.(*build.DotExpr); ok {
			name, ok := dot.X.(*build.Ident)
			return ok && name.Name == proxy
		}
	}
	return false
}

// Changed reports whether there are changes.
func (f *File) Changed() bool {
	return f.changed && !bytes.Equal(f.Old, f.Format())
}
