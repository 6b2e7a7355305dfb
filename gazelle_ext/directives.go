package merge

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
)

const (
	depsDirective    = "merge_deps"
	serviceDirective = "merge_service"
	binaryDirective  = "merge_binary"
	defaultDirective = "merge_default"
	// prefixDirective is the Go language's.
	prefixDirective = "prefix"
)

func (*mergeLang) KnownDirectives() []string {
	return []string{depsDirective, serviceDirective, binaryDirective, defaultDirective}
}

// directive is one of a BUILD file.
type directive struct {
	key, value string
	// position is "file:line", the file relative to the repository's root.
	position string
}

var directivePattern = regexp.MustCompile(`^#\s*gazelle:(\w+)\s*(.*?)\s*$`)

// directivesOf returns the directives of a BUILD file that count here, in their
// order. Gazelle's own list of them has no positions.
func directivesOf(f *rule.File) []directive {
	if f == nil || f.File == nil || len(f.Directives) == 0 {
		return nil
	}
	var list []directive
	add := func(comments []build.Comment) {
		for _, comment := range comments {
			match := directivePattern.FindStringSubmatch(comment.Token)
			if match != nil && (match[1] == prefixDirective || strings.HasPrefix(match[1], "merge_")) {
				position := fmt.Sprintf("%s:%d", path.Join(f.Pkg, filepath.Base(f.Path)), comment.Start.Line)
				list = append(list, directive{key: match[1], value: match[2], position: position})
			}
		}
	}
	for _, stmt := range f.File.Stmt {
		add(stmt.Comment().Before)
		add(stmt.Comment().After)
	}
	return list
}

// apply changes mc as d says, or says why it cannot.
func (l *mergeLang) apply(mc *mergeConfig, d directive) error {
	switch d.key {
	case prefixDirective:
		l.tree.SetPrefix(mc.rel, d.value)
	case serviceDirective:
		mode := serviceMode(d.value)
		if mode == "" {
			mode = servers
		}
		if !slices.Contains(serviceModes, mode) {
			return fmt.Errorf("unknown value %q; want one of %s", d.value, list(serviceModes))
		}
		mc.mode = mode
	case defaultDirective:
		return mc.setDefault(d.value)
	case binaryDirective:
		return mc.addBinary(d)
	}
	return nil
}

// serviceMode says which main packages get a go_merge_service. The zero value
// is that of the servers.
type serviceMode string

const (
	servers serviceMode = "servers"
	rpc     serviceMode = "rpc"
	all     serviceMode = "all"
	none    serviceMode = "none"
)

var serviceModes = []serviceMode{servers, rpc, all, none}

// addBinary adds a merge_binary directive: a name and members.
func (mc *mergeConfig) addBinary(d directive) error {
	words := strings.Fields(d.value)
	if len(words) < 2 {
		return errors.New("want the name of a go_merged_binary and its members")
	}
	name := words[0]
	for _, other := range mc.binaries {
		if other.name == name {
			return fmt.Errorf("%s is defined at %s already", name, other.position)
		}
	}
	if strings.ContainsAny(name, ":/") {
		return fmt.Errorf("%q is not the name of a target in this package", name)
	}
	binary := mergedBinary{name: name, position: d.position}
	for _, word := range words[1:] {
		m, err := parseMember(word, mc.rel)
		if err != nil {
			return err
		}
		binary.members = append(binary.members, m)
	}
	mc.binaries = append(mc.binaries, binary)
	mc.named = maps.Clone(mc.named)
	if mc.named == nil {
		mc.named = make(map[string]bool)
	}
	for _, m := range binary.members {
		if !m.exclude && m.kind != query {
			mc.named[m.key] = true
		}
	}
	return nil
}

// list joins words for a message.
func list[T ~string](words []T) string {
	if len(words) == 0 {
		return "none"
	}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = string(word)
	}
	return strings.Join(quoted, ", ")
}
