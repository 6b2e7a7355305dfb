// Package profiles makes a profile by a name that another service takes, too.
package profiles

import (
	"runtime/pprof"

	"github.com/gomerge/rules_go_merge/isolation/program/show"
)

var open = pprof.NewProfile("example.com/open")

// Run counts in the profile.
func Run() {
	open.Add("a", 0)
	show.Line("count", open.Count(), pprof.Lookup("example.com/open").Count())
	show.Line("runtime's", pprof.Lookup("heap") != nil, pprof.Lookup("missing"))
	show.Line("profiles", len(pprof.Profiles()))
}
