package overlay

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// goResult is a rewritten Go file.
type goResult struct {
	text    []byte
	changes []Change
	renamed []bool // per Rename asked for: whether the file declares it
	parsed  bool   // false when the file has syntax errors
}

// header is the first line of every Go output. It has a column, because without
// one the compiler reports no columns at all. A relative name is what the
// compiler leaves in the object file as it stands.
func header(path string) string {
	return fmt.Sprintf("//line %s:1:1\n", path)
}

// rewriteGo rewrites one Go file. A file with syntax errors comes back
// unchanged below its header, so that the compiler reports them at the place
// that the author knows.
func (c Config) rewriteGo(path string, src []byte, renames []Rename) goResult {
	// A byte order mark is allowed at the beginning only, which is not the
	// beginning any more.
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	fset := token.NewFileSet()
	mode := parser.ParseComments
	if c.Contain == nil {
		mode |= parser.SkipObjectResolution
	}
	file, err := parser.ParseFile(fset, path, src, mode)
	if err != nil {
		return goResult{text: append([]byte(header(path)), src...), renamed: make([]bool, len(renames))}
	}
	e := goEditor{Config: c, path: path, src: src, fset: fset, file: file}
	e.linknames()
	e.preambles()
	if c.Contain != nil {
		e.contain()
	}
	e.vendored()
	renamed := e.renames(renames)
	slices.SortStableFunc(e.changes, func(a, b Change) int { return cmp.Compare(a.Line, b.Line) })
	return goResult{
		text:    append([]byte(header(path)), apply(src, e.splices)...),
		changes: e.changes,
		renamed: renamed,
		parsed:  true,
	}
}

// goEditor collects what changes in one file.
type goEditor struct {
	Config
	path    string
	src     []byte
	fset    *token.FileSet
	file    *ast.File
	splices []splice
	changes []Change
}

// offset and line are physical: they ignore the file's own line directives.
func (e *goEditor) offset(pos token.Pos) int { return e.fset.PositionFor(pos, false).Offset }
func (e *goEditor) line(pos token.Pos) int   { return e.fset.PositionFor(pos, false).Line }

func (e *goEditor) change(line int, kind, from, to string) {
	e.changes = append(e.changes, Change{Service: e.Service, ImportMap: e.ImportMap, File: e.path, Line: line, Kind: kind, From: from, To: to})
}

const linknameDirective = "//go:linkname "

// linknames gives the namespace to the targets of //go:linkname directives,
// pulled or pushed. As the compiler does, it takes indented directives, too, as
// in a parenthesized var declaration.
func (e *goEditor) linknames() {
	for _, group := range e.file.Comments {
		for _, comment := range group.List {
			if !strings.HasPrefix(comment.Text, linknameDirective) {
				continue
			}
			start := e.offset(comment.Pos())
			// The comment's Text has lost its carriage returns, the source has not.
			text, _, _ := strings.Cut(string(e.src[start:]), "\n")
			fields := strings.Fields(text)
			if len(fields) != 3 {
				continue
			}
			target := fields[2]
			to, ok := e.Namespace.Symbol(target)
			if !ok {
				continue
			}
			at := start + strings.LastIndex(text, target)
			e.splices = append(e.splices, splice{at, at + len(target), to})
			e.change(e.line(comment.Pos()), Linkname, target, to)
		}
	}
}

// preambles makes the C compiler report the original file for the C code in
// comments above import "C". Cgo names the file it read in a #line directive
// and does not look at Go's line directives for that.
//
// The directive has to be the first line of the comment. The lines that this
// adds are taken from the blank line and the directive before it:
//
//	//line x.go:7:1
//
//	//#line 9 "x.go"
//	// #include <stdio.h>     (line 9)
//	import "C"
func (e *goEditor) preambles() {
	for _, decl := range e.file.Decls {
		decl, ok := decl.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT {
			continue
		}
		for _, spec := range decl.Specs {
			spec, ok := spec.(*ast.ImportSpec)
			if !ok || spec.Path.Value != `"C"` {
				continue
			}
			doc := spec.Doc
			if doc == nil && len(decl.Specs) == 1 {
				doc = decl.Doc
			}
			if doc == nil {
				continue
			}
			at := e.offset(doc.Pos())
			start := bytes.LastIndexByte(e.src[:at], '\n') + 1
			pos := e.fset.Position(doc.Pos())
			ownDirective := pos != e.fset.PositionFor(doc.Pos(), false)
			if ownDirective || pos.Line < 3 || len(bytes.TrimSpace(e.src[start:at])) > 0 {
				continue
			}
			e.splices = append(e.splices, splice{start, start,
				fmt.Sprintf("//line %s:%d:1\n\n//#line %d %q\n", e.path, pos.Line-2, pos.Line, e.path)})
		}
	}
}

// vendored spells out where imports of the standard library's vendor folder are.
func (e *goEditor) vendored() {
	for _, spec := range e.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !slices.Contains(e.Vendored, path) {
			continue
		}
		to := "vendor/" + path
		start := e.offset(spec.Path.Pos())
		e.splices = append(e.splices, splice{start, start + len(spec.Path.Value), strconv.Quote(to)})
		e.change(e.line(spec.Pos()), Import, path, to)
	}
}
