// Package exit ends the process in one of the ways that a program has.
package exit

import (
	"flag"
	"log"
	"os"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

// Run ends the process as EXIT in the environment says.
func Run() {
	ways := map[string]func(){
		"os":      func() { os.Exit(7) },
		"syscall": func() { syscall.Exit(8) },
		"log":     func() { log.Fatal("fatal") },
		"flag":    func() { show.Must(flag.CommandLine.Parse([]string{"-unknown"})) },
		"never":   func() { time.Sleep(time.Minute) },
	}
	ways[os.Getenv("EXIT")]()
}
