// Package profiles makes a profile by a name that another service takes, too,
// and a CPU profile, of which a process takes one at a time.
package profiles

import (
	"bytes"
	"runtime/pprof"
	"time"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var open = pprof.NewProfile("example.com/open")

// Run counts in the profile.
func Run() {
	open.Add("a", 0)
	show.Line("count", open.Count(), pprof.Lookup("example.com/open").Count())
	show.Line("runtime's", pprof.Lookup("heap") != nil, pprof.Lookup("missing"))
	show.Line("profiles", len(pprof.Profiles()))

	var cpu bytes.Buffer
	for pprof.StartCPUProfile(&cpu) != nil {
		pprof.StopCPUProfile() // does not end the other's
		time.Sleep(time.Millisecond)
	}
	show.Line("second", pprof.StartCPUProfile(&cpu))
	time.Sleep(50 * time.Millisecond)
	pprof.StopCPUProfile()
	show.Line("CPU profile", cpu.Len() > 0)
}
