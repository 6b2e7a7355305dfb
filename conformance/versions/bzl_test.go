package versions

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// bzl evaluates what files with tables consist of: assignments of literals,
// functions that only return one, and targets.
type bzl struct {
	file   string
	values map[string]any // variables, and functions as *build.DefStmt
}

// readBzl returns the variables of a file: strings, bools, nil, []any, and
// map[string]any for dicts and structs. A target is a struct, under its label.
func readBzl(file string) (map[string]any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := build.Parse(file, data)
	if err != nil {
		return nil, err
	}
	b := bzl{file, map[string]any{"True": true, "False": false, "None": nil}}
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
func (b bzl) load(load *build.LoadStmt) error {
	name, ok := strings.CutPrefix(load.Module.Value, ":")
	if !ok {
		return nil
	}
	values, err := readBzl(filepath.Join(filepath.Dir(b.file), name))
	for i, to := range load.To {
		b.values[to.Name] = values[load.From[i].Name]
	}
	return err
}

// target evaluates the attributes of one of the adapter's targets.
func (b bzl) target(call *build.CallExpr) error {
	if rule, ok := call.X.(*build.Ident); !ok || !strings.HasPrefix(rule.Name, "go_merge_") {
		return nil
	}
	attributes := fields{}
	for _, arg := range call.List {
		assign := arg.(*build.AssignExpr)
		value, err := b.eval(assign.RHS)
		if err != nil {
			return err
		}
		attributes[assign.LHS.(*build.Ident).Name] = value
	}
	b.values[":"+attributes.text("name")] = map[string]any(attributes)
	return nil
}

func (b bzl) eval(expr build.Expr) (any, error) {
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
	case *build.CallExpr:
		return b.call(expr)
	}
	start, _ := expr.Span()
	return nil, fmt.Errorf("%s:%d: cannot evaluate %T", b.file, start.Line, expr)
}

// call evaluates struct(...), or a function of the file.
func (b bzl) call(call *build.CallExpr) (any, error) {
	name := call.X.(*build.Ident).Name
	def, _ := b.values[name].(*build.DefStmt)
	if def == nil && name != "struct" {
		return nil, fmt.Errorf("%s: no function %s", b.file, name)
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
	inner := bzl{b.file, maps.Clone(b.values)}
	maps.Copy(inner.values, args)
	return inner.eval(def.Body[len(def.Body)-1].(*build.ReturnStmt).Result)
}

// fields reads a struct's fields.
type fields map[string]any

func (f fields) text(name string) string { text, _ := f[name].(string); return text }

// texts returns a list of strings, an empty one for an attribute that is not set.
func (f fields) texts(name string) []string {
	var texts []string
	list, _ := f[name].([]any)
	for _, element := range list {
		texts = append(texts, element.(string))
	}
	return texts
}

func (f fields) inner(name string) fields { inner, _ := f[name].(map[string]any); return inner }

func (f fields) list(name string) []fields {
	var list []fields
	for _, element := range f[name].([]any) {
		list = append(list, element.(map[string]any))
	}
	return list
}

// pairs returns a dict of strings in the form KEY=VALUE.
func (f fields) pairs(name string) []string {
	var pairs []string
	dict := f.inner(name)
	for _, key := range slices.Sorted(maps.Keys(dict)) {
		pairs = append(pairs, key+"="+dict.text(key))
	}
	return pairs
}
