package main

import (
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/prof"
)

// Parts of the CPU time of a service, in the order of the table.
const (
	codec      = "codec"
	network    = "network"
	governance = "governance"
	conversion = "conversion"
	own        = "the services' own"
	scheduler  = "scheduling of goroutines"
	collection = "garbage collection"
	other      = "other"
)

var parts = []string{codec, network, governance, conversion, own, scheduler, collection, other}

// rules tell by a function's name which part it belongs to. The first match
// counts. The names of a merged binary begin with a namespace.
var rules = []struct {
	in   string // of the name
	part string
}{
	{".glue/", conversion},
	{"rules_go_merge/merge/runtime/handoff", governance}, // in place of Kitex's own goroutines for timeouts
	{"rules_go_merge/merge/runtime", conversion},
	{"/setup.pass", governance}, // the middleware and the tracer
	{"/setup.tracer", governance},
	{"/benchservice.", governance}, // generated client and handlers
	{"/frontservice.", governance},
	{"rules_go_merge/bench/kitex_gen/", codec},
	{"rules_go_merge/bench/", own},
	{"cloudwego/kitex/pkg/remote/codec", codec},
	{"cloudwego/kitex/pkg/protocol/", codec},
	{"cloudwego/gopkg/protocol/", codec},
	{"cloudwego/gopkg/bufiox", codec},
	{"cloudwego/kitex/pkg/remote", network},
	{"cloudwego/netpoll", network},
	{"internal/runtime/syscall", network},
	{"syscall.", network},
	{"internal/poll.", network},
	{"cloudwego/kitex/", governance},
	{"bytedance/gopkg/cloud/metainfo", governance},
}

// roots are functions of the Go runtime with which stacks of its own work
// begin.
var roots = []struct{ in, part string }{
	{"runtime.gcBgMarkWorker", collection},
	{"runtime.bgsweep", collection},
	{"runtime.bgscavenge", collection},
	{"runtime.mcall", scheduler},
	{"runtime.mstart", scheduler},
	{"runtime.systemstack", scheduler},
	{"runtime.goexit0", scheduler},
	{"runtime.schedule", scheduler},
	{"runtime.sysmon", scheduler},
}

// calling are in the names of functions that only calls from caller to callee go
// through: of the services, only the caller has a client.
var calling = []string{
	"cloudwego/kitex/client.",
	".glue/",
	"rules_go_merge/merge/runtime/calls.",
	"rules_go_merge/merge/runtime/handoff.",
}

// shares are shares in a CPU time, by part.
type shares struct {
	all   map[string]float64
	calls map[string]float64 // of it, what calls from caller to callee take
}

// attribute returns the shares in the CPU time of profiles. A sample belongs to
// the innermost function that a rule knows: memory that the codec allocates is
// the codec's.
func attribute(paths ...string) (s shares, err error) {
	const ofCalls = " of calls"
	list, err := prof.Attribute(func(stack []string) string {
		if isCall(stack) {
			return partOf(stack) + ofCalls
		}
		return partOf(stack)
	}, paths...)
	if err != nil {
		return s, err
	}
	s = shares{make(map[string]float64), make(map[string]float64)}
	for _, share := range list {
		part, call := strings.CutSuffix(share.What, ofCalls)
		s.all[part] += share.Of
		if call {
			s.calls[part] += share.Of
		}
	}
	return s, nil
}

// isCall reports whether a stack is that of a call from caller to callee.
func isCall(stack []string) bool {
	return slices.ContainsFunc(stack, func(name string) bool {
		return slices.ContainsFunc(calling, func(in string) bool { return strings.Contains(name, in) })
	})
}

// perRequest reports whether a part is work for requests, and not of the Go
// runtime for all of them together.
func perRequest(part string) bool {
	return part != scheduler && part != collection && part != other
}

// without returns the CPU time that would be left if calls from caller to callee
// took none, of a part or of all for "". What the Go runtime does counts as the
// calls' in proportion to the rest.
func (s shares) without(part string) float64 {
	var work, calls float64
	for _, p := range parts {
		if perRequest(p) {
			work, calls = work+s.all[p], calls+s.calls[p]
		}
	}
	var left float64
	for _, p := range parts {
		switch {
		case part != "" && p != part:
		case perRequest(p):
			left += s.all[p] - s.calls[p]
		case work > 0:
			left += s.all[p] * (1 - calls/work)
		}
	}
	return left
}

func partOf(stack []string) string {
	for _, name := range stack {
		if part := ruleOf(name); part != "" {
			return part
		}
	}
	for _, name := range stack {
		for _, r := range roots {
			if strings.HasPrefix(name, r.in) {
				return r.part
			}
		}
	}
	return other
}

func ruleOf(name string) string {
	for _, r := range rules {
		if strings.Contains(name, r.in) {
			return r.part
		}
	}
	return ""
}
