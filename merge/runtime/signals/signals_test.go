package signals

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
)

// fakeSystem records what the process does with each signal.
type fakeSystem struct {
	actions map[os.Signal]string
	ignored set // at the start
	c       chan<- os.Signal
}

func (f *fakeSystem) Notify(c chan<- os.Signal, sig os.Signal) {
	f.c, f.actions[sig] = c, "relay"
}
func (f *fakeSystem) Ignore(sig os.Signal)       { f.actions[sig] = "ignore" }
func (f *fakeSystem) Ignored(sig os.Signal) bool { return f.ignored[sig] }
func (f *fakeSystem) Reset(sig os.Signal)        { delete(f.actions, sig) }

func useFake(t *testing.T, ignored ...os.Signal) *fakeSystem {
	t.Helper()
	f := &fakeSystem{actions: map[os.Signal]string{}, ignored: set{}}
	for _, sig := range ignored {
		f.ignored[sig] = true
	}
	old := process
	process = newHub(f)
	t.Cleanup(func() { process = old })
	return f
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
	pipe = syscall.SIGPIPE
)

// TestProcess shows what the process does with a signal after services asked
// for something.
func TestProcess(t *testing.T) {
	c, d := make(chan os.Signal, 1), make(chan os.Signal, 1)
	tests := []struct {
		name string
		ask  func()
		want map[os.Signal]string
	}{
		{"notify", func() { Notify("item", c, usr1) }, map[os.Signal]string{usr1: "relay"}},
		{"stop", func() { Notify("item", c, usr1); Stop("item", c) }, nil},
		{"stop of another service's channel", func() { Notify("item", c, usr1); Stop("stock", c) }, map[os.Signal]string{usr1: "relay"}},
		{"two services, one stops", func() {
			Notify("item", c, usr1)
			Notify("stock", d, usr1)
			Stop("item", c)
		}, map[os.Signal]string{usr1: "relay"}},
		{"ignore", func() { Ignore("item", pipe) }, map[os.Signal]string{pipe: "ignore"}},
		{"one ignores what another wants", func() {
			Notify("stock", d, pipe)
			Ignore("item", pipe)
		}, map[os.Signal]string{pipe: "relay"}},
		{"ignore and notify", func() { Ignore("item", pipe); Notify("item", c, pipe) }, map[os.Signal]string{pipe: "relay"}},
		{"notify and ignore", func() { Notify("item", c, pipe); Ignore("item", pipe) }, map[os.Signal]string{pipe: "ignore"}},
		{"reset", func() { Ignore("item", pipe); Notify("item", c, usr1); Reset("item", pipe, usr1) }, map[os.Signal]string{pipe: "ignore"}},
		{"reset all", func() { Notify("item", c); Reset("item") }, nil},
		{"all but one", func() { Notify("item", c); Reset("item", term); Ignore("item", usr1) }, func() map[os.Signal]string {
			want := map[os.Signal]string{}
			for _, sig := range allSignals {
				want[sig] = "relay"
			}
			delete(want, term)
			want[usr1] = "ignore"
			return want
		}()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := useFake(t)
				tt.ask()
				for _, sig := range allSignals {
					if f.actions[sig] != tt.want[sig] {
						t.Errorf("%v: %q, want %q", sig, f.actions[sig], tt.want[sig])
					}
				}
				if f.c != nil {
					close(f.c)
				}
			})
		})
	}
}

func TestOtherSignalsGoToAllThatAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := useFake(t)
		item, stock, api, full := make(chan os.Signal, 2), make(chan os.Signal, 2), make(chan os.Signal, 2), make(chan os.Signal)
		Notify("item", item, usr1)
		Notify("item", full, usr1)
		Notify("stock", stock)
		Notify("api", api, term)
		f.c <- usr1
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
		close(f.c)
	})
}

func TestTerminatingSignalsWaitForTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := useFake(t)
		item, stock := make(chan os.Signal, 1), make(chan os.Signal, 1)
		Notify("item", item, term)
		f.c <- term // before the runtime took over: it is kept
		terminations := Terminations()
		if got := <-terminations; got != term {
			t.Errorf("the runtime got %v", got)
		}
		Notify("stock", stock, term)
		Ignore("mail", term)
		if got := drain(item); got != nil {
			t.Errorf("item got %v before its turn", got)
		}
		for service, want := range map[string]bool{"item": true, "stock": true, "mail": true, "api": false} {
			if got := Deliver(service, term); got != want {
				t.Errorf("%s handles SIGTERM: %v, want %v", service, got, want)
			}
		}
		if Deliver("item", hup) {
			t.Error("item handles SIGHUP, for which it did not ask")
		}
		if len(item) != 1 || len(stock) != 1 {
			t.Errorf("item got %v, stock %v", drain(item), drain(stock))
		}
		close(f.c)
	})
}

// TestKeep has a signal come before a service asks for it.
func TestKeep(t *testing.T) {
	useFake(t)
	c, d := make(chan os.Signal, 1), make(chan os.Signal, 1)
	Keep("item", term)
	Notify("item", c, hup)
	Notify("stock", d, term)
	Notify("item", d, term)
	if got := drain(c); got != nil {
		t.Errorf("got %v without asking for it", got)
	}
	if got := drain(d); !slices.Equal(got, []os.Signal{term}) {
		t.Errorf("got %v, want SIGTERM", got)
	}
	Notify("item", c, term)
	if got := drain(c); got != nil {
		t.Errorf("got %v once more", got)
	}
	Keep("item", term)
	if got := drain(c); !slices.Equal(got, []os.Signal{term}) {
		t.Errorf("got %v, want SIGTERM, for which it has asked", got)
	}
}

// TestClosedChannel sends to channels of which one service has closed its own.
func TestClosedChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := useFake(t)
		var panics []string
		OnPanic(func(service string, value any) { panics = append(panics, fmt.Sprint(service, ": ", value)) })
		closed, open := make(chan os.Signal, 1), make(chan os.Signal, 1)
		Notify("item", closed, usr1, term)
		Notify("stock", open, usr1, term)
		close(closed)
		f.c <- usr1
		synctest.Wait()
		if got := drain(open); !slices.Equal(got, []os.Signal{usr1}) {
			t.Errorf("stock got %v, want SIGUSR1", got)
		}
		f.c <- usr1 // the channel is forgotten
		synctest.Wait()
		Notify("item", closed, term)
		if !Deliver("item", term) {
			t.Error("item does not handle SIGTERM")
		}
		const want = "item: send on closed channel"
		if !slices.Equal(panics, []string{want, want}) {
			t.Errorf("panics %q, want %q twice", panics, want)
		}
		close(f.c)
	})
}

// TestNohup shows that a signal stays ignored with which the process was
// started so, as with nohup, until a service asks for it.
func TestNohup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := useFake(t, hup)
		Terminations()
		if f.actions[hup] != "" || f.actions[term] != "relay" {
			t.Errorf("SIGHUP %q, SIGTERM %q", f.actions[hup], f.actions[term])
		}
		if !Ignored("item", hup) || Ignored("item", term) {
			t.Error("item does not see that SIGHUP alone is ignored")
		}
		Notify("item", make(chan os.Signal, 1), hup)
		if f.actions[hup] != "relay" || Ignored("item", hup) || !Ignored("stock", hup) {
			t.Errorf("SIGHUP %q once item asked for it", f.actions[hup])
		}
		Ignore("item", usr1)
		if !Ignored("item", usr1) || Ignored("stock", usr1) {
			t.Error("item's ignoring is not its own")
		}
		close(f.c)
	})
}

func TestRealSignal(t *testing.T) {
	old := process
	process = newHub(system{})
	t.Cleanup(func() { process = old })
	c := make(chan os.Signal, 1)
	Notify("item", c, usr1)
	defer Stop("item", c)
	syscall.Kill(syscall.Getpid(), usr1)
	if got := <-c; got != usr1 {
		t.Errorf("got %v", got)
	}
}
