//go:build ignore

// Command excerpt takes the conversion of requests out of the glue of the
// merged binary, so that a direct call can copy as a merged call does:
//
//	go run excerpt.go <GLUE >conversion.go
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
)

const header = "// Code generated from mergegen's glue. DO NOT EDIT.\n\npackage payload\n"

// dropped begin the names of functions that a copy has no use for.
var dropped = []string{"init", "wrongType", "convert_callee_", "convert_caller_bench_BenchService"}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "excerpt:", err)
		os.Exit(1)
	}
}

func run() error {
	files := token.NewFileSet()
	glue, err := parser.ParseFile(files, "glue.go", os.Stdin, parser.ParseComments)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	used := make(map[string]bool)
	for _, decl := range glue.Decls {
		if !wanted(decl) {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if id.Name == "caller_bench" || id.Name == "callee_bench" {
					id.Name = "bench" // both sides' types are the same here
				}
				used[id.Name] = true
			}
			return true
		})
		body.WriteString("\n")
		if err := format.Node(&body, files, decl); err != nil {
			return err
		}
		body.WriteString("\n")
	}
	var out bytes.Buffer
	out.WriteString(header + "\nimport (\n")
	for _, name := range []string{"errors", "fmt", "maps", "unsafe"} {
		if used[name] {
			fmt.Fprintf(&out, "%q\n", name)
		}
	}
	out.WriteString("\n\"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench\"\n)\n")
	out.Write(body.Bytes())
	text, err := format.Source(out.Bytes())
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

func wanted(decl ast.Decl) bool {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return !slices.ContainsFunc(dropped, func(prefix string) bool { return strings.HasPrefix(d.Name.Name, prefix) })
	case *ast.GenDecl:
		return d.Tok == token.TYPE
	}
	return false
}
