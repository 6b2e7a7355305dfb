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
		return 0, fmt.Errorf("%q is not on, off or a percentage such as 25%%", text)
	}
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not on, off or a percentage such as 25%%", text)
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

// Gate decides which calls of one method may be inline. The zero Gate lets all
// of them. It is read by every call and written when a rule changes.
type Gate struct {
	kept   atomic.Uint32 // fraction of the calls that stay RPCs
	ruling atomic.Pointer[ruling]
}

// ruling reports how a gate came to be as it is.
type ruling struct {
	inline fraction
	// rule is the text of the deciding rule and source says where it was set;
	// both are empty where no rule decides.
	rule, source string
}

// Admits decides for one call. On and off cost one atomic load; a percentage
// draws a random number for each call, independent of all others, so that
// neither a caller's pattern nor the number of processes skews it.
func (g *Gate) Admits() bool {
	kept := fraction(g.kept.Load())
	return kept == 0 || draw(kept)
}

// Closed reports whether no call is inline.
func (g *Gate) Closed() bool { return fraction(g.kept.Load()) == allCalls }

// draw returns false for the given fraction of the calls. It is apart from Admits
// for the compiler to inline that.
func draw(kept fraction) bool {
	return kept != allCalls && fraction(rand.Uint32N(uint32(allCalls))) >= kept
}

// set makes r the gate's ruling for the calls that begin from now on. It
// reports whether another fraction of the calls is inline than before.
func (g *Gate) set(r ruling) (changed bool) {
	g.ruling.Store(&r)
	kept := uint32(allCalls - r.inline)
	return g.kept.Swap(kept) != kept
}

// State returns how many calls may be inline, as "on", "off" or a percentage,
// and which rule says so and where it was set. Both are empty where none does.
func (g *Gate) State() (state, rule, source string) {
	r := g.ruling.Load()
	if r == nil {
		r = &ruling{inline: allCalls}
	}
	return r.inline.String(), r.rule, r.source
}
