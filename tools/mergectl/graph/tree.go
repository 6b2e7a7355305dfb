// Package graph shows the services of a repository and their calls: as a tree,
// as DOT and as SVG.
package graph

import (
	"fmt"
	"io"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// WriteTree writes one branch for each service, with what it serves and calls.
func WriteTree(out io.Writer, w *workspace.Workspace) error {
	p := &printer{out: out}
	for _, s := range w.StartOrder() {
		p.printf("%s  %s\n", s.Name, w.Place(s.Dir))
		type leaf struct{ text, position string }
		var leaves []leaf
		for _, server := range s.Program.Servers {
			if named := len(s.Program.Servers) > 1; server.ImportPath == "" && named {
				continue // the server that the others are registered with
			}
			leaves = append(leaves, leaf{"serves " + what(server) + as(server), server.Position})
		}
		for _, call := range w.Calls {
			if call.Caller != s {
				continue
			}
			for _, client := range call.Clients {
				leaves = append(leaves, leaf{"calls " + over(call, client), client.Position})
			}
		}
		for _, client := range s.Program.Clients {
			if client.Service == "" {
				leaves = append(leaves, leaf{"calls " + what(client) + at(client), client.Position})
			}
		}
		for i, l := range leaves {
			branch := "├─"
			if i == len(leaves)-1 {
				branch = "└─"
			}
			p.printf("  %s %s  %s\n", branch, l.text, w.Place(l.position))
		}
	}
	return p.err
}

// what names an RPC service. Those with code that is generated in another
// repository, and generic ones, have no known name.
func what(e scan.Endpoint) string {
	switch {
	case e.Service != "":
		return e.Service
	case e.ImportPath != "":
		return e.ImportPath
	}
	return "any service (generic)"
}

func as(server scan.Endpoint) string {
	if !server.Name.Known || server.Name.Text == "" {
		return ""
	}
	return fmt.Sprintf(" as %q", server.Name.Text)
}

// over names the link of a call, or what is called where there is no link.
func over(call *workspace.Call, client scan.Endpoint) string {
	link := linkpattern.Over(call.Caller.Name, call.RPCService)
	note := ""
	switch {
	case call.Callee != nil:
		link.Callee = call.Callee.Name
	case len(call.Servers) > 1:
		note = ", one of several"
	case len(call.Servers) == 1:
		link.Callee = call.Caller.Name
		note = ", if that is what it dials"
	default:
		return call.RPCService + at(client) + ", outside"
	}
	return link.String() + note
}

func at(client scan.Endpoint) string {
	if !client.Name.Known {
		return ""
	}
	return fmt.Sprintf(" at %q", client.Name.Text)
}

// printer remembers the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format, args...)
	}
}
