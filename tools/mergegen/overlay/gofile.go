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

	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// goResult is a rewritten Go file.
type goResult struct {
	text    []byte
	changes []Change
	renamed []bool // per Rename asked for: whether the file declares it
	parsed  bool   // false when the file has syntax errors
	err     error
}

// rewriteGo rewrites one Go file. A file with syntax errors comes back
// unchanged below its header, so that the compiler reports them at the place
// that the author knows.
func (c Config) rewriteGo(path string, lines lineNames, src []byte, renames []Rename) goResult {
	// A byte order mark is allowed at the beginning only, which is not the
	// beginning any more.
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	fset := token.NewFileSet()
	mode := parser.ParseComments
	if c.Contain == nil {
		mode |= parser.SkipObjectResolution
	}
	file, err := parser.ParseFile(fset, path, src, mode)
	header := []byte(lines.header(path))
	own := lines.ownDirectives(path, src)
	covered := err == nil && slices.Contains(c.Covered, path)
	if covered {
		// From Go 1.27 on, go tool cover ignores line directives: the copy needs
		// the lines of the original.
		header = nil
		at := fset.PositionFor(file.Package, false)
		own = append(own, splice{at.Offset, at.Offset, fmt.Sprintf("/*line %s:%d:%d*/", lines.of(path), at.Line, at.Column)})
	}
	if err != nil {
		err, newer := platform.Syntax(c.Context.ReleaseTags, err)
		if !newer {
			err = nil
		}
		return goResult{text: append(header, apply(src, own)...), renamed: make([]bool, len(renames)), err: err}
	}
	e := goEditor{Config: c, path: path, lines: lines, src: src, fset: fset, file: file, splices: own}
	err = e.linknames()
	if !covered {
		e.preambles()
	}
	if c.Contain != nil {
		e.contain()
	}
	e.vendored()
	renamed := e.renames(renames)
	slices.SortStableFunc(e.changes, func(a, b Change) int { return cmp.Compare(a.Line, b.Line) })
	return goResult{
		text:    append(header, apply(src, e.splices)...),
		changes: e.changes,
		renamed: renamed,
		parsed:  true,
		err:     err,
	}
}

// goEditor collects what changes in one file.
type goEditor struct {
	Config
	path    string
	lines   lineNames
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
				fmt.Sprintf("//line %s:%d:1\n\n//#line %d %q\n", e.lines.of(e.path), pos.Line-2, pos.Line, e.path)})
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
