package suite

import (
	"regexp"

	"golang.org/x/mod/semver"
)

// Deviation is a difference between merged and separate services that is known.
type Deviation struct {
	// Cases is a regular expression for the names of the cases that show it.
	Cases *regexp.Regexp
	// In reports which pairs of a caller and a callee with Kitex show it, nil for all.
	In func(Pair) bool
	// Reason reports what differs and why.
	Reason string
	// Demanded is set where the contract demands what an RPC does not do.
	Demanded bool
}

// Deviations are all known differences. Each of their cases differs: a test
// fails when one does not.
var Deviations = []Deviation{
	{
		Cases:    cases(`default/deadline seen: (RPC timeout|passes while the handler runs)|.*/deadline seen: (context|cancelled while the handler runs)`),
		Reason:   "The callee sees the caller's deadline and its cancellation. Over RPC only TTHeader carries a deadline, that of the RPC timeout, and nothing a cancellation.",
		Demanded: true,
	},
	{
		Cases:    cases(`.*/deadline switched, the handler goes on`),
		In:       func(p Pair) bool { return !callerBefore("v0.13")(p) }, // which are strict
		Reason:   "While the switch makes deadlines cooperative, a call returns when its handler does. There is no switch for RPCs.",
		Demanded: true,
	},
	{
		Cases:    cases(`.*/governance (resolver|load balancer|resolver that finds nobody)`),
		Reason:   "Inline calls ask neither the resolver nor the load balancer, and need no instance.",
		Demanded: true,
	},
	{
		Cases:    cases(`default/profile labels of the (caller|callee)`),
		Reason:   "While the callee runs, the goroutine has a profile label with the callee's name.",
		Demanded: true,
	},
	{
		Cases:    cases(`.*/(the callee changes .*|the caller changes its request and result)`),
		In:       Pair.SharesMemory,
		Reason:   "Links in share_memory have the same memory on both sides.",
		Demanded: true,
	},
	{
		Cases:    cases(`.*/(nil arguments|echo nil union in a list|(echo|make) required field missing)`),
		In:       Pair.SharesMemory,
		Reason:   "On links in share_memory, what is nil stays nil. Over RPC it becomes a struct, or fails to.",
		Demanded: true,
	},
	{
		Cases:  cases(`.*/tracing sizes`),
		Reason: "Nothing is encoded: the sizes of messages in the statistics are zero.",
	},
	{
		Cases:  cases(`default/(order (with a timeout, )?(a|an instance) middleware|meta of a middleware that) calls twice`),
		In:     callerBefore("v0.15"),
		Reason: "A middleware that calls on twice gets an answer twice. Over RPC without TTHeader, this version of Kitex refuses the second call.",
	},
	{
		Cases:  cases(`default/(make required field missing|skew required by the caller)`),
		In:     func(p Pair) bool { return isMinor(p.CallerKitex, "v0.11") || isMinor(p.CallerKitex, "v0.12") },
		Reason: "The error of a message that cannot be decoded holds an exception of gopkg's type. Over RPC without a frame, these versions of Kitex decode with Apache's.",
	},
	{
		Cases:  cases(`.*/protobuf oneof without a value( in a message)?`),
		In:     func(p Pair) bool { return withoutOneof(p.CallerKitex) || withoutOneof(p.CalleeKitex) },
		Reason: oneofReason,
	},
	{
		Cases:  cases(`.*/protobuf (oneof with a (zero value|nil message|nil alternative)|make oneof without a value)`),
		In:     func(p Pair) bool { return withoutOneof(p.CalleeKitex) },
		Reason: oneofReason,
	},
}

const oneofReason = "Kitex v0.13 and v0.14 cannot encode a protobuf message whose oneof has no value, as it has after decoding one that is zero. Inline the message arrives."

func cases(names string) *regexp.Regexp { return regexp.MustCompile("^(" + names + ")$") }

// callerBefore returns a function that reports whether the caller's Kitex is older than a version.
func callerBefore(version string) func(Pair) bool {
	return func(p Pair) bool { return semver.Compare(p.CallerKitex, version) < 0 }
}

// calleeBefore returns a function that reports whether the callee's Kitex is older than a version.
func calleeBefore(version string) func(Pair) bool {
	return func(p Pair) bool { return semver.Compare(p.CalleeKitex, version) < 0 }
}

// withoutOneof reports whether a version of Kitex is one of those that
// oneofReason is about.
func withoutOneof(kitex string) bool { return isMinor(kitex, "v0.13") || isMinor(kitex, "v0.14") }

// isMinor reports whether a version belongs to a minor version.
func isMinor(version, minor string) bool { return semver.MajorMinor(version) == minor }

// Deviation implements Runner.
func (p Pair) Deviation(name string) *Deviation {
	for i := range Deviations {
		d := &Deviations[i]
		if (d.In == nil || d.In(p)) && d.Cases.MatchString(name) {
			return d
		}
	}
	return nil
}
