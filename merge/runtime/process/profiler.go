package process

import "sync"

// profiler is held for reading by those who take a CPU profile that somebody
// asked for, and for writing while the process takes its own.
var profiler sync.RWMutex

// TakeProfiler is called before pprof.StartCPUProfile, of whose profiles a
// process can take one at a time. Where services have a CPU limit, the process
// takes short ones all the time: TakeProfiler waits for the end of one, a
// fraction of a second, and none begins before ReturnProfiler was called as
// often.
func TakeProfiler() { profiler.RLock() }

// ReturnProfiler is called after pprof.StopCPUProfile, and when
// pprof.StartCPUProfile failed.
func ReturnProfiler() { profiler.RUnlock() }

// WhileProfilerFree calls f, which may take a CPU profile for the process, and
// returns true. If somebody else takes one, or waits to, it returns false.
func WhileProfilerFree(f func()) bool {
	if !profiler.TryLock() {
		return false
	}
	defer profiler.Unlock()
	f()
	return true
}
