package graph

import (
	"io"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/dot"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// node is a service, or what a service calls outside of the repository.
type node struct {
	id, name string
	// about is a line of detail.
	about   string
	outside bool
	layer   int
}

// edge joins the caller and the callee of one or more RPC services.
type edge struct {
	from, to *node
	labels   []string
}

type graph struct {
	nodes []*node
	edges []*edge
}

func newGraph(w *workspace.Workspace) *graph {
	g := &graph{}
	layers := w.Layers()
	byService := make(map[*workspace.Service]*node)
	for _, s := range w.Services {
		n := &node{id: s.Name, name: s.Name, about: "//" + s.Dir, layer: layers[s] + 1}
		byService[s] = n
		g.nodes = append(g.nodes, n)
	}
	outside := make(map[string]*node)
	for _, call := range w.Calls {
		for _, callee := range call.Callees() {
			g.join(byService[call.Caller], byService[callee], call.RPCService)
		}
		if len(call.Servers) > 0 {
			continue
		}
		n := outside[call.RPCService]
		if n == nil {
			n = &node{id: "outside " + call.RPCService, name: call.RPCService, about: "outside", outside: true}
			outside[call.RPCService] = n
			g.nodes = append(g.nodes, n)
		}
		g.join(byService[call.Caller], n, call.RPCService)
	}
	return g
}

func (g *graph) join(from, to *node, label string) {
	i := slices.IndexFunc(g.edges, func(e *edge) bool { return e.from == from && e.to == to })
	if i < 0 {
		i = len(g.edges)
		g.edges = append(g.edges, &edge{from: from, to: to})
	}
	g.edges[i].labels = append(g.edges[i].labels, label)
}

// WriteDOT writes the graph in the language of Graphviz.
func WriteDOT(out io.Writer, w *workspace.Workspace) error {
	g := newGraph(w)
	d := dot.Graph{Name: "services"}
	for _, n := range g.nodes {
		attrs := []dot.Attr{{Name: "label", Value: n.name + "\n" + n.about}}
		if n.outside {
			attrs = append(attrs, dot.Attr{Name: "style", Value: "dashed"})
		}
		d.Nodes = append(d.Nodes, dot.Node{ID: n.id, Attrs: attrs})
	}
	for _, e := range g.edges {
		label := dot.Attr{Name: "label", Value: strings.Join(e.labels, "\n")}
		d.Edges = append(d.Edges, dot.Edge{From: e.from.id, To: e.to.id, Attrs: []dot.Attr{label}})
	}
	return d.Write(out)
}
