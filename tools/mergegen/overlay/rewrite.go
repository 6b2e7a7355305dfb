package overlay

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
)

// rewriting makes the outputs of a package.
type rewriting struct {
	Config
	writer  *writer
	lines   lineNamer
	uses    map[string]asmUses // by input file
	changes []Change
	// found says for each of Renames whether a file declares it.
	found []bool
	// unparsed is set if a file does not parse. It may hold the function that is
	// missing; the compiler has the better message then.
	unparsed bool
}

// rewrite makes the outputs. It notes at the hook, if there is one, whether
// they compile.
func (c Config) rewrite() (*writer, []Change, error) {
	uses, err := c.asmUses()
	if err != nil {
		return nil, nil, err
	}
	r := &rewriting{
		Config: c, writer: &writer{origin: map[string]string{}}, lines: c.lineNamer(), uses: uses,
		changes: []Change{}, found: make([]bool, len(c.Renames)),
	}
	errs := r.addSources()
	undeclared := r.undeclared()
	more, undeclared := r.addAdded(undeclared)
	errs = append(errs, more...)
	if c.Hook == nil {
		for _, rename := range undeclared {
			errs = append(errs, c.missing(rename))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	if c.Hook != nil {
		if err := c.judge(undeclared, r.writer.outputs); err != nil {
			return nil, nil, err
		}
	}
	return r.writer, r.changes, nil
}

// addSources adds the outputs of the package's own files.
func (r *rewriting) addSources() (errs []error) {
	for _, f := range r.Sources {
		errs = append(errs, r.writer.add(f, func(src []byte) ([]byte, error) {
			if err := r.refuseRuntime(f.In, src); err != nil {
				return nil, err
			}
			return r.text(f, r.Renames, src)
		}))
	}
	return errs
}

// undeclared returns those of Renames that no file declares.
func (r *rewriting) undeclared() (undeclared []Rename) {
	if r.unparsed {
		return nil
	}
	for i, ok := range r.found {
		if !ok {
			undeclared = append(undeclared, r.Renames[i])
		}
	}
	return undeclared
}

// addAdded adds the outputs of the added files, and returns which of the undeclared
// functions are not optional.
func (r *rewriting) addAdded(undeclared []Rename) (errs []error, required []Rename) {
	absent := map[string]bool{}
	for _, rename := range undeclared {
		absent[rename.From] = true
	}
	name := ""
	if len(r.Adds) > 0 {
		name = r.packageName()
	}
	for _, f := range r.Adds {
		errs = append(errs, r.writer.add(f, func(src []byte) ([]byte, error) {
			if r.stub != "" {
				return []byte(r.stub), nil
			}
			if replaced := replacedBy(src); r.Hook == nil && absent[replaced] {
				undeclared = slices.DeleteFunc(undeclared, func(rename Rename) bool { return rename.From == replaced })
				return []byte("package " + name + "\n"), nil
			}
			r.changes = append(r.changes, Change{Service: r.Service, ImportMap: r.ImportMap, File: f.In, Kind: Add, From: f.In, To: f.Out})
			text, err := r.addedText(f.In, name, src)
			if err != nil {
				return nil, err
			}
			return r.text(f, nil, text)
		}))
	}
	return errs, undeclared
}

// text returns what becomes of a file's text.
func (r *rewriting) text(f File, renames []Rename, src []byte) ([]byte, error) {
	switch kindOf(f.Out) {
	case goSource:
		rewritten := r.rewriteGo(f.In, r.lines(f), src, renames)
		if rewritten.err != nil {
			return nil, rewritten.err
		}
		for i, ok := range rewritten.renamed {
			r.found[i] = r.found[i] || ok
		}
		r.unparsed = r.unparsed || !rewritten.parsed
		r.changes = append(r.changes, rewritten.changes...)
		return rewritten.text, nil
	case asmSource:
		text, changes, err := r.rewriteAsm(f.In, src, r.uses[f.In])
		r.changes = append(r.changes, changes...)
		return text, err
	}
	splices, changes := r.unownedInAsm(f.In, r.uses[f.In])
	r.changes = append(r.changes, changes...)
	return apply(src, splices), nil
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
