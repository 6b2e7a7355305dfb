package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// gates are places where handlers wait until a case lets them go on.
type gates struct {
	mu     sync.Mutex
	byName map[string]*gate
}

type gate struct {
	opened chan struct{}
	once   sync.Once
	// arrivals has a value for each handler that has come to the gate, heeded
	// for each whose context has ended there.
	arrivals, heeded chan struct{}
}

func (g *gates) get(name string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byName[name] == nil {
		g.byName[name] = &gate{opened: make(chan struct{}), arrivals: make(chan struct{}, 1000), heeded: make(chan struct{}, 1000)}
	}
	return g.byName[name]
}

// obedientEnv is set if handlers return when their contexts end.
const obedientEnv = "CONFORMANCE_OBEDIENT"

// wait waits until a gate opens, and reports how it was. Only a handler that heeds
// its context sees that end.
func (g *gates) wait(ctx context.Context, name string, heeds bool) string {
	gate := g.get(name)
	gate.arrivals <- struct{}{}
	timeout := time.After(patience)
	obedient := os.Getenv(obedientEnv) != ""
	if heeds || obedient {
		select {
		case <-gate.opened:
		case <-ctx.Done():
			gate.heeded <- struct{}{}
		case <-timeout:
			return "waited too long"
		}
		if err := ctx.Err(); obedient && err != nil {
			return fmt.Sprint("leaves, context error ", err)
		}
	}
	select {
	case <-gate.opened:
		return fmt.Sprint("gate open, context error ", ctx.Err())
	case <-timeout:
		return "waited too long"
	}
}

// givingUp is how long a handler takes that gives up: over a connection, its error would
// else come now and then before its caller has left.
const givingUp = 300 * time.Millisecond

// giveUp waits until a gate opens or the context ends, and returns the context's error.
func (g *gates) giveUp(ctx context.Context, name string) error {
	select {
	case <-g.get(name).opened:
	case <-ctx.Done():
		time.Sleep(givingUp)
	case <-time.After(patience):
	}
	return ctx.Err()
}

// heeded reports whether a handler's context ends at the gate before the timeout.
func (g *gates) heeded(name string, timeout time.Duration) bool {
	select {
	case <-g.get(name).heeded:
		return true
	case <-time.After(timeout):
		return false
	}
}

// arrived waits until number more handlers have come to the gate.
func (g *gates) arrived(name string, number int) error {
	timeout := time.After(patience)
	for range number {
		select {
		case <-g.get(name).arrivals:
		case <-timeout:
			return fmt.Errorf("nobody came to gate %q", name)
		}
	}
	return nil
}

func (g *gates) open(name string) {
	gate := g.get(name)
	gate.once.Do(func() { close(gate.opened) })
}
