package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// severalServers is the rule for calls that take a choice of the callee.
const severalServers = "several-servers"

// chosen reports whether a binary has at most one server for a call, or says
// which of them is called. If it does not, likely is the one to choose, or nil.
func chosen(b *workspace.Binary, call *workspace.Call, likely *workspace.Service) (Finding, bool) {
	if _, ok := b.Choice(call); ok || len(call.Servers) < 2 {
		return Finding{}, true
	}
	if !slices.Contains(call.Servers, likely) {
		likely = call.Servers[0]
	}
	message := fmt.Sprintf("service %s calls %s, which services %%s serve: %s has them without a choice, so it cannot be built", call.Caller.Name, call.RPCService, b.Label)
	return Finding{
		Severity: Error, Rule: severalServers, Position: parsePosition(call.Clients[0].Position), Other: &Position{b.File, b.Line},
		Message: fmt.Sprintf(message, serviceNames(call.Servers)),
		Brief:   fmt.Sprintf(message, someNames(call.Servers)),
		Fix:     fmt.Sprintf("write callees = {\"%s\": %q}, or another of them, in %s; or list what each serves in serves of its go_merge_service", linkpattern.Over(call.Caller.Name, call.RPCService), likely.Label(), b.Label),
	}, false
}

// choices checks the callees of a merged binary as its build does.
func choices(b *workspace.Binary) []Finding {
	var findings []Finding
	for _, choice := range b.Choices {
		if problem, fix := wrongChoice(b, choice); problem != "" {
			findings = append(findings, Finding{
				Severity: Error, Rule: "callees", Position: Position{b.File, choice.Line},
				Message: fmt.Sprintf("callees of %s has %q: %q, but %s", b.Label, choice.Key, choice.Label, problem), Fix: fix,
			})
		}
	}
	return findings
}

func wrongChoice(b *workspace.Binary, choice workspace.Choice) (problem, fix string) {
	if choice.Caller == "" || choice.RPCService == "" {
		return "a key is a caller and an RPC service", fmt.Sprintf("write it like \"%s\"", linkpattern.Over(b.Names[0], "SomeService"))
	}
	if !slices.Contains(b.Names, choice.Caller) {
		return fmt.Sprintf("the binary has no service %s, only %s", choice.Caller, strings.Join(b.Names, ", ")), "correct the name, or remove the entry"
	}
	if choice.Callee == "" {
		return "its services do not have that label", "correct the label, or remove the entry"
	}
	matches := func(e scan.Endpoint) bool { return e.Service == choice.RPCService || unknown(e) }
	for _, s := range b.Services {
		if s.Name == choice.Caller && !slices.ContainsFunc(s.Program.Clients, matches) {
			return fmt.Sprintf("service %s has no client for %s", s.Name, choice.RPCService), "correct the name, or remove the entry"
		}
		if _, serves := s.Server(choice.RPCService); s.Name == choice.Callee && !serves && !slices.ContainsFunc(s.Program.Servers, unknown) {
			return fmt.Sprintf("service %s does not serve %s", s.Name, choice.RPCService), "choose a service that does, or remove the entry"
		}
	}
	return "", ""
}

// unknown reports whether an endpoint is of an RPC service whose generated code
// is in another repository.
func unknown(e scan.Endpoint) bool {
	return e.Service == "" && e.ImportPath != ""
}
