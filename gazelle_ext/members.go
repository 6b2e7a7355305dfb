package merge

import (
	"fmt"
	"path"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"

	"github.com/gomerge/rules_go_merge/internal/naming"
)

// mergedBinary is a merge_binary directive.
type mergedBinary struct {
	name, position string
	members        []member
}

// member is a word of a merge_binary directive after the first.
type member struct {
	// text is the word, without the minus sign of an excluded member.
	text    string
	exclude bool
	kind    memberKind
	// key is what the index knows the services under: the name of a service, an
	// absolute label, or a pattern such as "//services/...".
	key string
}

type memberKind int

const (
	serviceName memberKind = iota
	target
	query
)

// parseMember reads a word of a directive in package rel.
func parseMember(word, rel string) (member, error) {
	text, exclude := strings.CutPrefix(word, "-")
	m := member{text: text, exclude: exclude}
	base, all := strings.CutSuffix(text, "...")
	switch {
	case all && (base == "" || strings.HasSuffix(base, "/")):
		m.kind = query
		dir, absolute := strings.CutPrefix(base, "//")
		if !absolute {
			dir = path.Join(rel, dir)
		}
		m.key = below(strings.Trim(dir, "/"))
	case strings.ContainsAny(text, ":/@"):
		l, err := label.Parse(text)
		if err != nil {
			return m, fmt.Errorf("member %q is neither a service's name nor a label nor a pattern such as //services/...", word)
		}
		l = l.Abs("", rel)
		m.kind, m.key = target, l.String()
		if l.Name == "all" || l.Name == "*" {
			m.kind, m.key = query, within(l.Pkg)
		}
	default:
		m.key = text
		if text == "" {
			return m, fmt.Errorf("a member has no name")
		}
	}
	return m, nil
}

// below is the pattern for the packages in dir and below it.
func below(dir string) string {
	if dir == "" {
		return "//..."
	}
	return "//" + dir + "/..."
}

// within is the pattern for package dir alone.
func within(dir string) string {
	return "//" + dir + ":all"
}

// keys are what the index is to know a service under.
func keys(l label.Label) []string {
	list := []string{naming.Service(l.Name), label.New("", l.Pkg, l.Name).String(), within(l.Pkg)}
	for dir := l.Pkg; ; dir = path.Dir(dir) {
		if dir == "." {
			dir = ""
		}
		list = append(list, below(dir))
		if dir == "" {
			return list
		}
	}
}
