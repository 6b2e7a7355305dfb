package calls

import "runtime"

// replays bounds what verification costs, for all methods together.
type replays struct {
	// admitted has a place for each RPC that is verified, from when it begins until the
	// answers are compared: as many copies of messages are kept.
	admitted chan struct{}
	// running has a place for each inline call that runs for verification.
	running chan struct{}
}

// maxVerified is how many calls are verified at a time, RPCs that run included.
const maxVerified = 32

// newReplays leaves three quarters of the processors to what callers wait for.
func newReplays() replays {
	return replays{
		admitted: make(chan struct{}, maxVerified),
		running:  make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/4)),
	}
}

// admit reports whether there is room for a call, which has to leave.
func (r *replays) admit() bool {
	select {
	case r.admitted <- struct{}{}:
		return true
	default:
		return false
	}
}

func (r *replays) leave() { <-r.admitted }

// start runs f for a call that was admitted, when there is room, and has the call leave.
func (r *replays) start(f func()) {
	go func() {
		defer r.leave()
		r.running <- struct{}{}
		defer func() { <-r.running }()
		f()
	}()
}
