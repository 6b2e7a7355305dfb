package main

import (
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
	{"merged.glue/", conversion},
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
	{"internal/runtime/syscall.", network},
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

// attribute returns the share of each part in the CPU time of profiles. A
// sample belongs to the innermost function that a rule knows: memory that the
// codec allocates is the codec's.
func attribute(paths ...string) (map[string]float64, error) {
	shares, err := prof.Attribute(partOf, paths...)
	if err != nil {
		return nil, err
	}
	byPart := make(map[string]float64)
	for _, s := range shares {
		byPart[s.What] = s.Of
	}
	return byPart, nil
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
