package suite

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Case is one case with its observations.
type Case struct {
	Separate, Alone, Listening Observation
}

// Name returns the case's name: the transport and what it is about.
func (c Case) Name() string { return c.Separate.Case }

// Runner is a caller and a callee of one framework.
type Runner interface {
	// Title names them in a table and in errors.
	Title() string
	// Separate, Alone and Listening run the cases: as two processes, merged with
	// nobody where the caller's connections lead, and merged with the callee there.
	Separate() ([]Observation, error)
	Alone() ([]Observation, error)
	Listening() ([]Observation, error)
	// Deviation returns the deviation that a case shows, nil if there is none.
	Deviation(name string) *Deviation

	// formOf returns the form of a case's calls, for which the caller has said what it
	// knows.
	formOf(name, form string) string
}

// Compare runs the cases in all ways and returns them.
func Compare(p Runner) ([]Case, error) {
	seen, err := together(p.Separate, p.Alone, p.Listening)
	if err != nil {
		return nil, err
	}
	separate, alone, listening := seen[0], seen[1], seen[2]
	if len(separate) == 0 || len(alone) != len(separate) || len(listening) != len(separate) {
		return nil, fmt.Errorf("%s has %d cases separate, %d and %d merged", p.Title(), len(separate), len(alone), len(listening))
	}
	var cases []Case
	for i, s := range separate {
		c := Case{s, alone[i], listening[i]}
		if c.Alone.Case != s.Case || c.Listening.Case != s.Case {
			return nil, fmt.Errorf("%s: case %d is %s separate, %s and %s merged", p.Title(), i, s.Case, c.Alone.Case, c.Listening.Case)
		}
		for _, o := range []*Observation{&c.Separate, &c.Alone, &c.Listening} {
			o.Form = p.formOf(o.Case, o.Form)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// together runs cases in several ways at once, since they spend most of their time waiting.
func together(ways ...func() ([]Observation, error)) ([][]Observation, error) {
	seen, errs := make([][]Observation, len(ways)), make([]error, len(ways))
	var running sync.WaitGroup
	for i, way := range ways {
		running.Go(func() { seen[i], errs[i] = way() })
	}
	running.Wait()
	return seen, errors.Join(errs...)
}

// Difference reports how the merged binary differs from the separate processes,
// "" if it does not. Equal lines at both ends are left out.
func (c Case) Difference() string {
	ways := map[string]string{"listening": c.Listening.Seen}
	// Alone there is nobody to answer an RPC.
	if form := c.Separate.Form; form == "inline" || form == "any" {
		ways["alone"] = c.Alone.Seen
	}
	if ways["alone"] == ways["listening"] {
		ways = map[string]string{"in both ways": c.Listening.Seen}
	}
	var b strings.Builder
	for way, seen := range ways {
		if seen != c.Separate.Seen {
			separate, merged := unequal(c.Separate.Seen, seen)
			fmt.Fprintf(&b, "\nseparate:\n%s\nmerged, %s:\n%s", separate, way, merged)
		}
	}
	return b.String()
}

// unequal returns two texts without the lines that they begin and end with in
// common.
func unequal(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return strings.Join(x, "\n"), strings.Join(y, "\n")
}

// WrongForm describes calls that were RPCs and should have been inline, or the
// other way around. It is "" if all were as they should be.
func (c Case) WrongForm() string {
	for how, o := range map[string]Observation{"alone": c.Alone, "listening": c.Listening} {
		wrong := false
		switch o.Form {
		case "inline":
			wrong = o.RPC > 0
		case "rpc":
			wrong = o.RPC == 0
		case "unlinked":
			wrong = o.Inline+o.RPC > 0
		}
		if wrong {
			return fmt.Sprintf("should be %s, and is %d calls inline and %d by RPC, merged, %s", o.Form, o.Inline, o.RPC, how)
		}
	}
	return ""
}

// Problems reports what is wrong with a case: that it differs and is not a known
// deviation, or the other way, and that its calls took the wrong way.
func Problems(p Runner, c Case) []string {
	var problems []string
	difference, deviation := c.Difference(), p.Deviation(c.Name())
	if difference != "" && deviation == nil {
		problems = append(problems, fmt.Sprintf("%s: %s", c.Name(), difference))
	}
	if difference == "" && deviation != nil {
		problems = append(problems, fmt.Sprintf("%s does not deviate any more: take it off the list (%s)", c.Name(), deviation.Reason))
	}
	if wrong := c.WrongForm(); wrong != "" {
		problems = append(problems, fmt.Sprintf("%s %s", c.Name(), wrong))
	}
	return problems
}
