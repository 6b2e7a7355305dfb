package scan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
)

// checker type-checks packages of the repository. All others are empty to it,
// so it expects errors and goes by what can be known anyway, which
// includes every constant.
type checker struct {
	tree    *Tree
	fset    *token.FileSet
	checked map[string]*checked
	// order is the order of checked, for results that do not depend on chance.
	order []*checked
	// indexed is what index returned.
	indexed *index
}

// checked is a package with what the type checker found out.
type checked struct {
	*Package
	files []*ast.File
	types *types.Package
	info  *types.Info
	// initial holds the first value of variables that are declared with one.
	initial map[types.Object]ast.Expr
	// changed are the variables whose value may be another one later.
	changed map[types.Object]bool
}

func (c *checker) check(p *Package) *checked {
	if done, ok := c.checked[p.Dir]; ok {
		return done
	}
	pkg := &checked{
		Package: p,
		types:   types.NewPackage(p.ImportPath, p.Name), // for a circle of imports
		info: &types.Info{
			Types: make(map[ast.Expr]types.TypeAndValue),
			Defs:  make(map[*ast.Ident]types.Object),
			Uses:  make(map[*ast.Ident]types.Object),
		},
		initial: make(map[types.Object]ast.Expr),
		changed: make(map[types.Object]bool),
	}
	c.checked[p.Dir] = pkg
	for _, name := range p.Files {
		// What does not parse has no references.
		if file, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution); err == nil {
			pkg.files = append(pkg.files, file)
		}
	}
	config := types.Config{Importer: &importer{c, c.tree.imported(p)}, FakeImportC: true, Error: func(error) {}}
	if found, _ := config.Check(p.ImportPath, c.fset, pkg.files, pkg.info); found != nil {
		pkg.types = found
	}
	pkg.readVariables()
	c.order = append(c.order, pkg)
	return pkg
}

// importer gives a package what it imports.
type importer struct {
	*checker
	local []localImport
}

func (i *importer) Import(importPath string) (*types.Package, error) {
	for _, imported := range i.local {
		if imported.path == importPath {
			return i.check(imported.Package).types, nil
		}
	}
	empty := types.NewPackage(importPath, packageName(importPath))
	empty.MarkComplete()
	return empty, nil
}

// packageName guesses the name in the clauses of a package.
func packageName(importPath string) string {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && name[1] >= '0' && name[1] <= '9' && path.Dir(importPath) != "." {
		name = path.Base(path.Dir(importPath))
	}
	return name
}

// readVariables finds out which variables keep their first value.
func (p *checked) readVariables() {
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					p.declare(name, n.Values, i, len(n.Names))
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if name, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE && p.info.Defs[name] != nil {
						p.declare(name, n.Rhs, i, len(n.Lhs))
					} else {
						p.change(left)
					}
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					p.change(n.X)
				}
			case *ast.RangeStmt:
				p.change(n.Key)
				p.change(n.Value)
			}
			return true
		})
	}
}

func (p *checked) declare(name *ast.Ident, values []ast.Expr, i, names int) {
	if object := p.info.Defs[name]; object != nil && len(values) == names {
		p.initial[object] = values[i]
	}
}

func (p *checked) change(expr ast.Expr) {
	if object := p.objectOf(expr); object != nil {
		p.changed[object] = true
	}
}

// objectOf returns what a name refers to, or nil.
func (p *checked) objectOf(expr ast.Expr) types.Object {
	switch expr := expr.(type) {
	case *ast.ParenExpr:
		return p.objectOf(expr.X)
	case *ast.Ident:
		return p.info.ObjectOf(expr)
	case *ast.SelectorExpr:
		return p.info.ObjectOf(expr.Sel)
	}
	return nil
}

// isChanged reports whether some package may change a variable's value.
func (c *checker) isChanged(object types.Object) bool {
	return slices.ContainsFunc(c.order, func(p *checked) bool { return p.changed[object] })
}
