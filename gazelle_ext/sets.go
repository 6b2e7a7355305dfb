package merge

import (
	"log"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	golang "github.com/bazelbuild/bazel-gazelle/language/go"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
)

// goName is the name of Gazelle's Go language.
const goName = "go"

// chooseSet gives a folder its dependency set. The set comes from a merge_deps
// directive, else from the go.mod file in the folder, else from the folder above.
func (l *mergeLang) chooseSet(mc *mergeConfig, directives []directive) {
	for _, d := range slices.Backward(directives) {
		if d.key != depsDirective {
			continue
		}
		set := l.workspace.Set(d.value)
		if set == nil && d.value != "" {
			log.Printf("%s: gazelle:%s: MODULE.bazel has no merge_deps.from_file tag with the name %q; it has %s", d.position, d.key, d.value, list(l.workspace.Names()))
			continue
		}
		mc.set, mc.setDir = set, mc.rel
		return
	}
	switch sets := l.workspace.At(mc.rel); len(sets) {
	case 0:
	case 1:
		mc.set, mc.setDir = sets[0], mc.rel
	default:
		log.Printf("%s: dependency sets %s and %s are both of %s; write \"# gazelle:%s %s\" or the other one in the BUILD file beside it",
			sets[1].Position, sets[0].Name, sets[1].Name, path.Join(mc.rel, "go.mod"), depsDirective, sets[0].Name)
	}
}

// enterSet tells Gazelle's Go language what follows from a dependency set that
// was chosen in this folder.
func (l *mergeLang) enterSet(c *config.Config, mc *mergeConfig, directives []directive) {
	if mc.set == nil || mc.setDir != mc.rel || c.Exts[goName] == nil {
		return
	}
	hasPrefix := slices.ContainsFunc(directives, func(d directive) bool { return d.key == prefixDirective })
	if main, ok := mc.set.MainAt(mc.rel); ok && mc.rel != "" && main.Path != "" && !hasPrefix {
		// Gazelle reads a nested go.mod file only where no folder above has one.
		golang.NewLanguage().Configure(c, mc.rel, &rule.File{Pkg: mc.rel, Directives: []rule.Directive{{Key: prefixDirective, Value: main.Path}}})
		l.tree.SetPrefix(mc.rel, main.Path)
	}
	if overrides := l.replacedByCopies(mc); len(overrides) > 0 {
		(&resolve.Configurer{}).Configure(c, mc.rel, &rule.File{Pkg: mc.rel, Directives: overrides})
	}
}

// replacedByCopies returns directives for the modules that a folder of the
// workspace replaces. The index leads to the targets of the folder. These have
// the dependencies of another set, so the set has a copy of the folder.
func (l *mergeLang) replacedByCopies(mc *mergeConfig) []rule.Directive {
	var directives []rule.Directive
	for _, m := range mc.set.Modules { // sorted: of two that match, the last counts
		if m.Dir == "" || l.sameSet(mc, m.Dir) {
			continue
		}
		pattern := regexp.QuoteMeta(m.Path)
		name := m.Label(m.Path)
		directives = append(directives,
			rule.Directive{Key: "resolve_regexp", Value: strings.Join([]string{goName, "^" + pattern + "$", name.String()}, " ")},
			rule.Directive{Key: "resolve_regexp", Value: strings.Join([]string{goName, "^" + pattern + "/((?:.*/)?([^/]+))$", "@" + m.Repository + "//$1:$2"}, " ")},
		)
	}
	return directives
}

// sameSet reports whether the packages in folder dir have the dependency set of
// mc too, as far as MODULE.bazel and the place of the folder tell.
func (l *mergeLang) sameSet(mc *mergeConfig, dir string) bool {
	for d := dir; ; d = path.Dir(d) {
		if d == "." {
			d = ""
		}
		if sets := l.workspace.At(d); len(sets) > 0 {
			return slices.Contains(sets, mc.set)
		}
		if d == mc.setDir {
			return true
		}
		if d == "" {
			return false
		}
	}
}

var _ resolve.CrossResolver = (*mergeLang)(nil)

// CrossResolve finds the target of a Go package that the index does not have in
// the dependency set of the importing folder.
func (l *mergeLang) CrossResolve(c *config.Config, _ *resolve.RuleIndex, imp resolve.ImportSpec, lang string) []resolve.FindResult {
	mc := configOf(c)
	if lang != goName || imp.Lang != goName || mc.set == nil {
		return nil
	}
	m, ok := mc.set.Find(imp.Imp)
	if !ok {
		if c.IndexLibraries {
			l.logUnknown(mc, imp.Imp)
		}
		return nil
	}
	return []resolve.FindResult{{Label: m.Label(imp.Imp)}}
}

// logUnknown says once for each set that it lacks a package's module.
func (l *mergeLang) logUnknown(mc *mergeConfig, importPath string) {
	key := mc.set.Name + " " + importPath
	if l.unknown[key] || !isExternal(mc.set, importPath) {
		return
	}
	l.unknown[key] = true
	dir := path.Dir(mc.set.File)
	if mc.set.Work {
		dir = path.Clean(mc.setDir)
	}
	log.Printf("%s: no module of dependency set %s provides package %s, which is imported in //%s; run go mod tidy in %s",
		mc.set.File, mc.set.Name, importPath, mc.rel, dir)
}

// isExternal reports whether a package that is nowhere in the workspace is
// expected of a module: not C, and none of the set's own modules.
func isExternal(set *moduleset.Set, importPath string) bool {
	host, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(host, ".") && !set.Owns(importPath)
}
