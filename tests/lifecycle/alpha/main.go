// Command alpha panics in a goroutine that a dependency starts, or exits.
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/gomerge/rules_go_merge/tests/lifecycle/worker"
)

func main() {
	os.Stdin.Read(make([]byte, 1)) // until beta is ready
	way := os.Getenv("ALPHA_PANIC")
	switch way {
	case "main":
		panic("out of numbers")
	case "exit":
		defer fmt.Println("deferred call in alpha")
		os.Exit(3)
	case "fatal":
		go log.Fatal("out of numbers")
	}
	worker.Worker{Do: func(int) { panic("out of numbers") }}.Start(way)
	time.Sleep(time.Hour)
}
