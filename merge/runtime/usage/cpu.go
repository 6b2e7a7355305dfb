package usage

import (
	"bytes"
	"errors"
	"runtime/pprof"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// ErrProfiled is returned while somebody else takes a CPU profile of the process.
var ErrProfiled = errors.New("the process is being profiled")

// CPU returns how many cores each service uses in a window from now on. It takes
// a CPU profile of the process, and about as long as the window in any case.
func (all Services) CPU(window time.Duration) (cores map[string]float64, err error) {
	return cpu(window, all.owner)
}

func cpu(window time.Duration, owner func(function string) string) (map[string]float64, error) {
	var profile bytes.Buffer
	var sampled time.Duration
	free := process.WhileProfilerFree(func() {
		if pprof.StartCPUProfile(&profile) != nil {
			return // by a package that has no view of runtime/pprof
		}
		begin := time.Now()
		time.Sleep(window)
		sampled = time.Since(begin)
		pprof.StopCPUProfile()
	})
	if !free || sampled == 0 {
		time.Sleep(window)
		return nil, ErrProfiled
	}
	times, err := cpuTimes(profile.Bytes(), owner)
	if err != nil {
		return nil, err
	}
	cores := map[string]float64{}
	for service, t := range times {
		cores[service] = t.Seconds() / sampled.Seconds()
	}
	return cores, nil
}
