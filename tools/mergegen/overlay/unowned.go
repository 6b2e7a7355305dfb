package overlay

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// Symbols that the Go runtime, its tools or the C library know by their names.
// Where a service defines one, it stands for the whole process.
var (
	reservedPrefixes = []string{"_cgo_", "x_cgo_", "_crosscall2", "_rt0_", "__tsan_", "__msan_", "__asan_", "__lsan_", "__sanitizer_"}
	reservedNames    = []string{"main", "_main", "crosscall2", "environ", "__progname"}
)

func isReserved(symbol string) bool {
	return slices.Contains(reservedNames, symbol) ||
		slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(symbol, p) })
}

// Package lists the files of a package of a service.
type Package struct {
	ImportMap string
	Files     []string
}

// Definition is a place where a service defines a symbol.
type Definition struct {
	Symbol    string `json:"symbol"`
	ImportMap string `json:"importmap"`
	File      string `json:"file"`
	Line      int    `json:"line"`
}

// Unowned is what packages define without their own path.
type Unowned struct {
	// Own are symbols that have no package's path. They get the namespace.
	Own []string
	// Outside are definitions of symbols that keep their names: the runtime, the
	// standard library or a shared package refers to them.
	Outside []Definition
}

// Sources are what FindUnowned reads.
type Sources struct {
	// Packages are those in the namespace, or some of them.
	Packages []Package
	// Shared are packages that the service shares with others.
	Shared []Package
	// Cgo are all packages of the service that may use cgo, whether they are
	// among the others or not.
	Cgo []Package
}

// FindUnowned finds the symbols that a service defines in sources.
func FindUnowned(ns *Namespace, ctx build.Context, sources Sources) (Unowned, error) {
	packages, shared := sources.Packages, sources.Shared
	common := map[string]bool{}
	for _, p := range shared {
		s, err := scanSymbols(ctx, p)
		if err != nil {
			return Unowned{}, err
		}
		for _, n := range s.named {
			common[n.Symbol] = true
		}
	}
	own := map[string]bool{}
	reserved := map[string]bool{}
	var outside []Definition
	for _, p := range packages {
		s, err := scanSymbols(ctx, p)
		if err != nil {
			return Unowned{}, err
		}
		for _, d := range s.named {
			switch {
			case !d.defines && !d.reserves:
			case !isUnowned(d.Symbol):
				if _, inside := ns.Symbol(d.Symbol); !inside && d.defines && ns.hasPackage(d.Symbol) {
					outside = append(outside, d.Definition)
				}
			case s.imported[d.Symbol]:
			case isReserved(d.Symbol) || common[d.Symbol]:
				if d.defines {
					outside = append(outside, d.Definition)
				}
			case d.defines:
				own[d.Symbol] = true
			default:
				reserved[d.Symbol] = true
			}
		}
	}
	// A variable without a value may stand for what C code has.
	inC, err := namedInCgo(ctx, sources.Cgo, reserved)
	if err != nil {
		return Unowned{}, err
	}
	for symbol := range reserved {
		if !inC[symbol] {
			own[symbol] = true
		}
	}
	return Unowned{Own: slices.Sorted(maps.Keys(own)), Outside: outside}, nil
}

// namedInCgo returns which of the symbols packages that use cgo name in C. Cgo
// may import the C symbol of that name, as purego has it import C.dlopen.
func namedInCgo(ctx build.Context, packages []Package, symbols map[string]bool) (map[string]bool, error) {
	found := map[string]bool{}
	if len(symbols) == 0 {
		return found, nil
	}
	c := Config{Context: ctx}
	for _, p := range packages {
		if !slices.ContainsFunc(p.Files, func(file string) bool { return c.usesCgo(File{In: file, Out: file}) }) {
			continue
		}
		for _, file := range p.Files {
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for _, word := range wordsOfC(file, src) {
				if symbols[word] {
					found[word] = true
				}
			}
		}
	}
	return found, nil
}

var (
	wordOfC     = regexp.MustCompile(`\w+`)
	selectorOfC = regexp.MustCompile(`\bC\.(\w+)`)
)

// wordsOfC returns what may be names of C in a file of a package that uses cgo:
// in Go those after "C." and all words in the preamble.
func wordsOfC(file string, src []byte) []string {
	if kindOf(file) != goSource {
		return wordOfC.FindAllString(string(src), -1)
	}
	var words []string
	for _, m := range selectorOfC.FindAllSubmatch(src, -1) {
		words = append(words, string(m[1]))
	}
	parsed, _ := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly|parser.ParseComments)
	if parsed == nil {
		return words
	}
	for _, decl := range parsed.Decls {
		decl, ok := decl.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT {
			continue
		}
		for _, spec := range decl.Specs {
			if spec := spec.(*ast.ImportSpec); spec.Path.Value == `"C"` {
				words = append(words, wordOfC.FindAllString(decl.Doc.Text()+spec.Doc.Text(), -1)...)
			}
		}
	}
	return words
}

// namedSymbol is a symbol where a source names it.
type namedSymbol struct {
	Definition
	defines  bool // has the body of a function or the value of a variable
	reserves bool // a variable without a value, which any other definition replaces
}

type packageSymbols struct {
	named    []namedSymbol
	imported map[string]bool // of C libraries
}

func scanSymbols(ctx build.Context, p Package) (packageSymbols, error) {
	s := packageSymbols{imported: map[string]bool{}}
	if !slices.ContainsFunc(p.Files, func(file string) bool { return kindOf(file) == goSource && matches(ctx, file) }) {
		return s, nil // nothing imports it on this platform
	}
	usesByFile, err := readAsm(ctx, p.Files)
	if err != nil {
		return s, err
	}
	for file, uses := range usesByFile {
		for _, u := range uses {
			s.named = append(s.named, namedSymbol{Definition: Definition{u.symbol(), p.ImportMap, file, u.line}, defines: u.defines})
		}
	}
	for _, file := range p.Files {
		if kindOf(file) != goSource {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return s, err
		}
		if !bytes.Contains(src, []byte("//go:linkname")) && !bytes.Contains(src, []byte("//go:cgo_import_dynamic ")) || !matches(ctx, file) {
			continue
		}
		if err := s.scanGo(ctx, p, file, src); err != nil {
			return s, err
		}
	}
	slices.SortFunc(s.named, func(a, b namedSymbol) int {
		return strings.Compare(fmt.Sprintf("%s:%09d %s", a.File, a.Line, a.Symbol), fmt.Sprintf("%s:%09d %s", b.File, b.Line, b.Symbol))
	})
	return s, nil
}

func (s *packageSymbols) scanGo(ctx build.Context, p Package, file string, src []byte) error {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, src, parser.ParseComments)
	if err != nil {
		if err, newer := platform.Syntax(ctx.ReleaseTags, err); newer {
			return err
		}
		return nil // as the compiler will say
	}
	e := goEditor{Config: Config{Context: ctx}, fset: fset, file: parsed}
	for _, group := range parsed.Comments {
		for _, comment := range group.List {
			fields := strings.Fields(comment.Text)
			if len(fields) > 1 && fields[0] == "//go:cgo_import_dynamic" {
				s.imported[fields[1]] = true
			}
			if !e.isLinkname(comment.Text) || len(fields) != 3 {
				continue
			}
			declared := e
			if parsed.Scope.Lookup(fields[1]) == nil {
				declared = declaring(ctx, p, fields[1])
			}
			defines := declared.defines(fields[1])
			s.named = append(s.named, namedSymbol{
				Definition: Definition{fields[2], p.ImportMap, file, e.line(comment.Pos())},
				defines:    defines,
				reserves:   !defines && declared.declaresVar(fields[1]),
			})
		}
	}
	return nil
}

// declaring returns the file of the package that declares a name, an empty one
// if there is none: a directive may be in another file than what it is about.
func declaring(ctx build.Context, p Package, name string) goEditor {
	for _, file := range p.Files {
		if kindOf(file) != goSource || !matches(ctx, file) {
			continue
		}
		parsed, _ := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if parsed != nil && parsed.Scope.Lookup(name) != nil {
			return goEditor{file: parsed}
		}
	}
	return goEditor{file: &ast.File{}}
}

// declaresVar reports whether the file declares a variable of the package.
func (e *goEditor) declaresVar(name string) bool {
	return slices.ContainsFunc(e.file.Decls, func(decl ast.Decl) bool {
		d, ok := decl.(*ast.GenDecl)
		return ok && d.Tok == token.VAR && slices.ContainsFunc(d.Specs, func(spec ast.Spec) bool {
			return slices.ContainsFunc(spec.(*ast.ValueSpec).Names, func(id *ast.Ident) bool { return id.Name == name })
		})
	})
}

// matches reports whether the file is compiled.
func matches(ctx build.Context, file string) bool {
	match, err := ctx.MatchFile(filepath.Split(file))
	return match && err == nil
}

// readAsm finds the symbols that a package's assembly names, by files. In a
// package that uses cgo, assembly is for the C compiler, and its symbols are C's.
func readAsm(ctx build.Context, files []string) (map[string]asmUses, error) {
	var roots []string
	for _, file := range files {
		if kindOf(file) == asmSource && matches(ctx, file) {
			roots = append(roots, file)
		}
	}
	c := Config{Context: ctx}
	if len(roots) == 0 || slices.ContainsFunc(files, func(file string) bool { return c.usesCgo(File{In: file, Out: file}) }) {
		return nil, nil
	}
	texts := map[string]*asmText{}
	for _, file := range files {
		if kindOf(file) == goSource {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		texts[file] = newAsmText(file, src)
	}
	return asmUsesOf(roots, texts), nil
}
