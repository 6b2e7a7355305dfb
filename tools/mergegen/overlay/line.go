package overlay

import (
	"fmt"
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// lineNames spells file names in line directives for the compiler.
//
// Up to Go 1.26 it takes a relative name as it is. From 1.27 on it joins the
// name to the folder of the file that it compiles, and then takes off the
// folder it runs in.
type lineNames struct {
	dir string // folder of the copy, "" if names are taken as they are
}

// lineNamer says how to spell names in the copy of a file.
type lineNamer func(File) lineNames

// lineNamer looks for the files that rules_go compiles from its own work
// folder, which it takes off names: there a plain name comes out as it is with
// any Go.
func (c Config) lineNamer() lineNamer {
	if !slices.Contains(c.Context.ReleaseTags, "go1.27") {
		return func(File) lineNames { return lineNames{} }
	}
	moved := c.moved()
	return func(f File) lineNames {
		if moved[f.In] {
			return lineNames{}
		}
		return lineNames{dir: filepath.Dir(f.Out)}
	}
}

// of spells the name of a file, given relative to the folder in which the
// compiler runs.
func (n lineNames) of(path string) string {
	if n.dir == "" || n.dir == "." || filepath.IsAbs(path) {
		return path
	}
	// All the way up, and not filepath.Rel: where Bazel maps paths, the copy's
	// folder has another name by the time it is compiled, of the same depth.
	up := strings.Count(filepath.ToSlash(n.dir), "/") + 1
	return strings.Repeat("../", up) + path
}

// header returns the first line of a Go output. It has a column, because without
// one the compiler reports no columns at all.
func (n lineNames) header(path string) string {
	return fmt.Sprintf("//line %s:1:1\n", n.of(path))
}

// ownDirectives lets the line directives of a source mean in the copy what they
// mean in the file at path.
func (n lineNames) ownDirectives(path string, src []byte) []splice {
	text := string(src)
	if n.dir == "" || !strings.Contains(text, "//line ") && !strings.Contains(text, "/*line ") {
		return nil
	}
	var splices []splice
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, nil, scanner.ScanComments)
	for {
		pos, tok, _ := s.Scan()
		if tok == token.EOF {
			return splices
		}
		at := file.Offset(pos)
		// Like the compiler, take a //line directive at the beginning of a line only.
		if tok != token.COMMENT || src[at+1] == '/' && at > 0 && src[at-1] != '\n' {
			continue
		}
		name := directiveName(text[at:])
		if name == "" || filepath.IsAbs(name) {
			continue
		}
		at += len("//line ")
		splices = append(splices, splice{at, at + len(name), n.of(filepath.ToSlash(filepath.Join(filepath.Dir(path), name)))})
	}
}

// directiveName returns the file name in the line directive that text begins
// with, "" if the comment there is none or has no name.
func directiveName(text string) string {
	directive, ok := strings.CutPrefix(text, "//line ")
	if ok {
		directive, _, _ = strings.Cut(directive, "\n")
		directive = strings.TrimSuffix(directive, "\r")
	} else if directive, ok = strings.CutPrefix(text, "/*line "); ok {
		// It may have several lines, as the compiler takes it.
		directive, _, _ = strings.Cut(directive, "*/")
	}
	name, ok := cutNumber(directive)
	if !ok {
		return ""
	}
	if shorter, ok := cutNumber(name); ok {
		name = shorter // there was a column, too
	}
	return name
}

// cutNumber takes a colon and a number off the end of a directive.
func cutNumber(text string) (rest string, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return "", false
	}
	_, err := strconv.ParseUint(text[i+1:], 10, 0)
	return text[:i], err == nil
}
