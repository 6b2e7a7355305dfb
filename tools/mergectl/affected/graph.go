package affected

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// Expression returns the query for the graph of all merged binaries in a universe
// such as //..., with what counts for all targets: toolchains, platforms and
// settings, wherever these are. deps() follows every branch of a select().
func Expression(universe string) string {
	binaries := fmt.Sprintf("kind('^go_merged_binary rule$', %s)", universe)
	const forAll = "kind('^(toolchain|toolchain_type|platform|constraint_setting|constraint_value|config_setting|[a-z_]*_flag|[a-z_]*_setting) rule$', //...)"
	return fmt.Sprintf("let d = deps(%s + %s) in $d + buildfiles($d)", binaries, forAll)
}

// QueryArgs returns Bazel's arguments that print the graph of an expression.
func QueryArgs(expression string) []string {
	return []string{"query", "--output=streamed_jsonproto", "--proto:output_rule_attrs=", "--order_output=no", "--noshow_progress", expression}
}

// Graph is what targets consist of, in the form of Bazel's query.
type Graph struct {
	nodes map[string]*node
	// loads are the .bzl files that each BUILD file loads, with all that those
	// load.
	loads map[string][]string
	// rules are the labels of all rules by package and repository, as labels have them
	// before the colon.
	rules map[string][]string
}

// node is a rule, or a file that one makes.
type node struct {
	class  string // of a rule
	inputs []string
}

// target is a line of the output of bazel query.
type target struct {
	Type string
	Rule struct {
		Name      string
		RuleClass string
		RuleInput []string
	}
	SourceFile struct {
		Name       string
		Subinclude []string
	}
	GeneratedFile struct {
		Name, GeneratingRule string
	}
}

// ReadGraph reads what bazel query prints for [QueryArgs].
func ReadGraph(r io.Reader) (*Graph, error) {
	g := &Graph{nodes: make(map[string]*node), loads: make(map[string][]string), rules: make(map[string][]string)}
	d := json.NewDecoder(bufio.NewReader(r))
	for {
		var t target
		if err := d.Decode(&t); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("target %d is not what bazel query --output=streamed_jsonproto prints: %w", len(g.nodes)+1, err)
		}
		switch t.Type {
		case "RULE":
			name := normal(t.Rule.Name)
			n := &node{class: t.Rule.RuleClass}
			for _, input := range t.Rule.RuleInput {
				n.inputs = append(n.inputs, normal(input))
			}
			g.nodes[name] = n
			pkg, _, _ := strings.Cut(name, ":")
			g.rules[pkg] = append(g.rules[pkg], name)
		case "SOURCE_FILE":
			name := normal(t.SourceFile.Name)
			if g.nodes[name] == nil {
				g.nodes[name] = &node{}
			}
			for _, load := range t.SourceFile.Subinclude {
				g.loads[name] = append(g.loads[name], normal(load))
			}
		case "GENERATED_FILE":
			g.nodes[normal(t.GeneratedFile.Name)] = &node{inputs: []string{normal(t.GeneratedFile.GeneratingRule)}}
		case "PACKAGE_GROUP", "ENVIRONMENT_GROUP":
		default:
			return nil, fmt.Errorf("a target has the type %q, which bazel query does not print", t.Type)
		}
	}
	if len(g.binaries()) == 0 {
		return nil, errors.New("the graph has no go_merged_binary")
	}
	return g, nil
}

// normal writes labels of the main repository without its name.
func normal(label string) string {
	if rest, ok := strings.CutPrefix(label, "@@//"); ok {
		return "//" + rest
	}
	if rest, ok := strings.CutPrefix(label, "@//"); ok {
		return "//" + rest
	}
	return label
}

// binaries returns the labels of all merged binaries, sorted.
func (g *Graph) binaries() []string {
	var labels []string
	for label, n := range g.nodes {
		if n.class == source.Binary {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}

// services returns the labels of the services of a merged binary, sorted.
func (g *Graph) services(binary string) []string {
	var labels []string
	for _, input := range g.nodes[binary].inputs {
		if n := g.nodes[input]; n != nil && n.class == source.Service {
			labels = append(labels, input)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// forAll returns the rules that count for all targets, sorted.
func (g *Graph) forAll() []string {
	var labels []string
	for label, n := range g.nodes {
		if strings.HasPrefix(label, "//") && countsForAll(n.class) {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}

func countsForAll(class string) bool {
	switch class {
	case "toolchain", "toolchain_type", "platform", "constraint_setting", "constraint_value", "config_setting":
		return true
	}
	return strings.HasSuffix(class, "_flag") || strings.HasSuffix(class, "_setting")
}
