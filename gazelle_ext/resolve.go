package merge

import (
	"log"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/repo"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/naming"
)

// Imports puts a service into the index under its name, its label, and each
// pattern that matches it.
func (*mergeLang) Imports(c *config.Config, r *rule.Rule, f *rule.File) []resolve.ImportSpec {
	if kindOf(c, r) != serviceKind {
		return nil
	}
	var specs []resolve.ImportSpec
	for _, key := range keys(label.New("", f.Pkg, r.Name())) {
		specs = append(specs, resolve.ImportSpec{Lang: languageName, Imp: key})
	}
	return specs
}

// membersOf is what Resolve is given of a go_merged_binary.
type membersOf struct {
	mergedBinary
	// existing are the services in the BUILD file.
	existing []string
}

// Resolve sets the services of a go_merged_binary, and the targets of a
// go_merge_service.
func (l *mergeLang) Resolve(c *config.Config, ix *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, imports any, from label.Label) {
	if service, ok := imports.(serviceIn); ok {
		l.resolveTargets(r, service, from)
		return
	}
	members, ok := imports.(membersOf)
	if !ok {
		return
	}
	if services := members.resolve(c, ix, from); len(services) > 0 {
		r.SetAttr("services", services)
	} else {
		r.DelAttr("services")
	}
}

// resolve returns the labels of the members, as they are to be written.
func (b membersOf) resolve(c *config.Config, ix *resolve.RuleIndex, from label.Label) orderedLabels {
	var services orderedLabels
	for _, m := range b.members {
		found, ok := b.find(c, ix, m)
		if !ok {
			return b.existing
		}
		for _, l := range found {
			text := l.Rel("", from.Pkg).String()
			if m.exclude {
				services = slices.DeleteFunc(services, func(s string) bool { return s == text })
			} else if !slices.Contains(services, text) {
				services = append(services, text)
			}
		}
	}
	return services
}

// find returns the services that a member names, and false if that cannot be
// known without an index. It logs what is wrong with the member.
func (b membersOf) find(c *config.Config, ix *resolve.RuleIndex, m member) (found []label.Label, ok bool) {
	if m.kind != target && !c.IndexLibraries {
		log.Printf("%s: gazelle:%s: services of %s stay as they are: without an index %s cannot be found", b.position, binaryDirective, b.name, m.text)
		return nil, false
	}
	for _, result := range ix.FindRulesByImport(resolve.ImportSpec{Lang: languageName, Imp: m.key}, languageName) {
		result.Label.Repo = ""
		found = append(found, result.Label)
	}
	slices.SortFunc(found, func(a, b label.Label) int { return strings.Compare(a.String(), b.String()) })
	switch {
	case m.kind == target:
		// It may be what a macro makes, or in another repository.
		l, err := label.Parse(m.key)
		if err == nil {
			found = []label.Label{l}
		}
	case m.exclude:
	case len(found) == 0 && m.kind == query:
		log.Printf("%s: gazelle:%s: no go_merge_service matches %s", b.position, binaryDirective, m.text)
	case len(found) == 0:
		log.Printf("%s: gazelle:%s: there is no service %q: no go_merge_service has the name %s; name it by its label, or write \"# gazelle:%s all\" in the BUILD file of its main package",
			b.position, binaryDirective, m.text, m.text+naming.Suffix, serviceDirective)
	case len(found) > 1 && m.kind == serviceName:
		log.Printf("%s: gazelle:%s: service %q can be %s; name it by its label", b.position, binaryDirective, m.text, joinLabels(found))
		return nil, true
	}
	return found, true
}

func joinLabels(labels []label.Label) string {
	texts := make([]string, len(labels))
	for i, l := range labels {
		texts[i] = l.String()
	}
	return strings.Join(texts, " or ")
}

// orderedLabels is a list whose order counts: with start_order = "listed", services start in it.
type orderedLabels []string

var (
	_ rule.BzlExprValue = orderedLabels(nil)
	_ rule.Merger       = orderedLabels(nil)
)

func (o orderedLabels) BzlExpr() build.Expr {
	return rule.ExprFromValue([]string(o))
}

// Merge keeps the comments of a list in a BUILD file, and the elements that are
// marked with "# keep", after the others.
func (o orderedLabels) Merge(other build.Expr) build.Expr {
	merged := o.BzlExpr().(*build.ListExpr)
	old, ok := other.(*build.ListExpr)
	if !ok {
		return merged
	}
	for _, item := range old.List {
		text, ok := item.(*build.StringExpr)
		if i := slices.Index(o, valueOf(text)); ok && i >= 0 {
			merged.List[i] = text
		} else if rule.ShouldKeep(item) {
			merged.List = append(merged.List, item)
			merged.ForceMultiLine = true
		}
	}
	return merged
}

func valueOf(text *build.StringExpr) string {
	if text == nil {
		return ""
	}
	return text.Value
}
