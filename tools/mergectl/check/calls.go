package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// calls checks clients against servers.
func calls(w *workspace.Workspace) []Finding {
	var findings []Finding
	for _, call := range w.Calls {
		findings = append(findings, checkCall(w, call)...)
	}
	for _, b := range w.Binaries {
		findings = append(findings, choices(b)...)
	}
	findings = append(findings, DoubtfulTargets(w.Services)...)
	findings = append(findings, addresses(w)...)
	findings = append(findings, shared(w)...)
	for _, s := range w.Services {
		for _, client := range s.Program.Clients {
			if client.Service == "" && client.ImportPath == "" {
				findings = append(findings, generic(s, client))
			}
		}
		for _, server := range s.Program.Servers {
			called := slices.ContainsFunc(w.Calls, func(c *workspace.Call) bool { return c.RPCService == server.Service })
			if _, serves := s.Server(server.Service); server.Service == "" || called || !serves {
				continue
			}
			findings = append(findings, Finding{
				Severity: Note, Rule: "no-client", Position: parsePosition(server.Position),
				Message: fmt.Sprintf("service %s serves %s, and no service of this repository has a client for it", s.Name, server.Service),
			})
		}
	}
	findings = append(findings, names(w)...)
	return append(findings, modulePaths(w)...)
}

// generic reports a client without generated code.
func generic(s *workspace.Service, client scan.Endpoint) Finding {
	at := ""
	if client.Name.Known && client.Name.Text != "" {
		at = fmt.Sprintf(" to %q", client.Name.Text)
	}
	return Finding{
		Severity: Note, Rule: "generic-client", Position: parsePosition(client.Position),
		Message: fmt.Sprintf("service %s makes generic calls%s: they stay RPCs", s.Name, at),
	}
}

// checkCall judges a call in each merged binary that has the caller. While there
// is none, it judges it as if all services were merged.
func checkCall(w *workspace.Workspace, call *workspace.Call) []Finding {
	first := call.Clients[0]
	if len(call.Servers) == 0 {
		return []Finding{{
			Severity: Note, Rule: "no-server", Position: parsePosition(first.Position),
			Message: fmt.Sprintf("service %s calls %s, which no service of this repository serves: the calls stay RPCs", call.Caller.Name, call.RPCService),
		}}
	}
	if call.ByTarget {
		return targets(w, call)
	}
	var findings []Finding
	callees := make(map[*workspace.Service]bool)
	merged := false
	for _, b := range w.Binaries {
		if !slices.Contains(b.Services, call.Caller) {
			continue
		}
		merged = true
		if inBinary := b.Merged(call); inBinary.Callee != nil {
			callees[inBinary.Callee] = true
		} else if finding, ok := chosen(b, inBinary, call.Callee); !ok {
			findings = append(findings, finding)
		}
	}
	switch {
	case call.Callee != nil && !merged:
		callees[call.Callee] = true
	case !merged:
		server, _ := call.Servers[0].Server(call.RPCService)
		other := parsePosition(server.Position)
		message := fmt.Sprintf("service %s calls %s, which services %%s serve: a binary that has more than one of them cannot be built without a choice", call.Caller.Name, call.RPCService)
		findings = append(findings, Finding{
			Severity: Warning, Rule: severalServers, Position: parsePosition(first.Position), Other: &other,
			Message: fmt.Sprintf(message, serviceNames(call.Servers)),
			Brief:   fmt.Sprintf(message, someNames(call.Servers)),
			Fix:     fmt.Sprintf("write callees = {\"%s\": %q} in the go_merged_binary", linkpattern.Over(call.Caller.Name, call.RPCService), call.Servers[0].Label()),
		})
	}
	for _, callee := range call.Servers {
		for _, client := range call.Clients {
			if finding, ok := checkDestination(w, call, callee, client); callees[callee] && !ok {
				findings = append(findings, finding)
			}
		}
	}
	return findings
}

// checkDestination compares the name that a client calls with the one that the
// server has. Where they differ, a merged binary leaves the calls to RPC.
func checkDestination(w *workspace.Workspace, call *workspace.Call, callee *workspace.Service, client scan.Endpoint) (Finding, bool) {
	server, _ := callee.Server(call.RPCService)
	other := parsePosition(server.Position)
	finding := Finding{Position: parsePosition(client.Position), Other: &other}
	switch {
	case !client.Name.Known:
		finding.Severity, finding.Rule = Note, "unknown-destination"
		finding.Message = fmt.Sprintf("service %s calls %s at a destination that only the running process knows%s: calls are inline if it is the name of %s's server", call.Caller.Name, call.RPCService, expression(client), callee.Name)
	case server.Name.Known && server.Name != client.Name && client.Name.Text != "" && server.Name.Text != "":
		finding.Severity, finding.Rule = Warning, "other-destination"
		finding.Message = fmt.Sprintf("service %s calls %s at %q, and the server of %s has the name %q: the calls stay RPCs", call.Caller.Name, call.RPCService, client.Name.Text, callee.Name, server.Name.Text)
		finding.Fix = fmt.Sprintf("give the client the destination %q, or the server at %s the name %q", server.Name.Text, w.Place(server.Position), client.Name.Text)
	default:
		return Finding{}, true
	}
	return finding, false
}

func expression(e scan.Endpoint) string {
	if e.Name.Text == "" {
		return ""
	}
	return " (" + e.Name.Text + ")"
}

// names finds services that cannot be in one merged binary because of their
// names.
func names(w *workspace.Workspace) []Finding {
	var findings []Finding
	for i, s := range w.Services {
		if i == 0 || w.Services[i-1].Name != s.Name {
			continue
		}
		before := w.Services[i-1]
		other := Position{File: before.Dir}
		findings = append(findings, Finding{
			Severity: Warning, Rule: "same-name", Position: Position{File: s.Dir}, Other: &other,
			Message: fmt.Sprintf("the services in %s and %s are both named %s, so no merged binary can have both", w.Place(before.Dir), w.Place(s.Dir), s.Name),
			Fix:     fmt.Sprintf("rename one of the two go_merge_service targets %s", s.Target),
		})
	}
	return findings
}

// modulePaths finds modules with one path, of which Gazelle and the check cannot
// know which one an import means.
func modulePaths(w *workspace.Workspace) []Finding {
	var findings []Finding
	first := make(map[string]*workspace.Module)
	for _, m := range w.Modules {
		before := first[m.Path()]
		if before == nil {
			first[m.Path()] = m
			continue
		}
		findings = append(findings, Finding{
			Severity: Warning, Rule: "same-module", Position: Position{m.GoMod(), m.File.Module.Syntax.Start.Line}, Other: &Position{before.GoMod(), before.File.Module.Syntax.Start.Line},
			Message: fmt.Sprintf("module path %s is also that of %s", m.Path(), w.Place(before.GoMod())),
			Fix:     "leave one of them out, with --exclude=FOLDER, or # gazelle:exclude FOLDER in the root's BUILD file",
		})
	}
	return findings
}

func serviceNames(services []*workspace.Service) string {
	var names []string
	for _, s := range services {
		names = append(names, s.Name)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// someNames returns the names of the first services, if there are many.
func someNames(services []*workspace.Service) string {
	const some = 4
	if len(services) <= some+1 {
		return serviceNames(services)
	}
	var names []string
	for _, s := range services[:some] {
		names = append(names, s.Name)
	}
	return fmt.Sprintf("%s and %d others", strings.Join(names, ", "), len(services)-some)
}
