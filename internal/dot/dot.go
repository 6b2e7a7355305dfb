// Package dot writes graphs in DOT, the language of Graphviz.
package dot

import (
	"fmt"
	"io"
	"strings"
)

// Graph is a directed graph, drawn from the left to the right.
type Graph struct {
	Name  string
	Nodes []Node
	Edges []Edge
}

// Node of a [Graph].
type Node struct {
	ID    string
	Attrs []Attr
}

// Edge joins two nodes, given by their IDs.
type Edge struct {
	From, To string
	Attrs    []Attr
}

// Attr is an attribute. Graphviz draws by some of them, and keeps the others for
// whoever reads the graph.
type Attr struct {
	Name, Value string
}

// Write writes the graph. What is in it stays in order.
func (g *Graph) Write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n", quote(g.Name))
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s%s;\n", quote(n.ID), list(n.Attrs))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s%s;\n", quote(e.From), quote(e.To), list(e.Attrs))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func list(attrs []Attr) string {
	if len(attrs) == 0 {
		return ""
	}
	var texts []string
	for _, a := range attrs {
		texts = append(texts, a.Name+"="+quote(a.Value))
	}
	return " [" + strings.Join(texts, ", ") + "]"
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func quote(text string) string {
	return `"` + escapes.Replace(text) + `"`
}
