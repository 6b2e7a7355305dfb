package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Roles finds programs that call what they serve themselves, beside other RPC
// services: as a rule each process of them serves one, which its arguments choose.
// As one service it would call itself, and serve nothing but its first role.
// Where targets decide, a program may well dial itself, as gateways do.
func Roles(w *workspace.Workspace) ([]Finding, error) {
	var findings []Finding
	told := make(map[*workspace.Service]bool)
	for _, call := range w.Calls {
		s := call.Caller
		served := servedBy(s)
		if len(served) < 2 || !slices.Contains(call.Servers, s) || told[s] {
			continue
		}
		name, data, err := w.BuildFile(s.Dir)
		if err != nil {
			return nil, err
		}
		file, err := build.ParseBuild(name, data)
		if err != nil {
			return nil, err
		}
		if len(servicesOf(file, s)) > 1 {
			continue
		}
		told[s] = true
		server, _ := s.Server(call.RPCService)
		other := parsePosition(server.Position)
		var rules []string
		for _, service := range served {
			role := strings.ToLower(strings.TrimSuffix(service[strings.LastIndexByte(service, '.')+1:], "Service"))
			rules = append(rules, fmt.Sprintf("go_merge_service(name = %q, args = [%q], binary = %q, serves = [%q])", role+naming.Suffix, role, ":"+s.Binary, service))
		}
		severity, more := Warning, ""
		if call.ByTarget {
			severity = Note
		}
		if len(rules) > 2 {
			rules, more = rules[:2], ", and so on"
		}
		findings = append(findings, Finding{
			Severity: severity, Rule: "roles", Position: parsePosition(call.Clients[0].Position), Other: &other,
			Message: fmt.Sprintf("service %s serves %s, and calls %s itself: if its arguments choose what a process serves, each choice is a separate service", s.Name, strings.Join(served, ", "), call.RPCService),
			Fix:     fmt.Sprintf("write one rule for each in %s, with the arguments that choose it, such as %s%s, and name them in the merge_binary directive in place of %s", name, strings.Join(rules, " and "), more, s.Name),
		})
	}
	return findings, nil
}

// servedBy returns the names of the RPC services that a program makes servers for.
func servedBy(s *workspace.Service) []string {
	var names []string
	for _, server := range s.Program.Servers {
		if server.Service != "" && !slices.Contains(names, server.Service) {
			names = append(names, server.Service)
		}
	}
	return names
}

// servicesOf returns the go_merge_service rules for a service's program.
func servicesOf(file *build.File, s *workspace.Service) []*build.Rule {
	return slices.DeleteFunc(file.Rules("go_merge_service"), func(r *build.Rule) bool {
		l, err := label.Parse(r.AttrString("binary"))
		return err != nil || l.Abs("", s.Dir) != label.New("", s.Dir, s.Binary)
	})
}
