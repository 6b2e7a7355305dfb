// Package knobs sets what a process has once.
package knobs

import (
	"crypto/x509"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

// Run sets each knob twice.
func Run() {
	x509.SetFallbackRoots(x509.NewCertPool())
	for range 2 {
		runtime.GOMAXPROCS(3)
		debug.SetTraceback("single")
		debug.SetMemoryLimit(1 << 40)
		debug.SetGCPercent(99)
		debug.SetMaxStack(1 << 28)
		debug.SetMaxThreads(9999)
		syscall.Umask(0o22)
		show.Line("chdir", os.Chdir("/"), syscall.Chdir("/"))
	}
	show.Line("values", debug.SetGCPercent(99), debug.SetMemoryLimit(-1), debug.SetMaxStack(1<<28), debug.SetMaxThreads(9999), syscall.Umask(0o22), runtime.GOMAXPROCS(0))
}
