// Package generics lists the generic functions that packages export. A generic
// function is no value until it is instantiated, which the syntax of a call in
// another package does not show.
package generics

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Index holds the exported generic functions of packages by importpath. A
// package without any is known all the same.
type Index map[string]Functions

// Functions holds for each generic function the numbers of type parameters that
// its declarations have: files for other platforms may differ.
type Functions map[string][]int

// Add adds what a Go file of a package declares, whatever its build
// constraints.
func (x Index) Add(importpath, file string, src []byte) {
	if x[importpath] == nil {
		x[importpath] = Functions{}
	}
	if !mayDeclare(src) {
		return
	}
	// What does not parse does not compile either.
	parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	for _, decl := range parsed.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if ok && f.Recv == nil && f.Name.IsExported() && f.Type.TypeParams.NumFields() > 0 {
			x[importpath].add(f.Name.Name, f.Type.TypeParams.NumFields())
		}
	}
}

func (f Functions) add(name string, count int) {
	if !slices.Contains(f[name], count) {
		f[name] = append(f[name], count)
		slices.Sort(f[name])
	}
}

// mayDeclare tells whether the text has the beginning of a generic function's
// declaration, which only that has: "func F[". Few files do, and parsing costs
// more than this.
func mayDeclare(src []byte) bool {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	var last, beforeLast token.Token
	for {
		_, tok, _ := s.Scan()
		switch {
		case tok == token.EOF:
			return false
		case tok == token.LBRACK && last == token.IDENT && beforeLast == token.FUNC:
			return true
		}
		last, beforeLast = tok, last
	}
}

// Write writes the index as text: for each package a line with its path, and
// below it for each of its functions the name and the numbers.
func (x Index) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, path := range slices.Sorted(maps.Keys(x)) {
		fmt.Fprintln(b, path)
		for _, name := range slices.Sorted(maps.Keys(x[path])) {
			for _, count := range x[path][name] {
				fmt.Fprintf(b, "\t%s %d\n", name, count)
			}
		}
	}
	return b.Flush()
}

// Parse reads what Write wrote.
func Parse(r io.Reader) (Index, error) {
	x := Index{}
	var of Functions
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		function, ok := strings.CutPrefix(line, "\t")
		if !ok {
			of = Functions{}
			x[line] = of
			continue
		}
		name, text, _ := strings.Cut(function, " ")
		count, err := strconv.Atoi(text)
		if err != nil || of == nil {
			return nil, fmt.Errorf("list of generic functions, line %d: %q is not a function and its number of type parameters", n, line)
		}
		of.add(name, count)
	}
	return x, lines.Err()
}
