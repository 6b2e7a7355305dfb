// Package functions prints what package runtime calls functions, which loggers
// and tracers send.
package functions

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"
)

type list[T any] struct{}

func (list[T]) add() {}

// Run prints its callers and other functions.
func Run(service string) {
	callers := make([]uintptr, 3)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		fmt.Println(service, "caller", frame.Function, frame.Line)
	}
	pc, _, line, ok := runtime.Caller(1)
	fmt.Println(service, "caller", runtime.FuncForPC(pc).Name(), line, ok)
	for _, f := range []any{list[int].add, func() {}, fmt.Errorf} {
		fmt.Println(service, "function", runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name())
	}
	fmt.Println(service, "no function", runtime.FuncForPC(0) == nil, runtime.FuncForPC(0).Name())

	self := make([]uintptr, 1)
	runtime.Callers(0, self)
	frame, _ := runtime.CallersFrames(self).Next()
	fmt.Println(service, "first of callers", frame.Function)

	slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{
		AddSource: true,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.String(slog.TimeKey, service)
			}
			return a
		},
	})).Info("by slog")
}
