package signals

import (
	"maps"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
)

// process distributes the signals of this process. It is a variable, since the
// services' copies of os/signal call this package while packages are initialized.
var process = newHub(system{})

// Notify relays signals to c as [signal.Notify] does: without blocking, all
// signals if none is named. The terminating ones come when it is the service's
// turn to stop.
func Notify(service string, c chan<- os.Signal, sigs ...os.Signal) {
	process.notify(service, c, sigs...)
}

// Stop ends the relaying to c. No signal is sent to c once it has returned.
func Stop(service string, c chan<- os.Signal) { process.stop(service, c) }

// Ignore makes the service ignore signals, all if none is named.
func Ignore(service string, sigs ...os.Signal) { process.ignore(service, sigs...) }

// Ignored reports whether the service ignores a signal, or the process did when
// it started and the service has not asked for it.
func Ignored(service string, sig os.Signal) bool { return process.ignored(service, sig) }

// Reset undoes Notify for signals, all if none is named.
func Reset(service string, sigs ...os.Signal) { process.reset(service, sigs...) }

// Terminations takes over SIGTERM, SIGINT and SIGHUP: the process does not end
// by them any more, they come from the returned channel. SIGINT and SIGHUP are
// left ignored if the process was started so.
func Terminations() <-chan os.Signal { return process.takeOver() }

// Deliver sends a terminating signal to a service. It returns false if the
// service neither asked for it nor ignores it: on its own, it would have ended.
func Deliver(service string, sig os.Signal) (handled bool) { return process.send(service, sig) }

// Keep has a service get a signal as soon as it asks for it, or now if it has done
// so.
func Keep(service string, sig os.Signal) { process.keep(service, sig) }

// OnPanic sets what is told of a service whose channel cannot be sent to, since
// it has closed it: on its own, the service would have panicked. Otherwise the
// process does.
func OnPanic(f func(service string, value any)) { process.onPanic(f) }

// terminating are the signals that the runtime hands out.
var terminating = set{syscall.SIGTERM: true, syscall.SIGINT: true, syscall.SIGHUP: true}

// pendingSignals is how many signals wait to be handed out, and how many of the
// terminating ones for the runtime, which is busy for no more than moments once it
// has begun.
const pendingSignals = 8

// hub knows what each service asked for and what the process does.
type hub struct {
	system source

	mu           sync.Mutex
	views        map[string]*view
	atStart      map[os.Signal]bool // whether the process was started ignoring it
	actions      map[os.Signal]action
	incoming     chan os.Signal
	terminations chan os.Signal
	tookOver     bool
	panicked     func(service string, value any)
}

// action is what the process does with a signal.
type action int

const (
	byDefault action = iota
	relayed
	dropped
)

// source is the part of os/signal that a hub uses.
type source interface {
	Notify(c chan<- os.Signal, sig os.Signal)
	Ignore(sig os.Signal)
	Ignored(sig os.Signal) bool
	Reset(sig os.Signal)
}

type system struct{}

func (system) Notify(c chan<- os.Signal, sig os.Signal) { signal.Notify(c, sig) }
func (system) Ignore(sig os.Signal)                     { signal.Ignore(sig) }
func (system) Ignored(sig os.Signal) bool               { return signal.Ignored(sig) }
func (system) Reset(sig os.Signal)                      { signal.Reset(sig) }

func newHub(s source) *hub {
	return &hub{
		system:       s,
		views:        map[string]*view{},
		atStart:      map[os.Signal]bool{},
		actions:      map[os.Signal]action{},
		terminations: make(chan os.Signal, pendingSignals),
		panicked:     func(_ string, value any) { panic(value) },
	}
}

func (h *hub) notify(service string, c chan<- os.Signal, sigs ...os.Signal) {
	if c == nil {
		panic("os/signal: Notify using nil channel")
	}
	h.change(service, func(v *view) { v.notify(c, sigs) })
}

func (h *hub) stop(service string, c chan<- os.Signal) {
	h.change(service, func(v *view) { delete(v.channels, c) })
}

func (h *hub) ignore(service string, sigs ...os.Signal) {
	h.change(service, func(v *view) { v.ignore(sigs) })
}

func (h *hub) reset(service string, sigs ...os.Signal) {
	h.change(service, func(v *view) { v.reset(sigs) })
}

func (h *hub) keep(service string, sig os.Signal) {
	h.change(service, func(v *view) {
		if wanted, _ := v.send(sig); !wanted {
			v.kept[sig] = true
		}
	})
}

func (h *hub) onPanic(f func(service string, value any)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.panicked = f
}

// change edits a service's view and does what follows for the process.
func (h *hub) change(service string, edit func(*view)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.views[service]
	if v == nil {
		v = &view{channels: map[chan<- os.Signal]set{}, ignoring: set{}, kept: set{}}
		h.views[service] = v
	}
	edit(v)
	h.apply()
}

// send relays a signal to the channels of a service that want it.
func (h *hub) send(service string, sig os.Signal) (handled bool) {
	h.mu.Lock()
	v, panicked := h.views[service], h.panicked
	var failures []error
	if v != nil {
		handled, failures = v.send(sig)
		handled = handled || v.ignoring[sig]
	}
	h.mu.Unlock()
	for _, err := range failures {
		panicked(service, err)
	}
	return handled
}

// apply makes the process relay each signal that a service wants or ignores, and
// leave the others to their default. It has the system ignore none but those of
// terminals: children of other services would inherit that, and without SIGCHLD
// nobody could wait for them.
func (h *hub) apply() {
	for _, sig := range allSignals {
		want := byDefault
		if h.tookOver && terminating[sig] && !h.ignoredAtStart(sig) {
			want = relayed
		}
		for _, v := range h.views {
			switch {
			case v.wants(sig):
				want = relayed
			case v.ignoring[sig] && want == byDefault && ofTerminals[sig]:
				want = dropped
			case v.ignoring[sig] && want == byDefault && !h.ignoredAtStart(sig):
				want = relayed
			}
		}
		if want == h.actions[sig] {
			continue
		}
		h.ignoredAtStart(sig)
		h.actions[sig] = want
		switch want {
		case relayed:
			to := h.terminations
			if !terminating[sig] {
				to = h.listen()
			}
			h.system.Notify(to, sig)
		case dropped:
			h.system.Ignore(sig)
		case byDefault:
			h.system.Reset(sig)
		}
	}
}

// ignoredAtStart reports whether the process was started ignoring a signal. It is
// called before the process does anything else with it.
func (h *hub) ignoredAtStart(sig os.Signal) bool {
	ignored, known := h.atStart[sig]
	if !known {
		ignored = h.system.Ignored(sig)
		h.atStart[sig] = ignored
	}
	return ignored
}

// listen returns the channel of signals that are handed out to all services, which
// those that end the process do not share: os/signal drops what has no room.
func (h *hub) listen() chan os.Signal {
	if h.incoming != nil {
		return h.incoming
	}
	incoming := make(chan os.Signal, pendingSignals)
	h.incoming = incoming
	go func() {
		for sig := range incoming {
			h.distribute(sig)
		}
	}()
	return incoming
}

func (h *hub) distribute(sig os.Signal) {
	h.mu.Lock()
	services := slices.Collect(maps.Keys(h.views))
	h.mu.Unlock()
	for _, service := range services {
		h.send(service, sig)
	}
}

func (h *hub) takeOver() <-chan os.Signal {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tookOver = true
	h.apply()
	return h.terminations
}

func (h *hub) ignored(service string, sig os.Signal) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.views[service]
	if v != nil && (v.wants(sig) || v.ignoring[sig]) {
		return v.ignoring[sig]
	}
	return h.ignoredAtStart(sig)
}
