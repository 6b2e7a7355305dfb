package calls

import (
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// keptDifferences is how many of a method's calls that differed are kept, of the first and
// of the last ones each.
const keptDifferences = 8

// keptReasons is how many reasons are kept why the adapter has declined calls of a method.
const keptReasons = 8

// verified is what was found out about a method by verification. There is none before a
// call of it was to be verified.
type verified struct {
	name   string // of the method, as rules have it
	gate   *policy.Gate
	logger *log.Logger

	mu              sync.Mutex
	same, different uint64
	skipped         [skips]uint64
	first, last     []reports.Difference
	declined        []string // why the adapter has declined calls
	// matched are the fields that how names and a compared answer has had. how is that of
	// the last call that was compared, nil if none was.
	how     *policy.Verification
	matched map[string]bool
	told    bool // the first difference since the rule was set
	summed  bool // the rule was taken back, and nothing came after that
}

// verified returns what was found out about the method.
func (m *activeMethod) verified() *verified {
	if v := m.verification.Load(); v != nil {
		return v
	}
	t := m.link.table
	v := &verified{name: m.pattern(), gate: &m.count.gate, logger: t.logger}
	t.verifiedMu.Lock()
	defer t.verifiedMu.Unlock()
	if m.verification.CompareAndSwap(nil, v) {
		t.verified = append(t.verified, v)
	}
	return m.verification.Load()
}

// pattern returns the link to the method, as rules have it.
func (m *activeMethod) pattern() string {
	return linkpattern.Pattern{Caller: m.link.Caller, Callee: m.link.Callee, RPCService: m.link.RPCService, Method: m.name}.String()
}

func (v *verified) skip(why Skip) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.skipped[why]++
	v.summed = false
}

// decline counts a call that the adapter has declined, and logs why, once a reason.
func (v *verified) decline(reason string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.skipped[SkipDeclined]++
	v.summed = false
	if len(v.declined) < keptReasons && !slices.Contains(v.declined, reason) {
		v.declined = append(v.declined, reason)
		v.logger.Printf("%s: some calls cannot be verified: %s", v.name, reason)
	}
}

// note takes note of a call that was compared, as a rule says how, and logs the first
// difference. Values are not for the log. matched are fields that the rule names.
func (v *verified) note(how *policy.Verification, differences []reports.DifferingField, matched map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.summed = false
	if how != v.how {
		v.how, v.matched = how, make(map[string]bool)
	}
	maps.Copy(v.matched, matched)
	if len(differences) == 0 {
		v.same++
		return
	}
	v.different++
	d := reports.Difference{Time: time.Now(), Fields: differences}
	if len(v.first) < keptDifferences {
		v.first = append(v.first, d)
	} else {
		v.last = append(v.last[max(0, len(v.last)-keptDifferences+1):], d)
	}
	if !v.told {
		v.told = true
		v.logger.Printf("%s verified: an inline call has ended in another way than its RPC, first at %s; mergectl links verify shows both", v.name, differences[0].Path)
	}
}

// sum logs what was found out if the method is no longer verified.
func (v *verified) sum() {
	if how, _, _ := v.gate.Verification(); how != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.summed {
		return
	}
	v.summed, v.told = true, false
	r := v.counts()
	text := fmt.Sprintf("%s is no longer verified: %d compared, %d differ, %d skipped", v.name, r.Compared(), r.Different, r.Skipped.Sum())
	if len(v.first) > 0 {
		text += ", first difference at " + v.first[0].Fields[0].Path
	}
	if unmatched := v.unmatched(); unmatched != nil {
		text += ", no answer has had " + strings.Join(unmatched, ", ")
	}
	v.logger.Print(text)
}

// unmatched returns the fields that the rule names and no compared answer has had. v.mu is
// held.
func (v *verified) unmatched() (fields []string) {
	if v.how == nil {
		return nil
	}
	for _, field := range append(v.how.Ignored(), v.how.Redacted()...) {
		if !v.matched[field] && !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	return fields
}

// counts returns the counters. v.mu is held.
func (v *verified) counts() reports.Verification {
	n := v.skipped
	return reports.Verification{Same: v.same, Different: v.different, Skipped: reports.Skipped{
		Busy: n[SkipBusy], Absent: n[SkipAbsent], Declined: n[SkipDeclined], Refused: n[SkipRefused],
		Unanswered: n[SkipUnanswered], Late: n[SkipLate], Large: n[SkipLarge], Unreadable: n[SkipUnreadable],
	}}
}

// verificationReport returns what was found out about the method, nil if it was never to
// be verified.
func (m *activeMethod) verificationReport() *reports.Verification {
	how, rule, source := m.count.gate.Verification()
	v := m.verification.Load()
	if v == nil && rule == "" {
		return nil
	}
	r := reports.Verification{}
	if v != nil {
		v.mu.Lock()
		r = v.counts()
		r.Differences = append(append(r.Differences, v.first...), v.last...)
		r.Declined = slices.Clone(v.declined)
		if v.how == how { // or they are those of another rule
			r.Unmatched = v.unmatched()
		}
		v.mu.Unlock()
	}
	r.Share, r.Rule, r.Source = "off", rule, source
	if how != nil {
		r.Share = how.Share()
	}
	return &r
}

// sumVerified logs what was found out about the methods that are no longer verified.
func (t *Table) sumVerified() {
	t.verifiedMu.Lock()
	defer t.verifiedMu.Unlock()
	for _, v := range t.verified {
		v.sum()
	}
}
