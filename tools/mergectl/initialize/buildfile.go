package initialize

import (
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// buildFile is a BUILD file that is added to.
type buildFile struct {
	*build.File
	old     []byte
	changed bool
}

// buildFile returns the BUILD file of a folder, the same one each time.
func (p *planner) buildFile(dir string) (*buildFile, error) {
	if f, ok := p.builds[dir]; ok {
		return f, nil
	}
	name, old, err := p.BuildFile(dir)
	if err != nil {
		return nil, err
	}
	file, err := build.ParseBuild(name, old)
	if err != nil {
		return nil, err
	}
	f := &buildFile{File: file, old: old}
	p.builds[dir] = f
	return f, nil
}

// buildFiles plans the BUILD files that were added to, and one for each folder
// that has to be a package, since labels name files there, and is none.
func (p *planner) buildFiles() error {
	for _, f := range p.builds {
		if f.changed {
			p.write(f.Path, f.old, build.FormatWithoutRewriting(f.File))
		}
	}
	for _, dir := range p.packages {
		f, err := p.buildFile(dir)
		if err != nil {
			return err
		}
		if f.old == nil && !f.changed {
			p.write(f.Path, nil, []byte("# Makes a package of this folder: MODULE.bazel names its go.mod file.\n"))
		}
	}
	return nil
}

// named returns the rule of a name, or nil.
func (f *buildFile) named(name string) *build.Rule {
	for _, r := range f.Rules("") {
		if r.Name() == name {
			return r
		}
	}
	return nil
}

// add appends a rule. The text is this package's own.
func (f *buildFile) add(text string) *build.Rule {
	parsed, err := build.ParseBuild(f.Path, []byte(text))
	if err != nil {
		panic(err)
	}
	call := parsed.Stmt[0].(*build.CallExpr)
	f.Stmt = append(f.Stmt, call)
	f.changed = true
	return build.NewRule(call)
}

// load loads a symbol, in a load statement for the file or in a new one.
func (f *buildFile) load(file, symbol string) {
	last := -1
	for i, stmt := range f.Stmt {
		switch stmt := stmt.(type) {
		case *build.CommentBlock:
			if i == last+1 {
				last = i
			}
		case *build.LoadStmt:
			last = i
			if slices.ContainsFunc(stmt.To, func(to *build.Ident) bool { return to.Name == symbol }) {
				return
			}
			if stmt.Module.Value == file {
				stmt.From = append(stmt.From, &build.Ident{Name: symbol})
				stmt.To = append(stmt.To, &build.Ident{Name: symbol})
				f.changed = true
				return
			}
		}
	}
	name := &build.Ident{Name: symbol}
	f.Stmt = slices.Insert(f.Stmt, last+1, build.Expr(&build.LoadStmt{
		Module: &build.StringExpr{Value: file}, From: []*build.Ident{name}, To: []*build.Ident{name}, ForceCompact: true,
	}))
	f.changed = true
}

// addDirective adds a comment line to those above a rule.
func (f *buildFile) addDirective(r *build.Rule, line string) {
	comments := r.Call.Comment()
	comments.Before = append(comments.Before, build.Comment{Token: line})
	f.changed = true
}

// directives returns the values of the directives with a key.
func (f *buildFile) directives(key string) []string {
	var values []string
	for line := range strings.Lines(string(f.old)) {
		if value, ok := strings.CutPrefix(line, "# gazelle:"+key+" "); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

func (f *buildFile) hasDirective(key string) bool { return len(f.directives(key)) > 0 }

// mergedBinaries returns the merged binaries that the file has, each with its
// name and its members.
func (f *buildFile) mergedBinaries() [][]string {
	var list [][]string
	for _, value := range f.directives("merge_binary") {
		if words := strings.Fields(value); len(words) > 0 {
			list = append(list, words)
		}
	}
	for _, r := range f.Rules("go_merged_binary") {
		if !slices.ContainsFunc(list, func(words []string) bool { return words[0] == r.Name() }) {
			list = append(list, append([]string{r.Name()}, r.AttrStrings("services")...))
		}
	}
	return list
}
