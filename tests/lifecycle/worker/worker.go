// Package worker is a dependency of services that starts its own goroutines.
package worker

import (
	"context"
	"net/http"
	"time"
)

// Worker does something with a number.
type Worker struct{ Do func(n int) }

func (w Worker) work(numbers ...int) (done int, err error) {
	for _, n := range numbers {
		w.Do(n)
	}
	return len(numbers), nil
}

// Start runs the worker in a goroutine that is started in some way.
func (w Worker) Start(way string) {
	switch way {
	case "method":
		go w.work(1, 2)
	case "literal":
		go func() { w.Do(1) }()
	case "generic":
		go run[int](w.Do, 1)
	case "timer":
		time.AfterFunc(0, func() { w.Do(1) })
	case "standard library":
		var srv http.Server
		srv.RegisterOnShutdown(func() { w.Do(1) })
		srv.Shutdown(context.Background())
	case "builtin":
		var c chan int
		go close(c)
	}
}

func run[T any](f func(T), arg T) { f(arg) }
