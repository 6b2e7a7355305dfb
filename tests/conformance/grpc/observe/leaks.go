package observe

import (
	"fmt"
	"regexp"
	"runtime"
	"time"
)

// idle matches the top of the stack of a goroutine that the runtime of merged binaries
// keeps for a call.
var idle = regexp.MustCompile(`(?m)^goroutine .*\n.*/merge/runtime/handoff\.\(\*worker\)\.work\(`)

// stacks returns those of all goroutines.
func stacks() []byte {
	all := make([]byte, 1<<20)
	return all[:runtime.Stack(all, true)]
}

// Goroutines returns how many goroutines run, without those that are kept for calls.
func Goroutines() int { return runtime.NumGoroutine() - len(idle.FindAll(stacks(), -1)) }

// Leaks waits until at most as many goroutines run as before. The error has the stacks
// of all if some stay.
func Leaks(before int, patience time.Duration) error {
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(2 * time.Millisecond) {
		n := Goroutines()
		if n <= before {
			break
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d goroutines stay:\n%s", n-before, stacks())
		}
	}
	return nil
}

// replay matches the stack of a goroutine that makes a call for verification, or is to.
var replay = regexp.MustCompile(`/merge/runtime/calls\.\(\*replays\)\.start`)

// AwaitReplays waits until no call is made for verification any more.
func AwaitReplays(patience time.Duration) error {
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		all := stacks()
		if !replay.Match(all) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("calls are still made for verification:\n%s", all)
		}
	}
}
