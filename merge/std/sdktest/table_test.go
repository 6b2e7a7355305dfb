package sdktest

import (
	"os"
	"testing"

	"github.com/bazelbuild/buildtools/build"
)

const table = "../../private/std_packages.bzl"

// listed is an element of STD_PACKAGES.
type listed struct {
	path              string
	view              bool
	imports, vendored []string
	renames           []string // Old=New
}

// readTable evaluates the list of the standard library's packages that services
// have of their own.
func readTable(t *testing.T) []listed {
	t.Helper()
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	file, err := build.ParseBzl(table, data)
	if err != nil {
		t.Fatal(err)
	}
	v := values{t: t, names: map[string]string{}}
	var all []listed
	for _, statement := range file.Stmt {
		assign, ok := statement.(*build.AssignExpr)
		if !ok {
			continue
		}
		name, ok := assign.LHS.(*build.Ident)
		if !ok {
			continue
		}
		if _, ok := assign.RHS.(*build.StringExpr); ok {
			v.names[name.Name] = v.text(assign.RHS)
		}
		if name.Name == "STD_PACKAGES" {
			for _, element := range assign.RHS.(*build.ListExpr).List {
				all = append(all, v.listed(element.(*build.CallExpr)))
			}
		}
	}
	if len(all) < 40 {
		t.Fatalf("%s: found only %d packages", table, len(all))
	}
	return all
}

// values evaluates expressions.
type values struct {
	t     *testing.T
	names map[string]string
}

func (v values) listed(call *build.CallExpr) listed {
	l := listed{view: call.X.(*build.Ident).Name == "_view"}
	for i, arg := range call.List {
		name := []string{"path", "imports", "rename", "vendored"}[i]
		if assign, ok := arg.(*build.AssignExpr); ok {
			name, arg = assign.LHS.(*build.Ident).Name, assign.RHS
		}
		switch name {
		case "path":
			l.path = v.text(arg)
		case "imports":
			l.imports = v.texts(arg)
		case "vendored":
			l.vendored = v.texts(arg)
		case "rename":
			for _, pair := range arg.(*build.DictExpr).List {
				l.renames = append(l.renames, v.text(pair.Key)+"="+v.text(pair.Value))
			}
		default:
			v.t.Fatalf("%s: unknown parameter %s of %s", table, name, l.path)
		}
	}
	return l
}

func (v values) texts(expr build.Expr) (texts []string) {
	for _, element := range expr.(*build.ListExpr).List {
		texts = append(texts, v.text(element))
	}
	return texts
}

func (v values) text(expr build.Expr) string {
	switch expr := expr.(type) {
	case *build.StringExpr:
		return expr.Value
	case *build.Ident:
		return v.names[expr.Name]
	case *build.BinaryExpr:
		return v.text(expr.X) + v.text(expr.Y)
	}
	v.t.Fatalf("%s: cannot evaluate %T", table, expr)
	return ""
}
