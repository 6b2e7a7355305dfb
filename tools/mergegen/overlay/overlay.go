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
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
