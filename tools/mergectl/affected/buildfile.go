package affected

import (
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// alone are the kinds of targets whose call makes targets with its name, or with
// names that begin with it, and reads no other targets of the file. They have to
// be loaded from where they are usual.
var alone = map[string]string{
	"go_binary": "//go:def.bzl", "go_library": "//go:def.bzl", "go_source": "//go:def.bzl", "go_test": "//go:def.bzl",
	source.Service: "//merge:defs.bzl", source.Binary: "//merge:defs.bzl", source.Test: "//merge:defs.bzl", "go_merge_shared": "//merge:defs.bzl",
	"filegroup": "", "genrule": "", "alias": "",
}

// withoutEffect are attributes that change no output.
var withoutEffect = []string{"deprecation", "tags", "visibility"}

// linked are the attributes of services and merged binaries that only the main
// package and the linker see.
var linked = map[string][]string{
	source.Service: {"args", "cpu_limit", "env", "env_inherit", "log_name", "max_inflight", "on_exit", "permissions", "restart", "revision", "version"},
	source.Binary:  {"deadlines", "env", "gc_linkopts", "start_order"},
}

// changedRules returns the rules that differ between two states of a BUILD file, by
// name, and what that does to them. ok is false if that is not known, since
// something else differs or is there.
func changedRules(name string, before, after []byte) (changed map[string]Effect, ok bool) {
	old, ok := readRules(name, before)
	if !ok {
		return nil, false
	}
	current, ok := readRules(name, after)
	if !ok || !slices.Equal(old.rest, current.rest) {
		return nil, false
	}
	changed = make(map[string]Effect)
	for name, rule := range current.rules {
		changed[name] = rule.against(old.rules[name])
	}
	for name := range old.rules {
		if _, ok := current.rules[name]; !ok {
			changed[name] = Code
		}
	}
	for name, effect := range changed {
		if effect == None {
			delete(changed, name)
		}
	}
	return changed, true
}

// rules are those of a BUILD file by name, and the rest of it.
type rules struct {
	rules map[string]rule
	rest  []string
}

// rule is the call of one kind, with the text of each attribute.
type rule struct {
	kind  string
	attrs map[string]string
}

// against returns what the difference to an earlier state does.
func (r rule) against(old rule) Effect {
	if old.kind != r.kind {
		return Code
	}
	effect := None
	names := make(map[string]bool)
	for _, attrs := range []map[string]string{r.attrs, old.attrs} {
		for name := range attrs {
			names[name] = true
		}
	}
	for name := range names {
		before, was := old.attrs[name]
		after, is := r.attrs[name]
		switch {
		case was == is && before == after, slices.Contains(withoutEffect, name):
		case slices.Contains(linked[r.kind], name):
			effect = max(effect, Relink)
		default:
			effect = Code
		}
	}
	return effect
}

// readRules reads a BUILD file. ok is false if it has more than rules whose kinds
// are known.
func readRules(name string, data []byte) (all rules, ok bool) {
	file, err := build.ParseBuild(name, data)
	if err != nil {
		return all, false
	}
	all.rules = make(map[string]rule)
	loaded := make(map[string]string)
	for _, stmt := range file.Stmt {
		switch stmt := stmt.(type) {
		case *build.CommentBlock:
		case *build.LoadStmt:
			for i, to := range stmt.To {
				if stmt.From[i].Name == to.Name {
					loaded[to.Name] = stmt.Module.Value
				}
			}
			all.rest = append(all.rest, text(stmt))
		case *build.CallExpr:
			ident, isIdent := stmt.X.(*build.Ident)
			if !isIdent {
				return all, false
			}
			if ident.Name == "package" || ident.Name == "exports_files" || ident.Name == "licenses" {
				all.rest = append(all.rest, text(stmt))
				continue
			}
			from, known := alone[ident.Name]
			if !known || !isFrom(loaded[ident.Name], from) {
				return all, false
			}
			r := build.NewRule(stmt)
			if _, twice := all.rules[r.Name()]; r.Name() == "" || twice {
				return all, false
			}
			attrs := make(map[string]string)
			for _, arg := range stmt.List {
				assign, isAssign := arg.(*build.AssignExpr)
				if !isAssign {
					return all, false
				}
				attr, isIdent := assign.LHS.(*build.Ident)
				if !isIdent {
					return all, false
				}
				attrs[attr.Name] = text(assign.RHS)
			}
			all.rules[r.Name()] = rule{ident.Name, attrs}
		default:
			return all, false
		}
	}
	return all, true
}

// isFrom reports whether a file is that of another repository which usually has
// a kind, or the kind is Bazel's and is not loaded.
func isFrom(file, usual string) bool {
	if usual == "" {
		return file == ""
	}
	repository, ok := strings.CutSuffix(file, usual)
	return ok && strings.Trim(repository, "@") != ""
}

// text returns an expression without comments, in one form.
func text(expr build.Expr) string {
	var lines []string
	for line := range strings.Lines(build.FormatString(expr)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
