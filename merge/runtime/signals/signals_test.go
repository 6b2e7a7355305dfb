package signals

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
)

// fakeSystem records what the process does with each signal.
type fakeSystem struct {
	actions map[os.Signal]string
	ignored set // at the start
	to      map[os.Signal]chan<- os.Signal
}

func (f *fakeSystem) Notify(c chan<- os.Signal, sig os.Signal) {
	f.to[sig], f.actions[sig] = c, "relay"
}
func (f *fakeSystem) Ignore(sig os.Signal)       { f.actions[sig] = "ignore" }
func (f *fakeSystem) Ignored(sig os.Signal) bool { return f.ignored[sig] }
func (f *fakeSystem) Reset(sig os.Signal)        { delete(f.actions, sig) }

// end ends the goroutine that hands signals out.
func (f *fakeSystem) end() {
	for sig, c := range f.to {
		if !terminating[sig] {
			close(c)
			return
		}
	}
}

// newFake returns a hub of a system that was started ignoring some signals.
func newFake(ignored ...os.Signal) (*hub, *fakeSystem) {
	f := &fakeSystem{actions: map[os.Signal]string{}, ignored: set{}, to: map[os.Signal]chan<- os.Signal{}}
	for _, sig := range ignored {
		f.ignored[sig] = true
	}
	return newHub(f), f
}

// drain returns the signals that wait in c.
func drain(c chan os.Signal) (got []os.Signal) {
	for {
		select {
		case sig := <-c:
			got = append(got, sig)
		default:
			return got
		}
	}
}

const (
	term = syscall.SIGTERM
	hup  = syscall.SIGHUP
	usr1 = syscall.SIGUSR1
	ttou = syscall.SIGTTOU
	pipe = syscall.SIGPIPE
)

// TestProcess shows what the process does with a signal after services asked
// for something.
func TestProcess(t *testing.T) {
	c, d := make(chan os.Signal, 1), make(chan os.Signal, 1)
	tests := []struct {
		name string
		ask  func(h *hub)
		want map[os.Signal]string
	}{
		{"notify", func(h *hub) { h.notify("item", c, usr1) }, map[os.Signal]string{usr1: "relay"}},
		{"stop", func(h *hub) { h.notify("item", c, usr1); h.stop("item", c) }, nil},
		{"stop of another service's channel", func(h *hub) { h.notify("item", c, usr1); h.stop("stock", c) }, map[os.Signal]string{usr1: "relay"}},
		{"two services, one stops", func(h *hub) {
			h.notify("item", c, usr1)
			h.notify("stock", d, usr1)
			h.stop("item", c)
		}, map[os.Signal]string{usr1: "relay"}},
		{"ignore", func(h *hub) { h.ignore("item", pipe) }, map[os.Signal]string{pipe: "relay"}},
		{"ignore one of terminals", func(h *hub) { h.ignore("item", ttou) }, map[os.Signal]string{ttou: "ignore"}},
		{"one ignores what another wants", func(h *hub) {
			h.notify("stock", d, pipe)
			h.ignore("item", pipe)
		}, map[os.Signal]string{pipe: "relay"}},
		{"ignore and notify", func(h *hub) { h.ignore("item", pipe); h.notify("item", c, pipe) }, map[os.Signal]string{pipe: "relay"}},
		{"notify and ignore", func(h *hub) { h.notify("item", c, pipe); h.ignore("item", pipe) }, map[os.Signal]string{pipe: "relay"}},
		{"reset", func(h *hub) { h.ignore("item", pipe); h.notify("item", c, usr1); h.reset("item", pipe, usr1) }, map[os.Signal]string{pipe: "relay"}},
		{"reset all", func(h *hub) { h.notify("item", c); h.reset("item") }, nil},
		{"all but one", func(h *hub) { h.notify("item", c); h.reset("item", term); h.ignore("item", usr1) }, func() map[os.Signal]string {
			want := map[os.Signal]string{}
			for _, sig := range allSignals {
				want[sig] = "relay"
			}
			delete(want, term)
			return want
		}()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, f := newFake()
				tt.ask(h)
				for _, sig := range allSignals {
					if f.actions[sig] != tt.want[sig] {
						t.Errorf("%v: %q, want %q", sig, f.actions[sig], tt.want[sig])
					}
				}
				f.end()
			})
		})
	}
}

func TestOtherSignalsGoToAllThatAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newFake()
		item, stock, api, full := make(chan os.Signal, 2), make(chan os.Signal, 2), make(chan os.Signal, 2), make(chan os.Signal)
		h.notify("item", item, usr1)
		h.notify("item", full, usr1)
		h.notify("stock", stock)
		h.notify("api", api, term)
		f.to[usr1] <- usr1
		synctest.Wait()
		if got := drain(item); !slices.Equal(got, []os.Signal{usr1}) {
			t.Errorf("item got %v", got)
		}
		if got := drain(stock); !slices.Equal(got, []os.Signal{usr1}) {
			t.Errorf("stock got %v", got)
		}
		if got := drain(api); got != nil {
			t.Errorf("api got %v", got)
		}
		f.end()
	})
}

func TestTerminatingSignalsWaitForTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newFake()
		item, stock := make(chan os.Signal, 1), make(chan os.Signal, 1)
		h.notify("item", item, term)
		f.to[term] <- term // before the runtime took over: it is kept
		terminations := h.takeOver()
		if got := <-terminations; got != term {
			t.Errorf("the runtime got %v", got)
		}
		h.notify("stock", stock, term)
		h.ignore("mail", term)
		if got := drain(item); got != nil {
			t.Errorf("item got %v before its turn", got)
		}
		for service, want := range map[string]bool{"item": true, "stock": true, "mail": true, "api": false} {
			if got := h.send(service, term); got != want {
				t.Errorf("%s handles SIGTERM: %v, want %v", service, got, want)
			}
		}
		if h.send("item", hup) {
			t.Error("item handles SIGHUP, for which it did not ask")
		}
		if len(item) != 1 || len(stock) != 1 {
			t.Errorf("item got %v, stock %v", drain(item), drain(stock))
		}
		f.end()
	})
}

// TestKeep has a signal come before a service asks for it.
func TestKeep(t *testing.T) {
	h, _ := newFake()
	c, d := make(chan os.Signal, 1), make(chan os.Signal, 1)
	h.keep("item", term)
	h.notify("item", c, hup)
	h.notify("stock", d, term)
	h.notify("item", d, term)
	if got := drain(c); got != nil {
		t.Errorf("got %v without asking for it", got)
	}
	if got := drain(d); !slices.Equal(got, []os.Signal{term}) {
		t.Errorf("got %v, want SIGTERM", got)
	}
	h.notify("item", c, term)
	if got := drain(c); got != nil {
		t.Errorf("got %v once more", got)
	}
	h.keep("item", term)
	if got := drain(c); !slices.Equal(got, []os.Signal{term}) {
		t.Errorf("got %v, want SIGTERM, for which it has asked", got)
	}
}

// TestClosedChannel sends to channels of which one service has closed its own.
func TestClosedChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newFake()
		var panics []string
		h.onPanic(func(service string, value any) { panics = append(panics, fmt.Sprint(service, ": ", value)) })
		closed, open := make(chan os.Signal, 1), make(chan os.Signal, 1)
		h.notify("item", closed, usr1, term)
		h.notify("stock", open, usr1, term)
		close(closed)
		f.to[usr1] <- usr1
		synctest.Wait()
		if got := drain(open); !slices.Equal(got, []os.Signal{usr1}) {
			t.Errorf("stock got %v, want SIGUSR1", got)
		}
		f.to[usr1] <- usr1 // the channel is forgotten
		synctest.Wait()
		h.notify("item", closed, term)
		if !h.send("item", term) {
			t.Error("item does not handle SIGTERM")
		}
		const want = "item: send on closed channel"
		if !slices.Equal(panics, []string{want, want}) {
			t.Errorf("panics %q, want %q twice", panics, want)
		}
		f.end()
	})
}

// TestNohup shows that a signal stays ignored with which the process was
// started so, as with nohup, until a service asks for it.
func TestNohup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newFake(hup)
		h.takeOver()
		if f.actions[hup] != "" || f.actions[term] != "relay" {
			t.Errorf("SIGHUP %q, SIGTERM %q", f.actions[hup], f.actions[term])
		}
		if !h.ignored("item", hup) || h.ignored("item", term) {
			t.Error("item does not see that SIGHUP alone is ignored")
		}
		h.notify("item", make(chan os.Signal, 1), hup)
		if f.actions[hup] != "relay" || h.ignored("item", hup) || !h.ignored("stock", hup) {
			t.Errorf("SIGHUP %q once item asked for it", f.actions[hup])
		}
		h.ignore("item", usr1, hup)
		if f.actions[usr1] != "relay" || f.actions[hup] != "" {
			t.Errorf("SIGUSR1 %q, SIGHUP %q once item ignores them", f.actions[usr1], f.actions[hup])
		}
		if !h.ignored("item", usr1) || h.ignored("stock", usr1) {
			t.Error("item's ignoring is not its own")
		}
		f.end()
	})
}

// TestChildrenOfOthers starts children while a service ignores signals.
func TestChildrenOfOthers(t *testing.T) {
	Ignore("item", syscall.SIGCHLD, usr1)
	defer Reset("item")
	err := exec.Command("sh", "-c", "exit 3").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("a child that exits with 3: %v", err)
	}
	err = exec.Command("sh", "-c", "kill -USR1 $$").Run()
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != usr1 {
		t.Errorf("a child that sends itself SIGUSR1: %v", err)
	}
	syscall.Kill(syscall.Getpid(), usr1)
}

// TestRealSignal asks for a signal of this process.
func TestRealSignal(t *testing.T) {
	c := make(chan os.Signal, 1)
	Notify("item", c, usr1)
	defer Stop("item", c)
	syscall.Kill(syscall.Getpid(), usr1)
	if got := <-c; got != usr1 {
		t.Errorf("got %v", got)
	}
}
