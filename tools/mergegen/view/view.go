// Package view generates a service's view of a package of the standard
// library: a package that has everything the original exports, by alias, except
// for what a hand-written file declares in its stead.
//
// A view has the types of the original. It is for packages that the runtime
// knows by their path, so that a copy of their sources does not link.
package view

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// Config says which package a view is of.
type Config struct {
	// Path is the import path of the original.
	Path string
	// Sources are the original's Go files, and Written the hand-written ones,
	// which may have the tag of package added. Those that Context excludes are
	// ignored.
	Sources, Written []string
	// Context selects files by their names and build constraints.
	Context build.Context
}

// keepDirective in a hand-written file names functions that the view compiles
// again from the original's text, so that they call the view's functions, and
// types that it has with their methods in the same way.
const keepDirective = "//mergegen:keep "

// Generate returns the formatted Go source of a view.
func Generate(c Config) ([]byte, error) {
	g := generator{path: c.Path, fset: token.NewFileSet(), imports: map[string]string{}, taken: map[string]bool{}, keep: map[string]bool{}, missing: map[string]bool{}}
	written, err := g.parse(c.Context, c.Written)
	if err != nil {
		return nil, err
	}
	for _, f := range written {
		g.reserve(f)
	}
	sources, err := g.parse(c.Context, c.Sources)
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("view of package %s: none of its %d files is for %s/%s", c.Path, len(c.Sources), c.Context.GOOS, c.Context.GOARCH)
	}
	for _, f := range sources {
		if err := g.file(f); err != nil {
			return nil, fmt.Errorf("view of package %s: %w", c.Path, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.missing)) {
		return nil, fmt.Errorf("view of package %s: it has no function or type %s for %s to keep", c.Path, name, strings.TrimSpace(keepDirective))
	}
	return g.source(sources[0].Name.Name)
}

type generator struct {
	path    string
	fset    *token.FileSet
	imports map[string]string // name to import path
	taken   map[string]bool   // names that hand-written files declare
	keep    map[string]bool   // functions and types to keep
	missing map[string]bool   // those that were not found yet
	decls   []string
}

func (g *generator) parse(ctx build.Context, paths []string) ([]*ast.File, error) {
	var files []*ast.File
	ctx.BuildTags = append(slices.Clip(ctx.BuildTags), added.Tag)
	for _, path := range paths {
		name := filepath.Base(path)
		ok, err := ctx.MatchFile(filepath.Dir(path), name)
		if err != nil {
			return nil, err
		}
		if !ok || strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(g.fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			err, _ = platform.Syntax(ctx.ReleaseTags, err)
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// reserve notes what a hand-written file declares and keeps.
func (g *generator) reserve(f *ast.File) {
	for _, decl := range f.Decls {
		for _, name := range declared(decl) {
			g.taken[name] = true
		}
	}
	for _, group := range f.Comments {
		for _, comment := range group.List {
			if names, ok := strings.CutPrefix(comment.Text, keepDirective); ok {
				for _, name := range strings.Fields(names) {
					g.keep[name], g.missing[name] = true, true
				}
			}
		}
	}
}

// declared returns the package-level names of a declaration.
func declared(decl ast.Decl) []string {
	var names []string
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			names = append(names, decl.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// file adds what a file of the original declares.
func (g *generator) file(f *ast.File) error {
	imports := importsOf(f)
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if err := g.function(decl, imports); err != nil {
				return err
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					if err := g.typeSpec(spec, imports); err != nil {
						return err
					}
				}
			}
			for _, name := range declared(decl) {
				if g.wanted(name) {
					g.alias(decl.Tok, name)
				}
			}
		}
	}
	return nil
}

func (g *generator) wanted(name string) bool {
	return token.IsExported(name) && !g.taken[name] && !g.keep[name]
}

// typeSpec keeps a type, or refuses one that can have no alias.
func (g *generator) typeSpec(spec *ast.TypeSpec, imports map[string]string) error {
	name := spec.Name.Name
	switch {
	case g.keep[name]:
		return g.keepNode(name, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{spec}}, imports)
	case spec.TypeParams != nil && g.wanted(name):
		return fmt.Errorf("type %s has type parameters: write an alias by hand", name)
	}
	return nil
}

// keepNode adds a declaration as the original has it.
func (g *generator) keepNode(name string, decl ast.Decl, imports map[string]string) error {
	delete(g.missing, name)
	g.use(decl, imports)
	text, err := g.print(decl)
	g.decls = append(g.decls, text+"\n")
	return err
}

// alias declares a name as the original's.
func (g *generator) alias(kind token.Token, name string) {
	g.decls = append(g.decls, fmt.Sprintf("%s %s = %s.%s\n", kind, name, original, name))
}

// original is what the view calls the package it is of.
const original = "original"

func (g *generator) function(decl *ast.FuncDecl, imports map[string]string) error {
	name := decl.Name.Name
	kept := name
	if decl.Recv != nil {
		kept = receiver(decl)
	}
	switch {
	case g.keep[kept]:
		decl.Doc = nil
		return g.keepNode(kept, decl, imports)
	case decl.Recv != nil || !g.wanted(name):
		return nil
	case namesUnexported(decl.Type):
		if decl.Type.TypeParams != nil {
			return fmt.Errorf("function %s has type parameters with unexported types: write it by hand", name)
		}
		g.alias(token.VAR, name)
		return nil
	}
	g.use(decl.Type, imports)
	text, err := g.wrapper(decl)
	g.decls = append(g.decls, text)
	return err
}

// receiver returns the name of a method's type.
func receiver(decl *ast.FuncDecl) string {
	t := decl.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return "" // has type parameters
}

func (g *generator) print(node any) (string, error) {
	var b bytes.Buffer
	err := format.Node(&b, g.fset, node)
	return b.String(), err
}

// importsOf returns the import paths of a file by the names that it uses.
func importsOf(f *ast.File) map[string]string {
	imports := map[string]string{}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = path
	}
	return imports
}

// use imports the packages that a node names.
func (g *generator) use(node ast.Node, imports map[string]string) {
	ast.Inspect(node, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && imports[id.Name] != "" {
				g.imports[id.Name] = imports[id.Name]
			}
		}
		return true
	})
}

func (g *generator) source(name string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated by mergegen view; DO NOT EDIT.\n\npackage %s\n\nimport (\n", name)
	if slices.ContainsFunc(g.decls, func(decl string) bool { return strings.Contains(decl, original+".") }) {
		fmt.Fprintf(&b, "\t%s %q\n", original, g.path) // else all is written by hand
	}
	for _, name := range slices.Sorted(maps.Keys(g.imports)) {
		fmt.Fprintf(&b, "\t%s %q\n", name, g.imports[name])
	}
	b.WriteString(")\n\n")
	slices.SortFunc(g.decls, cmp.Compare[string])
	for _, decl := range g.decls {
		b.WriteString(decl)
	}
	out, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("view of package %s: generated source is not Go, which is a bug of mergegen: %w", g.path, err)
	}
	return out, nil
}
