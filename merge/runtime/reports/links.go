package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Links is what a merged binary says about its links.
type Links struct {
	Binary string `json:"binary"`
	// File is as in Rules.
	File *RulesFile `json:"file,omitempty"`
	// Killed holds the rules that keep the kill switch on.
	Killed []Rule `json:"killed"`
	// Unbound is as in Rules.
	Unbound []string `json:"unbound"`
	Links   []Link   `json:"links"`
	// Targets were dialled and mean no merged service.
	Targets []Target `json:"targets"`
}

// Link has the state and the counters of one method of a link. The counters are
// totals since the start of the process. Methods of which calls cannot be
// inline, since they were not known when the binary was built, are counted
// together under an empty method name.
type Link struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpc_service"`
	Method     string `json:"method"`

	// State is "on", "off" or the percentage of the calls that may be inline,
	// or "never" for a method that has no conversion; Reason then says why.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Rule is the rule that State comes from and Source the place where it was
	// set. Both are empty where no rule covers the method.
	Rule   string `json:"rule,omitempty"`
	Source string `json:"source,omitempty"`
	// Deadline is "strict" if inline calls return at their deadlines whatever the
	// handler does, or "cooperative" if they return when it does. Streams are strict.
	// DeadlineRule and DeadlineSource are to it what Rule and Source are to State.
	Deadline       string `json:"deadline"`
	DeadlineRule   string `json:"deadline_rule,omitempty"`
	DeadlineSource string `json:"deadline_source,omitempty"`
	// Serving reports whether the callee takes inline calls now.
	Serving bool `json:"serving"`

	// Inline counts attempts that ran as function calls, RPC those left to the
	// framework. A call that is tried again is several attempts.
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	// Errors counts the inline attempts that gave no result, of oneway calls too.
	// Panics is how many of them were panics in the callee.
	Errors uint64 `json:"errors"`
	Panics uint64 `json:"panics"`
	// Copied and Shared count the requests of inline attempts and the results of
	// those without an error, by whether the receiver got its own memory.
	Copied uint64 `json:"copied"`
	Shared uint64 `json:"shared"`
	Ways   Ways   `json:"ways,omitzero"`
	// Fallbacks counts the attempts that were drawn inline and are RPCs.
	Fallbacks Fallbacks `json:"fallbacks,omitzero"`
	// SlowestHandler is how long the slowest handler ran, in nanoseconds, also if its
	// caller had left: of each core's first inline attempt and every 16th, without calls
	// that have no deadline and pass through nothing that the service could observe.
	SlowestHandler int64 `json:"slowest_handler_ns,omitempty"`
	// Drawn has the calls by what the gate drew for them.
	Drawn Drawn `json:"drawn"`
	// Verification is nil if no call of the method was to be verified.
	Verification *Verification `json:"verification,omitempty"`
}

// Drawn has the calls of a method by what its gate drew for their first attempts,
// whatever became of them. Two draws of one method differ in nothing but chance, so what
// they end with can be compared. Calls count when they have ended, as far
// as the adapter of the framework observes them.
type Drawn struct {
	// Inline has those that are inline unless they fall back, and RPC those that a rule
	// keeps back.
	Inline Arm `json:"inline"`
	RPC    Arm `json:"rpc"`
	// None has those that ended before the gate was asked, such as those that a
	// middleware of the caller refused.
	None Arm `json:"none,omitzero"`
}

// Arm has the calls of one draw.
type Arm struct {
	Ended Endings `json:"ended"`
	// Latency is from where the framework's client begins the call until that returns.
	Latency Latency `json:"latency"`
}

// Endings counts calls by how they ended for their callers.
type Endings struct {
	// OK calls gave what the method declares: a result, or an exception of the IDL.
	OK uint64 `json:"ok"`
	// Application is for errors that the callee's code answered.
	Application uint64 `json:"application,omitempty"`
	// Internal is for errors of the callee or of a framework that no other ending
	// names.
	Internal uint64 `json:"internal,omitempty"`
	// Panic is for errors that stand for a panic of the callee's handler, where the caller
	// can know that. Others are among Internal and Unavailable.
	Panic uint64 `json:"panic,omitempty"`
	// Timeout and Canceled are for calls that were not waited for any longer.
	Timeout  uint64 `json:"timeout,omitempty"`
	Canceled uint64 `json:"canceled,omitempty"`
	// Denied is for callers without permission.
	Denied uint64 `json:"denied,omitempty"`
	// Overloaded is for calls that a limit or a circuit breaker refused.
	Overloaded uint64 `json:"overloaded,omitempty"`
	// Unavailable is for callees that were not reached, or lost on the way.
	Unavailable uint64 `json:"unavailable,omitempty"`
}

// Failed is the number of calls that did not end well.
func (e Endings) Failed() uint64 {
	return e.Application + e.Internal + e.Panic + e.Timeout + e.Canceled + e.Denied + e.Overloaded + e.Unavailable
}

// Add adds the endings of other calls.
func (e *Endings) Add(o Endings) {
	e.OK += o.OK
	e.Application += o.Application
	e.Internal += o.Internal
	e.Panic += o.Panic
	e.Timeout += o.Timeout
	e.Canceled += o.Canceled
	e.Denied += o.Denied
	e.Overloaded += o.Overloaded
	e.Unavailable += o.Unavailable
}

// Fallbacks counts attempts that were drawn inline and are RPCs, by why.
type Fallbacks struct {
	// Unconverted attempts are of a method whose types are not converted.
	Unconverted uint64 `json:"unconverted,omitempty"`
	// Absent attempts have a callee that took no inline calls.
	Absent uint64 `json:"absent,omitempty"`
	// Elsewhere is for clients that mean, or may mean, another service or server.
	Elsewhere uint64 `json:"elsewhere,omitempty"`
	// Declined attempts have something that the adapter leaves to the framework.
	Declined uint64 `json:"declined,omitempty"`
	// Refused attempts have arguments that a codec would have refused.
	Refused uint64 `json:"refused,omitempty"`
}

// Sum is the number of all of them.
func (f Fallbacks) Sum() uint64 {
	return f.Unconverted + f.Absent + f.Elsewhere + f.Declined + f.Refused
}

// Add adds other fallbacks.
func (f *Fallbacks) Add(o Fallbacks) {
	f.Unconverted += o.Unconverted
	f.Absent += o.Absent
	f.Elsewhere += o.Elsewhere
	f.Declined += o.Declined
	f.Refused += o.Refused
}

// Name returns the link to the method, as in rules; methods that are counted
// together are "(other)".
func (l Link) Name() string {
	return linkpattern.Pattern{Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: cmp.Or(l.Method, "(other)")}.String()
}

// Why says what the state and the deadline of the method come from: the reason why it is
// never inline, or the rules that cover it.
func (l Link) Why() string {
	if l.Reason != "" {
		return l.Reason
	}
	var rules []string
	for _, rule := range []struct{ text, source string }{{l.Rule, l.Source}, {l.DeadlineRule, l.DeadlineSource}} {
		if rule.text != "" {
			rules = append(rules, fmt.Sprintf("%s (%s)", rule.text, rule.source))
		}
	}
	return cmp.Or(strings.Join(rules, ", "), "no rule")
}

// Ways counts inline calls by how much of the frameworks' code they passed through, on
// whichever side that was more. Calls that passed through none, and those of which an
// adapter does not tell, are not among them.
type Ways struct {
	// Short calls carried values in place of headers.
	Short uint64 `json:"short"`
	// Direct calls carried headers, which meta handlers wrote and read.
	Direct uint64 `json:"direct"`
	// Transport calls passed through the framework's own transport.
	Transport uint64 `json:"transport"`
	// Stream calls were streams.
	Stream uint64 `json:"stream"`
}

// Add adds the ways of other calls.
func (w *Ways) Add(o Ways) {
	w.Short += o.Short
	w.Direct += o.Direct
	w.Transport += o.Transport
	w.Stream += o.Stream
}

// Latency sums up a latency histogram. A quantile is the upper end of the
// bucket that it falls into, so it is too high by less than a quarter.
type Latency struct {
	// Count is the number of calls that were timed, about one in 16, and Sum the time
	// that they took, in nanoseconds.
	Count uint64 `json:"count"`
	Sum   uint64 `json:"sum_ns"`
	// Quantiles and maximum of these calls, in nanoseconds.
	P50  int64 `json:"p50_ns"`
	P90  int64 `json:"p90_ns"`
	P99  int64 `json:"p99_ns"`
	P999 int64 `json:"p999_ns"`
	Max  int64 `json:"max_ns"`
	// Within has how many of these calls took no longer than the bounds that
	// [LatencyBound] returns.
	Within [LatencyBounds]uint64 `json:"within,omitzero"`
}

// LatencyBounds is how many bounds [Latency] counts for, from 255 ns to 17 s.
const LatencyBounds = 27

// LatencyBound is a bound in nanoseconds, which belongs to what is within.
func LatencyBound(i int) int64 { return 1<<(8+i) - 1 }

// Target is a target that a service dialled and that means no merged service,
// or did not when it was called, although one serves the RPC service.
type Target struct {
	Caller     string `json:"caller"`
	RPCService string `json:"rpc_service"`
	// Target is as it was dialled.
	Target string `json:"target"`
	// Reason says why it means none, and what to write if it does.
	Reason string `json:"reason"`
	// RPC counts the calls.
	RPC uint64 `json:"rpc"`
}

// Rules is what a merged binary says about its rules.
type Rules struct {
	// File is the rules file, nil if the process has none.
	File   *RulesFile `json:"file,omitempty"`
	Killed []Rule     `json:"killed"`
	// Rules holds all rules, those of the sources that win first, and of a
	// source the most specific first.
	Rules []Rule `json:"rules"`
	// Unbound names the links, as CALLER->CALLEE, of which rules make calls RPCs
	// although the callee does not listen. These fail unless another process serves
	// them.
	Unbound []string `json:"unbound"`
	// Changed is the number of methods whose state the request changed.
	Changed int `json:"changed"`
}

// RulesFile is what a process obeys of its rules file.
type RulesFile struct {
	Path string `json:"path"`
	// Generation is that of the content that the process has read last and could use, 0
	// if it has none.
	Generation uint64 `json:"generation"`
	// Expires is when the file's rules end, nil if they do not. Expired is set once they
	// have.
	Expires *time.Time `json:"expires,omitempty"`
	Expired bool       `json:"expired,omitempty"`
	// Processes is the share of processes in which the file's rules apply. Included
	// reports whether the process, which is known by ProcessID, is one of them.
	Processes string `json:"processes"`
	ProcessID string `json:"process_id"`
	Included  bool   `json:"included"`
	// Failure is why the file cannot be used as it is, "" if it can.
	Failure string `json:"failure,omitempty"`
}

// Applies reports whether the file's rules are in force.
func (f *RulesFile) Applies() bool { return f.Included && !f.Expired }

// Rule is a rule and where it was set.
type Rule struct {
	// Link is as in the rule, or "kill".
	Link string `json:"link"`
	// Value is "on", "off" or a percentage, or "strict" or "cooperative" in a rule
	// that sets deadlines.
	Value  string `json:"value"`
	Source string `json:"source"`
}
