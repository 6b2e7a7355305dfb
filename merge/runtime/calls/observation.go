package calls

import (
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// Draw is what the gate of a method has said about a call, whatever becomes of the call.
type Draw uint8

const (
	// Undrawn calls ended before the gate was asked, say in a middleware.
	Undrawn Draw = iota
	// DrawnRPC calls are kept back by a rule.
	DrawnRPC
	// DrawnInline calls are RPCs only if they have to be, and then fall back.
	DrawnInline

	draws
)

// Ending is how a call ended for its caller, in terms that no framework owns.
type Ending uint8

const (
	// EndedOK means that the caller got what the method declares: its result, or an
	// exception of the IDL, which is part of the result.
	EndedOK Ending = iota
	// EndedApplication is an error that the callee's code gave as its answer.
	EndedApplication
	// EndedInternal is an error of the callee or of a framework that no other ending
	// names, such as an unknown method, or a message that cannot be read.
	EndedInternal
	// EndedPanic is an error that stands for a panic of the callee's handler, where the
	// caller can know that.
	EndedPanic
	// EndedTimeout means that the call's time was over.
	EndedTimeout
	// EndedCanceled means that the caller has canceled the call.
	EndedCanceled
	// EndedDenied means that the caller has no permission.
	EndedDenied
	// EndedOverloaded means that a limit refused the call, or a circuit breaker.
	EndedOverloaded
	// EndedUnavailable means that the callee was not reached, or lost on the way.
	EndedUnavailable

	endings
)

// Fallback is why a call that was drawn inline was made as an RPC.
type Fallback uint8

const (
	// FallbackUnconverted calls are of a method whose types are not converted.
	FallbackUnconverted Fallback = iota
	// FallbackAbsent calls have a callee that takes no inline calls then.
	FallbackAbsent
	// FallbackElsewhere calls are meant for another service or server, or it is unclear
	// for which.
	FallbackElsewhere
	// FallbackDeclined calls have something that the adapter leaves to the framework.
	FallbackDeclined
	// FallbackRefused calls have arguments that a codec would have refused.
	FallbackRefused

	fallbacks
)

// Observation is one call of a client as its caller sees it, from where the framework's
// client begins it until that returns: however often it is tried in between, and
// whichever way. The zero Observation counts nothing.
type Observation struct {
	method *activeMethod
	cell   *counterCell  // of the method, for the stripe
	start  time.Duration // 0 if the call is not timed
	stripe stripes.Stripe
}

// Observe begins an observation. It counts nothing if no service of the binary is known
// to be meant.
func (c *Client) Observe(method string) Observation {
	if b := c.bindings.place(method).Load(); b != nil && b.name == method && c.target == nil {
		return b.method.observe()
	}
	if l := c.link(); l != nil {
		return l.method(method).observe()
	}
	return Observation{}
}

// ObserveDraw is [Client.Observe] followed by [Client.Draw].
func (c *Client) ObserveDraw(method string) (o Observation, call Call, drawn Draw) {
	b := c.bindings.place(method).Load()
	if b == nil || b.name != method || c.target != nil || b.first.Load() != b.server {
		o = c.Observe(method)
		call, drawn = c.Draw(method)
		return o, call, drawn
	}
	o = b.method.observe()
	if !b.method.count.gate.Admits() {
		o.cell.rpc.Add(1)
		return o, Call{}, DrawnRPC
	}
	return o, Call{b}, DrawnInline
}

func (m *activeMethod) observe() (o Observation) {
	o.method, o.stripe = m, m.link.table.stripes.Get()
	o.cell = m.count.cells.At(o.stripe)
	// Whether a call is timed says nothing about its draw, which comes later.
	if o.cell.attempts()%timedEvery == 0 {
		o.start = m.now()
	}
	return o
}

// Foreseen returns what the gate says about all calls as the rules are, [Undrawn] if it
// draws for each. Where it does not, nobody has to note what it said.
func (o Observation) Foreseen() Draw {
	if o.method == nil {
		return DrawnRPC // which nobody counts
	}
	return o.method.foreseen()
}

// End counts the call. The draw is that of its first attempt: all that follows from it,
// such as a retry, belongs to it.
func (o Observation) End(drawn Draw, how Ending) {
	if o.method == nil {
		return
	}
	arm := o.cell.arm(drawn)
	arm.ended[how].Add(1)
	if o.start != 0 {
		arm.latency.record(o.method.now() - o.start)
	}
}
