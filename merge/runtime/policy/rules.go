package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Rule sets how many calls of the methods that it names are inline, which deadlines
// inline calls have, or which calls are verified. The form is
//
//	LINK on | off | PERCENTAGE
//	LINK strict | cooperative
//	LINK verify off | PERCENTAGE [ignore FIELD,...] [redact FIELD,...]
//	kill on | off
//
// where LINK is a pattern as [linkpattern.Parse] reads it. A rule that has calls
// verified names a method: its calls are made twice, so somebody has to say of each
// that this is safe.
type Rule struct {
	link Pattern
	kind ruleKind
	// Of these there is the one that the kind is for.
	inline   fraction // of a kill rule: none when calls are to be RPCs
	deadline Deadline
	verify   Verification
	// Source is where the rule was set.
	Source string
}

// ruleKey is what there is one rule for in a layer.
type ruleKey struct {
	Pattern
	kind ruleKind
}

// ruleKind says what a rule sets.
type ruleKind uint8

const (
	setsGate ruleKind = iota
	setsDeadline
	setsVerify

	ruleKinds
)

func (r Rule) key() ruleKey { return ruleKey{r.link, r.kind} }

// Replaces reports whether a rule takes the place of another one where that was set: both
// are of one kind and for one pattern.
func (r Rule) Replaces(other Rule) bool { return r.key() == other.key() }

// Pattern is the first half of a rule: what it is for.
type Pattern struct {
	kill bool
	linkpattern.Pattern
}

var (
	everything  = Pattern{}
	killPattern = Pattern{kill: true}
)

// parseRule reads a rule's text form.
func parseRule(text string) (Rule, error) {
	fields := strings.Fields(text)
	verify := len(fields) > 1 && fields[1] == verifyWord
	if len(fields) != 2 && !verify {
		return Rule{}, fmt.Errorf("%q is not a rule; write LINK VALUE, such as item->stock 25%%, or kill on", text)
	}
	if headerWords[fields[0]] != nil {
		return Rule{}, fmt.Errorf("%q is not a rule, but for the first lines of a rules file", text)
	}
	t, err := ParsePattern(fields[0])
	if err != nil {
		return Rule{}, err
	}
	if t.kill {
		switch fields[1] {
		case verifyWord:
			return Rule{}, errors.New("kill verify: kill is on or off; verify needs a link")
		case "on":
			return Rule{link: t, inline: 0}, nil
		case "off":
			return Rule{link: t, inline: allCalls}, nil
		}
		return Rule{}, fmt.Errorf("kill %s: %q is not on or off", fields[1], fields[1])
	}
	if verify {
		v, err := parseVerification(fields[2:])
		if err == nil && t.Method == "" {
			err = errors.New("verify needs a method, as in CALLER->CALLEE/RPC-SERVICE/METHOD: its calls are made twice, so name each method of which that is safe")
		}
		if err != nil {
			return Rule{}, fmt.Errorf("%s: %w", t, err)
		}
		return Rule{link: t, kind: setsVerify, verify: *v}, nil
	}
	if d, ok := ParseDeadline(fields[1]); ok {
		return Rule{link: t, kind: setsDeadline, deadline: d}, nil
	}
	s, err := parseFraction(fields[1])
	if err != nil {
		return Rule{}, fmt.Errorf("%s: %w", t, err)
	}
	return Rule{link: t, inline: s}, nil
}

// ParsePattern reads a link, or "kill".
func ParsePattern(text string) (Pattern, error) {
	if text == "kill" {
		return killPattern, nil
	}
	p, err := linkpattern.Parse(text)
	return Pattern{Pattern: p}, err
}

// String returns the text form, of several equal ones the plainest.
func (p Pattern) String() string {
	if p.kill {
		return "kill"
	}
	return p.Pattern.String()
}

func (r Rule) String() string { return r.link.String() + " " + r.value() }

func (r Rule) value() string {
	switch {
	case r.link.kill:
		return (allCalls - r.inline).String()
	case r.kind == setsDeadline:
		return r.deadline.String()
	case r.kind == setsVerify:
		return r.verify.String()
	}
	return r.inline.String()
}

// coversLink reports whether the pattern names the link, method aside.
func (p Pattern) coversLink(l Link) bool {
	return !p.kill && p.CoversLink(l.Caller, l.Callee, l.RPCService)
}

// covers reports whether the pattern names the method of the link.
func (p Pattern) covers(l Link, method string) bool {
	return !p.kill && p.Covers(l.Caller, l.Callee, l.RPCService, method)
}

// specificity orders the rules that cover a method: one that names the method
// is above all that do not, then one that names the RPC service, then the
// callee, then the caller. Who sets a method apart means it, whatever else is
// said about the link. The kill rule is above all. No two patterns that cover
// the same method are equal.
func (p Pattern) specificity() int {
	n := 0
	for i, named := range []bool{p.Caller != "", p.Callee != "", p.RPCService != "", p.Method != "", p.kill} {
		if named {
			n |= 1 << i
		}
	}
	return n
}

// ParseRules reads one rule from each item, at most one of each kind for a
// pattern. position describes the place of the nth item, counted from 1; it is the
// source of its rule and what errors begin with. Empty items and what follows a "#"
// are left out. The error has all that is wrong with the text.
func ParseRules(items []string, position func(n int) string) ([]Rule, error) {
	var rules []Rule
	var errs []error
	seen := map[ruleKey]string{}
	for i, item := range items {
		text, _, _ := strings.Cut(item, "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		at := position(i + 1)
		if len(text) > maxRule {
			errs = append(errs, fmt.Errorf("%s: the rule has %d bytes; at most %d are allowed", at, len(text), maxRule))
			continue
		}
		r, err := parseRule(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", at, err))
			continue
		}
		if old, ok := seen[r.key()]; ok {
			errs = append(errs, fmt.Errorf("%s: %s is already set in %s", at, r.link, old))
			continue
		}
		seen[r.key()] = at
		r.Source = at
		rules = append(rules, r)
	}
	return rules, joined(errs)
}

const (
	maxErrors = 10   // that are told of one text
	maxRule   = 1000 // bytes
)

// joined joins the first errors, and says how many there are.
func joined(errs []error) error {
	if len(errs) > maxErrors {
		more := fmt.Errorf("and %d more", len(errs)-maxErrors)
		errs = append(errs[:maxErrors:maxErrors], more)
	}
	return errors.Join(errs...)
}
