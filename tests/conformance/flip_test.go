package conformance

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

var (
	merged   = flag.String("merged", "", "runfile of the merged binary")
	mergectl = flag.String("mergectl", "", "runfile of mergectl")
	duration = flag.Duration("duration", time.Minute, "how long to flip the switch")
	seed     = flag.Uint64("seed", 0, "seed of the rules, 0 for a random one")
)

const (
	// leastRate is how many calls per second there must be, on average. A call
	// by RPC takes about 0.1 ms of a core: if all were, two cores would hardly
	// make so many. The rules of the means are such that most calls are inline.
	leastRate = 10_000
	// leastOfForm is how many of them must be inline, and how many RPCs, of
	// each method.
	leastOfForm = 10
	// leastChanges is how many changes of rules there must be per second.
	leastChanges = 5
)

// TestFlip flips the switch at random, by all means at once, while a merged
// binary makes calls: no call fails or gets the answer of another, and each is
// counted once.
func TestFlip(t *testing.T) {
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("again with --test_arg=-seed=%d", *seed)
	flipped, err := suite.Pair{Merged: *merged}.Flip(*duration, func(ctx context.Context, socket, file string) error {
		return (&flipper{socket: socket, file: file, mergectl: *mergectl, seed: *seed}).flip(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	seconds := max(1, uint64(duration.Seconds()))
	var total, inline, rpc uint64
	for _, m := range flipped.Methods {
		calls, err := strconv.ParseUint(m.Seen, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if m.Inline+m.RPC != calls {
			t.Errorf("%s: of %d calls, %d are counted as inline and %d as RPCs", m.Case, calls, m.Inline, m.RPC)
		}
		if least := leastOfForm * seconds; m.Inline < least || m.RPC < least {
			t.Errorf("%s: %d calls inline and %d by RPC, want %d of each at least", m.Case, m.Inline, m.RPC, least)
		}
		total, inline, rpc = total+calls, inline+m.Inline, rpc+m.RPC
	}
	t.Logf("%d calls in %d s, %d inline and %d by RPC; rules changed %d times at the admin socket and %d times in the file",
		total, seconds, inline, rpc, flipped.ByHand, flipped.ByFile)
	if least := leastRate * seconds; total < least {
		t.Errorf("%d calls in %d s, want %d at least", total, seconds, least)
	}
	if flipped.ByHand < leastChanges*int(seconds) || flipped.ByFile < int(seconds)/10 {
		t.Errorf("rules changed %d times at the admin socket and %d times in the file", flipped.ByHand, flipped.ByFile)
	}
	for _, line := range flipped.Refused {
		t.Errorf("rules were refused: %s", line)
	}
}
