package process

import (
	"bytes"
	"runtime"
	"sync/atomic"
)

// threadLocks counts what ThreadLocks returns.
var threadLocks atomic.Uint64

// LockOSThread is [runtime.LockOSThread] of the service. Where an init function
// calls it, a main function in a process of its own runs on the thread that init
// functions ran on. There is one of these, so that a merged service's main function
// gets another: see LocksMain.
func (p *Process) LockOSThread() {
	if initializes() {
		p.mainLocks.Add(1)
	}
	threadLocks.Add(1)
	runtime.LockOSThread()
}

// ThreadLocks returns how often services have called LockOSThread. As long as it
// stays the same, no goroutine of a service gets locked to its thread.
func ThreadLocks() uint64 { return threadLocks.Load() }

// UnlockOSThread undoes a call of LockOSThread.
func (p *Process) UnlockOSThread() {
	if initializes() && p.mainLocks.Load() > 0 {
		p.mainLocks.Add(-1)
	}
	runtime.UnlockOSThread()
}

// LocksMain reports whether a service's main function is to have its own
// thread.
func LocksMain(service string) bool {
	all, err := load()
	return err == nil && all.locksMain(service)
}

func (all *parsed) locksMain(service string) bool {
	p := all.services[service]
	return p != nil && p.mainLocks.Load() > 0
}

// initializes reports whether the caller is an init function, or called by one:
// the services have not started yet, and this is the goroutine that starts them.
func initializes() bool {
	if onExit.Load() != nil {
		return false
	}
	var stack [32]byte
	n := runtime.Stack(stack[:], false)
	return bytes.HasPrefix(stack[:n], []byte("goroutine 1 ["))
}
