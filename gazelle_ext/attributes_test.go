package merge

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bazelbuild/buildtools/build"
)

// TestAttributes compares the attributes that can have a default with those of
// the rules.
func TestAttributes(t *testing.T) {
	files := map[string][]string{
		serviceKind: {"service.bzl", "lifecycle.bzl"},
		binaryKind:  {"binary.bzl", "transition.bzl"},
	}
	functions := map[attrType]string{
		boolAttr:   "bool",
		intAttr:    "int",
		stringAttr: "string",
		labelAttr:  "label",
		listAttr:   "string_list",
		labelsAttr: "label_list",
		dictAttr:   "string_dict",
	}
	for kind, names := range files {
		defined := make(map[string]string)
		for _, name := range names {
			readAttributes(t, filepath.Join("..", "merge", "private", name), defined)
		}
		for attr, typ := range attrs[kind] {
			if defined[attr] != functions[typ] {
				t.Errorf("%s has attribute %s of type %q, want %q", kind, attr, defined[attr], functions[typ])
			}
		}
	}
}

// readAttributes adds the attributes that a file defines, as
// "name": attr.function(...), to the functions by name.
func readAttributes(t *testing.T, name string, functions map[string]string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := build.ParseBzl(name, data)
	if err != nil {
		t.Fatal(err)
	}
	build.Walk(file, func(expr build.Expr, _ []build.Expr) {
		entry, ok := expr.(*build.KeyValueExpr)
		if !ok {
			return
		}
		key, isString := entry.Key.(*build.StringExpr)
		call, isCall := entry.Value.(*build.CallExpr)
		if !isString || !isCall {
			return
		}
		if function, ok := call.X.(*build.DotExpr); ok {
			functions[key.Value] = function.Name
		}
	})
}
