// Package bzl reads tables from Starlark files, for tests that do in Go what the
// rules do.
package bzl

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// file evaluates what files with tables consist of: assignments of literals,
// functions that only return one, and targets.
type file struct {
	name   string
	values map[string]any // variables, and functions as *build.DefStmt
}

// Read returns the variables of a file, and the targets of this project's own
// rules under their labels, such as ":client", with their attributes as fields.
func Read(name string) (Struct, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	parsed, err := build.Parse(name, data)
	if err != nil {
		return nil, err
	}
	b := file{name, map[string]any{"True": true, "False": false, "None": nil}}
	for _, statement := range parsed.Stmt {
		switch statement := statement.(type) {
		case *build.LoadStmt:
			err = b.load(statement)
		case *build.CallExpr:
			err = b.target(statement)
		case *build.DefStmt:
			b.values[statement.Name] = statement
		case *build.AssignExpr:
			b.values[statement.LHS.(*build.Ident).Name], err = b.eval(statement.RHS)
		}
		if err != nil {
			return nil, err
		}
	}
	return b.values, nil
}

// load reads a file of the same folder. Others only have rules.
func (b file) load(load *build.LoadStmt) error {
	name, ok := strings.CutPrefix(load.Module.Value, ":")
	if !ok {
		return nil
	}
	values, err := Read(filepath.Join(filepath.Dir(b.name), name))
	for i, to := range load.To {
		b.values[to.Name] = values[load.From[i].Name]
	}
	return err
}

// target evaluates the attributes of a target of this project's own rules.
func (b file) target(call *build.CallExpr) error {
	if rule, ok := call.X.(*build.Ident); !ok || !strings.HasPrefix(rule.Name, "go_merge_") {
		return nil
	}
	attributes := Struct{}
	for _, arg := range call.List {
		assign := arg.(*build.AssignExpr)
		value, err := b.eval(assign.RHS)
		if err != nil {
			return err
		}
		attributes[assign.LHS.(*build.Ident).Name] = value
	}
	b.values[":"+attributes.Text("name")] = map[string]any(attributes)
	return nil
}

func (b file) eval(expr build.Expr) (any, error) {
	switch expr := expr.(type) {
	case *build.StringExpr:
		return expr.Value, nil
	case *build.Ident:
		if value, ok := b.values[expr.Name]; ok {
			return value, nil
		}
	case *build.BinaryExpr:
		x, err := b.eval(expr.X)
		if err != nil {
			return nil, err
		}
		y, err := b.eval(expr.Y)
		if err != nil {
			return nil, err
		}
		if x, ok := x.(string); ok && expr.Op == "+" {
			if y, ok := y.(string); ok {
				return x + y, nil
			}
		}
	case *build.ListExpr:
		list := []any{}
		for _, element := range expr.List {
			value, err := b.eval(element)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case *build.DictExpr:
		dict := map[string]any{}
		for _, pair := range expr.List {
			key, err := b.eval(pair.Key)
			if err != nil {
				return nil, err
			}
			if dict[key.(string)], err = b.eval(pair.Value); err != nil {
				return nil, err
			}
		}
		return dict, nil
	case *build.IndexExpr:
		x, err := b.eval(expr.X)
		if err != nil {
			return nil, err
		}
		key, err := b.eval(expr.Y)
		if err != nil {
			return nil, err
		}
		if dict, ok := x.(map[string]any); ok {
			if key, ok := key.(string); ok && dict[key] != nil {
				return dict[key], nil
			}
		}
	case *build.CallExpr:
		return b.call(expr)
	}
	start, _ := expr.Span()
	return nil, fmt.Errorf("%s:%d: cannot evaluate %T", b.name, start.Line, expr)
}

// call evaluates struct(...), dict(...), or a function of the file.
func (b file) call(call *build.CallExpr) (any, error) {
	name := call.X.(*build.Ident).Name
	def, _ := b.values[name].(*build.DefStmt)
	if def == nil && name != "struct" && name != "dict" {
		return nil, fmt.Errorf("%s: no function %s", b.name, name)
	}
	args := map[string]any{}
	var names []string // of parameters
	if def != nil {
		for _, parameter := range def.Params {
			if assign, ok := parameter.(*build.AssignExpr); ok {
				value, err := b.eval(assign.RHS)
				if err != nil {
					return nil, err
				}
				parameter = assign.LHS
				args[parameter.(*build.Ident).Name] = value
			}
			names = append(names, parameter.(*build.Ident).Name)
		}
	}
	for i, arg := range call.List {
		name, value := "", arg
		if assign, ok := arg.(*build.AssignExpr); ok {
			name, value = assign.LHS.(*build.Ident).Name, assign.RHS
		} else {
			name = names[i]
		}
		var err error
		if args[name], err = b.eval(value); err != nil {
			return nil, err
		}
	}
	if def == nil {
		return args, nil
	}
	inner := file{b.name, maps.Clone(b.values)}
	maps.Copy(inner.values, args)
	return inner.eval(def.Body[len(def.Body)-1].(*build.ReturnStmt).Result)
}

// Struct is a struct, a dict or a target. Its values are strings, bools, nil,
// []any, and map[string]any for other structs. Methods return the zero value for
// a field that is not there.
type Struct map[string]any

// Text returns a field that is a string.
func (f Struct) Text(name string) string { text, _ := f[name].(string); return text }

// Texts returns a field that is a list of strings.
func (f Struct) Texts(name string) []string {
	var texts []string
	list, _ := f[name].([]any)
	for _, element := range list {
		texts = append(texts, element.(string))
	}
	return texts
}

// Inner returns a field that is a struct or a dict.
func (f Struct) Inner(name string) Struct { inner, _ := f[name].(map[string]any); return inner }

// List returns a field that is a list of structs.
func (f Struct) List(name string) []Struct {
	var list []Struct
	elements, _ := f[name].([]any)
	for _, element := range elements {
		list = append(list, element.(map[string]any))
	}
	return list
}

// Pairs returns a field that is a dict of strings, each in the form KEY=VALUE.
func (f Struct) Pairs(name string) []string {
	var pairs []string
	dict := f.Inner(name)
	for _, key := range slices.Sorted(maps.Keys(dict)) {
		pairs = append(pairs, key+"="+dict.Text(key))
	}
	return pairs
}
