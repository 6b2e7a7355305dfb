// Package generics lists the generic functions and methods that packages
// export. What is generic is not a value until it is instantiated, which the syntax
// of a call in another package does not show.
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
// package without any is known, too.
type Index map[string]Functions

// Functions holds for each generic function the numbers of type parameters that
// its declarations have: files for other platforms may differ. For methods,
// which Go has since 1.27, the name begins with a dot and does not tell the
// type, since the syntax of a call does not either.
type Functions map[string][]int

// Add adds what a Go file of a package declares, whatever its build
// constraints. It returns an error if the file does not parse.
func (x Index) Add(importpath, file string, src []byte) error {
	if x[importpath] == nil {
		x[importpath] = Functions{}
	}
	if !mayDeclare(src) {
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, decl := range parsed.Decls {
		if name, count := Of(decl); count > 0 && ast.IsExported(strings.TrimPrefix(name, ".")) {
			x[importpath].add(name, count)
		}
	}
	return nil
}

// Of returns a function's or, with a dot before it, a method's name, and its
// number of type parameters. It is 0 for what is not generic.
func Of(decl ast.Decl) (name string, typeParams int) {
	f, ok := decl.(*ast.FuncDecl)
	if !ok {
		return "", 0
	}
	name = f.Name.Name
	if f.Recv != nil {
		name = "." + name
	}
	return name, f.Type.TypeParams.NumFields()
}

// Methods returns the numbers of type parameters of the generic methods of all
// packages by their names, without a dot.
func (x Index) Methods() Functions {
	all := Functions{}
	for _, functions := range x {
		for name, counts := range functions {
			if name, ok := strings.CutPrefix(name, "."); ok {
				for _, count := range counts {
					all.add(name, count)
				}
			}
		}
	}
	return all
}

func (f Functions) add(name string, count int) {
	if !slices.Contains(f[name], count) {
		f[name] = append(f[name], count)
		slices.Sort(f[name])
	}
}

// mayDeclare reports whether the text has the beginning of a generic function's
// or method's declaration, `func F[` or `func (r R) F[`. Few files do, and
// parsing costs more than this.
func mayDeclare(src []byte) bool {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	next := func() token.Token {
		_, tok, _ := s.Scan()
		return tok
	}
	tok := next()
	for tok != token.EOF {
		if tok != token.FUNC {
			tok = next()
			continue
		}
		if tok = next(); tok == token.LPAREN { // a receiver, or a function type
			for depth := 1; depth > 0 && tok != token.EOF; {
				switch tok = next(); tok {
				case token.LPAREN:
					depth++
				case token.RPAREN:
					depth--
				}
			}
			tok = next()
		}
		if tok == token.IDENT {
			if tok = next(); tok == token.LBRACK {
				return true
			}
		}
	}
	return false
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
