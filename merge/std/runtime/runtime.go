//go:build go_merge_added

// Package runtime is a service's view of package runtime: names of functions
// are those of the service alone, without its namespace, since loggers and
// tracers send them. What the process has once belongs to the first service
// that sets it.
package runtime

import (
	"runtime"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// New types, whose names of functions differ.
type (
	Func   runtime.Func
	Frames runtime.Frames
)

type Frame struct {
	PC       uintptr
	Func     *Func
	Function string
	File     string
	Line     int
	Entry    uintptr
}

func FuncForPC(pc uintptr) *Func { return (*Func)(runtime.FuncForPC(pc)) }

func (f *Func) Name() string { return withoutNamespace((*runtime.Func)(f).Name()) }

func (f *Func) Entry() uintptr { return (*runtime.Func)(f).Entry() }

func (f *Func) FileLine(pc uintptr) (file string, line int) {
	return (*runtime.Func)(f).FileLine(pc)
}

func CallersFrames(callers []uintptr) *Frames { return (*Frames)(runtime.CallersFrames(callers)) }

func (f *Frames) Next() (frame Frame, more bool) {
	next, more := (*runtime.Frames)(f).Next()
	return Frame{
		PC:       next.PC,
		Func:     (*Func)(next.Func),
		Function: withoutNamespace(next.Function),
		File:     next.File,
		Line:     next.Line,
		Entry:    next.Entry,
	}, more
}

// What skips callers also skips the function here.

func Caller(skip int) (pc uintptr, file string, line int, ok bool) { return runtime.Caller(skip + 1) }

func Callers(skip int, pc []uintptr) int { return runtime.Callers(skip+1, pc) }

// A variable, so that the stack begins as it would without a view.
var Stack = runtime.Stack

func GOMAXPROCS(n int) int {
	if n > 0 && !self.Owns(&process.MaxProcs) {
		n = 0 // only asks
	}
	return runtime.GOMAXPROCS(n)
}

func LockOSThread() { self.LockOSThread() }

func UnlockOSThread() { self.UnlockOSThread() }

func SetDefaultGOMAXPROCS() {
	if self.Owns(&process.MaxProcs) {
		runtime.SetDefaultGOMAXPROCS()
	}
}

// What is the service's main package here is main in its own binary.
const namespace, ofMain = "@NAMESPACE@/", "@MAIN_SYMBOL@."

func withoutNamespace(function string) string {
	function, ok := strings.CutPrefix(function, namespace)
	if !ok {
		return function
	}
	if rest, ok := strings.CutPrefix(function, ofMain); ok {
		return "main." + rest
	}
	return function
}
