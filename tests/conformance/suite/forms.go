package suite

import "regexp"

// refusals are cases whose arguments a codec of the pair refuses. A merged binary
// leaves their calls to RPC for the error's sake. Cases that every version refuses
// have that form from the caller.
var refusals = []struct {
	cases *regexp.Regexp
	in    func(Pair) bool
}{
	{cases(`.*/echo (duplicates|equal structs) in a set`), callerBefore("v0.13")},
	{cases(`.*/protobuf nil message in a (map|list)`), func(p Pair) bool { return isMinor(p.CallerKitex, "v0.13") }},
	// Protobuf-go refuses on both sides what prutal takes.
	{cases(`.*/protobuf text that is not UTF-8`), func(p Pair) bool { return callerBefore("v0.13")(p) || calleeBefore("v0.13")(p) }},
	{cases(`.*/protobuf skew bytes that are not text`), calleeBefore("v0.13")},
}

// Generic clients of Kitex v0.10 do not know which RPC service they call.
var generic = cases(`.*/generic .*`)

// A callee with Kitex v0.10 takes calls over gRPC only as RPCs.
var overGRPC = cases(`.*/(streaming|unary) over gRPC: .*`)

// formOf returns the form of the calls of a case, for which the caller has said
// what it knows.
func (p Pair) formOf(name, form string) string {
	if isMinor(p.CallerKitex, "v0.10") && generic.MatchString(name) {
		return "unlinked"
	}
	if isMinor(p.CalleeKitex, "v0.10") && overGRPC.MatchString(name) {
		return "rpc"
	}
	for _, r := range refusals {
		if r.in(p) && r.cases.MatchString(name) {
			return "rpc"
		}
	}
	return form
}

// without is a regular expression for the cases that the pair has no use for, ""
// if there are none.
func (p Pair) without() string {
	if calleeBefore("v0.13")(p) {
		return "/streaming over TTHeader" // which it does not know
	}
	return ""
}
