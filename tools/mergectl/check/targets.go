package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Rules for what clients dial.
const (
	noTarget       = "no-target"
	doubtfulTarget = "doubtful-target"
	sameTarget     = "same-target"
	unknownTarget  = "unknown-target"
)

// targets judges a call of which the callee depends on what is dialled, in each
// merged binary that has the caller. While the repository has none, it judges it
// for the services that have a go_merge_service: Gazelle writes the targets of
// others.
func targets(w *workspace.Workspace, call *workspace.Call) []Finding {
	if len(w.Binaries) == 0 {
		return undeclared(w, call, call.Servers)
	}
	var findings []Finding
	for _, b := range w.Binaries {
		if !slices.Contains(b.Services, call.Caller) {
			continue
		}
		if _, ok := b.Choice(call); !ok {
			servers := b.Merged(call).Servers
			findings = append(findings, undeclared(w, call, servers)...)
			findings = append(findings, declaredTwice(b, call, servers)...)
		}
	}
	return findings
}

// undeclared finds what clients dial and none of servers has among its targets.
func undeclared(w *workspace.Workspace, call *workspace.Call, servers []*workspace.Service) []Finding {
	servers = slices.DeleteFunc(slices.Clone(servers), func(s *workspace.Service) bool { return s == call.Caller || !s.Written })
	if len(servers) == 0 {
		return nil
	}
	var findings []Finding
	for _, client := range call.Clients {
		told := false
		for _, target := range client.Targets {
			literal := !strings.Contains(target, "*")
			told = told || literal || scan.Tells(target)
			if !scan.Tells(target) || slices.ContainsFunc(servers, func(s *workspace.Service) bool { return declares(s.Targets, target) }) {
				continue
			}
			other := parsePosition(servers[0].TargetsAt)
			findings = append(findings, Finding{
				Severity: Warning, Rule: noTarget, Position: parsePosition(client.Position), Other: &other,
				Message: fmt.Sprintf("service %s dials %q for %s, which is not among the targets of %s: the calls stay RPCs", call.Caller.Name, target, call.RPCService, namesOf(servers)),
				Fix:     fmt.Sprintf("if it means %s, add %q to targets of its go_merge_service", servers[0].Name, target),
			})
		}
		if !told {
			other := parsePosition(servers[0].TargetsAt)
			findings = append(findings, Finding{
				Severity: Note, Rule: unknownTarget, Position: parsePosition(client.Position), Other: &other,
				Message: fmt.Sprintf("service %s dials for %s what only the running process knows: calls are inline if it is an address of %s, or among its targets", call.Caller.Name, call.RPCService, namesOf(servers)),
			})
		}
	}
	return findings
}

// declaredTwice finds patterns that two of servers have, so that the binary cannot
// be built.
func declaredTwice(b *workspace.Binary, call *workspace.Call, servers []*workspace.Service) []Finding {
	var findings []Finding
	for i, first := range servers {
		for _, second := range servers[i+1:] {
			for _, pattern := range first.Targets {
				if first == call.Caller || second == call.Caller || !slices.Contains(second.Targets, pattern) {
					continue
				}
				other := parsePosition(second.TargetsAt)
				findings = append(findings, Finding{
					Severity: Error, Rule: sameTarget, Position: parsePosition(first.TargetsAt), Other: &other,
					Message: fmt.Sprintf("services %s and %s both have the target %q and serve %s, which service %s calls: %s cannot be built", first.Name, second.Name, pattern, call.RPCService, call.Caller.Name, b.Label),
					Fix:     fmt.Sprintf("give them different targets, or write callees = {\"%s\": %q}, or the other, in %s", linkpattern.Over(call.Caller.Name, call.RPCService), first.Label(), b.Label),
				})
			}
		}
	}
	return findings
}

// DoubtfulTargets finds the services without a go_merge_service for which others
// dial what may mean another deployment, so that Gazelle does not write it. Only
// those count that Gazelle gives a go_merge_service, or that named ones have.
func DoubtfulTargets(services []*workspace.Service, named ...string) []Finding {
	services = slices.DeleteFunc(slices.Clone(services), func(s *workspace.Service) bool {
		return !s.Serves && !s.Written && !slices.Contains(named, s.Name)
	})
	var findings []Finding
	dialled := workspace.Dialled(services)
	for _, s := range services {
		if d := dialled[s.Dir]; !s.Written && len(d.Doubtful) > 0 {
			findings = append(findings, Finding{
				Severity: Warning, Rule: doubtfulTarget, Position: parsePosition(d.Doubtful[0].Positions[0]),
				Message: fmt.Sprintf("service %s: %s", s.Name, d.Doubt()),
				Fix:     fmt.Sprintf("%s, in its go_merge_service %s", d.Remedy(), s.Label()),
			})
		}
	}
	return findings
}

func namesOf(services []*workspace.Service) string {
	if len(services) == 1 {
		return services[0].Name
	}
	return someNames(services)
}

// declares reports whether one of the patterns covers a target, in which "*"
// stands for text that is not known. As at run time, a pattern without a scheme
// is for targets without one, and a lone "*" for all.
func declares(patterns []string, target string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		for _, scheme := range []string{"dns:///", "passthrough:///"} {
			pattern = strings.TrimPrefix(pattern, scheme)
		}
		return pattern == "*" || strings.Contains(pattern, "://") == strings.Contains(target, "://") && permission.MatchName(pattern, target)
	})
}
