package merge

import (
	"io/fs"
	"log"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"github.com/gomerge/rules_go_merge/internal/naming"
)

// written is a comment that tells the go_merged_binary rules of directives from
// those that people wrote. Without a directive Gazelle removes the former only.
const written = "# Written by Gazelle for a merge_binary directive."

func (l *mergeLang) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	var result language.GenerateResult
	add := func(r *rule.Rule, imports any) {
		configOf(args.Config).addDefaults(r)
		setVisibility(args.File, r, []string{"//visibility:public"})
		result.Gen = append(result.Gen, r)
		result.Imports = append(result.Imports, imports)
	}
	l.generateServices(args, add, &result)
	generateBinaries(args, add, &result)
	return result
}

// generateServices adds the go_merge_service of a main package.
func (l *mergeLang) generateServices(args language.GenerateArgs, add func(*rule.Rule, any), result *language.GenerateResult) {
	mc := configOf(args.Config)
	existing := servicesOf(args.Config, args.File, args.Rel)
	list, complete := programs(args)
	for _, p := range list {
		services := existing[p.name]
		delete(existing, p.name)
		target, binary := naming.Target(p.name, args.Rel), ":"+p.name
		if len(services) == 1 {
			target, binary = services[0].Name(), services[0].AttrString("binary")
		}
		if l.wantsService(mc, target, args.Rel, len(services) > 0) {
			if len(services) > 1 {
				continue // for separate namespaces: somebody's choice
			}
			r := rule.NewRule(serviceKind, target)
			r.SetAttr("binary", binary)
			setVisibility(args.File, r, p.generated.AttrStrings("visibility"))
			l.services[args.Rel] = append(l.services[args.Rel], naming.Hosts(target, p.name)...)
			listed := len(services) == 1 && services[0].Attr("targets") != nil
			add(r, serviceIn{args.Rel, listed})
			continue
		}
		for _, service := range services {
			result.Empty = append(result.Empty, rule.NewRule(serviceKind, service.Name()))
		}
	}
	if !complete {
		return
	}
	for binary, services := range existing {
		if hasRule(args.File, args.OtherEmpty, binary) {
			continue
		}
		for _, service := range services {
			result.Empty = append(result.Empty, rule.NewRule(serviceKind, service.Name()))
		}
	}
	slices.SortFunc(result.Empty, func(a, b *rule.Rule) int { return strings.Compare(a.Name(), b.Name()) })
}

// hasRule reports whether a BUILD file has a rule that stays.
func hasRule(f *rule.File, empty []*rule.Rule, name string) bool {
	named := func(r *rule.Rule) bool { return r.Name() == name }
	return slices.ContainsFunc(rulesOf(f), named) && !slices.ContainsFunc(empty, named)
}

// setVisibility gives a rule a visibility where its file has no default.
func setVisibility(f *rule.File, r *rule.Rule, visibility []string) {
	if f != nil && f.HasDefaultVisibility() || r.Attr("visibility") != nil || len(visibility) == 0 {
		return
	}
	r.SetAttr("visibility", visibility)
}

// generateBinaries adds the go_merged_binary of each directive.
func generateBinaries(args language.GenerateArgs, add func(*rule.Rule, any), result *language.GenerateResult) {
	mc := configOf(args.Config)
	directed := make(map[string]bool)
	for _, b := range mc.binaries {
		directed[b.name] = true
		var services []string
		if other := findRule(args.File, b.name); other != nil {
			if kind := kindOf(args.Config, other); kind != binaryKind {
				log.Printf("%s: gazelle:%s: //%s:%s is a %s already", b.position, binaryDirective, args.Rel, b.name, kind)
				continue
			}
			services = other.AttrStrings("services")
		}
		r := rule.NewRule(binaryKind, b.name)
		r.AddComment(written)
		add(r, membersOf{b, services})
		result.RelsToIndex = append(result.RelsToIndex, b.toIndex(args.Config)...)
	}
	for _, r := range rulesOf(args.File) {
		if kindOf(args.Config, r) == binaryKind && slices.Contains(r.Comments(), written) && !directed[r.Name()] {
			result.Empty = append(result.Empty, rule.NewRule(binaryKind, r.Name()))
		}
	}
}

func findRule(f *rule.File, name string) *rule.Rule {
	for _, r := range rulesOf(f) {
		if r.Name() == name {
			return r
		}
	}
	return nil
}

// toIndex returns the folders that have to be in the index for the members to
// be found. By itself Gazelle adds them all, unless told to be lazy.
func (b mergedBinary) toIndex(c *config.Config) []string {
	if !c.IndexLazy {
		return nil
	}
	var rels []string
	for _, m := range b.members {
		switch m.kind {
		case target:
			if l, err := label.Parse(m.key); err == nil && l.Repo == "" {
				rels = append(rels, l.Pkg)
			}
		case query:
			dir, recursive := strings.CutSuffix(strings.TrimPrefix(m.key, "//"), "...")
			if !recursive {
				rels = append(rels, strings.TrimSuffix(dir, ":all"))
				continue
			}
			rels = append(rels, foldersBelow(c.RepoRoot, path.Clean(dir))...)
		}
	}
	return rels
}

// foldersBelow returns the folders at and below dir.
func foldersBelow(root, dir string) []string {
	var rels []string
	// What cannot be read has no targets.
	_ = filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return nil
		}
		if rel, err := filepath.Rel(root, name); err == nil {
			rels = append(rels, strings.TrimPrefix(filepath.ToSlash(rel), "."))
		}
		return nil
	})
	return rels
}
