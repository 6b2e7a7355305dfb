package main

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// link names calls of one service by another: all of them, or those over one RPC
// service or to one method.
type link struct {
	text    string // as the BUILD file has it
	pattern linkpattern.Pattern
}

func parseLink(text string) (link, error) {
	pattern, err := linkpattern.Parse(text)
	if err != nil {
		return link{}, fmt.Errorf("inline: %w", err)
	}
	return link{text, pattern}, nil
}

// covers reports whether the link names a method.
func (l link) covers(s reports.Link) bool {
	return l.pattern.Covers(s.Caller, s.Callee, s.RPCService, s.Method)
}

// known returns an error if the merged binary has no such link.
func known(links []link, all []reports.Link) error {
	for _, l := range links {
		if slices.ContainsFunc(all, l.covers) {
			continue
		}
		names := map[string]bool{}
		for _, s := range all {
			names[s.Name()] = true
		}
		if len(names) == 0 {
			return fmt.Errorf("inline: the merged binary has no link %q: none of its services calls another", l.text)
		}
		return fmt.Errorf("inline: the merged binary has no link %q; it has %s", l.text, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
	}
	return nil
}

// serving reports whether the callees of all links take inline calls.
func serving(links []link, all []reports.Link) bool {
	return !slices.ContainsFunc(all, func(s reports.Link) bool {
		return !s.Serving && slices.ContainsFunc(links, func(l link) bool { return l.covers(s) })
	})
}

// since returns the calls that were made between two reports.
func since(before, after []reports.Link) []reports.Link {
	type key struct{ caller, callee, rpcService, method string }
	old := map[key]reports.Link{}
	for _, s := range before {
		old[key{s.Caller, s.Callee, s.RPCService, s.Method}] = s
	}
	made := slices.Clone(after)
	for i, s := range made {
		o := old[key{s.Caller, s.Callee, s.RPCService, s.Method}]
		made[i].Inline -= o.Inline
		made[i].RPC -= o.RPC
	}
	return made
}

// calls counts the calls of a link.
func (l link) calls(made []reports.Link) (inline, rpc uint64) {
	for _, s := range made {
		if l.covers(s) {
			inline += s.Inline
			rpc += s.RPC
		}
	}
	return inline, rpc
}

// check returns an error unless the calls that were made over the link were
// inline, which says why they were not as the binary's log has it. With called,
// there must have been some.
func (l link) check(made []reports.Link, called bool, log string) error {
	inline, rpc := l.calls(made)
	if inline+rpc == 0 && called {
		return fmt.Errorf("%s: the test made no call over this link", l.text)
	}
	if rpc == 0 {
		return nil
	}
	errs := []error{fmt.Errorf("%s: not all calls were inline: %d inline, %d by RPC", l.text, inline, rpc)}
	for _, s := range made {
		if l.covers(s) && s.RPC > 0 {
			errs = append(errs, fmt.Errorf("  %s: %d inline, %d by RPC: %s", s.Name(), s.Inline, s.RPC, why(s, log)))
		}
	}
	return errors.Join(errs...)
}

// why reports why calls of a method were RPCs.
func why(s reports.Link, log string) string {
	switch {
	case s.Reason != "":
		return s.Reason
	case s.Rule != "" && s.State != "on":
		return fmt.Sprintf("the rule %q of %s", s.Rule, s.Source)
	}
	var reasons []string
	for line := range strings.Lines(log) {
		for _, name := range []string{path.Dir(s.Name()), s.Name()} {
			_, reason, ok := strings.Cut(line, fmt.Sprintf("rules_go_merge: %s by RPC: ", name))
			if reason = strings.TrimSpace(reason); ok && !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	if reasons == nil {
		return "the log does not say"
	}
	return strings.Join(reasons, "; ")
}
