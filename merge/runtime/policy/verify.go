package policy

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Verification says which calls of a method are verified: made a second time, inline,
// so that both answers can be compared. It does not change.
type Verification struct {
	share fraction // of the calls that the gate keeps back
	// ignore and redact are sorted lists of fields with commas between them, so that rules
	// can be compared.
	ignore, redact string
}

// verifyWord is what a rule has in front of the share that it has verified.
const verifyWord = "verify"

const (
	// maxVerifyFields is how many fields a list of a rule may name.
	maxVerifyFields = 50
	verifyForm      = "write LINK verify PERCENTAGE, such as item->stock/StockService/GetStock verify 1%, then ignore FIELD,FIELD or redact FIELD,FIELD if needed"
)

// parseVerification reads what follows "verify" in a rule.
func parseVerification(words []string) (*Verification, error) {
	if len(words) == 0 {
		return nil, errors.New("verify has no percentage; " + verifyForm)
	}
	if words[0] != "off" && !strings.HasSuffix(words[0], "%") {
		return nil, fmt.Errorf("verify %s: %q is not off or a percentage such as 1%%", words[0], words[0])
	}
	share, err := parseFraction(words[0])
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	v := &Verification{share: share}
	lists := map[string]*string{"ignore": &v.ignore, "redact": &v.redact}
	for rest := words[1:]; len(rest) > 0; rest = rest[2:] {
		list := lists[rest[0]]
		switch {
		case list == nil:
			return nil, fmt.Errorf("verify: %q is not ignore or redact; %s", rest[0], verifyForm)
		case len(rest) == 1:
			return nil, fmt.Errorf("verify: %s names no field; %s", rest[0], verifyForm)
		}
		text := rest[1]
		if *list != "" { // where commas are between rules, the word is repeated
			text = *list + "," + text
		}
		if *list, err = parseFields(text); err != nil {
			return nil, fmt.Errorf("verify: %s %s: %w", rest[0], rest[1], err)
		}
	}
	return v, nil
}

// parseFields reads a list of fields, and returns it sorted.
func parseFields(text string) (string, error) {
	fields := strings.Split(text, ",")
	if len(fields) > maxVerifyFields {
		return "", fmt.Errorf("it names %d fields; at most %d are allowed", len(fields), maxVerifyFields)
	}
	for _, field := range fields {
		if slices.Contains(strings.Split(field, "."), "") {
			return "", fmt.Errorf("%q is not a field; write a name such as updated_at, or a path such as price.updated_at", field)
		}
	}
	slices.Sort(fields)
	return strings.Join(slices.Compact(fields), ","), nil
}

// Ignored returns the fields that are not compared, by name or by dotted path.
func (v *Verification) Ignored() []string { return splitFields(v.ignore) }

// Redacted returns the fields whose values are not kept, as Ignored does.
func (v *Verification) Redacted() []string { return splitFields(v.redact) }

func splitFields(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// Share returns which part of the calls is verified, as "off" or a percentage.
func (v *Verification) Share() string {
	if v.share == 0 {
		return "off"
	}
	return strconv.FormatFloat(float64(v.share)/float64(allCalls/100), 'f', -1, 64) + "%"
}

func (v *Verification) String() string {
	text := verifyWord + " " + v.Share()
	if v.ignore != "" {
		text += " ignore " + v.ignore
	}
	if v.redact != "" {
		text += " redact " + v.redact
	}
	return text
}

// Verified draws whether a call that the gate has kept back is verified, and returns how,
// nil if it is not. Where no rule has calls verified, it costs one atomic load.
func (g *Gate) Verified() *Verification {
	v := g.verify.Load()
	if v == nil || fraction(rand.Uint32N(uint32(allCalls))) >= v.share {
		return nil
	}
	return v
}

// Verification returns how calls are verified, nil if none are, and which rule says so
// and where it was set. Both are empty where none does.
func (g *Gate) Verification() (v *Verification, rule, source string) {
	r := g.ruled()
	return g.verify.Load(), r.verifyBy.rule, r.verifyBy.source
}

// checkVerifiable returns an error if a rule has calls verified of a method that cannot
// be. The switch is locked.
func (s *Switch) checkVerifiable(r Rule) error {
	if r.kind != setsVerify || r.verify.share == 0 {
		return nil
	}
	for _, m := range s.methods {
		if m.gate.Unverifiable != "" && r.link.covers(m.link, m.name) {
			return fmt.Errorf("%s: %s/%s cannot be verified: %s", r.link, m.link.RPCService, m.name, m.gate.Unverifiable)
		}
	}
	return nil
}
