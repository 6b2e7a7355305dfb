package observe

import (
	"fmt"
	"runtime"
	"time"
)

// Leaks waits until at most as many goroutines run as before. The error has the stacks
// of all if some stay.
func Leaks(before int, patience time.Duration) error {
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			return fmt.Errorf("%d goroutines stay:\n%s", runtime.NumGoroutine()-before, stacks)
		}
	}
	return nil
}
