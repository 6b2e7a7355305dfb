// Package linkpattern reads and writes the names of links as BUILD files, rules,
// logs and mergectl have them. [Terminology] has the grammar;
// merge/private/links.bzl reads the same texts.
//
// [Terminology]: https://github.com/gomerge/rules_go_merge/blob/main/docs/terminology.md#links
package linkpattern

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Pattern names methods of links. An empty field stands for any name.
type Pattern struct {
	// Caller and Callee are names of services.
	Caller, Callee string
	// RPCService and Method are names in an IDL.
	RPCService, Method string
}

// Between returns the pattern of the calls of one service to another, as
// share_memory has it.
func Between(caller, callee string) Pattern { return Pattern{Caller: caller, Callee: callee} }

// Over returns the pattern of a service's calls over an RPC service, to whichever
// callee: the form of a key of callees.
func Over(caller, rpcService string) Pattern {
	return Pattern{Caller: caller, RPCService: rpcService}
}

// Parse reads a pattern in one of the forms
//
//	*
//	CALLER->CALLEE
//	CALLER->CALLEE/RPC-SERVICE
//	CALLER->CALLEE/RPC-SERVICE/METHOD
//
// where a "*" in place of a name stands for any, and alone for all links.
func Parse(text string) (Pattern, error) {
	if text == "*" {
		return Pattern{}, nil
	}
	caller, rest, ok := strings.Cut(text, "->")
	names := append([]string{caller}, strings.Split(rest, "/")...)
	if !ok || len(names) > 4 || slices.Contains(names, "") || strings.Contains(caller, "/") ||
		strings.Contains(rest, "->") || strings.ContainsFunc(text, unicode.IsSpace) {
		return Pattern{}, fmt.Errorf("%q is not a link; write CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any", text)
	}
	for i, name := range names {
		if name == "*" {
			names[i] = ""
		} else if strings.Contains(name, "*") {
			return Pattern{}, fmt.Errorf("%q: * stands for a whole name only, not within %q", text, name)
		}
	}
	names = append(names, "", "")
	return Pattern{names[0], names[1], names[2], names[3]}, nil
}

// String returns the text form, of several equal ones the plainest.
func (p Pattern) String() string {
	if p == (Pattern{}) {
		return "*"
	}
	text := cmp.Or(p.Caller, "*") + "->" + cmp.Or(p.Callee, "*")
	if p.RPCService+p.Method != "" {
		text += "/" + cmp.Or(p.RPCService, "*")
	}
	if p.Method != "" {
		text += "/" + p.Method
	}
	return text
}

// CoversLink reports whether the pattern names a link, method aside.
func (p Pattern) CoversLink(caller, callee, rpcService string) bool {
	return (p.Caller == "" || p.Caller == caller) &&
		(p.Callee == "" || p.Callee == callee) &&
		(p.RPCService == "" || p.RPCService == rpcService)
}

// Covers reports whether the pattern names a method of a link.
func (p Pattern) Covers(caller, callee, rpcService, method string) bool {
	return p.CoversLink(caller, callee, rpcService) && (p.Method == "" || p.Method == method)
}
