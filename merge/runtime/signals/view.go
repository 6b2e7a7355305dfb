package signals

import (
	"os"
	"syscall"
)

// set is a set of signals.
type set map[os.Signal]bool

// signalCount is above the number of every signal of the systems that Go
// supports, as in package os/signal.
const signalCount = 65

var allSignals = func() (all []os.Signal) {
	for n := 1; n < signalCount; n++ {
		all = append(all, syscall.Signal(n))
	}
	return all
}()

// orAll returns the signals that are meant where none named means all.
func orAll(sigs []os.Signal) []os.Signal {
	if len(sigs) == 0 {
		return allSignals
	}
	return sigs
}

// view is what one service asked for.
type view struct {
	channels map[chan<- os.Signal]set
	ignoring set
	kept     set // came before the service asked for them
}

func (v *view) notify(c chan<- os.Signal, sigs []os.Signal) {
	wanted := v.channels[c]
	if wanted == nil {
		wanted = set{}
		v.channels[c] = wanted
	}
	for _, sig := range orAll(sigs) {
		wanted[sig] = true
		delete(v.ignoring, sig)
		if v.kept[sig] {
			delete(v.kept, sig)
			offer(c, sig)
		}
	}
}

func (v *view) ignore(sigs []os.Signal) {
	v.reset(sigs)
	for _, sig := range orAll(sigs) {
		v.ignoring[sig] = true
	}
}

// reset leaves ignored what is ignored, as package os/signal does (Go 1.27).
func (v *view) reset(sigs []os.Signal) {
	for _, sig := range orAll(sigs) {
		for c, wanted := range v.channels {
			if delete(wanted, sig); len(wanted) == 0 {
				delete(v.channels, c)
			}
		}
	}
}

func (v *view) wants(sig os.Signal) bool {
	for _, wanted := range v.channels {
		if wanted[sig] {
			return true
		}
	}
	return false
}

// send relays a signal to the channels that want it. It does not block: a
// channel without room misses the signal. failures are the panics of sending to
// channels that are closed.
func (v *view) send(sig os.Signal) (wanted bool, failures []error) {
	for c, set := range v.channels {
		if set[sig] {
			wanted = true
			if err := offer(c, sig); err != nil {
				// Another signal would meet the same.
				delete(v.channels, c)
				failures = append(failures, err)
			}
		}
	}
	return wanted, failures
}

// offer sends a signal if the channel has room. It returns what the runtime
// says of a channel that is closed.
func offer(c chan<- os.Signal, sig os.Signal) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err, _ = p.(error)
		}
	}()
	select {
	case c <- sig:
	default:
	}
	return nil
}
