package limits

import (
	"bytes"
	"errors"
	"io"
	"log"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// govern runs a governor until the returned function is called.
func govern(g *Governor) (stop func()) {
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		g.Run(over)
		close(stopped)
	}()
	return func() {
		close(over)
		<-stopped
	}
}

// newGovernor returns a governor of services whose use of the CPU is given for
// each window.
func newGovernor(limits map[string]*Service, use func(window int) (map[string]float64, error)) *Governor {
	var services usage.Services
	for name := range limits {
		services = append(services, usage.Service{Name: name, Namespace: name})
	}
	g := NewGovernor(services, limits, log.New(io.Discard, "", 0))
	windows := 0
	g.measure = func(window time.Duration) (map[string]float64, error) {
		time.Sleep(window)
		windows++
		return use(windows)
	}
	return g
}

func TestNoGovernorWithoutLimits(t *testing.T) {
	limits := map[string]*Service{"stock": New("stock", 0, 0), "item": New("item", 1, 0)}
	if limits["stock"] != nil {
		t.Error("a service without a limit has some")
	}
	g := NewGovernor(usage.Services{{Name: "stock"}, {Name: "item"}}, limits, nil)
	if g != nil {
		t.Error("services without a limit of the CPU are measured")
	}
	if use, ok := g.Used("item"); ok {
		t.Errorf("the use is %v", use)
	}
}

// TestOthersDoNotWait has one service above its limit and one below.
func TestOthersDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := map[string]*Service{"stock": New("stock", 0, 0.5), "mail": New("mail", 0, 0.5)}
		defer govern(newGovernor(limits, func(window int) (map[string]float64, error) {
			if window > 1 {
				return map[string]float64{"mail": 0.1, "api": 60}, nil
			}
			return map[string]float64{"stock": 4, "mail": 0.1, "api": 60}, nil
		}))()
		time.Sleep(cpuWindow)
		synctest.Wait()

		done := make(chan string)
		for name, s := range limits {
			go func() {
				if overload := s.Enter(t.Context(), 0); overload != "" {
					t.Error(overload)
				}
				done <- name
			}()
		}
		if order := []string{<-done, <-done}; !slices.Equal(order, []string{"mail", "stock"}) {
			t.Errorf("calls began in the order %v, want stock's last", order)
		}
		for name, want := range map[string]uint64{"stock": 1, "mail": 0} {
			var got reports.Service
			if limits[name].Report(&got); got.Throttled != want {
				t.Errorf("%d calls of %s were throttled, want %d", got.Throttled, name, want)
			}
		}
	})
}

// TestUse goes through windows; what nobody measured does not count.
func TestUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := map[string]*Service{"stock": New("stock", 0, 2), "api": nil}
		g := newGovernor(limits, func(window int) (map[string]float64, error) {
			if window > 300 {
				return nil, usage.ErrProfiled
			}
			return map[string]float64{"stock": 1.5}, nil
		})
		defer govern(g)()
		time.Sleep(400 * cpuWindow)
		if stock, ok := g.Used("stock"); !ok || stock < 1.499 || stock > 1.501 {
			t.Errorf("stock uses %v, want 1.5", stock)
		}
		if api, ok := g.Used("api"); !ok || api != 0 {
			t.Errorf("api uses %v, want 0", api)
		}
		if limits["stock"].cpu.solvent.Load() != 0 {
			t.Error("calls of stock wait")
		}
	})
}

// TestUnmeasured checks that windows that cannot be measured are logged once.
func TestUnmeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(map[string]*Service{"stock": New("stock", 0, 2)}, func(window int) (map[string]float64, error) {
			if window%2 == 0 {
				return nil, usage.ErrProfiled
			}
			return nil, errors.New("no profile")
		})
		var out bytes.Buffer
		g.logger = log.New(&out, "", 0)
		stop := govern(g)
		time.Sleep(10 * cpuWindow)
		stop()
		if want := "cpu_limit has no effect: CPU use cannot be measured: no profile\n"; out.String() != want {
			t.Errorf("logged %q, want %q", &out, want)
		}
		if _, ok := g.Used("stock"); ok {
			t.Error("something was measured")
		}
	})
}
