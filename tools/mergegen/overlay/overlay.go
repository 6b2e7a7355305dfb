// Package overlay writes the copies of a package's sources that a merged
// binary compiles where compiling the originals under the service's namespace
// is not enough: names that spell out a package path are given the namespace,
// and a framework adapter's functions are put in place of the framework's.
//
// Everything else is left byte for byte as it is, and positions keep naming the
// original file, so that compile errors, stack traces and debuggers show what
// the service's team wrote.
package overlay

import (
	"errors"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
)

// Config says which package is overlaid and how. The zero values of Renames
// and Adds are valid.
type Config struct {
	// Service is the name of the service the package belongs to.
	Service string
	// ImportMap is the package's path, without the namespace.
	ImportMap string
	// Namespace resolves the package paths that sources spell out.
	Namespace *Namespace
	// Sources are the package's files, Go or not.
	Sources []File
	// Context says what the package is compiled for, and by its release tags
	// with which Go. The zero value stands for a Go before 1.27.
	Context build.Context
	// Covered are the In of the sources that are instrumented for coverage.
	Covered []string
	// Adds are Go files that become part of the package, whatever package their
	// own clause names. They may have the tag of package added. In their text
	// @SERVICE@ stands for the service's name, @NAMESPACE@ for its prefix, and
	// @MAIN@ for the path of its main package without the prefix. A file with a
	// line "//mergegen:replaces FUNC" is left empty if FUNC of Renames is missing.
	Adds []File
	// Renames are functions whose declarations, not their uses, get another
	// name, so that a function in Adds can take the old one. They have to be
	// there, apart from those of such lines.
	Renames []Rename
	// Hook is not nil if Adds and Renames are an adapter's, which need not fit.
	// Without it they have to.
	Hook *Hook
	// Contain is not nil if panics in the service's goroutines are contained.
	Contain *Containment
	// Vendored are imports that the package, one of the standard library, gets
	// from that library's vendor folder. Elsewhere the compiler would not find
	// them there.
	Vendored []string

	// stub is what Adds hold if the hook does not fit, "" if it does.
	stub string
}

// File is a file to read and the file to write for it. In is also the path that
// positions in the output report. Both are relative to the folder in which the
// compiler runs, or both absolute.
type File struct {
	In, Out string
}

// ParseFile reads a File from the form IN, a tab, OUT: unlike all else, a tab is
// in no path of Bazel's.
func ParseFile(s string) (File, error) {
	in, out, ok := strings.Cut(s, "\t")
	if !ok || in == "" || out == "" || strings.Contains(out, "\t") {
		return File{}, fmt.Errorf("file %q is not of the form IN\\tOUT", s)
	}
	return File{In: in, Out: out}, nil
}

// Run writes the outputs and returns what differs from the inputs, in the order
// of the files and then of the lines. When it fails, it has written nothing,
// unless writing itself failed.
func Run(c Config) ([]Change, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Contain != nil {
		c.Contain.declareAll(slices.Concat(c.Sources, c.Adds))
	}
	w, changes, err := c.rewrite()
	if err != nil {
		return nil, err
	}
	if c.Hook != nil && !c.Hook.Report.Hooked {
		if w, changes, err = c.unhooked().rewrite(); err != nil {
			return nil, err
		}
	}
	return changes, w.flush()
}

// rewrite makes the outputs. It notes at the hook, if there is one, whether
// they compile.
func (c Config) rewrite() (*writer, []Change, error) {
	w := &writer{origin: map[string]string{}}
	lines := c.lineNamer()
	changes := []Change{}
	found := make([]bool, len(c.Renames))
	unparsed := false
	uses, err := c.asmUses()
	if err != nil {
		return nil, nil, err
	}

	rewrite := func(f File, renames []Rename, src []byte) ([]byte, error) {
		switch kindOf(f.Out) {
		case goSource:
			r := c.rewriteGo(f.In, lines(f), src, renames)
			if r.err != nil {
				return nil, r.err
			}
			for i, ok := range r.renamed {
				found[i] = found[i] || ok
			}
			unparsed = unparsed || !r.parsed
			changes = append(changes, r.changes...)
			return r.text, nil
		case asmSource:
			text, cs, err := c.rewriteAsm(f.In, src, uses[f.In])
			changes = append(changes, cs...)
			return text, err
		}
		splices, cs := c.unownedInAsm(f.In, uses[f.In])
		changes = append(changes, cs...)
		return apply(src, splices), nil
	}

	var errs []error
	for _, f := range c.Sources {
		errs = append(errs, w.add(f, func(src []byte) ([]byte, error) {
			if err := c.refuseRuntime(f.In, src); err != nil {
				return nil, err
			}
			return rewrite(f, c.Renames, src)
		}))
	}
	// A file that does not parse may hold the function that is missing; the
	// compiler has the better message then.
	var missing []Rename
	if !unparsed {
		for i, ok := range found {
			if !ok {
				missing = append(missing, c.Renames[i])
			}
		}
	}
	absent := map[string]bool{}
	for _, r := range missing {
		absent[r.From] = true
	}
	name := ""
	if len(c.Adds) > 0 {
		name = c.packageName()
	}
	for _, f := range c.Adds {
		errs = append(errs, w.add(f, func(src []byte) ([]byte, error) {
			if c.stub != "" {
				return []byte(c.stub), nil
			}
			if replaced := replacedBy(src); c.Hook == nil && absent[replaced] {
				missing = slices.DeleteFunc(missing, func(r Rename) bool { return r.From == replaced })
				return []byte("package " + name + "\n"), nil
			}
			changes = append(changes, Change{Service: c.Service, ImportMap: c.ImportMap, File: f.In, Kind: Add, From: f.In, To: f.Out})
			text, err := c.addedText(f.In, name, src)
			if err != nil {
				return nil, err
			}
			return rewrite(f, nil, text)
		}))
	}
	if c.Hook == nil {
		for _, r := range missing {
			errs = append(errs, c.missing(r))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	if c.Hook != nil {
		if err := c.judge(missing, w.outputs); err != nil {
			return nil, nil, err
		}
	}
	return w, changes, nil
}

// asmUses finds where the package's assembly may name symbols of no package.
func (c Config) asmUses() (map[string]asmUses, error) {
	if len(c.Namespace.symbols) == 0 {
		return nil, nil
	}
	var files []string
	for _, f := range c.Sources {
		files = append(files, f.In)
	}
	return readAsm(c.Context, files)
}

var replacesLine = regexp.MustCompile(`(?m)^//mergegen:replaces (\w+)$`)

// replacedBy returns the function without which an added file is left empty, ""
// if there is none.
func replacedBy(src []byte) string {
	if match := replacesLine.FindSubmatch(src); match != nil {
		return string(match[1])
	}
	return ""
}

// addedText returns the text of an added file as one of the package with a name.
func (c Config) addedText(file, name string, src []byte) ([]byte, error) {
	text, err := added.Untag(string(src))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, text, parser.PackageClauseOnly)
	if err == nil {
		from, to := fset.Position(parsed.Name.Pos()).Offset, fset.Position(parsed.Name.End()).Offset
		text = text[:from] + name + text[to:]
	}
	text = strings.NewReplacer(
		"@SERVICE@", c.Service,
		"@NAMESPACE@", c.Namespace.Name,
		"@MAIN@", c.Namespace.main,
	).Replace(text)
	return []byte(text), nil
}

// packageName returns the name in the package's clauses, "main" if there is
// none to be read.
func (c Config) packageName() string {
	for _, f := range c.Sources {
		if kindOf(f.Out) != goSource {
			continue
		}
		if c.Context.GOOS != "" {
			if built, err := c.Context.MatchFile(filepath.Split(f.In)); err != nil || !built {
				continue // such as a generator, which is package main
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.In, nil, parser.PackageClauseOnly)
		if err == nil && file.Name.Name != "documentation" {
			return file.Name.Name
		}
	}
	return "main"
}

func (c Config) check() error {
	for _, required := range []struct{ what, value string }{
		{"service", c.Service}, {"package path", c.ImportMap},
	} {
		if required.value == "" {
			return fmt.Errorf("overlay: no %s was given", required.what)
		}
	}
	if c.Namespace == nil {
		return fmt.Errorf("overlay of %s: no namespace was given", c.ImportMap)
	}
	if (len(c.Adds) > 0 || c.Contain != nil) && strings.ContainsAny(c.Service, "\"`\\\r\n") {
		return fmt.Errorf("overlay of %s: the service name %q cannot stand in a Go string: name the service with letters, digits, dashes and underscores", c.ImportMap, c.Service)
	}
	return nil
}

func (c Config) missing(r Rename) error {
	return fmt.Errorf("overlay of package %s for service %s: no file of the package declares %s, which the overlay replaces: "+
		"the Go SDK's version is not one that these rules know",
		c.ImportMap, c.Service, r)
}

// kind of a file, as far as its rewriting differs.
type kind int

const (
	otherSource kind = iota
	goSource
	asmSource
)

func kindOf(path string) kind {
	switch filepath.Ext(path) {
	case ".go":
		return goSource
	case ".s", ".S":
		return asmSource
	}
	return otherSource
}

// writer collects outputs, so that nothing is written when a file is in error.
type writer struct {
	outputs []output
	origin  map[string]string // output path to input path
}

type output struct {
	path string
	text []byte
}

// add reads f.In and keeps what rewrite makes of it for f.Out.
func (w *writer) add(f File, rewrite func([]byte) ([]byte, error)) error {
	if other, ok := w.origin[f.Out]; ok {
		return fmt.Errorf("overlay file %s would be written for both %s and %s: give one of the two files another name", f.Out, other, f.In)
	}
	w.origin[f.Out] = f.In
	if strings.ContainsAny(f.In, "\r\n") {
		return fmt.Errorf("overlay: the path %q has a line break: rename the file", f.In)
	}
	src, err := os.ReadFile(f.In)
	if err != nil {
		return err
	}
	text, err := rewrite(src)
	w.outputs = append(w.outputs, output{f.Out, text})
	return err
}

func (w *writer) flush() error {
	for _, o := range w.outputs {
		if err := os.MkdirAll(filepath.Dir(o.path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(o.path, o.text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
