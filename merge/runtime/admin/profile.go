package admin

import (
	"net/http"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// longestProfile is for how long a CPU profile may be taken, in seconds.
const longestProfile = 600

// cpuProfile answers with a CPU profile of the process, in which the label
// "service" tells whose code ran. There can be one at a time, also of those that
// services take; the governor's make way.
func cpuProfile(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.FormValue("seconds"))
	if err != nil || seconds < 1 || seconds > longestProfile {
		http.Error(w, "the parameter seconds is a number from 1 to "+strconv.Itoa(longestProfile), http.StatusBadRequest)
		return
	}
	process.TakeProfiler()
	defer process.ReturnProfiler()
	if err := pprof.StartCPUProfile(w); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
	case <-r.Context().Done():
	}
	pprof.StopCPUProfile()
}
