package reports

import (
	"cmp"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Links is what a merged binary says about its links.
type Links struct {
	Binary string `json:"binary"`
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

	// Inline counts calls run as function calls, RPC those left to the
	// framework.
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	// Errors counts the inline calls that gave no result, of oneway ones too.
	// Panics is how many of them were panics in the callee.
	Errors uint64 `json:"errors"`
	Panics uint64 `json:"panics"`
	// Copied and Shared count the requests of inline calls and the results of
	// those without an error, by whether the receiver got its own memory.
	Copied uint64 `json:"copied"`
	Shared uint64 `json:"shared"`
	// Latency is from the beginning of the callee's part to the result in the
	// caller's memory. For a oneway method, whose caller does not wait, it is
	// the callee's part.
	Latency Latency `json:"latency"`
	Ways    Ways    `json:"ways,omitzero"`
}

// Name returns the link to the method, as in rules; methods that are counted
// together are "(other)".
func (l Link) Name() string {
	return linkpattern.Pattern{Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: cmp.Or(l.Method, "(other)")}.String()
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

// Latency sums up a latency histogram. A quantile is the upper end of the
// bucket that it falls into, so it is too high by less than a quarter.
type Latency struct {
	// Count is the number of calls that were timed: the first and then every
	// 16th.
	Count uint64 `json:"count"`
	// Quantiles and maximum of these calls, in nanoseconds.
	P50  int64 `json:"p50_ns"`
	P90  int64 `json:"p90_ns"`
	P99  int64 `json:"p99_ns"`
	P999 int64 `json:"p999_ns"`
	Max  int64 `json:"max_ns"`
}

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
	Killed []Rule `json:"killed"`
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

// Rule is a rule and where it was set.
type Rule struct {
	// Link is as in the rule, or "kill".
	Link string `json:"link"`
	// Value is "on", "off" or a percentage, or "strict" or "cooperative" in a rule
	// that sets deadlines.
	Value  string `json:"value"`
	Source string `json:"source"`
}
