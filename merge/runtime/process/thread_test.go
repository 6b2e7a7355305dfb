package process

import (
	"runtime"
	"testing"
)

// What init functions of two services do.
var locks, unlocks = func() (locks, unlocks *Process) {
	locks, unlocks = &Process{service: "stock"}, &Process{service: "item"}
	locks.LockOSThread()
	unlocks.LockOSThread()
	unlocks.UnlockOSThread()
	runtime.UnlockOSThread()
	return locks, unlocks
}()

func TestLocksMain(t *testing.T) {
	later := &Process{service: "mail"}
	later.LockOSThread()
	defer later.UnlockOSThread()
	all := &parsed{services: map[string]*Process{"stock": locks, "item": unlocks, "mail": later}}
	for service, want := range map[string]bool{"stock": true, "item": false, "mail": false, "unknown": false} {
		if got := all.locksMain(service); got != want {
			t.Errorf("the main function of %s gets its own thread: %t", service, got)
		}
	}
}
