package suite

import (
	"fmt"
	"regexp"
)

// leaving is whether a handler left before its gate opened, which is a matter of chance
// once the caller has given up.
var leaving = regexp.MustCompile(`, it ends (true|false)`)

// obedient runs the merged binary as Alone does, with a switch rule and a callee whose
// handlers return when their contexts end. It leaves out those that end their goroutines.
func (p Pair) obedient(rule string) ([]Observation, error) {
	without := "/goexit "
	if more := p.without(); more != "" {
		without += "|" + more
	}
	return p.alone("CONFORMANCE_OBEDIENT=1", "GO_MERGE_LINKS="+rule, "CONFORMANCE_WITHOUT="+without)
}

// CompareDeadlines runs the cases with strict and with cooperative deadlines, and returns
// what differs: nothing may if handlers return when their contexts end.
func (p Pair) CompareDeadlines() (differences []string, err error) {
	seen, err := together(
		func() ([]Observation, error) { return p.obedient("* strict") },
		func() ([]Observation, error) { return p.obedient("* cooperative") },
	)
	if err != nil {
		return nil, err
	}
	strict, cooperative := seen[0], seen[1]
	if len(strict) == 0 || len(strict) != len(cooperative) {
		return nil, fmt.Errorf("%s has %d cases with strict and %d with cooperative deadlines", p.Title(), len(strict), len(cooperative))
	}
	for i, s := range strict {
		c := cooperative[i]
		if c.Case != s.Case {
			return nil, fmt.Errorf("%s: case %d is %s with strict deadlines, and %s with cooperative ones", p.Title(), i, s.Case, c.Case)
		}
		// Alone there is nobody to answer an RPC.
		form, seen, other := p.formOf(s.Case, s.Form), leaving.ReplaceAllString(s.Seen, ""), leaving.ReplaceAllString(c.Seen, "")
		if (form == "inline" || form == "any") && seen != other {
			before, after := unequal(seen, other)
			differences = append(differences, fmt.Sprintf("%s:\nstrict:\n%s\ncooperative:\n%s", s.Case, before, after))
		}
	}
	return differences, nil
}
