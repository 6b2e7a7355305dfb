package calls

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/answers"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// Skip is why a call that was to be verified is not.
type Skip uint8

const (
	// SkipBusy calls are beyond what is verified at a time.
	SkipBusy Skip = iota
	// SkipAbsent calls have a callee that takes no inline calls, or mean another one.
	SkipAbsent
	// SkipDeclined calls have something that the adapter leaves to the framework.
	SkipDeclined
	// SkipRefused calls have arguments that are not converted, or were refused by a
	// permission or a limit of the callee.
	SkipRefused
	// SkipUnanswered calls got no answer of the callee's as RPCs.
	SkipUnanswered
	// SkipLate calls did not end inline in time.
	SkipLate
	// SkipLarge calls have messages that are too large.
	SkipLarge
	// SkipUnreadable calls have answers that cannot be compared.
	SkipUnreadable

	skips
)

// longestReplay bounds how long an inline call for verification may take. Those whose
// caller would have waited for a shorter time end then.
const longestReplay = 10 * time.Second

// MaxVerifiedMessage is how large the messages of verified calls may be, in bytes, where
// an adapter knows that.
const MaxVerifiedMessage = 1 << 20

// Verification is an RPC that is verified: it is made inline, too, once it has ended, and
// both answers are compared. The inline call is extra. It is not counted with the others,
// and nobody waits for it. One of Skip, Decline, Compare and Drop has to be called in the end, and
// nothing after it. It is not safe for concurrent use.
type Verification struct {
	call    Call
	how     *policy.Verification
	state   *verified
	settled bool
}

// Verify draws whether a call that the gate has drawn as an RPC is verified. It returns nil
// if not: always where no rule has the method verified, and that costs little.
func (c *Client) Verify(method string) *Verification {
	var l *activeLink
	var s *server
	if c.target != nil {
		d := c.decided()
		l, s = d.link, d.server
	} else if l = c.link(); l != nil {
		if s = l.endpoint.running.Load(); !c.accepts(s) {
			s = nil
		}
	}
	if l == nil {
		return nil
	}
	m := l.method(method)
	how := m.count.gate.Verified()
	if how == nil {
		return nil
	}
	state := m.verified()
	switch {
	case s == nil:
		state.skip(SkipAbsent)
	case !l.table.replays.admit():
		state.skip(SkipBusy)
	default:
		return &Verification{call: Call{newBinding(c.service, m, s)}, how: how, state: state}
	}
	return nil
}

// Call is the inline call. The adapter asks it what it needs to know, and runs it by the
// methods of the Verification only.
func (v *Verification) Call() Call { return v.call }

// Convert returns the callee's copy of args, the caller's generated struct, as
// [Call.Convert] does. If it returns false, the call is skipped: copies are kept until the
// inline call is over, so that they are bounded as answers are.
func (v *Verification) Convert(args any) (converted any, ok bool) {
	if !answers.Fits(args) {
		v.Skip(SkipLarge)
		return nil, false
	}
	converted, err := v.call.method.Args(args)
	if err != nil {
		v.Skip(SkipRefused)
	}
	return converted, err == nil
}

// Skip counts a call that is not verified, and why.
func (v *Verification) Skip(why Skip) {
	v.settle()
	v.state.skip(why)
}

// Decline skips a call that has something which the adapter leaves to the framework. The
// log and the report have each reason once, so it may not vary with the call.
func (v *Verification) Decline(reason string) {
	v.settle()
	v.state.decline(reason)
}

// Drop is deferred: it skips a call of which nothing became, such as one that panicked.
func (v *Verification) Drop() {
	if !v.settled {
		v.Skip(SkipUnanswered)
	}
}

// settle makes room for another call.
func (v *Verification) settle() {
	v.settled = true
	v.call.method.link.table.replays.leave()
}

// Replay makes the inline call of a verification, by its Do or Pass, and returns its answer. It runs
// in another goroutine than the RPC did. ctx has no values; it ends with the callee's
// server, or when nobody waits any longer. If it returns false, the call is skipped.
type Replay func(ctx context.Context) (answer answers.Value, why Skip, ok bool)

// Compare has the call made inline by replay and compares its answer with that of the
// RPC. timeout is how long the caller would have waited, 0 if it would not have left.
func (v *Verification) Compare(timeout time.Duration, rpc answers.Value, replay Replay) {
	v.settled = true
	if timeout <= 0 || timeout > longestReplay {
		timeout = longestReplay
	}
	v.call.method.link.table.replays.start(func() { v.compare(timeout, rpc, replay) })
}

func (v *Verification) compare(timeout time.Duration, rpc answers.Value, replay Replay) {
	ctx, cancel := context.WithTimeout(v.call.server.gone, timeout)
	defer cancel()
	// What a handler leaves that ends its goroutine, as runtime.Goexit does.
	inline, why, ok, returned := answers.Failed("goexit", 0, "the handler has ended its goroutine"), Skip(0), true, false
	defer func() {
		if p := recover(); p != nil { // not of the callee, whose panics are answers
			v.call.method.link.table.logger.Printf("panic in a verification of %s: %v\n%s", v.call.method.pattern(), p, debug.Stack())
			v.state.skip(SkipUnreadable)
		} else if !returned {
			v.judge(ctx, rpc, inline, why, ok)
		}
	}()
	inline, why, ok = replay(ctx)
	returned = true
	v.judge(ctx, rpc, inline, why, ok)
}

// judge counts a call whose inline call is over.
func (v *Verification) judge(ctx context.Context, rpc, inline answers.Value, why Skip, ok bool) {
	switch {
	case !ok:
		v.state.skip(why)
	case v.call.server.gone.Err() != nil:
		v.state.skip(SkipAbsent)
	case ctx.Err() != nil:
		v.state.skip(SkipLate)
	default:
		comparison := answers.Comparison{Ignored: v.how.Ignored(), Redacted: v.how.Redacted(), Matched: make(map[string]bool)}
		differences := comparison.Differences(rpc, inline)
		v.state.note(v.how, differences, comparison.Matched)
	}
}

// SkipOf returns why an answer is not compared that could not be read.
func SkipOf(err error) Skip {
	if errors.Is(err, answers.ErrTooLarge) {
		return SkipLarge
	}
	return SkipUnreadable
}

// Do is [Call.Do] for the inline call of a verification. It is not counted. If there is a
// failure that says nothing about the callee's answer, ok is false and the call is to be
// skipped.
func (v *Verification) Do(ctx context.Context, args, result, meta any) (resp Response, why Skip, ok bool) {
	m := v.call.method
	made, inPlace := m.resultFor(result)
	resp = v.run(ctx, Request{Method: m.name, Args: args, Result: made, Caller: v.call.caller, Meta: meta})
	if !inPlace && !resp.Failed() {
		m.takeResult(result, made, &resp)
	}
	why, ok = v.answered(&resp)
	return resp, why, ok
}

// Pass is to [Call.Pass] what Do is to [Call.Do].
func (v *Verification) Pass(ctx context.Context, args, result *[]byte, meta any) (resp Response, why Skip, ok bool) {
	resp = v.run(ctx, Request{Method: v.call.method.name, Args: args, Result: result, Caller: v.call.caller, Meta: meta})
	why, ok = v.answered(&resp)
	return resp, why, ok
}

// run runs the callee as any call does, permissions and limits included.
func (v *Verification) run(ctx context.Context, req Request) Response {
	stripe := v.call.method.link.table.stripes.Get()
	if failure := v.call.admit(stripe, false); failure != nil {
		return Response{Failure: failure}
	}
	return v.call.run(ctx, stripe, req)
}

// answered reports whether a response is an answer of the callee's, or else why not.
func (v *Verification) answered(resp *Response) (why Skip, ok bool) {
	if !resp.Failed() {
		return 0, true
	}
	switch resp.Failure.Kind {
	case Denied, Overloaded:
		return SkipRefused, false
	case Withdrawn:
		return SkipAbsent, false
	case Closed:
		if v.call.calleeExited() {
			return SkipAbsent, false
		}
	}
	return 0, true
}

// FailedAnswer returns the answer of a call that has a failure, for those of which no
// framework has made an error.
func FailedAnswer(resp *Response) answers.Value {
	kind := map[FailureKind]string{
		Answered: "answered", Closed: "connection closed", Undecodable: "undecodable", Crashed: "panic",
	}[resp.Failure.Kind]
	if resp.Panicked {
		kind = "panic"
	}
	return answers.Failed(kind, int64(resp.Failure.Number), resp.Failure.Message)
}

// whyUnverifiable says why calls of a method cannot be verified, "" if they can.
func (m *activeMethod) whyUnverifiable() string {
	switch {
	case m.unconverted != "":
		return "its calls are never inline: " + m.unconverted
	case m.Stream:
		return "it is a stream"
	case m.NewResult == nil && m.Args != nil:
		return "it is oneway, and has no answer"
	case m.SharesArgs || m.SharesResult:
		return fmt.Sprintf("%s and %s share memory, so a second call would see what became of the first", m.link.Caller, m.link.Callee)
	}
	return ""
}
