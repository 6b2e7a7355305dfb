package suite

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// grpcRepeatable are the unary methods that the cases call, but for those by which the
// caller gives orders, and of the service that each side serves: the caller does not listen.
var grpcRepeatable = []string{"Unary", "Struct", "Any", "File", "Bytes", "EmptyCall", "UnaryCall"}

// Verified is what was found out about the calls of a case.
type Verified struct {
	Compared uint64 `json:"compared"`
	// Skipped are calls that were not compared, by reason.
	Skipped map[string]uint64 `json:"skipped"`
	// Differences has what differed, without all calls of those with many.
	Differences []string `json:"differences"`
	// Callee is what the callee has logged of the inline calls.
	Callee []string `json:"callee"`
}

// CompareVerified runs the cases with all calls as RPCs, and has those of unary methods
// verified. It returns what is wrong: cases that do not see what they see separately,
// answers that differ, and what the callee sees of inline calls alone. compared and
// skipped are how many calls were compared, and how many were not, by reason.
func (p GRPCPair) CompareVerified() (problems []string, compared uint64, skipped map[string]uint64, err error) {
	rules := []string{"* off", "*->*/grpc.health.v1.Health on"}
	for _, method := range grpcRepeatable {
		rules = append(rules, "*->*/*/"+method+" verify 100%")
	}
	seen, err := together(p.Separate, func() ([]Observation, error) {
		return p.merged("CONFORMANCE_VERIFIED=1", "GO_MERGE_LINKS="+strings.Join(rules, ","))
	})
	if err != nil {
		return nil, 0, nil, err
	}
	separate, verified := seen[0], seen[1]
	if len(separate) == 0 || len(verified) != len(separate) {
		return nil, 0, nil, fmt.Errorf("%s has %d cases separate, and %d verified", p.Title(), len(separate), len(verified))
	}
	skipped = make(map[string]uint64)
	for i, s := range separate {
		v := verified[i]
		if v.Case != s.Case || v.Verified == nil {
			return nil, 0, nil, fmt.Errorf("%s: case %d is %s separate, and %s verified with %v", p.Title(), i, s.Case, v.Case, v.Verified)
		}
		for _, problem := range verifiedProblems(s, v) {
			problems = append(problems, v.Case+": "+problem)
		}
		compared += v.Verified.Compared
		for reason, n := range v.Verified.Skipped {
			skipped[reason] += n
		}
	}
	return problems, compared, skipped, nil
}

// verifiedProblems reports what is wrong with a case whose calls are verified.
func verifiedProblems(separate, verified Observation) (problems []string) {
	known := verifiedDeviation(verified.Case)
	check := func(reason string, found []string) {
		switch {
		case reason == "":
			problems = append(problems, found...)
		case len(found) == 0:
			problems = append(problems, "does not deviate any more: take it off the list of verifiedDeviations ("+reason+")")
		}
	}
	var inline, sees []string
	if verified.Inline > 0 {
		inline = append(inline, fmt.Sprintf("%d calls are inline, and not for verification", verified.Inline))
	}
	check(known.inline, inline)
	if verified.Seen != separate.Seen {
		one, other := unequal(separate.Seen, verified.Seen)
		sees = append(sees, fmt.Sprintf("\nseparate:\n%s\nverified:\n%s", one, other))
	}
	check(known.sees, sees)
	differs := slices.Clone(verified.Verified.Differences)
	for _, line := range without(verified.Verified.Callee, calleeLines(verified.Seen)) {
		differs = append(differs, "only in the inline call the callee sees: "+line)
	}
	check(known.differs, differs)
	return problems
}

// callNumber numbers the calls of stats handlers: RPCs and inline calls each for itself.
var callNumber = regexp.MustCompile(`^(\w+), call \d+: `)

// calleeLines returns what the callee has logged.
func calleeLines(seen string) (lines []string) {
	for line := range strings.SplitSeq(seen, "\n") {
		if own, ok := strings.CutPrefix(line, "the callee: "); ok {
			lines = append(lines, own)
		}
	}
	return lines
}

// without returns the lines that are not among others, or more often, whatever the order
// and the numbers of calls.
func without(lines, others []string) (left []string) {
	count := make(map[string]int)
	for _, line := range others {
		count[callNumber.ReplaceAllString(line, "$1: ")]++
	}
	for _, line := range lines {
		if key := callNumber.ReplaceAllString(line, "$1: "); count[key] > 0 {
			count[key]--
		} else {
			left = append(left, line)
		}
	}
	return left
}

// verifiedCases is what is known of cases whose calls are verified. Reasons are "" for what
// is not so.
type verifiedCases struct {
	cases *regexp.Regexp
	// sees says why what both sides see of the RPCs differs from two processes.
	sees string
	// differs says why both answers, or what the callee sees of both calls, differ.
	differs string
	// inline says why some calls are not RPCs.
	inline string
}

// verifiedDeviations are all known ones. A case that does not differ any more is a problem.
var verifiedDeviations = []verifiedCases{
	{cases: cases(`ports of peers`), differs: "An inline call has no port."},
	{cases: cases(`deadline seen`), differs: "The inline call ends after 10 s, and its deadline says so."},
	{cases: cases(`profile labels of handlers`), sees: "Those of a merged process have a label with the service's name, by RPC, too."},
	{cases: cases(`one RPC service in both|permission to call`), inline: "The caller does not listen: nobody would answer an RPC."},
}

func verifiedDeviation(name string) verifiedCases {
	for _, known := range verifiedDeviations {
		if known.cases.MatchString(name) {
			return known
		}
	}
	return verifiedCases{}
}
