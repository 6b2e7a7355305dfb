package merge

import (
	"fmt"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	serviceKind = "go_merge_service"
	binaryKind  = "go_merged_binary"
	sharedKind  = "go_merge_shared"
	goBinary    = "go_binary"

	// ownModule is the Bazel module that defines the rules.
	ownModule = "rules_go_merge"
)

var kinds = map[string]rule.KindInfo{
	serviceKind: {
		MatchAttrs:     []string{"binary"},
		NonEmptyAttrs:  map[string]bool{"binary": true},
		MergeableAttrs: map[string]bool{"binary": true},
	},
	binaryKind: {
		NonEmptyAttrs: map[string]bool{"services": true},
		ResolveAttrs:  map[string]bool{"services": true},
	},
}

func (*mergeLang) Kinds() map[string]rule.KindInfo { return kinds }

func (*mergeLang) Loads() []rule.LoadInfo {
	panic("Loads must not be called; Gazelle calls ApparentLoads")
}

func (l *mergeLang) ApparentLoads(moduleToApparentName func(string) string) []rule.LoadInfo {
	file := "//merge:defs.bzl"
	if l.workspace.Module != ownModule {
		repository := moduleToApparentName(ownModule)
		if repository == "" {
			repository = ownModule
		}
		file = fmt.Sprintf("@%s%s", repository, file)
	}
	return []rule.LoadInfo{{Name: file, Symbols: []string{serviceKind, sharedKind, binaryKind}}}
}

// kindOf returns the kind of a rule in a BUILD file before map_kind and
// alias_kind directives change it.
func kindOf(c *config.Config, r *rule.Rule) string {
	kind := r.Kind()
	if wrapped, ok := c.AliasMap[kind]; ok {
		kind = wrapped
	}
	for _, mapped := range c.KindMap {
		if mapped.KindName == kind {
			return mapped.FromKind
		}
	}
	return kind
}
