package policy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
)

// fraction is a part of a method's calls, in millionths.
type fraction uint32

const allCalls fraction = 1_000_000

const notAValue = "%q is not on, off, a percentage such as 25%%, strict or cooperative"

// parseFraction reads "on", "off" or a percentage such as "25%" or "0.01%", of
// which four decimals are kept.
func parseFraction(text string) (fraction, error) {
	switch text {
	case "on":
		return allCalls, nil
	case "off":
		return 0, nil
	}
	number, ok := strings.CutSuffix(text, "%")
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return 0, fmt.Errorf(notAValue, text)
	}
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf(notAValue, text)
	}
	if percent > 100 {
		return 0, fmt.Errorf("%q is more than 100%%", text)
	}
	if _, decimals, _ := strings.Cut(number, "."); len(decimals) > 4 {
		return 0, fmt.Errorf("%q has more than four decimals", text)
	}
	return fraction(math.Round(percent * float64(allCalls) / 100)), nil
}

func (f fraction) String() string {
	switch f {
	case 0:
		return "off"
	case allCalls:
		return "on"
	}
	return strconv.FormatFloat(float64(f)/float64(allCalls/100), 'f', -1, 64) + "%"
}

// Gate decides which calls of one method may be inline, and whether their deadlines
// are cooperative. The zero Gate lets all of them, with strict deadlines. It is read
// by every call and written when a rule changes.
type Gate struct {
	// Unverifiable is why calls of the method cannot be verified, "" if they can. It is
	// set before the gate is given to a switch.
	Unverifiable string

	kept        atomic.Uint32 // fraction of the calls that stay RPCs
	cooperative atomic.Bool
	verify      atomic.Pointer[Verification] // nil if none are verified
	ruling      atomic.Pointer[ruling]
}

// ruling reports how a gate came to be as it is.
type ruling struct {
	inline     fraction
	by         cause
	deadline   Deadline
	deadlineBy cause
	verify     *Verification // nil if no rule decides
	verifyBy   cause
}

// cause is the text of the deciding rule and where it was set. Both are empty where no
// rule decides.
type cause struct{ rule, source string }

// unruled is how a gate is that no rule is for.
var unruled = ruling{inline: allCalls, deadline: Strict}

// Admits decides for one call. On and off cost one atomic load; a percentage
// draws a random number for each call, independent of all others, so that
// neither a caller's pattern nor the number of processes skews it.
func (g *Gate) Admits() bool {
	kept := fraction(g.kept.Load())
	return kept == 0 || draw(kept)
}

// Open reports whether all calls are inline.
func (g *Gate) Open() bool { return g.kept.Load() == 0 }

// Closed reports whether no call is inline.
func (g *Gate) Closed() bool { return fraction(g.kept.Load()) == allCalls }

// Cooperative reports whether the deadlines of inline calls are cooperative.
func (g *Gate) Cooperative() bool { return g.cooperative.Load() }

// draw returns false for the given fraction of the calls. It is apart from Admits
// for the compiler to inline that.
func draw(kept fraction) bool {
	return kept != allCalls && fraction(rand.Uint32N(uint32(allCalls))) >= kept
}

// set makes r the gate's ruling for the calls that begin from now on. It
// reports whether another fraction of the calls is inline than before, their deadlines
// are others, or they are verified in another way.
func (g *Gate) set(r ruling) (changed bool) {
	g.ruling.Store(&r)
	verify := r.verify
	if verify != nil && (verify.share == 0 || g.Unverifiable != "") {
		verify = nil
	}
	before := g.verify.Swap(verify)
	changed = (before == nil) != (verify == nil) || before != nil && *before != *verify
	kept, cooperative := uint32(allCalls-r.inline), r.deadline == Cooperative
	changed = g.kept.Swap(kept) != kept || changed
	return g.cooperative.Swap(cooperative) != cooperative || changed
}

// State returns how many calls may be inline, as "on", "off" or a percentage,
// and which rule says so and where it was set. Both are empty where none does.
func (g *Gate) State() (state, rule, source string) {
	r := g.ruled()
	return r.inline.String(), r.by.rule, r.by.source
}

// Deadline returns "strict" or "cooperative", and the rest as [Gate.State].
func (g *Gate) Deadline() (deadline, rule, source string) {
	r := g.ruled()
	return r.deadline.String(), r.deadlineBy.rule, r.deadlineBy.source
}

func (g *Gate) ruled() ruling {
	if r := g.ruling.Load(); r != nil {
		return *r
	}
	return unruled
}
