package supervision

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// TestEnd shows what becomes of item, which returns when it is told to, when
// stock, whose main function is given, ends a minute after the start. Nobody
// else ends the process but SIGTERM after an hour.
func TestEnd(t *testing.T) {
	later := func(f func()) func(p *play) { return func(*play) { time.Sleep(time.Minute); f() } }
	tests := []struct {
		name  string
		stock Service
		main  func(p *play)
		code  int
		notes []string
		log   string
	}{
		{
			"stops the others when it returns", Service{}, later(func() {}),
			0, []string{"item gets terminated", "item returns"},
			"",
		},
		{
			"keeps the others when it returns", Service{KeepOthers: true}, later(func() {}),
			0, []string{"hour", "item gets terminated", "item returns"},
			"service stock returned from main: the others go on\n",
		},
		{
			"keeps the others when it panics", Service{Contain: true}, later(func() { panic("no stock") }),
			2, []string{"hour", "item gets terminated", "item returns"},
			"panic in service stock: no stock\n",
		},
		{
			"keeps the others when one of its goroutines panics", Service{Contain: true},
			func(p *play) {
				go func() {
					defer p.guard("stock")
					time.Sleep(time.Minute)
					panic("no stock")
				}()
				p.hang()
			},
			2, []string{"hour", "item gets terminated", "item returns"},
			"panic in service stock: no stock\n",
		},
		{
			"is not restarted without a failure", Service{KeepOthers: true, Restart: true}, later(func() {}),
			0, []string{"hour", "item gets terminated", "item returns"},
			"service stock returned from main: the others go on\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.stock.Name = "stock"
				p := newPlay(t, Binary{Services: []Service{tt.stock, {Name: "item"}}})
				p.set(p.server(Service{Name: "item"}, 0, tick), Service{Name: "stock", Main: func() { tt.main(p) }})
				go func() {
					select {
					case <-time.After(time.Hour):
						p.note("hour")
						p.terminations <- syscall.SIGTERM
					case <-p.over:
					}
				}()
				p.check(t, p.run(p.terminations), tt.code, append([]string{"item begins"}, tt.notes...)...)
				if got := p.log.String(); !strings.HasPrefix(got, tt.log) {
					t.Errorf("log %q, want %q", got, tt.log)
				}
			})
		})
	}
}

// TestExitCode lets services end one second after the other, with different
// codes.
func TestExitCode(t *testing.T) {
	for _, tt := range []struct {
		codes []int
		keep  []bool
		want  int
	}{
		{[]int{3, 4}, []bool{false, false}, 3},
		{[]int{0, 4}, []bool{false, false}, 0},
		{[]int{3, 0}, []bool{true, false}, 3},
		{[]int{3, 4}, []bool{true, false}, 4},
		{[]int{0, 3, 4}, []bool{true, true, true}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			var services []Service
			for i := range tt.codes {
				services = append(services, Service{Name: string(rune('a' + i)), KeepOthers: tt.keep[i]})
			}
			p := newPlay(t, Binary{Services: services})
			for i, code := range tt.codes {
				a := p.services[i]
				a.Main = func() {
					time.Sleep(time.Duration(i+1) * time.Second)
					p.finish(a, ending{code: code, keeps: a.KeepOthers})
				}
			}
			got := p.run(p.terminations)
			synctest.Wait() // for what is logged
			if got != tt.want {
				t.Errorf("services that end with %v, and keep the others %v: exit code %d, want %d", tt.codes, tt.keep, got, tt.want)
			}
		})
	}
}

// TestUnaskedStop stops item, which does not handle signals, because stock
// returned: it may come to its end.
func TestUnaskedStop(t *testing.T) {
	for _, tt := range []struct {
		takes time.Duration
		code  int
		notes []string
	}{
		{stopGrace - tick, 0, []string{"terminated is kept for item", "item is done"}},
		{stopGrace + tick, 1, []string{"terminated is kept for item"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newPlay(t, Binary{Services: names("item", "stock")})
			begun := make(chan struct{})
			p.set(Service{Name: "stock", Main: func() { <-begun }}, Service{Name: "item", Main: func() {
				close(begun)
				select {
				case <-time.After(tt.takes):
					p.note("item is done")
				case <-p.over:
				}
			}})
			p.check(t, p.run(p.terminations), tt.code, tt.notes...)
		})
	}
}

// TestRestart lets stock panic some time after it began to serve, until its
// sixth run goes on.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true, Restart: true}}}, "item->stock")
		lives := []time.Duration{0, 0, 0, 20 * time.Minute, 0}
		var pauses []time.Duration
		var down time.Time
		p.signals["stock"] = make(chan os.Signal, 1)
		again := 0
		p.startAgain = func(string) { again++ }
		client := p.links.NewClient("item", "stockService", "")
		p.set(Service{Name: "stock", Main: func() {
			if !down.IsZero() {
				pauses = append(pauses, time.Since(down))
			}
			if again != len(pauses) {
				t.Errorf("the process was told of %d calls of main after the first, not of %d", again, len(pauses))
			}
			p.links.Serve("stock", "stockService", "", nil)
			if len(pauses) == len(lives) {
				<-p.signals["stock"]
				return
			}
			time.Sleep(lives[len(pauses)])
			if !p.links.Links()[0].Serving {
				t.Error("stock does not serve after its restart")
			}
			down = time.Now()
			go func() {
				defer p.guard("stock")
				panic("no stock")
			}()
			<-p.signals["stock"] // by which it learns that it is down
			if _, inline := client.Bind("Get"); inline {
				t.Error("stock is called inline while it is down")
			}
		}})
		p.stopAfter(time.Hour, syscall.SIGTERM)
		if code := p.run(p.terminations); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		want := []time.Duration{1 * time.Second, 2 * time.Second, 4 * time.Second, 1 * time.Second, 2 * time.Second}
		for i, pause := range want {
			if i >= len(pauses) || pauses[i] != pause {
				t.Fatalf("pauses %v, want %v", pauses, want)
			}
		}
		if want := "item->stock/stockService by RPC: the callee is down: it panicked: no stock\n"; strings.Count(p.log.String(), want) != 1 {
			t.Errorf("log %q, want %q once", p.log, want)
		}
	})
}

// TestSignalPanic has services whose channel is closed when a signal comes.
func TestSignalPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true}, {Name: "item", KeepOthers: true}, {Name: "mail"}}})
		p.set(Service{Name: "stock", Main: p.hang}, Service{Name: "item", Main: func() {}}, Service{Name: "mail", Main: func() {
			time.Sleep(time.Second)
			p.signalPanicked("item", "closed") // it has returned, and closed it then
			if p.byName["stock"].state != reports.Running {
				t.Error("stock went down with item")
			}
			p.signalPanicked("stock", "closed")
			func() {
				defer func() { recover() }()
				p.signalPanicked("mail", "closed")
				t.Error("mail, which contains no panic, goes on")
			}()
		}})
		if code := p.run(p.terminations); code != panicCode {
			t.Errorf("exit code %d, want %d", code, panicCode)
		}
		if want := "service stock panicked: closed: the others go on"; !strings.Contains(p.log.String(), want) {
			t.Errorf("log %q, want %q", p.log, want)
		}
	})
}

// TestRestartFreesInflight has a call of each life of stock never return.
func TestRestartFreesInflight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true, Restart: true, MaxInflight: 1}}}, "item->stock")
		p.signals["stock"] = make(chan os.Signal, 1)
		client := p.links.NewClient("item", "stockService", "")
		lives := 0
		p.set(Service{Name: "stock", Main: func() {
			p.links.Serve("stock", "stockService", "", func(context.Context, calls.Request) calls.Response {
				p.hang()
				return calls.Response{}
			})
			call, _ := client.Bind("Get")
			go call.Pass(t.Context(), nil, nil, nil)
			synctest.Wait()
			if resp := call.Pass(t.Context(), nil, nil, nil); resp.Failure == nil || resp.Failure.Kind != calls.Overloaded {
				t.Errorf("life %d answers a second call with %+v", lives, resp)
			}
			if lives++; lives < 3 {
				go Guarded(p.process, "stock", func() { panic("no stock") })()
			}
			<-p.signals["stock"]
		}})
		p.stopAfter(time.Hour, syscall.SIGTERM)
		p.run(p.terminations)
		var stats reports.Service
		p.byName["stock"].limits.Report(&stats)
		if lives != 3 || stats.Refused != 3 || stats.Inflight != 1 {
			t.Errorf("%d lives, %d calls refused and %d running, want 3, 3 and 1", lives, stats.Refused, stats.Inflight)
		}
	})
}

func TestNoRestartWhileMainRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true, Restart: true}}})
		p.set(Service{Name: "stock", Main: func() {
			go Guarded(p.process, "stock", func() { panic("no stock") })()
			p.hang()
		}})
		if code := p.run(p.terminations); code != 2 {
			t.Errorf("exit code %d, want 2", code)
		}
		if want := "service stock stays down: its main function does not return\n"; !strings.HasSuffix(p.log.String(), want) {
			t.Errorf("log %q, want it to end with %q", p.log, want)
		}
	})
}
