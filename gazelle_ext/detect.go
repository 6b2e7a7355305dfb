package merge

import (
	"log"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/language"
	golang "github.com/bazelbuild/bazel-gazelle/language/go"
	"github.com/bazelbuild/bazel-gazelle/merger"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// program is a go_binary of a package.
type program struct {
	// name is the target's.
	name string
	// generated is the rule that the Go language wrote, or the one in the BUILD
	// file if that language did not run.
	generated *rule.Rule
}

var goBinaryInfo = golang.NewLanguage().Kinds()[goBinary]

// programs returns the go_binary of a package's main package, and whether all
// others that were generated before are gone. Without the Go language it
// returns the ones in the BUILD file.
func programs(args language.GenerateArgs) (list []program, complete bool) {
	for _, r := range args.OtherGen {
		if r.Kind() == goBinary {
			list = append(list, program{name: finalName(args, r), generated: r})
		}
	}
	isBinary := func(r *rule.Rule) bool { return r.Kind() == goBinary }
	if len(list) > 0 || slices.ContainsFunc(args.OtherEmpty, isBinary) {
		return list, true
	}
	for _, r := range rulesOf(args.File) {
		if kindOf(args.Config, r) == goBinary {
			list = append(list, program{name: r.Name(), generated: r})
		}
	}
	return list, false
}

// finalName returns the name of the rule in the BUILD file that a generated
// go_binary is going to be merged into, or else its own.
func finalName(args language.GenerateArgs, r *rule.Rule) string {
	kind := goBinary
	if mapped, ok := args.Config.KindMap[kind]; ok {
		kind = mapped.KindName
	}
	// The rule itself keeps its kind: Gazelle maps it after all languages ran.
	x := rule.NewRule(kind, r.Name())
	match, err := merger.Match(rulesOf(args.File), x, goBinaryInfo, args.Config.AliasMap)
	if err != nil || match == nil {
		return r.Name()
	}
	return match.Name()
}

func rulesOf(f *rule.File) []*rule.Rule {
	if f == nil {
		return nil
	}
	return f.Rules
}

// servicesOf returns the go_merge_service rules of a BUILD file whose binary is
// in the same package, by the binary's name.
func servicesOf(c *config.Config, f *rule.File, rel string) map[string][]*rule.Rule {
	services := make(map[string][]*rule.Rule)
	for _, r := range rulesOf(f) {
		if kindOf(c, r) != serviceKind {
			continue
		}
		l, err := label.Parse(r.AttrString("binary"))
		if err != nil {
			continue
		}
		if l = l.Abs("", rel); l.Repo == "" && l.Pkg == rel {
			services[l.Name] = append(services[l.Name], r)
		}
	}
	return services
}

// wantsService reports whether the main package in folder rel is to have the
// go_merge_service target. What cannot be told leaves it as it is: exists is set if
// there is one.
func (l *mergeLang) wantsService(mc *mergeConfig, target, rel string, exists bool) bool {
	switch {
	case mc.mode == none:
		return false
	case mc.mode == all, mc.named[naming.Service(target)], mc.named[label.New("", rel, target).String()]:
		return true
	}
	uses, err := l.tree.Uses(rel, scan.Use{Serves: true, Calls: mc.mode == rpc})
	if err != nil {
		log.Print(err)
		return exists
	}
	return uses
}
