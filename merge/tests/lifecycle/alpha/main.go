// Command alpha panics in a goroutine that a dependency starts.
package main

import (
	"os"
	"time"

	"github.com/gomerge/rules_go_merge/merge/tests/lifecycle/worker"
)

func main() {
	os.Stdin.Read(make([]byte, 1)) // until beta is ready
	way := os.Getenv("ALPHA_PANIC")
	if way == "main" {
		panic("out of numbers")
	}
	worker.Worker{Do: func(int) { panic("out of numbers") }}.Start(way)
	time.Sleep(time.Hour)
}
