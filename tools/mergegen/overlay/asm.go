package overlay

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/scanner"
	"unicode"
)

// In assembly identifiers a middle dot stands for the dot and a division slash
// for the slash of a symbol.
const (
	middleDot     = "\u00b7"
	divisionSlash = "\u2215"
)

var (
	asmToSymbol = strings.NewReplacer(middleDot, ".", divisionSlash, "/")
	symbolToAsm = strings.NewReplacer(".", middleDot, "/", divisionSlash)
)

// rewriteAsm gives the namespace to symbols that are spelled with the path of
// a package in it, and to those of no package that the service defines.
// Symbols of the package itself that begin with a middle dot follow the
// package's path without help.
func (c Config) rewriteAsm(path string, src []byte, uses asmUses) ([]byte, []Change, error) {
	var splices []splice
	var changes []Change
	var err error
	lines := lineMarker{src: src}
	scanAsm(src, func(t asmToken) {
		lines.token(t)
		if t.kind != scanner.Ident || t.include || err != nil {
			return
		}
		symbol := asmToSymbol.Replace(t.text)
		to, ok := c.Namespace.Symbol(symbol)
		if !ok || c.Namespace.symbols[symbol] {
			return
		}
		pkg, rest, listed := c.Namespace.split(symbol)
		if !listed && bytes.HasPrefix(src[t.offset+len(t.text):], []byte("<>")) {
			return // a symbol of the file, whatever its name looks like
		}
		spelled := middleDot + strings.TrimPrefix(rest, ".")
		if pkg != c.ImportMap {
			if spelled, err = c.spellAsm(path, t.line, symbol, to); err != nil {
				return
			}
		}
		splices = append(splices, splice{t.offset, t.offset + len(t.text), spelled})
		changes = append(changes, Change{Service: c.Service, ImportMap: c.ImportMap, File: path, Line: t.line, Kind: Asm, From: symbol, To: to})
	})
	if err != nil {
		return nil, nil, err
	}
	splices = append(splices, lines.splice(path)...)
	unowned, cs := c.unownedInAsm(path, uses)
	changes = append(changes, cs...)
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Line, b.Line) })
	return apply(src, append(splices, unowned...)), changes, nil
}

// unownedInAsm gives the namespace to the symbols of no package that a file of
// assembly, or one that it includes, names.
func (c Config) unownedInAsm(path string, uses asmUses) ([]splice, []Change) {
	var splices []splice
	var changes []Change
	for _, offset := range slices.Sorted(maps.Keys(uses)) {
		u := uses[offset]
		if !c.Namespace.symbols[u.symbol()] {
			continue
		}
		to := c.Namespace.unowned(u.symbol())
		splices = append(splices, splice{offset, offset + len(u.name), symbolToAsm.Replace(to)})
		changes = append(changes, Change{Service: c.Service, ImportMap: c.ImportMap, File: path, Line: u.line, Kind: Asm, From: u.symbol(), To: to})
	}
	return splices, changes
}

// spellAsm spells a symbol as one identifier of the assembler.
func (c Config) spellAsm(path string, line int, from, to string) (string, error) {
	for i, r := range to {
		if r == '.' || r == '/' || r < unicode.MaxASCII && isAsmIdentRune(r, i) {
			continue
		}
		return "", fmt.Errorf("%s:%d: the assembly of package %s refers to %s, which is %s in service %s, "+
			"and the assembler has no spelling for %q at that place: "+
			"give the service a namespace that begins with a letter and has only letters, digits, underscores, dots and slashes (its namespace is %s)",
			path, line, c.ImportMap, from, to, c.Service, r, c.Namespace.Name)
	}
	return symbolToAsm.Replace(to), nil
}

// isAsmIdentRune is the assembler's own rule (cmd/asm/internal/lex).
func isAsmIdentRune(r rune, i int) bool {
	switch {
	case unicode.IsLetter(r), r == '_', r == '\u00b7', r == '\u2215':
		return true
	}
	return i > 0 && unicode.IsDigit(r)
}

// asmToken is a token of the assembler; newlines are tokens, comments are not.
type asmToken struct {
	kind         rune
	text         string
	offset, line int
	include      bool // part of an #include directive
}

// scanAsm calls f for each token, as the assembler's lexer sees them.
func scanAsm(src []byte, f func(asmToken)) {
	var s scanner.Scanner
	s.Init(bytes.NewReader(src))
	s.Whitespace = 1<<'\t' | 1<<'\r' | 1<<' '
	s.Mode = scanner.ScanChars | scanner.ScanFloats | scanner.ScanIdents | scanner.ScanInts |
		scanner.ScanStrings | scanner.ScanComments
	s.IsIdentRune = isAsmIdentRune
	s.Error = func(*scanner.Scanner, string) {} // the assembler reports it
	hash, include := false, false
	for kind := s.Scan(); kind != scanner.EOF; kind = s.Scan() {
		if kind == scanner.Comment {
			continue
		}
		text := s.TokenText()
		if hash && text == "include" {
			include = true
		}
		hash = kind == '#'
		if kind == '\n' {
			include = false
		}
		f(asmToken{kind: kind, text: text, offset: s.Position.Offset, line: s.Position.Line, include: include})
	}
}

// lineMarker finds the place for a #line directive, which makes positions name
// the original file. It goes below the build constraints, which end at the
// first line that is not a comment.
type lineMarker struct {
	src       []byte
	at        int  // offset of the line to put it before
	line      int  // number of that line; 0 while none was found
	continued bool // the last line ended with a backslash
}

// token looks for the first line that begins with a token.
func (m *lineMarker) token(t asmToken) {
	if m.line > 0 || t.kind == '\n' {
		return
	}
	start := bytes.LastIndexByte(m.src[:t.offset], '\n') + 1
	if len(bytes.TrimSpace(m.src[start:t.offset])) == 0 && !m.continued {
		m.at, m.line = start, t.line
	}
	m.continued = t.kind == '\\'
}

// splice puts the directive in place of the blank line above, if there is one:
// the assembler's errors count physical lines, so that an added line would show
// in them. A blank line that ends a +build constraint has to stay.
//
// The assembler takes the number for that of the line after the next, and not,
// as C does, of the next one (cmd/asm/internal/lex, Input.line, up to Go 1.27).
func (m *lineMarker) splice(path string) []splice {
	if m.line == 0 {
		return nil
	}
	text := fmt.Sprintf("#line %d %q\n", m.line+1, path)
	if m.at > 0 {
		above := m.src[:m.at-1]
		start := bytes.LastIndexByte(above, '\n') + 1
		blank := len(bytes.TrimSpace(above[start:])) == 0
		if blank && !bytes.Contains(m.src[:start], []byte("+build")) && !insideComment(m.src, start) {
			return []splice{{start, m.at, text}}
		}
	}
	return []splice{{m.at, m.at, text}}
}

// insideComment reports whether offset is within a /* comment.
func insideComment(src []byte, offset int) bool {
	return bytes.LastIndex(src[:offset], []byte("/*")) > bytes.LastIndex(src[:offset], []byte("*/"))
}
