package suite

import (
	"regexp"
	"slices"
)

// Deviation is a difference between merged and separate services that is known.
type Deviation struct {
	// Cases is a regular expression for the names of the cases that show it.
	Cases *regexp.Regexp
	// Pairs are the pairs that show it, none for all.
	Pairs []string
	// Reason tells what differs and why.
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
		Pairs:    []string{"new_to_new" + shared},
		Reason:   "Links in share_memory have the same memory on both sides.",
		Demanded: true,
	},
	{
		Cases:    cases(`.*/(nil arguments|echo nil union in a list|(echo|make) required field missing)`),
		Pairs:    []string{"new_to_new" + shared},
		Reason:   "On links in share_memory, what is nil stays nil. Over RPC it becomes a struct, or fails to.",
		Demanded: true,
	},
	{
		Cases:  cases(`.*/tracing sizes`),
		Reason: "Nothing is encoded: the sizes of messages in the statistics are zero.",
	},
	{
		Cases:  cases(`default/order (a|an instance) middleware calls twice`),
		Pairs:  []string{"old_to_new"},
		Reason: "A middleware that calls on twice gets an answer twice. Over RPC without TTHeader, this version of Kitex refuses the second call.",
	},
	{
		Cases:  cases(`.*/protobuf oneof without a value( in a message)?`),
		Pairs:  []string{"new_to_old", "old_to_new"},
		Reason: oneofReason,
	},
	{
		Cases:  cases(`.*/protobuf (oneof with a (zero value|nil message|nil alternative)|make oneof without a value)`),
		Pairs:  []string{"new_to_old"},
		Reason: oneofReason,
	},
}

const oneofReason = "Kitex v0.13.1 cannot encode a protobuf message whose oneof has no value, as it has after decoding one that is zero. Inline the message arrives."

func cases(names string) *regexp.Regexp { return regexp.MustCompile("^(" + names + ")$") }

// Of returns the deviation that a case of a pair shows, nil if there is none.
func Of(pair, name string) *Deviation {
	for i := range Deviations {
		d := &Deviations[i]
		if (len(d.Pairs) == 0 || slices.Contains(d.Pairs, pair)) && d.Cases.MatchString(name) {
			return d
		}
	}
	return nil
}
