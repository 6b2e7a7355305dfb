package check

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fileUsers are the functions of packages os and io/ioutil that make or read
// files, with their names as first argument.
var fileUsers = map[string][]string{
	"os":        {"Create", "DirFS", "Mkdir", "MkdirAll", "Open", "OpenFile", "OpenRoot", "ReadDir", "ReadFile", "WriteFile"},
	"io/ioutil": {"ReadDir", "ReadFile", "WriteFile"},
}

// joiners are the functions that make one path of several.
var joiners = map[string][]string{
	"path":          {"Join"},
	"path/filepath": {"Join"},
}

// usedFile is a file that a package uses by a constant relative name.
type usedFile struct {
	name     string // cleaned
	position Position
}

// parsedPackage is a package whose paths are looked for.
type parsedPackage struct {
	fset  *token.FileSet
	files []*ast.File
	// info has the package's own constants. Many packages need none, and are not
	// checked.
	info func() *types.Info
}

func newParsedPackage(fset *token.FileSet, files []*ast.File) *parsedPackage {
	return &parsedPackage{fset, files, sync.OnceValue(func() *types.Info {
		info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
		// Imports are unknown, so there are errors.
		config := types.Config{FakeImportC: true, Error: func(error) {}}
		config.Check("", fset, files, info)
		return info
	})}
}

// relativeFiles returns what the package makes and reads.
func (p *parsedPackage) relativeFiles() []usedFile {
	var used []usedFile
	for _, file := range p.files {
		users := importedFunctions(file, fileUsers)
		if len(users) == 0 {
			continue
		}
		joiners := importedFunctions(file, joiners)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || !users.has(call.Fun) {
				return true
			}
			if name, ok := p.text(call.Args[0], joiners); ok && name != "" && !path.IsAbs(name) {
				at := p.fset.Position(call.Pos())
				used = append(used, usedFile{path.Clean(name), Position{at.Filename, at.Line}})
			}
			return true
		})
	}
	return used
}

// text returns the value of an expression that is constant, or joins constants.
func (p *parsedPackage) text(e ast.Expr, joiners functions) (string, bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.CallExpr:
		if !joiners.has(e.Fun) || e.Ellipsis.IsValid() {
			return "", false
		}
		var elements []string
		for _, arg := range e.Args {
			text, ok := p.text(arg, joiners)
			if !ok {
				return "", false
			}
			elements = append(elements, text)
		}
		return path.Join(elements...), true
	default:
		value := p.info().Types[e].Value
		if value == nil || value.Kind() != constant.String {
			return "", false
		}
		return constant.StringVal(value), true
	}
}

// functions are names of functions by the name that a file has for their package.
type functions map[string][]string

// importedFunctions returns those that a file can call, of some by the path of
// their package.
func importedFunctions(file *ast.File, of map[string][]string) functions {
	found := make(functions)
	for _, spec := range file.Imports {
		names, ok := of[strings.Trim(spec.Path.Value, "\"`")]
		if !ok {
			continue
		}
		name := path.Base(strings.Trim(spec.Path.Value, "\"`"))
		if spec.Name != nil {
			name = spec.Name.Name
		}
		found[name] = names
	}
	return found
}

func (f functions) has(fun ast.Expr) bool {
	selector, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && slices.Contains(f[pkg.Name], selector.Sel.Name)
}
