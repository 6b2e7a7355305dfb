// Package linkgraph draws the services of a merged binary and their links, from
// its manifest.
package linkgraph

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/dot"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/glue"
)

// Manifest is what the graph needs of a merged binary's manifest.
type Manifest struct {
	Name     string `json:"name"`
	Services []struct {
		Name        string                `json:"name"`
		Label       string                `json:"label"`
		Version     string                `json:"version"`
		RPCServices []describe.RPCService `json:"rpc_services"`
	} `json:"services"`
	Links []glue.Link `json:"links"`
}

// Load reads a manifest.
func Load(file string) (*Manifest, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("link graph: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("link graph: %s is not a manifest of a merged binary: %w", file, err)
	}
	if m.Name == "" {
		return nil, fmt.Errorf("link graph: %s is not a manifest of a merged binary: it has no name", file)
	}
	return &m, nil
}

// Write writes the graph as DOT. Each link is an edge: solid if all its methods
// are inline, dashed if some are, dotted if none is, or if calls are inline only
// where the caller dials an address of the callee. What services call outside of
// the binary are dashed nodes with dotted edges.
func (m *Manifest) Write(out io.Writer) error {
	g := dot.Graph{Name: m.Name}
	for _, s := range m.Services {
		label := s.Name
		if s.Version != "" {
			label += " " + s.Version
		}
		g.Nodes = append(g.Nodes, dot.Node{ID: s.Name, Attrs: attrs(
			"label", label+"\n"+s.Label, "kind", "service", "target", s.Label, "version", s.Version,
		)})
	}
	for _, l := range m.Links {
		g.Edges = append(g.Edges, edge(&l))
	}
	m.addOutside(&g)
	return g.Write(out)
}

func edge(l *glue.Link) dot.Edge {
	methods := len(l.Methods)
	inline := 0
	var memory []string
	for _, method := range l.Methods {
		if !method.Inline {
			continue
		}
		inline++
		for _, how := range []string{method.Request, method.Result} {
			if how != "" && !slices.Contains(memory, how) {
				memory = append(memory, how)
			}
		}
	}
	handed := ""
	switch len(memory) {
	case 0:
	case 1:
		handed = memory[0]
	default:
		handed = "partly shared"
	}

	label := fmt.Sprintf("%s\n%d of %d methods inline", l.RPCService, inline, methods)
	if handed != "" {
		label += ", " + handed
	}
	byAddress := l.CalleeBy == describe.ByTarget && len(l.Targets) == 0
	if byAddress {
		label += "\nby address only"
	}
	style := "dashed"
	switch {
	case byAddress:
		style = "dotted"
	case inline == methods:
		style = "solid"
	case inline == 0:
		style = "dotted"
	}
	return dot.Edge{From: l.Caller, To: l.Callee, Attrs: attrs(
		"label", label, "style", style, "rpc_service", l.RPCService,
		"methods", fmt.Sprint(methods), "inline", fmt.Sprint(inline), "memory", handed,
		"targets", strings.Join(l.Targets, ", "),
	)}
}

// addOutside adds the RPC services that are called and have no link.
func (m *Manifest) addOutside(g *dot.Graph) {
	var added []string
	for _, s := range m.Services {
		for _, rpc := range s.RPCServices {
			linked := slices.ContainsFunc(m.Links, func(l glue.Link) bool {
				return l.Caller == s.Name && l.RPCService == rpc.Name
			})
			if !rpc.Called || linked {
				continue
			}
			// No service has a name with a space.
			id := "outside " + rpc.Name
			if !slices.Contains(added, id) {
				added = append(added, id)
				g.Nodes = append(g.Nodes, dot.Node{ID: id, Attrs: attrs(
					"label", rpc.Name+"\noutside", "kind", "outside", "style", "dashed",
				)})
			}
			g.Edges = append(g.Edges, dot.Edge{From: s.Name, To: id, Attrs: attrs(
				"label", rpc.Name, "style", "dotted", "rpc_service", rpc.Name,
			)})
		}
	}
}

// attrs makes attributes of names and values in turn. Those without a value are
// left out.
func attrs(pairs ...string) []dot.Attr {
	var list []dot.Attr
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			list = append(list, dot.Attr{Name: pair[0], Value: pair[1]})
		}
	}
	return list
}
