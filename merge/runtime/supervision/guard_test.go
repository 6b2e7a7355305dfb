package supervision

import (
	"fmt"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

type adder int

func (a adder) add(to *int, list ...int) {
	for _, n := range list {
		*to += n + int(a)
	}
}

// TestGuarded runs go statements as the build rewrites them, which must pass on
// all that the statement evaluates.
func TestGuarded(t *testing.T) {
	type named func(a any, b float64) (int, error)
	var sum int
	tests := []struct {
		name  string
		start func(p *Process, done func())
		want  string // what the service panics with
	}{
		{"function", func(p *Process, done func()) { go Guarded(p, "stock", func() { done(); panic("plain") })() }, "plain"},
		{"no panic", func(p *Process, done func()) { go Guarded(p, "stock", done)() }, ""},
		{"named type with results", func(p *Process, done func()) {
			var f named = func(a any, b float64) (int, error) { done(); panic(fmt.Sprint(a, " ", b)) }
			go Guarded(p, "stock", f)(nil, 1)
		}, "<nil> 1"},
		{"variadic method", func(p *Process, done func()) {
			a := adder(1)
			go Guarded(p, "stock", a.add)(&sum, 2, 3)
			a = 100 // the receiver was evaluated
			go Guarded(p, "stock", adder.add)(a, &sum, []int{}...)
			done()
		}, ""},
		{"nil receiver of a field", func(p *Process, done func()) {
			done()
			go Guarded(p, "stock", adder(0).add)(nil, 1)
		}, "runtime error: invalid memory address or nil pointer dereference"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true}}})
				p.set(Service{Name: "stock", Main: p.hang})
				go p.run(p.terminations)
				synctest.Wait()
				ran := 0
				tt.start(p.process, func() { ran++ })
				synctest.Wait()
				if ran != 1 {
					t.Errorf("ran %d times", ran)
				}
				want := reports.Running
				if tt.want != "" {
					want = reports.Ended
				}
				if a := p.byName["stock"]; a.state != want || tt.want != "" && a.end.why != "panicked: "+tt.want {
					t.Errorf("stock is %s because it %q", a.state, a.end.why)
				}
				p.terminations <- syscall.SIGTERM // ends stock if it still runs
			})
		})
	}
	if sum != 7 {
		t.Errorf("the methods made %d of it, want 7", sum)
	}
}

func TestGuardedNil(t *testing.T) {
	if f := Guarded[func()](nil, "stock", nil); f != nil {
		t.Error("nil became a function")
	}
	if f := Guarded[func(int)](nil, "stock", nil); f != nil {
		t.Error("nil became a function with a parameter")
	}
}

// TestCrash has a handler of a service that contains panics, in a call of another.
func TestExits(t *testing.T) {
	for value, want := range map[any]bool{exited("stock"): true, "stock": false, nil: false} {
		if got := Exits(value); got != want {
			t.Errorf("%v: got %t, want %t", value, got, want)
		}
	}
}

func TestCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true}}})
		p.set(Service{Name: "stock", Main: p.hang})
		go p.run(p.terminations)
		synctest.Wait()
		p.process.Crash("stock", exited("stock")) // of which Exit has taken care
		if a := p.byName["stock"]; a.state != reports.Running {
			t.Errorf("stock is %s", a.state)
		}
		p.process.Crash("stock", "broken")
		if a := p.byName["stock"]; a.state != reports.Ended || a.end.why != "panicked: broken" {
			t.Errorf("stock is %s because it %q", a.state, a.end.why)
		}
	})
}
