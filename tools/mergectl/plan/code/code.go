// Package code says which links the code of a repository lets become inline
// calls, by what mergectl check knows.
package code

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Rules for links that the check has no rule for.
const (
	// NoService is for services that are not in the repository.
	NoService = "no-service"
	// NoClient is for callers without a client of the callee.
	NoClient = "no-client"
)

// Repository knows the links of a repository.
type Repository struct {
	w        *workspace.Workspace
	services map[string]*workspace.Service
	// broken are findings that keep a service's calls from being inline, by the
	// go.mod file of its module.
	broken map[string]check.Finding
}

// New returns what a workspace and the findings of its check say.
func New(w *workspace.Workspace, findings []check.Finding) *Repository {
	r := &Repository{w: w, services: make(map[string]*workspace.Service), broken: make(map[string]check.Finding)}
	for _, s := range w.Services {
		r.services[s.Name] = s
	}
	for _, f := range findings {
		if _, known := r.broken[f.Position.File]; !known && strings.HasSuffix(f.Position.File, "go.mod") && f.Severity != check.Note {
			r.broken[f.Position.File] = f
		}
	}
	return r
}

// ServiceOf returns the name of the only service that serves an RPC service, or "".
// The name of the RPC service may have its package before a dot.
func (r *Repository) ServiceOf(rpcService string) string {
	short := rpcService[strings.LastIndexByte(rpcService, '.')+1:]
	found := ""
	for _, s := range r.w.Services {
		_, full := s.Server(rpcService)
		_, alone := s.Server(short)
		if !full && !alone {
			continue
		}
		if found != "" {
			return ""
		}
		found = s.Name
	}
	return found
}

// Inline returns why calls of one service to another cannot be inline, and false if
// they can.
func (r *Repository) Inline(caller, callee string) (choose.Barrier, bool) {
	from, to := r.services[caller], r.services[callee]
	for _, missing := range []struct {
		s    *workspace.Service
		name string
	}{{from, caller}, {to, callee}} {
		if missing.s == nil {
			return choose.Barrier{Rule: NoService, Why: fmt.Sprintf("the repository has no service %s; give the service its alias, if it has another name there", missing.name)}, true
		}
		if f, ok := r.broken[missing.s.Module.GoMod()]; ok {
			return choose.Barrier{Rule: f.Rule, Why: fmt.Sprintf("%s: %s", f.Position, f.Message)}, true
		}
	}
	client := false
	var barrier choose.Barrier
	for _, call := range r.w.Calls {
		if call.Caller != from || !slices.Contains(call.Callees(), to) {
			continue
		}
		client = true
		f, bad := check.Barrier(r.w, call, to)
		if !bad {
			return choose.Barrier{}, false // over this RPC service at least
		}
		barrier = choose.Barrier{Rule: f.Rule, Why: fmt.Sprintf("%s: %s", f.Position, f.Message)}
	}
	if !client {
		return choose.Barrier{Rule: NoClient, Why: fmt.Sprintf("%s has no client in its sources for what %s serves", caller, callee)}, true
	}
	return barrier, true
}
