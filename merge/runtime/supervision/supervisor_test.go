package supervision

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// play is a merged binary whose services note what happens to them.
type play struct {
	*supervisor
	process      *Process
	log          *lockedBuffer
	terminations chan os.Signal
	signals      map[string]chan os.Signal // of the services that handle them
	over         chan struct{}             // closed when the test is over

	mu    sync.Mutex
	notes []string
}

// newPlay makes a merged binary with links such as "item->stock", or
// "item->stock unannounced". It has to be called in a synctest bubble, where
// waiting takes no time.
func newPlay(t *testing.T, b Binary, called ...string) *play {
	p := &play{log: new(lockedBuffer), terminations: make(chan os.Signal, 8), signals: map[string]chan os.Signal{}, over: make(chan struct{})}
	links, logger := newLinks(p.log)
	for _, link := range called {
		caller, callee, _ := strings.Cut(link, "->")
		callee, unannounced := strings.CutSuffix(callee, " unannounced")
		rpcService := callee + "Service"
		if unannounced {
			rpcService = callee + "OldService"
		}
		links.AddLink(calls.Link{Caller: caller, Callee: callee, RPCService: rpcService, Unannounced: unannounced, Methods: map[string]calls.Method{"Get": {}}})
	}
	b.SignalViews = true
	p.supervisor = newSupervisor(b, links, logger)
	p.deliver = func(service string, sig os.Signal) bool {
		c := p.signals[service]
		if c != nil {
			p.note("%s gets %v", service, sig)
			c <- sig
		}
		return c != nil
	}
	p.keep = func(service string, sig os.Signal) { p.note("%v is kept for %s", sig, service) }
	p.process = NewProcess(links, logger)
	p.process.running.Store(p.supervisor)
	t.Cleanup(func() { close(p.over) })
	return p
}

// newLinks returns a table without links, and a log.
func newLinks(out io.Writer) (*calls.Table, *log.Logger) {
	logger := log.New(out, "", 0)
	return calls.NewTable(policy.NewSwitch(logger), logger), logger
}

// guard is deferred by goroutines of a service, as the build has them do.
func (p *play) guard(service string) {
	if value := recover(); value != nil {
		p.process.Contain(service, value)
	}
}

func (p *play) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// server is a service that begins to serve after some time and returns some
// time after SIGTERM.
func (p *play) server(s Service, serves, returns time.Duration) Service {
	p.signals[s.Name] = make(chan os.Signal, 8)
	s.Main = func() {
		p.note("%s begins", s.Name)
		time.Sleep(serves)
		stop := p.links.Serve(s.Name, s.Name+"Service", "", nil)
		<-p.signals[s.Name]
		stop()
		time.Sleep(returns)
		p.note("%s returns", s.Name)
	}
	return s
}

// hang is a main function that does not return.
func (p *play) hang() { <-p.over }

// set gives the services their main functions.
func (p *play) set(services ...Service) {
	for _, s := range services {
		p.byName[s.Name].Main = s.Main
	}
}

func names(list ...string) (services []Service) {
	for _, name := range list {
		services = append(services, Service{Name: name})
	}
	return services
}

func (p *play) check(t *testing.T, code, wantCode int, want ...string) {
	t.Helper()
	synctest.Wait() // for what is logged
	if code != wantCode {
		t.Errorf("exit code %d, want %d", code, wantCode)
	}
	if !slices.Equal(p.notes, want) {
		t.Errorf("what happened:\n%s\nwant\n%s", strings.Join(p.notes, "\n"), strings.Join(want, "\n"))
	}
}

// stopAfter sends a signal to the process.
func (p *play) stopAfter(d time.Duration, sig os.Signal) {
	go func() {
		time.Sleep(d)
		p.terminations <- sig
	}()
}

const tick = 10 * time.Millisecond

func TestCalleesStartFirstAndStopLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: names("api", "item", "stock")}, "api->item", "item->stock")
		for _, name := range []string{"api", "item", "stock"} {
			p.set(p.server(Service{Name: name}, tick, tick))
		}
		p.stopAfter(time.Second, syscall.SIGTERM)
		p.check(t, p.run(p.terminations), 0,
			"stock begins", "item begins", "api begins",
			"api gets terminated", "api returns",
			"item gets terminated", "item returns",
			"stock gets terminated", "stock returns")
	})
}

func TestStartAsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: names("api", "stock"), StartAsListed: true}, "stock->api", "api->stock")
		p.set(p.server(Service{Name: "stock"}, 0, tick), p.server(Service{Name: "api"}, time.Hour, tick))
		p.stopAfter(2*time.Hour, syscall.SIGTERM)
		code := p.run(p.terminations)
		slices.Sort(p.notes[:2]) // both begin at once
		p.check(t, code, 0, "api begins", "stock begins",
			"stock gets terminated", "stock returns", "api gets terminated", "api returns")
	})
}

// TestCallerDoesNotWaitForAnUnannouncedServer has a callee of which nobody can
// tell when it serves. Of another RPC service, the caller waits for the callee.
func TestCallerDoesNotWaitForAnUnannouncedServer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		calls []string
		after time.Duration
	}{
		{"alone", []string{"item->stock unannounced"}, 0},
		{"beside an announced one", []string{"item->stock unannounced", "item->stock"}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlay(t, Binary{Services: []Service{{Name: "item"}, {Name: "stock", KeepOthers: true}}}, tt.calls...)
				began := time.Now()
				var waited time.Duration
				p.set(p.server(Service{Name: "stock"}, time.Second, 0), Service{Name: "item", Main: func() { waited = time.Since(began) }})
				p.run(p.terminations)
				if waited != tt.after {
					t.Errorf("item started after %v, want %v", waited, tt.after)
				}
				if got, want := p.log.String(), "service item starts without waiting for stock, whose server does not report when it serves\n"; !strings.HasPrefix(got, want) {
					t.Errorf("log %q, want %q", got, want)
				}
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

func TestCallerStartsWithoutCallee(t *testing.T) {
	tests := []struct {
		name  string
		stock func(p *play)
		after time.Duration
		log   string
	}{
		{"that serves nothing in time", func(*play) { time.Sleep(time.Hour) }, startWait, "service item starts, although stock has not served stockService within 10s\n"},
		{"that returned", func(*play) { time.Sleep(time.Second) }, time.Second, "service stock returned from main: the others go on\n"},
		{"that serves by RPC only", func(p *play) {
			time.Sleep(time.Second)
			p.links.ServeByRPC("stock", "stockService", "a codec of its own")
			time.Sleep(time.Hour)
		}, time.Second, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlay(t, Binary{Services: []Service{{Name: "item"}, {Name: "stock", KeepOthers: true}}}, "item->stock")
				began := time.Now()
				var waited time.Duration
				p.set(Service{Name: "stock", Main: func() { tt.stock(p) }}, Service{Name: "item", Main: func() {
					waited = time.Since(began)
					time.Sleep(tick) // until stock has logged that it returned
				}})
				p.run(p.terminations)
				if waited != tt.after {
					t.Errorf("item started after %v, want %v", waited, tt.after)
				}
				if got := p.log.String(); !strings.HasPrefix(got, tt.log) {
					t.Errorf("log %q, want %q", got, tt.log)
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
			})
		})
	}
}

func TestCycleStartsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: names("api", "item", "stock")}, "api->item", "item->stock", "stock->item")
		for _, name := range []string{"api", "item", "stock"} {
			p.set(p.server(Service{Name: name}, tick, 0))
		}
		p.stopAfter(time.Second, syscall.SIGINT)
		code := p.run(p.terminations)
		slices.Sort(p.notes[:2])
		slices.Sort(p.notes[5:])
		p.check(t, code, 0, "item begins", "stock begins", "api begins",
			"api gets interrupt", "api returns",
			"item gets interrupt", "item returns", "stock gets interrupt", "stock returns")
		if want := "services item, stock call each other: they start in this order, and stop together\n"; p.log.String() != want {
			t.Errorf("log %q, want %q", p.log, want)
		}
	})
}

// TestStop shows how the process ends for services that stop in other ways
// than by returning in time. Item calls stock.
func TestStop(t *testing.T) {
	tests := []struct {
		name   string
		item   func(p *play) func()
		sigs   []os.Signal // with a second between
		code   int
		notes  []string
		within time.Duration // that the stop takes
	}{
		{
			"a service that does not handle the signal ends at once",
			func(p *play) func() { return p.hang },
			[]os.Signal{syscall.SIGTERM}, 143, []string{"stock gets terminated", "stock returns"}, tick,
		},
		{
			"a service that does not return has its grace period",
			func(p *play) func() { p.signals["item"] = make(chan os.Signal, 8); return p.hang },
			[]os.Signal{syscall.SIGTERM}, 143, []string{"item gets terminated", "stock gets terminated", "stock returns"}, 2 * stopGrace,
		},
		{
			"a second signal waits for nobody",
			func(p *play) func() { p.signals["item"] = make(chan os.Signal, 8); return p.hang },
			[]os.Signal{syscall.SIGINT, syscall.SIGINT}, 130, []string{"item gets interrupt", "item gets interrupt", "stock gets interrupt", "stock returns"}, stopGrace,
		},
		{
			"SIGHUP does not stop services that handle it",
			func(p *play) func() {
				p.signals["item"] = make(chan os.Signal, 8)
				return func() { <-p.signals["item"]; p.note("item reloads"); <-p.signals["item"] }
			},
			[]os.Signal{syscall.SIGHUP, syscall.SIGTERM}, 0,
			[]string{"item gets hangup", "item reloads", "item gets terminated", "stock gets terminated", "stock returns"}, time.Second + tick,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlay(t, Binary{Services: names("stock", "item")}, "item->stock")
				p.set(p.server(Service{Name: "stock"}, 0, tick), Service{Name: "item", Main: tt.item(p)})
				var asked time.Time
				go func() {
					time.Sleep(time.Minute)
					asked = time.Now()
					for i, sig := range tt.sigs {
						time.Sleep(time.Duration(i) * time.Second)
						p.terminations <- sig
					}
				}()
				code := p.run(p.terminations)
				p.check(t, code, tt.code, append([]string{"stock begins"}, tt.notes...)...)
				if took := time.Since(asked); took > tt.within+time.Second {
					t.Errorf("took %v, want %v", took, tt.within)
				}
			})
		})
	}
}

// TestStopBeforeStart has the callee fail while its caller waits for it. The
// caller does not start, and a service that has just begun gets the signal when
// it asks for it.
func TestStopBeforeStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: names("stock", "item", "mail")}, "item->stock")
		p.set(Service{Name: "stock", Main: func() { time.Sleep(tick) }},
			Service{Name: "item", Main: func() { p.note("item begins") }},
			Service{Name: "mail", Main: func() { time.Sleep(time.Second) }})
		p.check(t, p.run(p.terminations), 0, "terminated is kept for mail")
	})
}

// TestAllRun has services that return at once. Each has its turn although the
// first to return stops the others.
func TestAllRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Binary
		for i := range 50 {
			b.Services = append(b.Services, Service{Name: fmt.Sprint("s", i)})
		}
		p := newPlay(t, b)
		var ran sync.Map
		for _, s := range b.Services {
			p.set(Service{Name: s.Name, Main: func() { ran.Store(s.Name, true) }})
		}
		if code := p.run(p.terminations); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		for _, s := range b.Services {
			if _, ok := ran.Load(s.Name); !ok {
				t.Errorf("%s did not run", s.Name)
			}
		}
	})
}
